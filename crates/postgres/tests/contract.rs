//! The contract of engines, held by a log in a database of the test's own.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::sync::Arc;
use watchdeck_postgres::{Address, Options};
use watchdeck_store::{Engine, engine_suite};
use watchdeck_testkit::postgres::Postgres;

async fn open() -> (Arc<dyn Engine>, Postgres) {
    let cluster = Postgres::start().await.unwrap();
    let address = Address::parse(&cluster.database("log").await.unwrap()).unwrap();
    let engine = watchdeck_postgres::Postgres::open(&address, Options::default()).await.unwrap();
    (Arc::new(engine), cluster)
}

engine_suite!(open, log);
