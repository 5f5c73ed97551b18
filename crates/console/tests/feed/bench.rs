//! A core that dials again at once, and the source that it is given here.

use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use watchdeck_console::seams::{Seams, Timing};
use watchdeck_testkit::console::{Bench, shell::Shell};

pub(crate) async fn start(folder: &Path) -> Bench {
    start_on(folder, Shell::default(), Seams::default()).await
}

/// With this host, and parts of the machine replaced.
pub(crate) async fn start_on(folder: &Path, shell: Shell, seams: Seams) -> Bench {
    let timing = Timing { backoff_first: Duration::from_millis(20), backoff_cap: Duration::from_millis(200), ..seams.timing };
    Bench::start_on(folder, shell, Seams { timing, ..seams }).await.unwrap()
}

/// A source that speaks the ERP's protocol.
pub(crate) fn erp(id: &str, url: &str) -> Value {
    json!({ "id": id, "name": id, "url": url, "dialect": "erp", "channels": ["orders"] })
}

/// The same with other fields.
pub(crate) fn with(mut source: Value, fields: Value) -> Value {
    source.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    source
}
