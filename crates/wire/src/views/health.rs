//! The Feed health page: what is known of every source, and how well.

use crate::{
    link::{LinkCause, LinkState},
    row::GapView,
    settings::SourceColour,
    views::{HandlerView, UnreadOf},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Millis;

/// The Feed health page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HealthView {
    /// When this was computed.
    pub at: Millis,
    /// One per source.
    pub sources: Vec<SourceHealth>,
    /// Newest first, at most 100.
    pub gaps: Vec<GapView>,
    /// Publisher to this machine, last 10,000 events.
    pub arrival: Percentiles,
    /// This machine to committed.
    pub commit: Percentiles,
    /// Publisher to painted, as the window reports it for rows that came live.
    pub painted: Percentiles,
    /// Events per second, one value a second, oldest first, 300 values.
    pub rate: Vec<f64>,
    /// The local store.
    pub store: StoreHealth,
    /// Decisions that wait to be sent.
    pub decisions_queued: u32,
    /// Decisions given up.
    pub decisions_failed: u32,
    /// How far each subscriber of the store is behind, in events.
    pub lag: BTreeMap<String, u64>,
    /// Frames that could not be read, newest first, at most 50.
    pub malformed: Vec<MalformedFrame>,
    /// Copies of a change in an older shape, recognised as the same change and not counted again.
    pub copies: u64,
    /// Events that could not be dealt with and were set aside, newest first, at most 50.
    pub set_aside: Vec<SetAside>,
    /// Parts of Watchdeck that failed since it was started, the last to fail first.
    pub faults: Vec<PartFault>,
    /// What could not be read in events that were, of every source that has such values.
    pub unread: Vec<UnreadOf>,
    /// What is done for each event behind the store, and how far it is.
    pub handlers: Vec<HandlerView>,
}

/// An event that could not be dealt with. The part that it brought down skips it from then on; everything else goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SetAside {
    /// When.
    pub at: Millis,
    /// Its number in the store; `None`: the store did not take it.
    pub seq: Option<u64>,
    /// What could not deal with it.
    pub by: SetAsideBy,
    /// From which source.
    pub source: String,
    /// Its kind.
    pub kind: String,
    /// Its channel.
    pub channel: String,
    /// What went wrong, in the program's words.
    pub reason: String,
    /// How it begins, masked.
    pub sample: String,
}

/// What could not deal with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SetAsideBy {
    /// The numbers: stock, orders, approvals, money leave it out.
    Numbers,
    /// The rules: it raises and ends no alert.
    Alerts,
    /// The store: its row is a marker in its place.
    Store,
    /// What reads payloads: its row is a marker in its place.
    Reader,
    /// What makes rows: it is shown without words.
    Row,
}

/// A part of Watchdeck that failed and was started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PartFault {
    /// Which: `follower`, `decisions`, `source:east`, `command:orders`.
    pub part: String,
    /// What was said last, in the program's words.
    pub detail: String,
    /// How often.
    pub times: u32,
    /// First time.
    pub first_at: Millis,
    /// Last time.
    pub last_at: Millis,
}

/// A frame that could not be read, kept for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct MalformedFrame {
    /// When it came.
    pub at: Millis,
    /// From which source.
    pub source: String,
    /// Its size.
    pub bytes: u64,
    /// What is wrong with it, in words.
    pub reason: String,
    /// How it begins, at most 2 KiB, with everything masked that may be a secret. What is not UTF-8 shows as U+FFFD.
    pub sample: String,
}

/// A support bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SupportBundle {
    /// Where it is.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

/// One source's record.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceHealth {
    /// Profile id.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// Without secrets.
    pub url: String,
    /// Now.
    pub state: LinkState,
    /// Connections lost since start.
    pub reconnects: u32,
    /// Newest last, at most 100.
    pub timeline: Vec<LinkStep>,
    /// Events received since the start of this run: those of the next four lines.
    pub received: u64,
    /// Of those, stored.
    pub stored: u64,
    /// Repeats recognised and not stored again.
    pub duplicates: u64,
    /// Could not be read or kept; a marker stands for each.
    pub set_aside: u64,
    /// On their way into the store.
    pub waiting: u64,
    /// Stored, but left out of the numbers or of the alerts, because something could not deal with them; over all runs.
    pub left_out: u64,
    /// Why the store does not take this source's events, until it takes one.
    pub store_error: Option<String>,
    /// Frames that could not be read.
    pub malformed: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Per channel, the position that is safe in the store: `epoch:offset`.
    pub positions: BTreeMap<String, String>,
    /// Tells it apart from the others on screen.
    pub colour: SourceColour,
    /// The protocol spoken (`native`, `erp`, …); empty while it is unknown.
    pub dialect: String,
    /// The server's clock less ours, ms; `None` while nothing tells it.
    pub skew_ms: Option<f64>,
    /// How far off that may be, ms either way.
    pub skew_error_ms: Option<f64>,
    /// From a ping to its pong, ms, newest.
    pub round_trip_ms: Option<f64>,
    /// Since when the present connection is open.
    pub connected_since: Option<Millis>,
    /// Gap markers of it, ever.
    pub gaps: u32,
    /// Of those, filled from the server's history.
    pub gaps_filled: u32,
    /// Copies of a change in an older shape, recognised as the same change.
    pub copies: u64,
    /// Events that another source of the same ERP had told already: counted and shown once.
    pub told_elsewhere: u64,
    /// Events per second over the last five seconds.
    pub rate: f64,
    /// Deliveries that wait to be stored.
    pub queue: u32,
    /// Most that may wait before the link stops reading.
    pub queue_capacity: u32,
    /// Bytes that are decoded and wait for the queue.
    pub waiting_bytes: u64,
    /// Publisher to server, for events that came as they happened and say both times.
    pub forwarded: Percentiles,
    /// Server to this machine, the difference of the clocks taken out.
    pub travelled: Percentiles,
    /// This machine to committed.
    pub committed: Percentiles,
    /// The last thing that went wrong on the connection, in its own words.
    pub last_error: Option<String>,
    /// Channels that the server would not serve on this connection, and why. The others go on.
    pub denied: Vec<DeniedChannel>,
}

/// A channel that a server would not serve.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DeniedChannel {
    /// Which.
    pub channel: String,
    /// Why, in the server's words.
    pub detail: String,
}

/// One change of a link's state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LinkStep {
    /// When.
    pub at: Millis,
    /// Into which state.
    pub state: LinkState,
    /// What ended the one before, where something went wrong.
    pub cause: Option<LinkCause>,
}

/// Percentiles in ms; all zero when `count` is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Percentiles {
    /// Samples.
    pub count: u64,
    /// Median.
    pub p50: f64,
    /// 95th.
    pub p95: f64,
    /// 99th.
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

/// The local store.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StoreHealth {
    /// Where it is.
    pub path: String,
    /// Events in it.
    pub events: u64,
    /// Size on disk.
    pub bytes: u64,
    /// Oldest event.
    pub oldest_at: Option<Millis>,
    /// Last write failure, in words, until a write succeeds again.
    pub error: Option<String>,
}
