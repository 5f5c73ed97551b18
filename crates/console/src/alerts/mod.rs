//! Alerts: rules raise them, people answer them, and each has one life at a time.
//!
//! Pure: events, settings and the clock come in; what to do goes out as data. Same fingerprint, one alert with a count, never a second one.

pub mod notifier;
pub mod rules;

use crate::api::views::{AlertState, AlertStep, AlertView};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdeck_events::{Millis, Severity};
use watchdeck_store::Document;

/// Collection of the stored alerts.
pub const COLLECTION: &str = "alerts";
/// Resolved alerts kept.
const RESOLVED: usize = 200;
/// Steps kept per alert.
const STEPS: usize = 40;
/// An acknowledged alert that nothing else ends (a single event) is over after this long.
const POINT_ENDS_AFTER: i64 = 15 * 60_000;

/// One alert as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What the window shows.
    pub view: AlertView,
    /// Raised by a single event that no later event takes back.
    pub point: bool,
}

/// What a rule says.
#[derive(Debug, Clone)]
pub struct Raise {
    /// Rule's name.
    pub rule: &'static str,
    /// What it is about, `type:id`; with the rule, the fingerprint.
    pub about: String,
    /// How bad.
    pub severity: Severity,
    /// As people read it.
    pub label: String,
    /// For the words.
    pub values: BTreeMap<String, String>,
    /// Event behind it.
    pub seq: Option<u64>,
    /// See [`Alert::point`].
    pub point: bool,
}

/// What became of an alert.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// It fires and nobody knows yet (or its snooze ran out).
    Fired(Box<AlertView>),
    /// It ended, or a person has it: whatever was shown for it can go.
    Quiet(String),
}

/// Every alert that lives, and the last that did.
#[derive(Debug, Default)]
pub struct AlertBook {
    active: BTreeMap<String, Alert>,
    /// Newest last.
    resolved: VecDeque<Alert>,
    dirty: BTreeSet<String>,
    /// Raised with every change.
    pub version: u64,
}

impl AlertBook {
    /// As it was stored.
    #[must_use]
    pub fn load(documents: Vec<(String, String)>) -> Self {
        let mut book = Self::default();
        for (key, body) in documents {
            match serde_json::from_str::<Alert>(&body) {
                Ok(alert) if alert.view.state == AlertState::Resolved => book.resolved.push_back(alert),
                Ok(alert) => drop(book.active.insert(key, alert)),
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
                let resolved = || self.resolved.iter().find(|alert| document_key(&alert.view) == key);
                let alert = self.active.get(&key).or_else(resolved);
                // A view of plain strings and numbers always serialises.
                let body = alert.and_then(|alert| serde_json::to_string(alert).ok());
                Document { collection: COLLECTION, key, body }
            })
            .collect()
    }

    /// What was taken to be stored was not: it is still to be stored.
    pub fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
    }

    /// A rule holds. Raising what already lives counts it and refreshes its values, and tells nobody.
    pub fn raise(&mut self, raise: Raise, at: Millis) -> Option<Notice> {
        let id = format!("{}:{}", raise.rule, raise.about);
        self.touch(&id);
        if let Some(alert) = self.active.get_mut(&id) {
            let view = &mut alert.view;
            view.count += 1;
            view.last_at = view.last_at.max(at);
            view.values = raise.values;
            view.label = raise.label;
            view.seq = raise.seq.or(view.seq);
            if raise.severity > view.severity {
                // Worse than what people were told: it fires anew.
                view.severity = raise.severity;
                step(view, at, AlertState::Firing, None);
                return Some(Notice::Fired(Box::new(view.clone())));
            }
            return None;
        }
        let mut view = AlertView {
            id: id.clone(),
            rule: raise.rule.to_owned(),
            severity: raise.severity,
            state: AlertState::Firing,
            subject: Some(raise.about),
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
        self.active.insert(id, Alert { view: view.clone(), point: raise.point });
        Some(Notice::Fired(Box::new(view)))
    }

    /// Refresh the values of a living alert without counting it again.
    pub fn refresh(&mut self, rule: &str, about: &str, values: BTreeMap<String, String>) {
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
        let mut alert = self.active.remove(id)?;
        step(&mut alert.view, at, AlertState::Resolved, None);
        alert.view.resolved_at = Some(at);
        self.touch(id);
        self.dirty.insert(document_key(&alert.view));
        self.resolved.push_back(alert);
        if self.resolved.len() > RESOLVED
            && let Some(oldest) = self.resolved.pop_front()
        {
            self.dirty.insert(document_key(&oldest.view));
        }
        Some(Notice::Quiet(id.to_owned()))
    }

    /// A person has it. Answers the notices, or the first id that is not there.
    ///
    /// # Errors
    /// The unknown id; nothing was changed then.
    pub fn acknowledge(&mut self, ids: &[String], by: &str, at: Millis) -> Result<Vec<Notice>, String> {
        if let Some(unknown) = ids.iter().find(|id| !self.active.contains_key(*id)) {
            return Err(unknown.clone());
        }
        let mut notices = Vec::new();
        for id in ids {
            self.touch(id);
            if let Some(alert) = self.active.get_mut(id) {
                alert.view.acknowledged_by = Some(by.to_owned());
                alert.view.snoozed_until = None;
                step(&mut alert.view, at, AlertState::Acknowledged, Some(by));
                notices.push(Notice::Quiet(id.clone()));
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

    /// Living alerts, worst first, then newest.
    #[must_use]
    pub fn active(&self) -> Vec<AlertView> {
        let mut all: Vec<_> = self.active.values().map(|alert| alert.view.clone()).collect();
        all.sort_by_key(|view| (std::cmp::Reverse(view.severity), std::cmp::Reverse(view.last_at)));
        all
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

/// A fingerprint can live again, so an ended life is stored under its own name.
fn document_key(view: &AlertView) -> String {
    match view.state {
        AlertState::Resolved => format!("{}@{}", view.id, view.first_at.0),
        AlertState::Firing | AlertState::Acknowledged | AlertState::Snoozed => view.id.clone(),
    }
}

fn step(view: &mut AlertView, at: Millis, state: AlertState, by: Option<&str>) {
    view.state = state;
    view.timeline.push(AlertStep { at, state, by: by.map(str::to_owned) });
    if view.timeline.len() > STEPS {
        view.timeline.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Millis = Millis(1_000_000);

    fn low(severity: Severity) -> Raise {
        Raise {
            rule: "low_stock",
            about: "product:P-1".into(),
            severity,
            label: "瓷砖".into(),
            values: BTreeMap::new(),
            seq: Some(7),
            point: false,
        }
    }

    #[test]
    fn the_same_fingerprint_is_one_alert_with_a_count() {
        let mut book = AlertBook::default();
        assert!(matches!(book.raise(low(Severity::Warning), T), Some(Notice::Fired(_))));
        assert_eq!(book.raise(low(Severity::Warning), T.plus(5)), None, "nobody is told twice");
        assert_eq!(book.active().iter().map(|view| view.count).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn an_acknowledged_alert_stays_quiet_until_it_gets_worse() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.acknowledge(&["low_stock:product:P-1".into()], "张敏", T).unwrap();
        assert_eq!(book.raise(low(Severity::Warning), T), None);
        assert_eq!(book.firing().count(), 0);
        assert!(matches!(book.raise(low(Severity::Critical), T), Some(Notice::Fired(_))));
    }

    #[test]
    fn a_snooze_ends_and_fires_anew() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.snooze("low_stock:product:P-1", T.plus(100), "张敏", T).unwrap();
        assert_eq!(book.tick(T.plus(99)), []);
        assert!(matches!(&book.tick(T.plus(100))[..], [Notice::Fired(_)]));
    }

    #[test]
    fn what_is_resolved_while_snoozed_never_rings_again() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.snooze("low_stock:product:P-1", T.plus(100), "张敏", T).unwrap();
        book.resolve("low_stock", "product:P-1", T.plus(50));
        assert_eq!(book.tick(T.plus(100)), [], "a timer re-checks the state before it fires");
    }

    #[test]
    fn a_book_comes_back_from_its_documents() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.take_dirty();
        book.resolve("low_stock", "product:P-1", T.plus(1));
        book.raise(low(Severity::Warning), T.plus(2));
        let mut table = BTreeMap::new();
        for document in book.take_dirty() {
            table.insert(document.key, document.body);
        }
        let stored: Vec<_> = table.into_iter().filter_map(|(key, body)| body.map(|body| (key, body))).collect();
        let loaded = AlertBook::load(stored);
        assert_eq!(loaded.active(), book.active());
        assert_eq!(loaded.resolved(), book.resolved(), "both lives of one fingerprint are kept");
    }

    #[test]
    fn acknowledging_an_unknown_alert_changes_nothing() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        assert_eq!(book.acknowledge(&["low_stock:product:P-1".into(), "gone".into()], "x", T), Err("gone".into()));
        assert_eq!(book.firing().count(), 1);
    }
}
