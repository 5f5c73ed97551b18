//! What could not be read in events that were.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// Values of one source's events that nobody could read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct UnreadOf {
    /// Its profile's id.
    pub source: String,
    /// When the first of the events that were looked at was received: this is the period that the counts are of.
    pub since: Millis,
    /// How many values, the ones that are not listed included.
    pub times: u64,
    /// By kind and field, the newest first, at most 64.
    pub fields: Vec<UnreadField>,
    /// Values of fields that are not listed: there were more than are kept apart.
    pub others: u64,
}

/// One field of one kind that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct UnreadField {
    /// The events' kind.
    pub kind: String,
    /// Where they were published.
    pub channel: String,
    /// The field's name in the payload.
    pub field: String,
    /// What stood there last, as one short line, with everything masked that may be a secret. Empty: it was missing, and nobody knows what the event is about.
    pub sample: String,
    /// How many values.
    pub times: u64,
    /// When the first of them was received.
    pub first_at: Millis,
    /// When the last of them was.
    pub last_at: Millis,
    /// The number of its event.
    pub seq: u64,
}
