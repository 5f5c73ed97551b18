//! What people did with alerts at other consoles.
//!
//! An acknowledgement counts for the life of the alert that it was about. Whose life that was is told by the event that the alert fired by, which is the
//! same at every console; where two consoles fired by different events, or by none, by the time: what fired after somebody had it, nobody has.

use super::AlertBook;
use crate::alert::{Alert, Notice, step_elsewhere};
use std::collections::VecDeque;
use watchdeck_events::Millis;
use watchdeck_wire::views::{AlertState, AlertStep};

/// What two clocks may differ by without an alert being taken for an older one, ms.
const SKEW: i64 = 2_000;
/// How many are remembered whose alerts are not known yet,
const MOST: usize = 1_000;
/// and for how long, ms.
const KEPT: i64 = 24 * 60 * 60 * 1_000;

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
    fn means(&self, alert: &Alert) -> bool {
        let same = self.fired_by.is_some() && self.fired_by == alert.fired.seq;
        same || alert.fired.at.plus(SKEW) <= self.at
    }
}

/// What was done with alerts that do not live here (yet).
#[derive(Debug, Default)]
pub(super) struct Early(VecDeque<Handled>);

impl Early {
    fn keep(&mut self, handled: Handled, now: Millis) {
        self.0.retain(|known| now.since(known.at) < KEPT);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(handled);
    }

    /// What was done with this one, in its order.
    fn take(&mut self, alert: &Alert) -> Vec<Handled> {
        let (meant, others) = std::mem::take(&mut self.0).into_iter().partition(|known| known.alert == alert.view.id && known.means(alert));
        self.0 = others;
        Vec::from(meant)
    }
}

impl AlertBook {
    /// Somebody did something with an alert elsewhere. What is not known here is remembered for a while: it may only not have fired yet.
    pub fn handled(&mut self, handled: Handled, now: Millis) -> Vec<Notice> {
        if self.active.get(&handled.alert).is_some_and(|alert| handled.means(alert)) {
            return self.take_over(handled, now).into_iter().collect();
        }
        self.early.keep(handled, now);
        Vec::new()
    }

    /// One fires: whether somebody had it before that was known here.
    pub(super) fn is_had(&mut self, id: &str, at: Millis) -> bool {
        if self.early.0.is_empty() {
            return false;
        }
        let Some(alert) = self.active.get(id) else { return false };
        let before = self.early.take(alert);
        before.into_iter().for_each(|handled| drop(self.take_over(handled, at)));
        self.active.get(id).is_none_or(|alert| alert.view.state != AlertState::Firing)
    }

    fn take_over(&mut self, handled: Handled, now: Millis) -> Option<Notice> {
        let Handled { alert: id, act, by, note, at, overtaken, .. } = handled;
        self.touch(&id);
        let alert = self.active.get_mut(&id)?;
        let view = &mut alert.view;
        let state = match act {
            Act::Acknowledge => AlertState::Acknowledged,
            Act::Shelve(_) => AlertState::Snoozed,
            Act::Unshelve => AlertState::Firing,
        };
        step_elsewhere(view, AlertStep { at, state, by: Some(by.clone()), note });
        let is_moot = match act {
            Act::Acknowledge => false,
            Act::Shelve(until) => until <= now,
            Act::Unshelve => view.state != AlertState::Snoozed,
        };
        if overtaken || is_moot {
            return None;
        }
        (view.state, view.snoozed_until, view.unshared) = (state, None, None);
        match act {
            Act::Acknowledge => {
                view.acknowledged_by = Some(by);
                if view.over_since.is_some() {
                    drop(self.end(&id, now));
                }
            }
            Act::Shelve(until) => view.snoozed_until = Some(until),
            Act::Unshelve => {
                alert.told = false;
                return Some(Notice::Fired(Box::new(alert.view.clone())));
            }
        }
        Some(Notice::Quiet(id))
    }

    /// It is not put off any more: it fires anew.
    ///
    /// # Errors
    /// The id, where it is not put off.
    pub fn unshelve(&mut self, id: &str, by: &str, at: Millis) -> Result<Notice, String> {
        let put_off = |alert: &&mut Alert| alert.view.state == AlertState::Snoozed;
        let alert = self.active.get_mut(id).filter(put_off).ok_or_else(|| id.to_owned())?;
        (alert.view.state, alert.view.snoozed_until, alert.view.unshared, alert.told) = (AlertState::Firing, None, None, false);
        step_elsewhere(&mut alert.view, AlertStep { at, state: AlertState::Firing, by: Some(by.to_owned()), note: None });
        let fires = Notice::Fired(Box::new(alert.view.clone()));
        self.touch(id);
        Ok(fires)
    }

    /// The event that a living alert fired by.
    #[must_use]
    pub fn fired_by(&self, id: &str) -> Option<u64> {
        self.active.get(id).and_then(|alert| alert.fired.seq)
    }

    /// Its gateway does not tell the others what was done with it here, and why.
    pub fn stays_here(&mut self, id: &str, why: String) {
        if let Some(alert) = self.active.get_mut(id) {
            alert.view.unshared = Some(why);
            self.touch(id);
        }
    }
}

#[cfg(test)]
mod tests;
