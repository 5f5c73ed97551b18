//! The life of every alert: it fires, is acknowledged, put off, resolved. Same fingerprint, one alert with a count, never a second one.

mod anew;
mod clock;
mod early;
mod flaps;
mod handled;
mod living;
mod look;
mod undo;

use crate::{
    alert::{Alert, Fired, Notice, Raise, STEP, Told, Values, step, step_with},
    kept,
};
use early::Early;
pub use early::{Act, Handled};
use flaps::Flaps;
pub use living::Ended;
use living::Living;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdeck_events::Millis;
use watchdeck_store::Document;
use watchdeck_wire::views::{AlertState, AlertView, Cause};

/// Collection of the stored alerts.
pub const COLLECTION: &str = "alerts";
/// Resolved alerts kept.
const RESOLVED: usize = 200;
/// Alerts of one rule that may live at once. What more there are is counted and not kept.
const OF_RULE: usize = 5_000;

/// Ended alerts that nobody has counted yet. Who tries a rule over the past counts none.
const ENDED: usize = 10_000;

/// Every alert that lives, and the last that did.
#[derive(Debug, Default)]
pub struct AlertBook {
    active: BTreeMap<String, Alert>,
    /// Newest last.
    resolved: VecDeque<Alert>,
    dirty: BTreeSet<String>,
    living: Living,
    flaps: Flaps,
    /// What was done elsewhere with alerts that are not known here yet.
    early: Early,
    /// Alerts that were not kept.
    let_go: u64,
    /// What is over since somebody asked.
    ended: Vec<Ended>,
    /// Raised with every change.
    pub version: u64,
}

impl AlertBook {
    /// As it was stored.
    #[must_use]
    pub fn load(documents: Vec<(String, String)>) -> Self {
        let mut book = Self::default();
        for (key, body) in documents {
            match kept::read(&body) {
                Ok(alert) if alert.view.state == AlertState::Resolved => book.resolved.push_back(alert),
                Ok(alert) => book.insert(key, alert),
                Err(error) => tracing::warn!(%error, key, "A stored alert could not be read and is left out."),
            }
        }
        book.resolved.make_contiguous().sort_by_key(|alert| alert.view.resolved_at);
        book
    }

    /// What changed since the last call, to be stored before anybody is told.
    pub fn take_dirty(&mut self) -> Vec<Document> {
        let keys = std::mem::take(&mut self.dirty);
        keys.into_iter()
            .map(|key| {
                let resolved = || self.resolved.iter().find(|alert| kept::key(&alert.view) == key);
                let body = self.active.get(&key).or_else(resolved).and_then(kept::written);
                Document { collection: COLLECTION, key, body }
            })
            .collect()
    }

    /// What was taken to be stored was not: it is still to be stored.
    pub fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
    }

    fn insert(&mut self, id: String, alert: Alert) {
        self.living.add(&id, &alert.view.rule);
        self.active.insert(id, alert);
    }

    fn remove(&mut self, id: &str) -> Option<Alert> {
        let alert = self.active.remove(id)?;
        self.living.remove(id, &alert.view.rule);
        Some(alert)
    }

    /// Alerts that fire and that nobody was told of: what a crash kept from being said.
    #[must_use]
    pub fn untold(&self) -> Vec<AlertView> {
        self.active
            .values()
            .filter(|alert| !alert.is_told() && alert.view.state == AlertState::Firing && alert.view.silenced_by.is_none())
            .map(|alert| alert.view.clone())
            .collect()
    }

    /// People were told of these.
    pub fn told(&mut self, told: &[Told], at: Millis) {
        for Told { alert: id, means } in told {
            let Some(alert) = self.active.get_mut(id) else { continue };
            self.flaps.told(id, at);
            for announcement in alert.view.announcements.iter_mut().filter(|announcement| announcement.done.is_none()) {
                announcement.done = Some(at);
                announcement.means.clone_from(means);
                self.dirty.insert(id.clone());
            }
        }
    }

    /// A rule holds. Raising what already lives counts it and refreshes its values, and tells nobody.
    pub fn raise(&mut self, raise: Raise, at: Millis) -> Option<Notice> {
        let id = format!("{}:{}", raise.rule, raise.about);
        if self.active.contains_key(&id) {
            return self.again(&id, raise, at, 1);
        }
        if self.living.of(&raise.rule) >= OF_RULE {
            self.let_go += 1;
            self.version += 1;
            return None;
        }
        self.touch(&id);
        let chattering = self.flaps.note(&id, at);
        let mut view = AlertView {
            id: id.clone(),
            source: raise.source,
            rule: raise.rule.into_owned(),
            severity: raise.severity,
            state: AlertState::Firing,
            subject: Some(raise.subject),
            label: raise.label,
            values: raise.values,
            count: 1,
            first_at: at,
            last_at: at,
            acknowledged_by: None,
            snoozed_until: None,
            snoozed_while_same: false,
            resolved_at: None,
            over_since: None,
            chattering,
            silenced_by: None,
            unshared: None,
            seq: raise.seq,
            timeline: Vec::new(),
            announcements: Vec::new(),
        };
        step(&mut view, at, AlertState::Firing, None);
        let mut alert = Alert { view, life: raise.life, fired: Fired { at, seq: raise.seq } };
        // Who was told of it a moment ago is told when it is calm.
        let waits = chattering && self.flaps.is_known(&id, at);
        if !waits {
            alert.is_due(Cause::Fired, at);
        }
        self.insert(id.clone(), alert);
        self.notice(&id, at).filter(|_| !waits)
    }

    /// That one fires, unless somebody had it before that was known here.
    fn notice(&mut self, id: &str, at: Millis) -> Option<Notice> {
        if self.is_had(id, at) {
            return None;
        }
        self.active.get(id).map(|alert| Notice::Fired(Box::new(alert.view.clone())))
    }

    /// What lives still holds: its numbers move. It is not counted again unless it had ended.
    pub fn go_on(&mut self, raise: Raise, at: Millis) -> Option<Notice> {
        let id = format!("{}:{}", raise.rule, raise.about);
        let alert = self.active.get(&id)?;
        let same = alert.view.values == raise.values && alert.view.over_since.is_none() && raise.severity <= alert.view.severity;
        if same { None } else { self.again(&id, raise, at, 0) }
    }

    fn again(&mut self, id: &str, raise: Raise, at: Millis, count: u32) -> Option<Notice> {
        self.touch(id);
        let Self { active, flaps, .. } = self;
        let alert = active.get_mut(id)?;
        let view = &mut alert.view;
        let had_ended = view.over_since.take().is_some();
        view.chattering |= had_ended && flaps.note(id, at);
        view.count = view.count.saturating_add(count.max(u32::from(had_ended)));
        if count > 0 || had_ended {
            view.last_at = view.last_at.max(at);
        }
        let woken = is_woken(view, &raise.values);
        let further = steps(&raise.values) > steps(&view.values);
        view.values = raise.values;
        view.label = raise.label;
        view.seq = raise.seq.or(view.seq);
        if raise.severity <= view.severity && further {
            // Who has it or put it off did so before it came to this.
            (view.snoozed_until, view.snoozed_while_same) = (None, false);
            alert.fires(Cause::Reminded, at);
            return self.notice(id, at);
        }
        if raise.severity <= view.severity {
            return if woken { self.wake(id, at) } else { None };
        }
        // Worse than what people were told: it fires anew.
        view.severity = raise.severity;
        alert.fires(Cause::Worse, at);
        alert.fired = Fired { at, seq: raise.seq };
        self.notice(id, at)
    }

    /// Refresh the values of a living alert without counting it again.
    pub fn refresh(&mut self, rule: &str, about: &str, values: Values, at: Millis) -> Option<Notice> {
        let id = format!("{rule}:{about}");
        let alert = self.active.get_mut(&id).filter(|alert| alert.view.values != values)?;
        let woken = is_woken(&alert.view, &values);
        alert.view.values = values;
        self.touch(&id);
        if woken { self.wake(&id, at) } else { None }
    }

    /// What was put off for as long as it says the same says something else.
    fn wake(&mut self, id: &str, at: Millis) -> Option<Notice> {
        let alert = self.active.get_mut(id)?;
        (alert.view.snoozed_until, alert.view.snoozed_while_same) = (None, false);
        alert.fires(Cause::Again, at);
        Some(Notice::Fired(Box::new(alert.view.clone())))
    }

    /// A rule no longer holds. What is latched stays until somebody has seen it, and what chatters until it is calm.
    pub fn resolve(&mut self, rule: &str, about: &str, at: Millis) -> Option<Notice> {
        let id = format!("{rule}:{about}");
        let alert = self.active.get_mut(&id)?;
        if alert.view.over_since.is_some() {
            return None;
        }
        let chattering = self.flaps.note(&id, at);
        alert.view.chattering |= chattering;
        let unseen = alert.life.latched && alert.view.state != AlertState::Acknowledged;
        if unseen || alert.view.chattering {
            alert.view.over_since = Some(at);
            self.touch(&id);
            return None;
        }
        self.end(&id, at)
    }

    fn end(&mut self, id: &str, at: Millis) -> Option<Notice> {
        let mut alert = self.remove(id)?;
        alert.needs_nobody();
        step(&mut alert.view, at, AlertState::Resolved, None);
        alert.view.resolved_at = Some(at);
        self.ended.extend(Ended::of(&alert, at).filter(|_| self.ended.len() < ENDED));
        self.touch(id);
        self.dirty.insert(kept::key(&alert.view));
        self.resolved.push_back(alert);
        if self.resolved.len() > RESOLVED
            && let Some(oldest) = self.resolved.pop_front()
        {
            self.dirty.insert(kept::key(&oldest.view));
        }
        Some(Notice::Quiet(id.to_owned()))
    }

    /// A person has them, and may say something. What is over meanwhile needs nobody any more, and what was only kept to be seen ends; answers the notices.
    ///
    /// # Errors
    /// The first id, where none of them lives; nothing was changed then.
    pub fn acknowledge(&mut self, ids: &[String], by: &str, note: Option<&str>, at: Millis) -> Result<Vec<Notice>, String> {
        if !ids.iter().any(|id| self.active.contains_key(id)) {
            return Err(ids.first().cloned().unwrap_or_default());
        }
        let mut notices = Vec::new();
        for id in ids {
            if let Some(alert) = self.active.get_mut(id) {
                alert.view.acknowledged_by = Some(by.to_owned());
                (alert.view.snoozed_until, alert.view.unshared) = (None, None);
                alert.needs_nobody();
                step_with(&mut alert.view, at, AlertState::Acknowledged, Some(by), note);
                let is_over = alert.view.over_since.is_some();
                notices.push(Notice::Quiet(id.clone()));
                self.touch(id);
                if is_over {
                    drop(self.end(id, at));
                }
            }
        }
        Ok(notices)
    }

    /// Quiet until `until`; then it fires anew if it still lives.
    ///
    /// # Errors
    /// The unknown id.
    pub fn snooze(&mut self, id: &str, until: Millis, by: &str, at: Millis) -> Result<Notice, String> {
        let alert = self.active.get_mut(id).ok_or_else(|| id.to_owned())?;
        (alert.view.snoozed_until, alert.view.unshared, alert.view.snoozed_while_same) = (Some(until), None, false);
        alert.needs_nobody();
        step(&mut alert.view, at, AlertState::Snoozed, Some(by));
        self.touch(id);
        Ok(Notice::Quiet(id.to_owned()))
    }

    /// One that is put off is so for no longer than it says the same.
    pub fn snooze_while_same(&mut self, id: &str) {
        if let Some(alert) = self.active.get_mut(id).filter(|alert| alert.view.state == AlertState::Snoozed) {
            alert.view.snoozed_while_same = true;
            self.touch(id);
        }
    }

    /// What keeps alerts quiet (`quiet` names it) is another: answers what to take back of those that are quiet from now on, and what fires that nothing keeps quiet any more.
    pub fn hush(&mut self, quiet: impl Fn(&AlertView) -> Option<String>) -> Vec<Notice> {
        let changed: Vec<_> = self.active.iter().map(|(id, alert)| (id, quiet(&alert.view), alert)).collect();
        let changed = changed.into_iter().filter(|(_, by, alert)| alert.view.silenced_by != *by).map(|(id, by, _)| (id.clone(), by));
        let changed: Vec<_> = changed.collect();
        let mut notices = Vec::new();
        for (id, by) in changed {
            let Some(alert) = self.active.get_mut(&id) else { continue };
            let was_quiet = std::mem::replace(&mut alert.view.silenced_by, by).is_some();
            let fires = alert.view.state == AlertState::Firing;
            match (&alert.view.silenced_by, was_quiet) {
                (Some(_), false) => notices.push(Notice::Quiet(id.clone())),
                (None, true) if fires && !alert.is_told() => notices.push(Notice::Fired(Box::new(alert.view.clone()))),
                _ => {}
            }
            self.touch(&id);
        }
        notices
    }

    /// These fire: answers those of which people are to be told. What something keeps quiet is not told until nothing does.
    pub fn audible(&mut self, notices: Vec<Notice>, quiet: impl Fn(&AlertView) -> Option<String>) -> Vec<Notice> {
        let mut audible = Vec::with_capacity(notices.len());
        for notice in notices {
            let by = if let Notice::Fired(alert) = &notice { quiet(alert).map(|by| (alert.id.clone(), by)) } else { None };
            match by {
                Some((id, by)) => {
                    if let Some(alert) = self.active.get_mut(&id) {
                        alert.view.silenced_by = Some(by);
                        self.touch(&id);
                    }
                }
                None => audible.push(notice),
            }
        }
        audible
    }

    /// What people change in the settings comes and goes as they like: none of it is chattering.
    pub fn is_calm(&mut self) {
        self.flaps = Flaps::default();
    }

    fn touch(&mut self, id: &str) {
        self.version += 1;
        self.dirty.insert(id.to_owned());
    }
}

/// How many steps of its rule hold of which people are told.
fn steps(values: &Values) -> u32 {
    values.get(STEP).and_then(|steps| steps.parse().ok()).unwrap_or_default()
}

/// Whether it was put off for as long as it says the same, and does not any more.
fn is_woken(view: &AlertView, values: &Values) -> bool {
    let said = |values: &Values| values.get("body_en").cloned();
    view.state == AlertState::Snoozed && view.snoozed_while_same && said(&view.values) != said(values)
}

#[cfg(test)]
mod tests;
