//! Counts per minute over the last two hours, for the shape of a spark line.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Millis;

const MINUTE: i64 = 60_000;
/// Minutes kept; the window shows sixty.
const KEPT: usize = 120;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerMinute(BTreeMap<i64, u32>);

impl PerMinute {
    /// One more at this instant.
    pub fn count(&mut self, at: Millis) {
        *self.0.entry(at.0.div_euclid(MINUTE)).or_default() += 1;
        while self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// One that was counted turned out to be none.
    pub fn take_back(&mut self, at: Millis) {
        if let Some(count) = self.0.get_mut(&at.0.div_euclid(MINUTE)) {
            *count = count.saturating_sub(1);
        }
    }

    /// Sixty values, the current minute last.
    #[must_use]
    pub fn last_hour(&self, now: Millis) -> Vec<f64> {
        let last = now.0.div_euclid(MINUTE);
        (last - 59..=last).map(|minute| self.0.get(&minute).copied().unwrap_or(0).into()).collect()
    }
}
