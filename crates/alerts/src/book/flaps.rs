//! Which alerts come and go again and again. Control rooms call it chattering: three changes within a minute are told as one.

use std::collections::{HashMap, VecDeque};
use watchdeck_events::Millis;

/// So many changes
const CHANGES: usize = 3;
/// within so long, ms.
const WITHIN: i64 = 60_000;
/// Alerts that are watched.
const WATCHED: usize = 20_000;

/// The last changes of each alert.
#[derive(Debug, Default)]
pub(super) struct Flaps(HashMap<String, VecDeque<Millis>>);

impl Flaps {
    /// It fired or ended. Answers whether it chatters.
    pub(super) fn note(&mut self, id: &str, at: Millis) -> bool {
        if self.0.len() >= WATCHED && !self.0.contains_key(id) {
            self.forget(at);
            if self.0.len() >= WATCHED {
                return false;
            }
        }
        let changes = match self.0.get_mut(id) {
            Some(known) => known,
            None => self.0.entry(id.to_owned()).or_default(),
        };
        changes.push_back(at);
        if changes.len() > CHANGES {
            changes.pop_front();
        }
        changes.len() == CHANGES && changes.front().is_some_and(|first| at.since(*first).abs() <= WITHIN)
    }

    /// Whether nothing has changed for as long as chattering takes.
    pub(super) fn is_calm(&self, id: &str, now: Millis) -> bool {
        self.0.get(id).and_then(VecDeque::back).is_none_or(|last| now.since(*last).abs() > WITHIN)
    }

    /// What is calm needs not be known any more.
    pub(super) fn forget(&mut self, now: Millis) {
        self.0.retain(|_, changes| changes.back().is_some_and(|last| now.since(*last).abs() <= WITHIN));
    }
}
