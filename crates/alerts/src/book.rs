//! The life of every alert: it fires, is acknowledged, put off, resolved. Same fingerprint, one alert with a count, never a second one.

use crate::{
    alert::{Alert, Notice, Raise, Values, step},
    kept,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdeck_events::{Millis, Severity};
use watchdeck_store::Document;
use watchdeck_wire::views::{AlertState, AlertView, BannerView};

/// Collection of the stored alerts.
pub const COLLECTION: &str = "alerts";
/// Resolved alerts kept.
const RESOLVED: usize = 200;
/// Alerts of one rule that may live at once. What more there are is counted and not kept.
const OF_RULE: usize = 5_000;
/// Alerts in a view.
const SHOWN: usize = 1_000;
/// Alerts that the banner shows.
const BANNER: usize = 5;
/// An acknowledged alert that nothing else ends (a single event) is over after this long.
const POINT_ENDS_AFTER: i64 = 15 * 60_000;

/// Every alert that lives, and the last that did.
#[derive(Debug, Default)]
pub struct AlertBook {
    active: BTreeMap<String, Alert>,
    /// Newest last.
    resolved: VecDeque<Alert>,
    dirty: BTreeSet<String>,
    /// How many live, by rule.
    living: BTreeMap<String, usize>,
    /// Alerts that were not kept.
    let_go: u64,
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
        *self.living.entry(alert.view.rule.clone()).or_default() += 1;
        self.active.insert(id, alert);
    }

    fn remove(&mut self, id: &str) -> Option<Alert> {
        let alert = self.active.remove(id)?;
        if let Some(living) = self.living.get_mut(&alert.view.rule) {
            *living = living.saturating_sub(1);
        }
        Some(alert)
    }

    /// The events behind living alerts of an earlier version, which have no source in their name.
    #[must_use]
    pub fn nameless(&self) -> Vec<u64> {
        self.active.values().filter(|alert| alert.is_nameless()).filter_map(|alert| alert.view.seq).collect()
    }

    /// Alerts of an earlier version have no source in their name. Given it, they get the one that they would have now; what cannot be named ends.
    pub fn name_anew(&mut self, name: impl Fn(&AlertView) -> Option<(String, String)>, at: Millis) {
        let old: Vec<_> = self.active.values().filter(|alert| alert.is_nameless()).map(|alert| alert.view.id.clone()).collect();
        for id in old {
            let named = self.active.get(&id).and_then(|alert| name(&alert.view));
            match named {
                Some((new, source)) if !self.active.contains_key(&new) => {
                    let Some(mut alert) = self.remove(&id) else { continue };
                    alert.view.id.clone_from(&new);
                    alert.view.source = Some(source);
                    self.touch(&id);
                    self.touch(&new);
                    self.insert(new, alert);
                }
                _ => drop(self.end(&id, at)),
            }
        }
    }

    /// Alerts that fire and that nobody was told of: what a crash kept from being said.
    #[must_use]
    pub fn untold(&self) -> Vec<AlertView> {
        self.active.values().filter(|alert| !alert.told && alert.view.state == AlertState::Firing).map(|alert| alert.view.clone()).collect()
    }

    /// People were told of these.
    pub fn told(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(alert) = self.active.get_mut(id).filter(|alert| !alert.told) {
                alert.told = true;
                self.dirty.insert(id.clone());
            }
        }
    }

    /// A rule holds. Raising what already lives counts it and refreshes its values, and tells nobody.
    pub fn raise(&mut self, raise: Raise, at: Millis) -> Option<Notice> {
        let id = format!("{}:{}", raise.rule, raise.about);
        if !self.active.contains_key(&id) && self.living.get(raise.rule).is_some_and(|living| *living >= OF_RULE) {
            self.let_go += 1;
            self.version += 1;
            return None;
        }
        self.touch(&id);
        if let Some(alert) = self.active.get_mut(&id) {
            let view = &mut alert.view;
            view.count = view.count.saturating_add(1);
            view.last_at = view.last_at.max(at);
            view.values = raise.values;
            view.label = raise.label;
            view.seq = raise.seq.or(view.seq);
            if raise.severity > view.severity {
                // Worse than what people were told: it fires anew.
                view.severity = raise.severity;
                step(view, at, AlertState::Firing, None);
                alert.told = false;
                let view = &alert.view;
                return Some(Notice::Fired(Box::new(view.clone())));
            }
            return None;
        }
        let mut view = AlertView {
            id: id.clone(),
            source: raise.source,
            rule: raise.rule.to_owned(),
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
            resolved_at: None,
            seq: raise.seq,
            timeline: Vec::new(),
        };
        step(&mut view, at, AlertState::Firing, None);
        self.insert(id, Alert { view: view.clone(), point: raise.point, told: false });
        Some(Notice::Fired(Box::new(view)))
    }

    /// Refresh the values of a living alert without counting it again.
    pub fn refresh(&mut self, rule: &str, about: &str, values: Values) {
        let id = format!("{rule}:{about}");
        if let Some(alert) = self.active.get_mut(&id)
            && alert.view.values != values
        {
            alert.view.values = values;
            self.touch(&id);
        }
    }

    /// A rule no longer holds.
    pub fn resolve(&mut self, rule: &str, about: &str, at: Millis) -> Option<Notice> {
        self.end(&format!("{rule}:{about}"), at)
    }

    fn end(&mut self, id: &str, at: Millis) -> Option<Notice> {
        let mut alert = self.remove(id)?;
        step(&mut alert.view, at, AlertState::Resolved, None);
        alert.view.resolved_at = Some(at);
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

    /// A person has them. What is over meanwhile needs nobody any more; answers the notices.
    ///
    /// # Errors
    /// The first id, where none of them lives; nothing was changed then.
    pub fn acknowledge(&mut self, ids: &[String], by: &str, at: Millis) -> Result<Vec<Notice>, String> {
        if !ids.iter().any(|id| self.active.contains_key(id)) {
            return Err(ids.first().cloned().unwrap_or_default());
        }
        let mut notices = Vec::new();
        for id in ids {
            if let Some(alert) = self.active.get_mut(id) {
                alert.view.acknowledged_by = Some(by.to_owned());
                alert.view.snoozed_until = None;
                step(&mut alert.view, at, AlertState::Acknowledged, Some(by));
                notices.push(Notice::Quiet(id.clone()));
                self.touch(id);
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
        alert.view.snoozed_until = Some(until);
        step(&mut alert.view, at, AlertState::Snoozed, Some(by));
        self.touch(id);
        Ok(Notice::Quiet(id.to_owned()))
    }

    /// As these are now, for [`AlertBook::take_back`].
    #[must_use]
    pub fn views(&self, ids: &[String]) -> Vec<AlertView> {
        ids.iter().filter_map(|id| self.active.get(id)).map(|alert| alert.view.clone()).collect()
    }

    /// What a person did with these since could not be stored: it is undone. What happened to them otherwise stays.
    pub fn take_back(&mut self, before: Vec<AlertView>) {
        for before in before {
            let same_life = |alert: &&mut Alert| alert.view.first_at == before.first_at;
            let Some(Alert { view, .. }) = self.active.get_mut(&before.id).filter(same_life) else { continue };
            if matches!(view.state, AlertState::Acknowledged | AlertState::Snoozed) && view.timeline.last() != before.timeline.last() {
                view.timeline.pop();
                (view.state, view.acknowledged_by, view.snoozed_until) = (before.state, before.acknowledged_by, before.snoozed_until);
                self.touch(&before.id);
            }
        }
    }

    /// The clock moved: snoozes end, acknowledged single events are put away.
    pub fn tick(&mut self, now: Millis) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut over = Vec::new();
        let mut woken = Vec::new();
        for (id, alert) in &mut self.active {
            let view = &mut alert.view;
            match view.state {
                AlertState::Snoozed if view.snoozed_until.is_some_and(|until| until <= now) => {
                    view.snoozed_until = None;
                    step(view, now, AlertState::Firing, None);
                    alert.told = false;
                    let view = &alert.view;
                    notices.push(Notice::Fired(Box::new(view.clone())));
                    woken.push(id.clone());
                }
                AlertState::Acknowledged
                    if alert.point && view.timeline.last().is_some_and(|last| now.since(last.at) > POINT_ENDS_AFTER) =>
                {
                    over.push(id.clone());
                }
                _ => {}
            }
        }
        woken.iter().for_each(|id| self.touch(id));
        notices.extend(over.iter().filter_map(|id| self.end(id, now)));
        notices
    }

    fn touch(&mut self, id: &str) {
        self.version += 1;
        self.dirty.insert(id.to_owned());
    }

    /// Whether an alert lives.
    #[must_use]
    pub fn is_active(&self, rule: &str, about: &str) -> bool {
        self.active.contains_key(&format!("{rule}:{about}"))
    }

    /// Whether any alert of a rule lives. Cheap: it is asked of most events.
    #[must_use]
    pub fn any_lives(&self, rule: &str) -> bool {
        self.living.get(rule).is_some_and(|living| *living > 0)
    }

    /// The event behind a living alert, by the alert's id.
    #[must_use]
    pub fn seq_of(&self, id: &str) -> Option<u64> {
        self.active.get(id).and_then(|alert| alert.view.seq)
    }

    /// Living alerts, worst first, then newest; at most 1,000.
    #[must_use]
    pub fn active(&self) -> Vec<AlertView> {
        let mut all: Vec<_> = self.active.values().map(|alert| &alert.view).collect();
        all.sort_by_key(|view| (std::cmp::Reverse(view.severity), std::cmp::Reverse(view.last_at)));
        all.into_iter().take(SHOWN).cloned().collect()
    }

    /// How many live, and how many were not kept because too many of their rule did.
    #[must_use]
    pub fn counts(&self) -> (u32, u64) {
        (self.active.len() as u32, self.let_go)
    }

    /// Living alerts of one rule: id and view.
    pub fn of_rule<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a AlertView> {
        self.active.values().map(|alert| &alert.view).filter(move |view| view.rule == rule)
    }

    /// One living alert.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&AlertView> {
        self.active.get(id).map(|alert| &alert.view)
    }

    /// What takes the window until somebody has seen it: one banner for everything critical that this rule says.
    #[must_use]
    pub fn banner(&self, rule: &str) -> Option<BannerView> {
        let mut critical: Vec<_> = self.firing().filter(|view| view.rule == rule && view.severity == Severity::Critical).collect();
        critical.sort_by_key(|view| std::cmp::Reverse((view.first_at, view.seq, &view.id)));
        Some(BannerView {
            since: critical.last()?.first_at,
            count: critical.len() as u32,
            ids: critical.iter().map(|view| view.id.clone()).collect(),
            newest: critical.into_iter().take(BANNER).cloned().collect(),
        })
    }

    /// Alerts that fire: nobody has them and nobody put them off.
    pub fn firing(&self) -> impl Iterator<Item = &AlertView> {
        self.active.values().map(|alert| &alert.view).filter(|view| view.state == AlertState::Firing)
    }

    /// The last that ended, newest first.
    #[must_use]
    pub fn resolved(&self) -> Vec<AlertView> {
        self.resolved.iter().rev().map(|alert| alert.view.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
