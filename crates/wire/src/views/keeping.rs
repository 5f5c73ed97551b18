//! What is let go, and what else takes its time: copies of the store, exports.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// What would be let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KeepingPlan {
    /// Events in all.
    pub events: u64,
    /// Bytes that they take on disk, about.
    pub bytes: u64,
    /// By channel.
    pub portions: Vec<KeepingPortion>,
}

/// What would be let go of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KeepingPortion {
    /// The channel.
    pub channel: String,
    /// Events.
    pub events: u64,
    /// Bytes that they take on disk, about.
    pub bytes: u64,
    /// When the first and the last of them came; `None` when none goes.
    pub from: Option<Millis>,
    /// See `from`.
    pub to: Option<Millis>,
    /// Some are older than is kept.
    pub by_age: bool,
    /// Some are more than is kept.
    pub by_size: bool,
    /// Events that would go, and are held.
    pub held: u64,
}

/// What there is, and what was let go of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KeepingView {
    /// Events in the store.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// When the oldest came.
    pub oldest_at: Option<Millis>,
    /// Events that were let go since the beginning, and when the last of them were.
    pub let_go: u64,
    /// See `let_go`.
    pub let_go_at: Option<Millis>,
    /// Free space goes back to the disk by itself. Not so in a file of an earlier version, until it is compacted.
    pub gives_back: bool,
    /// A backup lies ready, and takes the place of the store at the next start.
    pub restores: bool,
    /// Where files go that nobody names a place for.
    pub folder: String,
    /// Where the store is.
    pub path: String,
}

/// Events before those that are there were let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LetGoNote {
    /// When they were let go.
    pub at: Millis,
    /// When the newest of them had come.
    pub upto: Millis,
}

/// Something that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobKind {
    /// Events are let go.
    LetGo,
    /// The store is written anew without its free pages.
    Compact,
    /// The store is copied.
    BackUp,
    /// A backup is checked and laid ready.
    Restore,
    /// Events are written into a file.
    Export,
}

/// How far it is, or how it ended. The last of its kind since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JobView {
    /// What is done.
    pub kind: JobKind,
    /// Since when.
    pub began_at: Millis,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<Millis>,
    /// Done: events, or bytes of a copy.
    pub done: u64,
    /// Of about so many; 0 where nobody knows.
    pub of: u64,
    /// The file that is written or read; empty where none is.
    pub path: String,
    /// Size of the file that was written, or bytes that went back to the disk.
    pub bytes: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// Somebody stopped it.
    pub cancelled: bool,
}

/// What events are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportFormat {
    /// A table that Excel opens as it is.
    Csv,
    /// An object a line.
    Jsonl,
}
