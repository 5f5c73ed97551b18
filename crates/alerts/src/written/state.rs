//! What is remembered of one rule: what it has counted, what waits, and whether it is fit.

use super::{compiled::Compiled, counts::Counts};
use crate::alert::Raise;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use watchdeck_events::Millis;

/// After so many looks at how long a rule takes
const SAMPLES: u32 = 32;
/// it must not be more than this, on the average.
pub(super) const SLOW: Duration = Duration::from_millis(1);

/// Of one rule.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) counts: Counts,
    /// What holds and has to hold on for a while, since when.
    pub(super) waiting: BTreeMap<String, (Millis, Raise)>,
    /// Why it is not asked any more.
    pub(super) stopped: Option<String>,
    pub(super) spent: (u32, Duration),
    /// What happened up to here is not counted yet.
    pub(super) cold: Option<u64>,
}

impl State {
    pub(super) fn note(&mut self, rule: &Compiled, looked: Result<(), String>, began: Option<Instant>) {
        if let Err(why) = looked {
            self.stop(rule, why);
        }
        let Some(began) = began else { return };
        self.spent = (self.spent.0 + 1, self.spent.1 + began.elapsed());
        if self.spent.0 >= SAMPLES {
            if self.spent.1 / SAMPLES > SLOW {
                self.stop(rule, format!("it takes {} µs for an event", (self.spent.1 / SAMPLES).as_micros()));
            }
            self.spent = (0, Duration::ZERO);
        }
    }

    pub(super) fn stop(&mut self, rule: &Compiled, why: String) {
        tracing::warn!(rule = &*rule.id, why, "A rule is stopped until it is changed.");
        self.stopped = Some(why);
        self.waiting.clear();
    }
}
