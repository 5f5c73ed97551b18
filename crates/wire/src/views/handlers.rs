//! What is done for each event behind the store, and what could not be done: the handlers and their dead letters.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// Something that is done for each event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HandlerView {
    /// Names it, its checkpoint and its letters: `numbers`, `rules`, `announcer`, `decisions`, `backfill`, `hook:erp-mirror`.
    pub name: String,
    /// As the user named it, where the user did.
    pub title: Option<String>,
    /// How it is.
    pub state: HandlerState,
    /// Everything up to here is done or parked; `None`: it does not follow the events.
    pub checkpoint: Option<u64>,
    /// Events, or what else it deals with, that it is behind.
    pub behind: u64,
    /// Whether there may be fewer: numbers have holes, and not every event is wanted.
    pub about: bool,
    /// What waits for another try.
    pub retrying: u32,
    /// Done since it was started; `None`: nobody counts.
    pub handled: Option<u64>,
    /// Tries that failed since it was started.
    pub failures: u64,
    /// Events a second, over the last ten.
    pub rate: f64,
    /// What went wrong last.
    pub last_error: Option<HandlerError>,
    /// Its dead letters.
    pub letters: u64,
    /// What somebody made it do beside its events.
    pub errand: Option<ErrandView>,
    /// What can be done with it.
    pub can: Vec<HandlerCan>,
}

/// How a handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HandlerState {
    /// It runs.
    Running,
    /// It runs, and something failed and waits for another try.
    Failing,
    /// It begins nothing new until it is resumed.
    Paused,
    /// It does not run.
    Stopped,
}

/// What went wrong last with a handler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HandlerError {
    /// When.
    pub at: Millis,
    /// In words.
    pub words: String,
}

/// A replay, a redelivery or a rebuild, running or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ErrandView {
    /// Which.
    pub kind: ErrandName,
    /// So many times as fast as the events came; 0: as fast as it goes.
    pub pace: f64,
    /// How much there is: numbers in the store, letters of a redelivery.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ErrandName {
    /// A stretch of the past, once more.
    Replay,
    /// Dead letters, once more.
    Redelivery,
    /// What is computed, anew.
    Rebuild,
}

/// What can be done with a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HandlerCan {
    /// Pause, resume and stop it.
    Pause,
    /// Move its checkpoint.
    Move,
    /// Give it a stretch of the past once more.
    Replay,
    /// Compute what it computes anew.
    Rebuild,
}

/// What somebody does with a handler.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "act", rename_all = "snake_case")]
#[ts(export)]
pub enum HandlerAct {
    /// Begin nothing new, now and after a restart.
    Pause,
    /// Go on.
    Resume,
    /// Finish what is being tried, and end.
    Stop,
    /// Go on from another place.
    Move {
        /// Where.
        to: HandlerPlace,
    },
    /// Give it everything from a place to the newest once more, beside what is live.
    Replay {
        /// Where it begins.
        from: HandlerPlace,
        /// So many times as fast as the events came; 0: as fast as it goes.
        pace: f64,
    },
    /// Let the replay rest.
    Rest,
    /// Let it go on.
    GoOn,
    /// End it where it is.
    CallBack,
    /// Compute anew what it computes.
    Rebuild,
}

/// Where in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "place", rename_all = "snake_case")]
#[ts(export)]
pub enum HandlerPlace {
    /// Before the oldest event.
    Start,
    /// Behind the newest event.
    Now,
    /// Before the event of this number.
    Seq {
        /// The number.
        seq: u64,
    },
    /// Before the first event that came then or later.
    Time {
        /// The time.
        at: Millis,
    },
}

/// An event that a handler could not deal with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LetterView {
    /// Names it.
    pub key: String,
    /// Whose.
    pub handler: String,
    /// The event's number in the store.
    pub seq: u64,
    /// When it came.
    pub received_at: Millis,
    /// From which source.
    pub source: String,
    /// Its kind.
    pub kind: String,
    /// Its channel.
    pub channel: String,
    /// What it is about.
    pub subject: Option<String>,
    /// What the last try said.
    pub reason: String,
    /// Tries that were made.
    pub attempts: u32,
    /// When the first of them failed.
    pub first_at: Millis,
    /// When the last of them did.
    pub last_at: Millis,
    /// How it begins, masked.
    pub sample: String,
    /// Whether it can be thrown away. What the numbers leave out stays known, so that it is left out again.
    pub can_discard: bool,
}

/// A page of dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LettersView {
    /// By handler, newest event first.
    pub letters: Vec<LetterView>,
    /// How many are meant, on this page and others.
    pub total: u64,
    /// How many of those can be thrown away.
    pub discardable: u64,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}
