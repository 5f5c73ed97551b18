//! Who could not write, and why: one sender's success says nothing of another's.

use crate::{Batch, StoreError};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Whoever tries again does so within seconds; a sender that was refused and not heard of since has given up.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// Refusals by sender, for failures of the file or its disk.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    open: HashMap<String, Open>,
    /// The file itself is gone; only another start helps.
    lost: Option<String>,
}

#[derive(Debug)]
struct Open {
    at: Instant,
    words: String,
    /// What another's success must have written at least to show that this would be written too; `None` when only its own success does.
    proof: Option<usize>,
}

impl Failures {
    pub(crate) fn refused(&mut self, batch: &Batch, error: &StoreError, now: Instant) {
        if error.is_of_the_file() {
            let proof = match error {
                // A lock, a missing permission: it is over for everybody at once.
                StoreError::Unavailable(_) => Some(0),
                // What is small may fit where this does not.
                StoreError::Full(_) => Some(batch.bytes()),
                // One page is broken, and others are not.
                _ => None,
            };
            self.open.insert(sender(batch), Open { at: now, words: error.to_string(), proof });
        }
    }

    pub(crate) fn stored(&mut self, batch: &Batch, now: Instant) {
        if self.open.is_empty() {
            return;
        }
        let bytes = batch.bytes();
        self.open.remove(&sender(batch));
        self.open.retain(|_, open| open.proof.is_none_or(|proof| bytes < proof) && now.saturating_duration_since(open.at) < GIVEN_UP);
    }

    pub(crate) fn lose(&mut self, words: String) {
        self.lost = Some(words);
    }

    pub(crate) fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// The newest, in words.
    pub(crate) fn words(&self) -> Option<String> {
        let newest = || self.open.values().max_by_key(|open| open.at).map(|open| open.words.clone());
        self.lost.clone().or_else(newest)
    }
}

/// The source whose events or positions these are; empty for what the program itself keeps in the file.
fn sender(batch: &Batch) -> String {
    let source = batch.events.first().map(|new| &*new.event.source);
    source.or_else(|| batch.positions.first().map(|update| &*update.source)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PositionUpdate;
    use watchdeck_protocol::Position;

    fn of(source: &str) -> Batch {
        let position = PositionUpdate { source: source.into(), channel: "c".into(), position: Position::new("e", 1) };
        Batch { positions: vec![position], ..Batch::default() }
    }

    #[test]
    fn one_senders_success_does_not_hide_anothers_failure() {
        let (mut failures, now) = (Failures::default(), Instant::now());
        let large = Batch { positions: [of("a").positions, of("a").positions].concat(), ..Batch::default() };
        for error in [StoreError::Full("no space".into()), StoreError::Damaged("a page".into())] {
            failures.refused(&large, &error, now);
            failures.stored(&of("b"), now);
            assert!(failures.words().is_some(), "a still cannot write");
            failures.stored(&of("a"), now);
            assert_eq!(failures.words(), None);
        }
    }

    #[test]
    fn what_anybody_could_write_shows_that_a_lock_is_gone_and_that_as_much_fits() {
        for error in [StoreError::Full("no space".into()), StoreError::Unavailable("locked".into())] {
            let (mut failures, now) = (Failures::default(), Instant::now());
            failures.refused(&of("a"), &error, now);
            failures.stored(&of("b"), now);
            assert_eq!(failures.words(), None, "{error}");
        }
    }

    #[test]
    fn a_sender_that_gave_up_does_not_keep_the_banner_for_ever() {
        let (mut failures, now) = (Failures::default(), Instant::now());
        failures.refused(&of("a"), &StoreError::Damaged("a page".into()), now);
        failures.stored(&of("b"), now + GIVEN_UP);
        assert_eq!(failures.words(), None);
    }

    #[test]
    fn a_refused_value_is_no_failure_of_the_file() {
        let mut failures = Failures::default();
        failures.refused(&of("a"), &StoreError::Refused { event: Some(0), reason: "too large".into() }, Instant::now());
        assert_eq!(failures.words(), None);
    }
}
