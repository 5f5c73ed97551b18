//! How much there is of what.

use std::sync::Arc;
use watchdeck_events::{Channel, Kind, Millis, Severity};

/// Events that have source, channel, kind and severity in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The connection profile that they came through.
    pub source: Arc<str>,
    /// Where they were published.
    pub channel: Channel,
    /// What happened.
    pub kind: Kind,
    /// How much a person should care.
    pub severity: Severity,
    /// How many.
    pub events: u64,
    /// When the first of them occurred.
    pub first: Millis,
    /// When the last of them did.
    pub last: Millis,
}
