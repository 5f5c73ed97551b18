//! What does not work on this machine, gathered from every part of the shell and handed to the core, which shows it.
//!
//! The parts start before the core does and report from threads of their own, so the newest word of each is kept in one watched value.

use std::collections::HashMap;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_console::Console;
use watchdeck_console::api::live::Hint;

/// Collects hints; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Hints {
    current: watch::Sender<HashMap<Hint, bool>>,
}

impl Hints {
    /// Nothing is known to be missing.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { current: watch::Sender::new(HashMap::new()) }
    }

    /// Says whether `hint` applies now.
    pub(crate) fn set(&self, hint: Hint, present: bool) {
        self.current.send_if_modified(|hints| hints.insert(hint, present) != Some(present));
    }

    /// Whether `hint` applies, as far as known.
    #[must_use]
    pub(crate) fn has(&self, hint: Hint) -> bool {
        self.current.borrow().get(&hint).copied().unwrap_or(false)
    }

    /// Hands every change to the core until `stop`.
    pub(crate) async fn report(self, console: Console, stop: CancellationToken) {
        let mut changes = self.current.subscribe();
        changes.mark_changed();
        let mut told = HashMap::new();
        while let Some(Ok(())) = stop.run_until_cancelled(changes.changed()).await {
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
