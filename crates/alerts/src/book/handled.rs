//! What people did with alerts at other consoles, as the book takes it.

use super::{
    AlertBook,
    early::{Act, Handled},
};
use crate::alert::{Alert, Notice, step_elsewhere};
use watchdeck_events::Millis;
use watchdeck_wire::views::{AlertState, AlertStep, Cause};

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
        if self.early.is_empty() {
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
        step_elsewhere(view, AlertStep { at, state, by: Some(by.clone()), note, cause: None });
        let is_moot = match act {
            Act::Acknowledge => false,
            Act::Shelve(until) => until <= now,
            Act::Unshelve => view.state != AlertState::Snoozed,
        };
        if overtaken || is_moot {
            return None;
        }
        (view.state, view.snoozed_until, view.unshared) = (state, None, None);
        view.announcements.retain(|announcement| announcement.done.is_some());
        match act {
            Act::Acknowledge => {
                view.acknowledged_by = Some(by);
                if view.over_since.is_some() {
                    drop(self.end(&id, now));
                }
            }
            Act::Shelve(until) => view.snoozed_until = Some(until),
            Act::Unshelve => {
                alert.is_due(Cause::Again, at);
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
        (alert.view.snoozed_until, alert.view.unshared) = (None, None);
        alert.is_due(Cause::Again, at);
        step_elsewhere(&mut alert.view, AlertStep { at, state: AlertState::Firing, by: Some(by.to_owned()), note: None, cause: None });
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
