//! Whether all entries are there, and as they were written. Pure.

use super::{
    Kept,
    chain::{End, Link, hash, key, place},
};
use std::collections::BTreeMap;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries that were looked at.
    pub entries: u64,
    /// Chains, and the number and the hash of the last entry of each.
    pub ends: Vec<(String, u64, String)>,
    /// What is not as it was written; nothing where all is well.
    pub faults: Vec<Fault>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is gone.
    #[error("entry {number} of chain {chain} is missing")]
    Missing {
        /// Which chain.
        chain: String,
        /// Which entry.
        number: u64,
    },
    /// An entry is not what it was.
    #[error("entry {number} of chain {chain} was changed")]
    Changed {
        /// Which chain.
        chain: String,
        /// Which entry.
        number: u64,
    },
    /// The entries are there, and what says how far they go is not, or says something else.
    #[error("the end of chain {chain} was changed")]
    End {
        /// Which chain.
        chain: String,
    },
    /// A whole chain is gone.
    #[error("chain {chain} is missing, with {number} entries")]
    Gone {
        /// Which chain.
        chain: String,
        /// How many entries it had.
        number: u64,
    },
    /// Something else stands among the entries.
    #[error("{key} is no entry")]
    Strange {
        /// Under which key.
        key: String,
    },
}

/// Look at everything.
#[must_use]
pub fn verify(kept: &Kept) -> Verified {
    let mut found = Verified { entries: kept.entries.len() as u64, ..Verified::default() };
    let mut chains: BTreeMap<&str, BTreeMap<u64, &str>> = BTreeMap::new();
    for (key, body) in &kept.entries {
        match place(key) {
            Some((chain, number)) => drop(chains.entry(chain).or_default().insert(number, body)),
            None => found.faults.push(Fault::Strange { key: key.clone() }),
        }
    }
    let ends: BTreeMap<&str, Option<End>> =
        kept.ends.iter().map(|(chain, body)| (chain.as_str(), serde_json::from_str(body).ok())).collect();
    let mut hashes: BTreeMap<(&str, u64), String> = BTreeMap::new();
    for (&chain, entries) in &chains {
        let last = ends.get(chain).and_then(Option::as_ref).map(|end| end.number);
        let most = last.unwrap_or(0).max(entries.keys().next_back().copied().unwrap_or(0));
        let mut before: Option<String> = None;
        for number in 1..=most {
            let Some(&body) = entries.get(&number) else {
                found.faults.push(Fault::Missing { chain: chain.into(), number });
                before = None;
                continue;
            };
            let follows = |link: Link| number == 1 || before.is_none() || link.before == before;
            if !Link::read(body).is_some_and(follows) {
                // The one before is not what it was, or this one is not.
                found.faults.push(Fault::Changed { chain: chain.into(), number: number.saturating_sub(1).max(1) });
            }
            let hash = hash(&key(chain, number), body);
            before = Some(hash.clone());
            hashes.insert((chain, number), hash);
        }
        match ends.get(chain).and_then(Option::as_ref) {
            // What is behind the end was written while it was looked at.
            Some(end) => match hashes.get(&(chain, end.number)) {
                Some(hash) if *hash != end.hash => found.faults.push(Fault::Changed { chain: chain.into(), number: end.number }),
                _ => {}
            },
            None => found.faults.push(Fault::End { chain: chain.into() }),
        }
        found.ends.extend(before.map(|hash| (chain.to_owned(), most, hash)));
    }
    for (chain, end) in &ends {
        if let Some(end) = end.as_ref().filter(|_| !chains.contains_key(chain)) {
            found.faults.push(Fault::Gone { chain: (*chain).to_owned(), number: end.number });
        }
    }
    // What a later chain remembers of an earlier one.
    let firsts = chains.values().filter_map(|entries| Link::read(entries.get(&1)?));
    for end in firsts.flat_map(|first| first.after) {
        match hashes.get(&(end.chain.as_str(), end.number)) {
            None if !chains.contains_key(end.chain.as_str()) => found.faults.push(Fault::Gone { chain: end.chain, number: end.number }),
            None => found.faults.push(Fault::Missing { chain: end.chain, number: end.number }),
            Some(hash) if *hash != end.hash => found.faults.push(Fault::Changed { chain: end.chain, number: end.number }),
            Some(_) => {}
        }
    }
    let mut seen = Vec::new();
    found.faults.retain(|fault| {
        !seen.contains(fault) && {
            seen.push(fault.clone());
            true
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{
        super::entry::{Act, Entry},
        *,
    };
    use watchdeck_events::Millis;

    fn chain(name: &str, count: u64, after: Vec<End>, kept: &mut Kept) -> End {
        let mut before = None;
        for number in 1..=count {
            let entry = Entry::new(Millis(number as i64), "u1", Act::Connected);
            let after = if number == 1 { after.clone() } else { Vec::new() };
            let body = serde_json::to_string(&Link { entry, before, after }).unwrap();
            let key = key(name, number);
            before = Some(hash(&key, &body));
            kept.entries.push((key, body));
        }
        let end = End { chain: String::new(), number: count, hash: before.unwrap(), continued: false };
        kept.ends.push((name.into(), serde_json::to_string(&end).unwrap()));
        End { chain: name.into(), ..end }
    }

    fn two() -> Kept {
        let mut kept = Kept::default();
        let end = chain("a", 5, Vec::new(), &mut kept);
        chain("b", 3, vec![end], &mut kept);
        kept
    }

    #[test]
    fn what_is_as_it_was_written_has_no_fault() {
        let found = verify(&two());
        assert_eq!((found.entries, found.ends.len(), found.faults), (8, 2, vec![]));
    }

    #[test]
    fn every_row_that_is_changed_or_gone_is_found() {
        for index in 0..8 {
            let mut changed = two();
            changed.entries[index].1 = changed.entries[index].1.replace("u1", "u2");
            let (chain, number) = place(&changed.entries[index].0).map(|(chain, number)| (chain.to_owned(), number)).unwrap();
            assert_eq!(verify(&changed).faults, [Fault::Changed { chain: chain.clone(), number }], "entry {index} was changed");
            let mut gone = two();
            gone.entries.remove(index);
            assert_eq!(verify(&gone).faults, [Fault::Missing { chain, number }], "entry {index} is gone");
        }
    }

    #[test]
    fn a_chain_that_is_gone_is_missed_by_its_end_and_by_the_one_after_it() {
        let mut gone = two();
        gone.entries.drain(..5);
        assert_eq!(verify(&gone).faults, [Fault::Gone { chain: "a".into(), number: 5 }]);
        gone.ends.remove(0);
        assert_eq!(verify(&gone).faults, [Fault::Gone { chain: "a".into(), number: 5 }], "the later chain remembers");
        let mut end = two();
        end.ends.remove(1);
        assert_eq!(verify(&end).faults, [Fault::End { chain: "b".into() }]);
        let mut cut = two();
        cut.entries.remove(4);
        cut.ends[0].1 = cut.ends[0].1.replace("\"number\":5", "\"number\":4");
        assert!(!verify(&cut).faults.is_empty(), "a shortened chain does not end where its end says");
    }

    #[test]
    fn what_is_written_while_it_is_looked_at_is_no_fault() {
        let mut kept = two();
        let before = kept.entries.last().map(|(key, body)| hash(key, body));
        let link = Link { entry: Entry::new(Millis(9), "u1", Act::Decided), before, after: Vec::new() };
        kept.entries.push((key("b", 4), serde_json::to_string(&link).unwrap()));
        assert_eq!(verify(&kept).faults, []);
    }
}
