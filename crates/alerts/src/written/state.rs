//! What is remembered of one rule: what it has counted, what waits, and whether it is fit.

use super::{compiled::Compiled, counts::Counts};
use crate::alert::Raise;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use watchdeck_events::Millis;

/// Of so many looks at how long a rule takes for an event
const SAMPLES: u32 = 32;
/// so many may take longer than this: a machine that rests for a moment makes no rule slow.
const SLOW_ONES: u32 = SAMPLES / 2;
const SLOW: Duration = Duration::from_millis(1);
/// A look at everything that there is may take so long,
const SLOW_LOOK: Duration = Duration::from_secs(2);
/// but for fewer times in a row than this.
const SLOW_LOOKS: u32 = 3;

/// Of one rule.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) counts: Counts,
    /// What holds and has to hold on for a while, since when.
    pub(super) waiting: BTreeMap<String, (Millis, Raise)>,
    /// Why it is not asked any more.
    pub(super) stopped: Option<String>,
    /// Looks at how long it takes, and how many of them were slow.
    pub(super) sampled: (u32, u32),
    /// Slow looks at everything, in a row.
    pub(super) slow_looks: u32,
    /// It has not yet been asked of what there is.
    pub(super) is_new: bool,
    /// What happened up to here is not counted yet.
    pub(super) cold: Option<u64>,
}

impl State {
    pub(super) fn note(&mut self, rule: &Compiled, looked: Result<(), String>, began: Option<Instant>) {
        if let Err(why) = looked {
            self.stop(rule, why);
        }
        let Some(began) = began else { return };
        let slow = began.elapsed() > SLOW;
        self.sampled = (self.sampled.0 + 1, self.sampled.1 + u32::from(slow));
        if self.sampled.1 > SLOW_ONES {
            self.stop(rule, format!("it takes more than {} ms for an event", SLOW.as_millis()));
        }
        if self.sampled.0 >= SAMPLES || self.stopped.is_some() {
            self.sampled = (0, 0);
        }
    }

    /// A look at everything took so long.
    pub(super) fn note_look(&mut self, rule: &Compiled, took: Duration) {
        self.slow_looks = if took > SLOW_LOOK { self.slow_looks + 1 } else { 0 };
        if self.slow_looks >= SLOW_LOOKS {
            self.stop(rule, "a look at everything that it is about takes seconds".to_owned());
        }
    }

    /// It says something else by now. `is_new`: nobody has asked it of what there is.
    pub(super) fn begin_anew(&mut self, is_new: bool) {
        (self.stopped, self.sampled, self.slow_looks, self.is_new) = (None, (0, 0), 0, is_new);
        self.waiting.clear();
    }

    pub(super) fn stop(&mut self, rule: &Compiled, why: String) {
        tracing::warn!(rule = &*rule.id, why, "A rule is stopped until it is changed.");
        self.stopped = Some(why);
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::settings::{RuleDocument, Worded};

    fn rule() -> Compiled {
        let title = Worded { zh: String::new(), en: "R".into() };
        Compiled::of("r", &RuleDocument { title, when: "kind:x".into(), ..RuleDocument::default() }, Millis(0)).unwrap()
    }

    #[test]
    fn a_machine_that_rests_makes_no_rule_slow_and_one_that_is_slow_is_stopped() {
        let (rule, mut state) = (rule(), State::default());
        let long_ago = Instant::now().checked_sub(Duration::from_secs(5)).unwrap_or_else(Instant::now);
        state.note(&rule, Ok(()), Some(long_ago));
        state.note_look(&rule, Duration::from_secs(60));
        state.note_look(&rule, Duration::from_millis(1));
        assert_eq!(state.stopped, None);
        (0..SLOW_ONES + 1).for_each(|_| state.note(&rule, Ok(()), Some(long_ago)));
        assert!(state.stopped.is_some());
        state.begin_anew(true);
        (0..SLOW_LOOKS).for_each(|_| state.note_look(&rule, Duration::from_secs(3)));
        assert!(state.stopped.is_some());
    }
}
