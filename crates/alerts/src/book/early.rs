//! What people did with alerts at other consoles.
//!
//! An acknowledgement counts for the life of the alert that it was about. Whose life that was is told by the event that the alert fired by, which is the
//! same at every console; where two consoles fired by different events, or by none, by the time: what fired after somebody had it, nobody has.

use crate::alert::Alert;
use std::collections::VecDeque;
use watchdeck_events::Millis;

/// What two clocks may differ by without an alert being taken for an older one, ms.
pub(super) const SKEW: i64 = 2_000;
/// How many are remembered whose alerts are not known yet,
pub(super) const MOST: usize = 1_000;
/// and for how long, ms.
pub(super) const KEPT: i64 = 24 * 60 * 60 * 1_000;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Somebody has it.
    Acknowledge,
    /// It is put off until then.
    Shelve(Millis),
    /// It is not put off any more.
    Unshelve,
}

/// What somebody did elsewhere with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The alert, as it is called here.
    pub alert: String,
    /// What.
    pub act: Act,
    /// Who.
    pub by: String,
    /// What they said.
    pub note: Option<String>,
    /// When, by our clock.
    pub at: Millis,
    /// The event that it fired by there, as it is numbered here.
    pub fired_by: Option<u64>,
    /// What was done here comes after it, and stands.
    pub overtaken: bool,
}

impl Handled {
    pub(super) fn means(&self, alert: &Alert) -> bool {
        let same = self.fired_by.is_some() && self.fired_by == alert.fired.seq;
        same || alert.fired.at.plus(SKEW) <= self.at
    }
}

/// What was done with alerts that do not live here (yet).
#[derive(Debug, Default)]
pub(super) struct Early(VecDeque<Handled>);

impl Early {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn keep(&mut self, handled: Handled, now: Millis) {
        self.0.retain(|known| now.since(known.at) < KEPT);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(handled);
    }

    /// What was done with this one, in its order.
    pub(super) fn take(&mut self, alert: &Alert) -> Vec<Handled> {
        let (meant, others) = std::mem::take(&mut self.0).into_iter().partition(|known| known.alert == alert.view.id && known.means(alert));
        self.0 = others;
        Vec::from(meant)
    }
}
