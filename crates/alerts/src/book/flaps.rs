//! Which alerts come and go again and again. Control rooms call it chattering: three changes within a minute are told as one, and so is what comes for the third
//! time within twenty minutes.

use std::collections::{HashMap, VecDeque};
use watchdeck_events::Millis;

/// So many of the last changes
const CHANGES: usize = 3;
/// within so long, ms: it is calm again when nothing changes for as long.
const WITHIN: i64 = 60_000;
/// Or so many
const SLOW_CHANGES: usize = 5;
/// within so long, ms,
const SLOW_WITHIN: i64 = 20 * 60_000;
/// and then it is calm after so long, ms.
const SLOW_CALM: i64 = 5 * 60_000;
/// Alerts that are watched.
const WATCHED: usize = 20_000;

/// The last changes of each alert, and when people were told of it last.
#[derive(Debug, Default)]
pub(super) struct Flaps(HashMap<String, VecDeque<Millis>>, HashMap<String, Millis>);

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
        if changes.len() > SLOW_CHANGES {
            changes.pop_front();
        }
        is_fast(changes) || is_slow(changes)
    }

    /// People are told of it.
    pub(super) fn told(&mut self, id: &str, at: Millis) {
        if self.1.len() < WATCHED {
            self.1.insert(id.to_owned(), at);
        }
    }

    /// Whether people know it from before: what comes and goes while nobody is told has to be told all the same.
    pub(super) fn is_known(&self, id: &str, now: Millis) -> bool {
        self.1.get(id).is_some_and(|told| now.since(*told).abs() <= SLOW_WITHIN)
    }

    /// Whether nothing has changed for as long as chattering takes.
    pub(super) fn is_calm(&self, id: &str, now: Millis) -> bool {
        let Some(changes) = self.0.get(id) else { return true };
        let calm = if is_slow(changes) && !is_fast(changes) { SLOW_CALM } else { WITHIN };
        changes.back().is_none_or(|last| now.since(*last).abs() > calm)
    }

    /// What is calm needs not be known any more.
    pub(super) fn forget(&mut self, now: Millis) {
        self.0.retain(|_, changes| changes.back().is_some_and(|last| now.since(*last).abs() <= SLOW_WITHIN));
        self.1.retain(|_, told| now.since(*told).abs() <= SLOW_WITHIN);
    }
}

/// How long the last so many changes took.
fn spans(changes: &VecDeque<Millis>, count: usize) -> Option<i64> {
    let first = changes.len().checked_sub(count).and_then(|place| changes.get(place))?;
    changes.back().map(|last| last.since(*first).abs())
}

fn is_fast(changes: &VecDeque<Millis>) -> bool {
    spans(changes, CHANGES).is_some_and(|span| span <= WITHIN)
}

fn is_slow(changes: &VecDeque<Millis>) -> bool {
    spans(changes, SLOW_CHANGES).is_some_and(|span| span <= SLOW_WITHIN)
}
