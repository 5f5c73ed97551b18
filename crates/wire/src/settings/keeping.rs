//! How long events are kept.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// How long events are kept, and how many. Alerts, decisions and figures are not touched by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Keeping {
    /// Older and more than that is let go, once an hour. Else only when somebody asks for it.
    pub on: bool,
    /// Days since they came; `None`: without end.
    pub days: Option<u32>,
    /// Gigabytes that each channel may take on disk; `None`: without end.
    pub gigabytes: Option<f64>,
    /// Channels that are kept longer or shorter.
    pub channels: Vec<KeepChannel>,
    /// What stays whatever else is said.
    pub holds: Vec<Hold>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { on: true, days: Some(30), gigabytes: Some(2.0), channels: Vec::new(), holds: Vec::new() }
    }
}

/// How long the events of some channels are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct KeepChannel {
    /// Their name, with `*` for anything. A whole name counts before one with `*`, a longer one before a shorter one.
    pub channel: String,
    /// See [`Keeping::days`].
    pub days: Option<u32>,
    /// See [`Keeping::gigabytes`].
    pub gigabytes: Option<f64>,
}

/// Events that are never let go. What is left open holds for all; something has to be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Hold {
    /// Why, for people.
    pub why: String,
    /// Channels, with `*` for anything; empty for all.
    pub channel: String,
    /// Kinds, likewise.
    pub kind: String,
    /// What they are about (`order:SO-7`), exactly; empty for anything.
    pub subject: String,
    /// One event's id; empty for any.
    pub event: String,
    /// From this time on.
    pub from: Option<Millis>,
    /// Before this time.
    pub before: Option<Millis>,
}
