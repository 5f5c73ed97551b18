//! The order in which things happened, as far as anybody can know it.
//!
//! Events of one thing come from several publishers, whose clocks differ by seconds and of which one writes milliseconds and another
//! seconds. So a publisher's time decides only where it says something clear: an event is put before an earlier arrival when it happened
//! more than [`TOLERANCE`] before it (a backfill, a publisher that was offline). What is nearer is a tie, and of a tie
//! what came later is the later one, unless the two times agree with what the events themselves say of before and after (`10 → 9`, then
//! `9 → 8`): then that counts.
//!
//! Nothing happened after we heard of it: a time in the future is taken as the time of arrival, so no such event can stand in
//! front of all that come after it.

use crate::arrival::Arrival;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use watchdeck_events::Millis;
use watchdeck_store::Stored;

/// Times nearer than this, ms, do not tell an order: clocks without a common master are seconds apart, and many programs write whole seconds.
pub const TOLERANCE: i64 = 5_000;
/// For a time that names no seconds, ms: it is of any instant of its minute.
const MINUTE: i64 = 59_999;

/// When something happened by the publisher's clock, and its place among the arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// By the publisher's clock, and no later than we heard of it.
    pub at: Millis,
    /// Place in the store.
    pub seq: u64,
}

impl Moment {
    /// Of one event.
    #[must_use]
    pub fn of(stored: &Stored, arrival: Arrival) -> Self {
        Self { at: arrival.publisher_at(&stored.event), seq: stored.seq }
    }

    /// Whether this one, which came later, happened before `known` beyond doubt.
    #[must_use]
    pub fn is_long_before(self, known: Self) -> bool {
        let vague = if self.at.0.rem_euclid(60_000) == 0 { MINUTE } else { TOLERANCE };
        self.at.plus(vague) < known.at
    }
}

/// Where the newest arrival belongs in a list that is in order. `says_before` tells of a tie that, by the events' own words, the new one is
/// the earlier.
pub fn place<T>(list: &VecDeque<T>, moment: impl Fn(&T) -> Moment, new: Moment, says_before: impl Fn(&T) -> bool) -> usize {
    let mut end = list.len();
    while end > 0 && new.is_long_before(moment(&list[end - 1])) {
        end -= 1;
    }
    let mut place = end;
    for near in (0..end).rev() {
        if moment(&list[near]).at < new.at {
            break;
        }
        if says_before(&list[near]) {
            place = near;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(arrivals: &[i64]) -> Vec<u64> {
        let mut list = VecDeque::new();
        for (seq, at) in arrivals.iter().enumerate() {
            let new = Moment { at: Millis(*at), seq: seq as u64 };
            let at = place(&list, |known: &Moment| *known, new, |_| false);
            list.insert(at, new);
        }
        list.into_iter().map(|moment| moment.seq).collect()
    }

    #[test]
    fn near_ties_go_by_arrival_and_late_ones_by_time() {
        assert_eq!(order(&[1_700, 1_000, 2_900, 900]), [0, 1, 2, 3], "seconds and milliseconds mixed");
        assert_eq!(order(&[100_001, 200_001, 150_001, 1]), [3, 0, 2, 1], "an offline publisher");
        assert_eq!(order(&[5_001, 1, 0]), [0, 1, 2]);
        assert_eq!(order(&[6_001, 1]), [1, 0]);
    }

    #[test]
    fn a_time_without_seconds_is_of_its_whole_minute() {
        assert_eq!(order(&[90_500, 60_000]), [0, 1]);
        assert_eq!(order(&[120_000, 60_000]), [1, 0]);
    }
}
