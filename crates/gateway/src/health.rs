//! `GET /healthz`: can the gateway do its work, and how far is the log?
//!
//! * `failing` (503): what is published is not logged. The file takes no writes, or what the bus brings has waited for it too long.
//! * `degraded` (200): what is logged is served, but something is wrong: the bridge is down, its backlog is large,
//!   a part of the file cannot be read, or every seat is taken.
//! * `ok` (200).
//!
//! `problems` says which, in words for programs; whoever may read events also sees the details.

use crate::{
    access::Principal,
    ingest::state::{Bridge, Phase},
    log::{Log, now},
    shared::Shared,
};
use serde::Serialize;
use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};
use tokio::time::timeout;
use watchdeck_store::{Batch, Document, Engine};

/// How long a trial write may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A write that failed this recently counts, whatever a trial says.
const RECENT: Duration = Duration::from_secs(2);
/// Size of a trial write, in bytes. A few bytes find room in a page that is there already, when an event does not.
const TRIAL_BYTES: usize = 256 << 10;
/// What waited this long for the log without any of it being logged is stuck, ms.
const STALLED_MS: u64 = 10_000;
/// Bytes that wait for the log from which on it is worth a word.
const BACKLOG_BYTES: u64 = 8 << 20;

/// Something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Problem {
    /// The log takes no writes.
    Log,
    /// What the bus brings waits for the log, and nothing of it is logged.
    Stalled,
    /// The bridge hears nothing.
    Bridge,
    /// What the bus brings comes faster than it is logged.
    Backlog,
    /// A part of the file cannot be read; consoles get a marker in its place.
    Damage,
    /// Every seat is taken: nobody else can connect.
    Connections,
}

impl Problem {
    const fn is_failure(self) -> bool {
        matches!(self, Self::Log | Self::Stalled)
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    status: &'static str,
    version: &'static str,
    problems: Vec<Problem>,
    #[serde(flatten)]
    details: Option<Details>,
}

/// Only for readers: channel names carry user ids.
#[derive(Debug, Serialize)]
struct Details {
    epoch: String,
    connections: usize,
    /// How often a session was woken by commits since the start.
    wakes: u64,
    bridge: Bridge,
    log: LogReport,
}

#[derive(Debug, Serialize)]
struct LogReport {
    events: u64,
    /// Events that were too large and are kept with their heads only, since the start.
    shortened: u64,
    error: Option<String>,
    /// A damaged file that was put aside at the start, by its new name.
    set_aside: Option<String>,
    /// What of the file cannot be read, in SQLite's words.
    damage: Option<String>,
    channels: BTreeMap<String, Range>,
}

#[derive(Debug, Serialize)]
struct Range {
    first: u64,
    last: u64,
}

/// Whether what is published is logged, and the report; for readers with details, of the channels that they may read.
pub(crate) async fn report(shared: &Shared, reader: Option<&Principal>) -> (bool, Report) {
    let store = shared.log.store();
    let bridge = shared.bridge.read();
    let error = match bridge.stuck.clone() {
        Some(error) => Some(error),
        None => failure(&shared.log).await,
    };
    let damage = store.watch_damage().borrow().words.clone();
    let problems = problems(error.is_some(), !damage.is_empty(), &bridge, shared.seats.available_permits() == 0);
    let healthy = !problems.iter().any(|problem| problem.is_failure());
    let status = match (healthy, problems.is_empty()) {
        (false, _) => "failing",
        (true, false) => "degraded",
        (true, true) => "ok",
    };
    let details = reader.map(|reader| {
        let channels: BTreeMap<_, _> = store
            .channels()
            .iter()
            .filter(|channel| reader.grants.may_read(channel))
            .map(|channel| {
                let bounds = store.channel_bounds(channel);
                (channel.to_string(), Range { first: bounds.first, last: bounds.last })
            })
            .collect();
        let events = channels.values().map(|range| range.last + 1 - range.first).sum();
        let log = LogReport {
            events,
            shortened: shared.log.shortened(),
            error,
            set_aside: shared.set_aside.clone(),
            damage: Some(damage).filter(|words| !words.is_empty()),
            channels,
        };
        let (connections, wakes) = (shared.connections.load(Ordering::Relaxed), shared.tail.listeners.wakes());
        Details { epoch: store.epoch().to_owned(), connections, wakes, bridge, log }
    });
    (healthy, Report { status, version: env!("CARGO_PKG_VERSION"), problems, details })
}

fn problems(no_writes: bool, damaged: bool, bridge: &Bridge, no_seats: bool) -> Vec<Problem> {
    let backlog = bridge.backlog;
    [
        (no_writes, Problem::Log),
        (backlog.stalled_ms >= STALLED_MS, Problem::Stalled),
        (matches!(bridge.state, Phase::Connecting | Phase::Down), Problem::Bridge),
        (backlog.bytes >= BACKLOG_BYTES, Problem::Backlog),
        (damaged, Problem::Damage),
        (no_seats, Problem::Connections),
    ]
    .into_iter()
    .filter_map(|(is_so, problem)| is_so.then_some(problem))
    .collect()
}

/// Why the log takes no writes. The last write says it; when that failed some time ago, a trial write shows whether it still does.
async fn failure(log: &Log) -> Option<String> {
    let failed = log.last_failure();
    if let Some((at, error)) = &failed
        && at.elapsed() < RECENT
    {
        return Some(error.clone());
    }
    if failed.is_none() && log.store().watch_failure().borrow().is_none() {
        return None;
    }
    trial(&**log.store()).await
}

async fn trial(store: &dyn Engine) -> Option<String> {
    let document = |body| Document { collection: "health", key: "trial".into(), body };
    let written = Some(format!("\"{}{}\"", now().0, "x".repeat(TRIAL_BYTES)));
    let writing = async {
        store.append(Batch { documents: vec![document(written)], ..Batch::default() }).await?;
        store.append(Batch { documents: vec![document(None)], ..Batch::default() }).await
    };
    match timeout(PATIENCE, writing).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("the log did not take a trial write within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::state::BridgeState;

    #[test]
    fn what_is_wrong_is_named() {
        let mut bridge = BridgeState::new(Phase::Up).read();
        assert_eq!(problems(false, false, &bridge, false), []);
        bridge.backlog.bytes = BACKLOG_BYTES;
        bridge.backlog.stalled_ms = STALLED_MS;
        bridge.state = Phase::Down;
        let all = [Problem::Log, Problem::Stalled, Problem::Bridge, Problem::Backlog, Problem::Damage, Problem::Connections];
        assert_eq!(problems(true, true, &bridge, true), all);
        assert!([Problem::Log, Problem::Stalled].iter().all(|problem| problem.is_failure()), "what is published is lost or waits");
        assert!(![Problem::Bridge, Problem::Backlog, Problem::Damage, Problem::Connections].iter().any(|problem| problem.is_failure()));
    }
}
