//! What is known of a handler, for whoever asks.

use crate::Pace;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// What somebody wants of a handler. It holds at the next start too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// That it runs.
    #[default]
    Run,
    /// That it begins nothing new.
    Pause,
    /// That it is not there at all.
    Stop,
}

/// How a handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It runs.
    Running,
    /// It runs, and something failed and waits for another try.
    Failing,
    /// It begins nothing new until it is resumed.
    Paused,
    /// It does not run.
    Stopped,
}

/// What is known of a handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// Everything up to here is done or parked.
    pub checkpoint: u64,
    /// Events that it is behind.
    pub behind: u64,
    /// Whether there may be fewer: numbers have holes, and not every event is wanted.
    pub about: bool,
    /// Events that wait for another try.
    pub retrying: usize,
    /// Events done since it was started.
    pub handled: u64,
    /// Tries that failed since then.
    pub failures: u64,
    /// Events a second, over the last ten.
    pub rate: f64,
    /// What went wrong last.
    pub last_error: Option<LastError>,
    /// Its dead letters.
    pub letters: u64,
    /// What somebody made it do beside its events.
    pub errand: Option<Errand>,
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastError {
    /// When.
    pub at: Millis,
    /// In words.
    pub words: String,
}

/// A replay or a redelivery, running or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Errand {
    /// Which.
    pub kind: ErrandKind,
    /// How fast.
    pub pace: Pace,
    /// How much there is: numbers in the store of a replay, letters of a redelivery.
    pub total: u64,
    /// How much of it was looked at.
    pub at: u64,
    /// Events done.
    pub done: u64,
    /// Events parked, or left parked.
    pub failed: u64,
    /// It waits for somebody.
    pub paused: bool,
    /// It has ended.
    pub ended: bool,
}

/// What an errand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrandKind {
    /// A stretch of the past, once more.
    Replay,
    /// Dead letters, once more.
    Redelivery,
}
