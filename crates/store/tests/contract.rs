//! The store held to the contract of engines, as a console's and as a gateway's.

use std::sync::Arc;
use watchdeck_store::{Engine, Options, Store};

fn opened(options: Options) -> (Arc<dyn Engine>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("events.db"), options).unwrap();
    (Arc::new(store), folder)
}

mod console {
    async fn open() -> (std::sync::Arc<dyn watchdeck_store::Engine>, tempfile::TempDir) {
        super::opened(watchdeck_store::Options::CONSOLE)
    }

    watchdeck_store::engine_suite!(open);
}

mod log {
    async fn open() -> (std::sync::Arc<dyn watchdeck_store::Engine>, tempfile::TempDir) {
        super::opened(watchdeck_store::Options::LOG)
    }

    watchdeck_store::engine_suite!(open, log);
}
