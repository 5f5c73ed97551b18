//! `GET /healthz`: can the gateway do its work, and how far is the log?
//!
//! The log failing is a failure (503). The bridge being down is not: what is logged is still served, and the state says `degraded`.

use crate::{
    gateway::Shared,
    ingest::state::{Bridge, Phase},
    log::now,
};
use serde::Serialize;
use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};
use tokio::time::timeout;
use watchdeck_store::Store;

/// How long a trial write may take.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    status: &'static str,
    version: &'static str,
    #[serde(flatten)]
    details: Option<Details>,
}

/// Only for readers: channel names carry user ids.
#[derive(Debug, Serialize)]
struct Details {
    epoch: String,
    connections: usize,
    bridge: Bridge,
    log: LogReport,
}

#[derive(Debug, Serialize)]
struct LogReport {
    events: u64,
    error: Option<String>,
    channels: BTreeMap<String, Range>,
}

#[derive(Debug, Serialize)]
struct Range {
    first: u64,
    last: u64,
}

/// Whether the log takes writes, and the report; with details for readers.
pub(crate) async fn report(shared: &Shared, full: bool) -> (bool, Report) {
    let store = shared.log.store();
    let error = failure(store).await;
    let bridge = shared.bridge.read();
    let status = match (&error, bridge.state) {
        (Some(_), _) => "failing",
        (None, Phase::Connecting | Phase::Down) => "degraded",
        (None, Phase::Off | Phase::Up) => "ok",
    };
    let healthy = error.is_none();
    let details = full.then(|| {
        let channels: BTreeMap<_, _> = store
            .channels()
            .iter()
            .map(|channel| {
                let bounds = store.channel_bounds(channel);
                (channel.to_string(), Range { first: bounds.first, last: bounds.last })
            })
            .collect();
        let events = channels.values().map(|range| range.last + 1 - range.first).sum();
        let log = LogReport { events, error, channels };
        Details { epoch: store.epoch().to_owned(), connections: shared.connections.load(Ordering::Relaxed), bridge, log }
    });
    (healthy, Report { status, version: env!("CARGO_PKG_VERSION"), details })
}

/// Why the log takes no writes. The last write says it; when that failed, a trial write shows whether it still does.
async fn failure(store: &Store) -> Option<String> {
    store.watch_failure().borrow().clone()?;
    let trial = u64::try_from(now().0).unwrap_or(0);
    match timeout(PATIENCE, store.set_checkpoint("health_trial", trial)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("the log did not take a trial write within {} s", PATIENCE.as_secs())),
    }
}
