//! An amount in the sums, and its place there.

use crate::{moment::Moment, money::Purse};
use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Money};

/// An amount and where it counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) moment: Moment,
    /// By our clock.
    pub(super) at: Millis,
    pub(super) amount: Option<Money>,
    pub(super) purse: Purse,
}

impl Entry {
    pub(super) fn place(&self) -> u64 {
        self.moment.seq
    }
}
