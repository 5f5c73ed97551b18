//! What is unusual about what somebody does. Pure: entries in, findings out; everything that is remembered is bounded.

use super::entry::{Act, Entry};
use std::collections::{HashMap, HashSet, VecDeque};
use watchdeck_events::Millis;

/// Refusals of one within a minute.
const REFUSALS: usize = 10;
const MINUTE: i64 = 60_000;
/// Addresses of one within five minutes.
const ADDRESSES: usize = 4;
/// Masked fields that one looks at within five minutes.
const REVEALS: usize = 20;
/// Decisions by which an hour is known to be one in which somebody decides, or not.
const HABIT: u32 = 30;
/// A finding is told once in so long.
const QUIET: i64 = 60 * MINUTE;
/// People and addresses that are remembered.
const MOST: usize = 10_000;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Unusual {
    known: HashMap<String, Habits>,
}

#[derive(Debug, Default)]
struct Habits {
    refusals: VecDeque<Millis>,
    addresses: VecDeque<(Millis, String)>,
    reveals: VecDeque<Millis>,
    /// Decisions by the hour of the day.
    hours: [u32; 24],
    told: HashMap<&'static str, Millis>,
    last: Millis,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) who: String,
    pub(super) at: Millis,
    /// For programs.
    pub(super) what: &'static str,
    /// For people.
    pub(super) words: String,
}

impl Unusual {
    pub(super) fn hear(&mut self, entry: &Entry) -> Option<Finding> {
        // A stranger is known by the address.
        let who = if entry.who.is_empty() { entry.from.clone().unwrap_or_default() } else { entry.who.clone() };
        if !self.known.contains_key(&who) && self.known.len() >= MOST {
            let oldest = self.known.iter().min_by_key(|(_, habits)| habits.last).map(|(who, _)| who.clone());
            oldest.and_then(|oldest| self.known.remove(&oldest));
        }
        let habits = self.known.entry(who.clone()).or_default();
        habits.last = entry.at;
        let (what, words) = habits.hear(entry)?;
        let told = habits.told.get(what);
        if told.is_some_and(|told| entry.at.since(*told) < QUIET) {
            return None;
        }
        habits.told.insert(what, entry.at);
        Some(Finding { who, at: entry.at, what, words })
    }
}

impl Habits {
    fn hear(&mut self, entry: &Entry) -> Option<(&'static str, String)> {
        let at = entry.at;
        let recent = |times: &mut VecDeque<Millis>, within: i64| {
            times.push_back(at);
            while times.front().is_some_and(|first| at.since(*first) > within) {
                times.pop_front();
            }
            times.len()
        };
        match entry.act {
            Act::Refused => {
                let count = recent(&mut self.refusals, MINUTE);
                (count >= REFUSALS).then(|| ("refusals", format!("refused {count} times within a minute")))
            }
            Act::Connected => {
                let from = entry.from.clone()?;
                self.addresses.push_back((at, from));
                while self.addresses.front().is_some_and(|(first, _)| at.since(*first) > 5 * MINUTE) || self.addresses.len() > 1_000 {
                    self.addresses.pop_front();
                }
                let count = self.addresses.iter().map(|(_, from)| from).collect::<HashSet<_>>().len();
                (count >= ADDRESSES).then(|| ("addresses", format!("came from {count} addresses within five minutes")))
            }
            Act::Revealed => {
                let count = recent(&mut self.reveals, 5 * MINUTE);
                (count >= REVEALS).then(|| ("reveals", format!("looked at {count} masked fields within five minutes")))
            }
            Act::Decided => {
                let hour = usize::try_from(at.0.rem_euclid(24 * 60 * MINUTE) / (60 * MINUTE)).unwrap_or(0);
                let near = [23, 0, 1].map(|by| self.hours[(hour + by) % 24]).iter().sum::<u32>();
                let all: u32 = self.hours.iter().sum();
                self.hours[hour] += 1;
                (all >= HABIT && near == 0)
                    .then(|| ("hour", format!("decided at {hour:02}:00 UTC, where none of {all} decisions before was made")))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * MINUTE;

    fn findings(entries: impl IntoIterator<Item = Entry>) -> Vec<&'static str> {
        let mut unusual = Unusual::default();
        entries.into_iter().filter_map(|entry| unusual.hear(&entry)).map(|finding| finding.what).collect()
    }

    #[test]
    fn what_nobody_usually_does_is_told_once() {
        let many = |act, count: i64, apart: i64| (0..count).map(move |n| Entry::new(Millis(n * apart), "u1", act));
        assert_eq!(findings(many(Act::Refused, 30, 1_000)), ["refusals"]);
        assert!(findings(many(Act::Refused, 30, 10_000)).is_empty(), "now and then is usual");
        assert_eq!(findings(many(Act::Revealed, 40, 1_000)), ["reveals"]);
        let from = |n: i64, address: i64| Entry::new(Millis(n), "u1", Act::Connected).from(Some(format!("10.0.0.{address}")));
        assert_eq!(findings((0..10).map(|n| from(n, n % 5))), ["addresses"]);
        assert!(findings((0..10).map(|n| from(n, n % 3))).is_empty());
    }

    #[test]
    fn a_decision_at_an_hour_of_rest_is_told_and_one_at_work_is_not() {
        let day = |n: i64, hour: i64| Entry::new(Millis(n * 24 * HOUR + hour * HOUR), "u1", Act::Decided);
        let at_work = (0..40).map(|n| day(n, 9 + n % 8));
        assert_eq!(findings(at_work.clone().chain([day(41, 3)])), ["hour"]);
        assert!(findings(at_work.chain([day(41, 17)])).is_empty(), "an hour later than usual is usual");
        assert!(findings((0..5).map(|n| day(n, 9)).chain([day(6, 3)])).is_empty(), "nobody is known by five decisions");
    }
}
