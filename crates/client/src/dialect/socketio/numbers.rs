//! What the numbers of one topic tell: the server counts its events in memory, from 1.
//!
//! A number that is skipped is a hole. A number that falls back means that the server counts anew, unless it is a copy of
//! what we have seen or something we missed that arrives late after all.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::RangeInclusive,
};

/// How many events back a copy is recognised.
const REMEMBERED: usize = 64;
/// How many holes back a late event is recognised.
const HOLES: usize = 16;

/// What a number means after those before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The first, or the one that had to come.
    Next,
    /// Seen before.
    Repeat,
    /// Skipped before, and here now.
    Late,
    /// Numbers were skipped.
    Jump,
    /// The server counts anew.
    Restart,
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Numbers {
    last: Option<u64>,
    seen: VecDeque<(u64, Option<u64>)>,
    holes: VecDeque<RangeInclusive<u64>>,
}

impl Numbers {
    /// Apply the number of an event. `id` is the event's own, where it has one.
    pub(super) fn step(&mut self, number: u64, id: Option<&str>) -> Step {
        let id = id.map(|id| {
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            hasher.finish()
        });
        let step = match self.last {
            None => Step::Next,
            Some(last) if number == last.wrapping_add(1) => Step::Next,
            Some(last) if number > last => {
                self.holes.push_back(last + 1..=number - 1);
                Step::Jump
            }
            Some(_) => {
                if self.seen.contains(&(number, id)) {
                    return Step::Repeat;
                }
                if self.fill(number) {
                    self.remember(number, id);
                    return Step::Late;
                }
                // Below the last, or the same number for another event.
                self.seen.clear();
                self.holes.clear();
                Step::Restart
            }
        };
        if self.holes.len() > HOLES {
            self.holes.pop_front();
        }
        self.last = Some(number);
        self.remember(number, id);
        step
    }

    fn remember(&mut self, number: u64, id: Option<u64>) {
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back((number, id));
    }

    /// Take `number` out of the hole it is in.
    fn fill(&mut self, number: u64) -> bool {
        let Some(at) = self.holes.iter().position(|hole| hole.contains(&number)) else { return false };
        let hole = self.holes.remove(at).expect("it was just found");
        let parts = [*hole.start()..=number.saturating_sub(1), number.saturating_add(1)..=*hole.end()];
        self.holes.extend(parts.into_iter().filter(|part| !part.is_empty() && !part.contains(&number)));
        if self.holes.len() > HOLES {
            self.holes.pop_front();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(numbers: &[(u64, &str)]) -> Vec<Step> {
        let mut known = Numbers::default();
        numbers.iter().map(|(number, id)| known.step(*number, Some(id))).collect()
    }

    #[test]
    fn a_jump_is_a_hole_and_a_fall_is_a_restart() {
        use Step::{Jump, Next, Restart};
        assert_eq!(steps(&[(7, "a"), (8, "b"), (11, "c"), (12, "d"), (1, "e"), (2, "f")]), [Next, Next, Jump, Next, Restart, Next]);
    }

    #[test]
    fn a_copy_and_a_latecomer_are_no_restart() {
        use Step::{Jump, Late, Next, Repeat};
        assert_eq!(
            steps(&[(1, "a"), (1, "a"), (2, "b"), (1, "a"), (5, "e"), (4, "d"), (3, "c"), (4, "d"), (6, "f")]),
            [Next, Repeat, Next, Repeat, Jump, Late, Late, Repeat, Next]
        );
    }

    #[test]
    fn the_same_number_for_another_event_is_a_restart() {
        use Step::{Next, Restart};
        assert_eq!(steps(&[(1, "a"), (1, "b"), (2, "c")]), [Next, Restart, Next]);
    }

    #[test]
    fn a_restart_behind_a_hole_is_seen_at_the_latest_when_it_passes_our_number() {
        use Step::{Jump, Late, Next, Restart};
        // The server counts anew while we are away and has reached a number that we once missed.
        assert_eq!(steps(&[(1, "a"), (4, "d"), (3, "x"), (4, "y"), (5, "z")]), [Next, Jump, Late, Restart, Next]);
    }

    proptest! {
        /// What is published is a run of numbers; some are lost, and what arrives is followed by copies of what came shortly before.
        #[test]
        fn every_loss_is_told_once_and_nothing_else_is(run in proptest::collection::vec((any::<bool>(), proptest::option::of(0..8usize)), 1..200)) {
            let mut known = Numbers::default();
            let mut arrived: Vec<u64> = vec![];
            for (number, (lost, copy)) in (1u64..).zip(run) {
                if lost {
                    continue;
                }
                let expected = if arrived.last().is_none_or(|last| last + 1 == number) { Step::Next } else { Step::Jump };
                prop_assert_eq!(known.step(number, Some(&number.to_string())), expected);
                arrived.push(number);
                if let Some(copy) = copy.and_then(|back| arrived.iter().rev().nth(back)) {
                    prop_assert_eq!(known.step(*copy, Some(&copy.to_string())), Step::Repeat);
                }
            }
        }

        #[test]
        fn no_number_panics_and_memory_is_bounded(numbers in proptest::collection::vec((any::<u64>(), 0..4u8), 0..400)) {
            let mut known = Numbers::default();
            for (number, id) in numbers {
                known.step(number, Some(&id.to_string()));
                prop_assert!(known.seen.len() <= REMEMBERED && known.holes.len() <= HOLES);
            }
        }

        #[test]
        fn copies_of_the_latest_never_change_the_verdict_on_the_others(copied in proptest::collection::vec(any::<bool>(), 1..200)) {
            let mut known = Numbers::default();
            for (number, copied) in (1u64..).zip(copied) {
                let id = number.to_string();
                prop_assert_eq!(known.step(number, Some(&id)), Step::Next);
                if copied {
                    prop_assert_eq!(known.step(number, Some(&id)), Step::Repeat);
                }
            }
        }
    }
}
