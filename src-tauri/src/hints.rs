//! What does not work on this machine, gathered from every part of the shell and handed to the core, which shows it.
//!
//! The parts start before the core does and report from threads of their own, so the newest word of each is kept in one watched value.

use std::collections::{HashMap, VecDeque};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_console::Console;
use watchdeck_wire::live::Hint;

/// Failures that the core has not heard of yet. A part that fails faster than it listens has said enough.
const FAILURES: usize = 16;

/// Collects hints; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Hints {
    current: watch::Sender<HashMap<Hint, bool>>,
    /// Parts that failed, and with which words.
    failures: watch::Sender<VecDeque<(&'static str, String)>>,
}

impl Hints {
    /// Nothing is known to be missing.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { current: watch::Sender::new(HashMap::new()), failures: watch::Sender::new(VecDeque::new()) }
    }

    /// Says whether `hint` applies now.
    pub(crate) fn set(&self, hint: Hint, present: bool) {
        self.current.send_if_modified(|hints| hints.insert(hint, present) != Some(present));
    }

    /// Says that a part of the shell failed and is started again.
    pub(crate) fn failed(&self, part: &'static str, cause: &str) {
        self.failures.send_modify(|failures| {
            failures.push_back((part, cause.to_owned()));
            failures.truncate(FAILURES);
        });
    }

    /// What failed since it was asked last.
    pub(crate) fn take_failures(&self) -> Vec<(&'static str, String)> {
        let mut taken = Vec::new();
        self.failures.send_if_modified(|failures| {
            taken.extend(failures.drain(..));
            false
        });
        taken
    }

    /// Whether `hint` applies, as far as known.
    #[must_use]
    pub(crate) fn has(&self, hint: Hint) -> bool {
        self.current.borrow().get(&hint).copied().unwrap_or(false)
    }

    /// Hands every change to the core until `stop`.
    pub(crate) async fn report(self, console: Console, stop: CancellationToken) {
        let (mut changes, mut failing) = (self.current.subscribe(), self.failures.subscribe());
        changes.mark_changed();
        failing.mark_changed();
        let mut told = HashMap::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = changes.changed() => {}
                Ok(()) = failing.changed() => {}
                else => return,
            }
            for (part, cause) in self.take_failures() {
                console.part_failed(part, &cause);
            }
            let now = changes.borrow_and_update().clone();
            for (hint, present) in now {
                if told.insert(hint, present) != Some(present) {
                    console.hint(hint, present);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_no_longer_applies_is_taken_back() {
        let hints = Hints::new();
        assert!(!hints.has(Hint::NoSound));
        hints.set(Hint::NoSound, true);
        assert!(hints.has(Hint::NoSound));
        hints.set(Hint::NoSound, false);
        assert!(!hints.has(Hint::NoSound));
    }
}
