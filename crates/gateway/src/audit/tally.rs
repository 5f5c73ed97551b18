//! What is done often: counted, and told together. Pure; everything that is remembered is bounded.

use super::entry::{Act, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use watchdeck_events::Millis;

/// Bytes of the names in one entry.
const NAMES: usize = 280;
/// Refusals that are told apart within a minute; beyond it they are told of everybody together.
const MOST_REFUSALS: usize = 1_000;

/// Who, and from which address.
type Whence = (String, Option<String>);

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events by who published them, and in which channel.
    published: BTreeMap<String, BTreeMap<String, u64>>,
    /// Channels by who began to follow them.
    followed: BTreeMap<Whence, BTreeSet<String>>,
}

impl Tally {
    pub(super) fn publish(&mut self, who: &str, channel: &str) {
        let of = self.published.entry(who.to_owned()).or_default();
        match of.get_mut(channel) {
            Some(events) => *events += 1,
            None => drop(of.insert(channel.to_owned(), 1)),
        }
    }

    /// Answers whether it is the first that waits to be told.
    pub(super) fn follow(&mut self, who: &str, from: Option<&str>, channel: &str) -> bool {
        let is_first = self.followed.is_empty();
        self.followed.entry((who.to_owned(), from.map(str::to_owned))).or_default().insert(channel.to_owned());
        is_first
    }

    /// What was published, an entry for each channel; taken out.
    pub(super) fn take_published(&mut self, at: Millis) -> Vec<Entry> {
        let published = std::mem::take(&mut self.published);
        let entries = published.into_iter().flat_map(|(who, channels)| {
            channels
                .into_iter()
                .map(move |(channel, events)| Entry::new(at, who.clone(), Act::Published).what(channel).detail(format!("{events} events")))
        });
        entries.collect()
    }

    /// What was followed, as many names in an entry as it holds; taken out.
    pub(super) fn take_followed(&mut self, at: Millis) -> Vec<Entry> {
        let mut entries = Vec::new();
        for ((who, from), channels) in std::mem::take(&mut self.followed) {
            let mut names = String::new();
            let entry = |names: String| Entry::new(at, who.clone(), Act::Subscribed).from(from.clone()).what(names);
            for channel in channels {
                if !names.is_empty() && names.len() + 1 + channel.len() > NAMES {
                    entries.push(entry(std::mem::take(&mut names)));
                }
                names.extend((!names.is_empty()).then_some(' '));
                names.push_str(&channel);
            }
            entries.push(entry(names));
        }
        entries
    }
}

/// Who was refused, from where, and in which words.
type Refusal = (String, Option<String>, Option<String>);

/// Refusals of the same: the first one is told, those after it are counted, so that nobody fills the disk by knocking.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    again: HashMap<Refusal, u64>,
}

impl Refusals {
    /// Whether it is told now.
    pub(super) fn is_told(&mut self, entry: &Entry) -> bool {
        if entry.act != Act::Refused {
            return true;
        }
        let mut refusal = (entry.who.clone(), entry.from.clone(), entry.detail.clone());
        if self.again.len() >= MOST_REFUSALS && !self.again.contains_key(&refusal) {
            refusal = (String::new(), None, Some("others".into()));
        }
        match self.again.get_mut(&refusal) {
            Some(again) => {
                *again += 1;
                false
            }
            None => self.again.insert(refusal, 0).is_none(),
        }
    }

    /// How often each was refused again since; taken out.
    pub(super) fn take(&mut self, at: Millis) -> Vec<Entry> {
        let again = std::mem::take(&mut self.again).into_iter().filter(|(_, again)| *again > 0);
        let entry = |((who, from, words), again): (Refusal, u64)| {
            Entry::new(at, who, Act::Refused).from(from).detail(format!("{again} more times: {}", words.unwrap_or_default()))
        };
        again.map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_followed_is_told_with_all_its_names() {
        let mut tally = Tally::default();
        assert!(tally.follow("u1", Some("10.0.0.7"), "orders"));
        for n in 0..100 {
            assert!(!tally.follow("u1", Some("10.0.0.7"), &format!("warehouse:{n}")));
        }
        tally.follow("u2", None, "orders");
        let entries = tally.take_followed(Millis(5));
        let of_first: Vec<_> = entries.iter().filter(|entry| entry.who == "u1").collect();
        assert!(of_first.len() > 1 && of_first.iter().all(|entry| entry.what.as_ref().is_some_and(|names| names.len() <= NAMES)));
        assert_eq!(of_first.iter().flat_map(|entry| entry.what.as_ref().unwrap().split(' ')).count(), 101);
        assert!(tally.take_followed(Millis(6)).is_empty(), "each is told once");
    }

    #[test]
    fn whoever_knocks_on_and_on_is_one_entry_and_a_number() {
        let mut refusals = Refusals::default();
        let refused = |who: &str| Entry::new(Millis(1), who, Act::Refused).from(Some("10.0.0.7".into())).detail("no token");
        assert!(refusals.is_told(&refused("")) && !refusals.is_told(&refused("")) && !refusals.is_told(&refused("")));
        assert!(refusals.is_told(&Entry::new(Millis(1), "", Act::Connected)), "only refusals are counted");
        let told = refusals.take(Millis(9));
        assert_eq!((told.len(), told[0].detail.as_deref()), (1, Some("2 more times: no token")));
        assert!(refusals.is_told(&refused("")), "a minute later it is told again");
        let told: usize = (0..5_000).filter(|n| refusals.is_told(&refused(&n.to_string()))).count();
        assert_eq!(told, MOST_REFUSALS, "so many are told apart, and one stands for all others");
        assert!(refusals.take(Millis(9)).iter().any(|entry| entry.detail.as_deref() == Some("4000 more times: others")));
    }
}
