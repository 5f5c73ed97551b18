//! Which channels brought messages that nobody can follow, and when that is to be told again. Bounded, pure.

use std::{collections::BTreeMap, time::Duration};

/// Names remembered one by one; the rest is counted together.
const NAMES: usize = 50;
/// The name of the rest.
const OTHERS: &str = "(others)";
/// A name is told of again after this long, with how many there were since.
const AGAIN: Duration = Duration::from_secs(60);

/// How it stands with one name.
#[derive(Debug, Clone)]
struct Count {
    why: &'static str,
    total: u64,
    untold: u64,
    told_at: Option<Duration>,
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Refused(BTreeMap<String, Count>);

/// To be told: the name, why, and how many since it was told last.
pub(crate) type Told = (String, &'static str, u64);

impl Refused {
    /// One more message on `name`.
    pub(crate) fn add(&mut self, name: String, why: &'static str) {
        let name = if self.0.len() >= NAMES && !self.0.contains_key(&name) { OTHERS.to_owned() } else { name };
        let count = self.0.entry(name).or_insert(Count { why, total: 0, untold: 0, told_at: None });
        count.total += 1;
        count.untold += 1;
    }

    /// What is due to be told at `up`, a time that only grows.
    pub(crate) fn due(&mut self, up: Duration) -> Vec<Told> {
        let due =
            self.0.iter_mut().filter(|(_, count)| count.untold > 0 && count.told_at.is_none_or(|told| up.saturating_sub(told) >= AGAIN));
        due.map(|(name, count)| {
            count.told_at = Some(up);
            (name.clone(), count.why, std::mem::take(&mut count.untold))
        })
        .collect()
    }

    /// Messages by name, since the start.
    pub(crate) fn totals(&self) -> BTreeMap<String, u64> {
        self.0.iter().map(|(name, count)| (name.clone(), count.total)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_once_and_then_counted() {
        let mut refused = Refused::default();
        let second = Duration::from_secs(1);
        refused.add("ws:".into(), "empty");
        assert_eq!(refused.due(second), [("ws:".to_owned(), "empty", 1)], "at once, the first time");
        for _ in 0..500 {
            refused.add("ws:".into(), "empty");
        }
        assert_eq!(refused.due(second * 30), []);
        assert_eq!(refused.due(second * 61), [("ws:".to_owned(), "empty", 500)], "and then with their number");
        assert_eq!(refused.due(second * 200), [], "nothing new, nothing to tell");
        assert_eq!(refused.totals()["ws:"], 501);
    }

    #[test]
    fn any_number_of_names_takes_bounded_room() {
        let mut refused = Refused::default();
        for n in 0..10_000 {
            refused.add(format!("ws: {n}"), "space");
        }
        assert!(refused.totals().len() <= NAMES + 1);
        assert_eq!(refused.totals().values().sum::<u64>(), 10_000, "all are counted");
    }
}
