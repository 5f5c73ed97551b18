//! The life of every alert: it fires, is acknowledged, put off, resolved. Same fingerprint, one alert with a count, never a second one.

use crate::rules;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdeck_events::{Millis, Severity};
use watchdeck_store::Document;
use watchdeck_wire::views::{AlertState, AlertStep, AlertView, BannerView};

/// Collection of the stored alerts.
pub const COLLECTION: &str = "alerts";
/// Resolved alerts kept.
const RESOLVED: usize = 200;
/// Steps kept per alert.
const STEPS: usize = 40;
/// Alerts of one rule that may live at once. What more there are is counted and not kept.
const OF_RULE: usize = 5_000;
/// Alerts in a view.
const SHOWN: usize = 1_000;
/// Alerts that the banner shows.
const BANNER: usize = 5;
/// An acknowledged alert that nothing else ends (a single event) is over after this long.
const POINT_ENDS_AFTER: i64 = 15 * 60_000;

/// One alert as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// What the window shows.
    pub view: AlertView,
    /// Raised by a single event that no later event takes back.
    pub point: bool,
    /// People were told, as far as they want to be. Stored with it, so that neither a crash before the telling loses it nor a restart repeats it.
    #[serde(default = "told")]
    pub told: bool,
}

/// Of alerts that were stored before it was kept.
fn told() -> bool {
    true
}

/// What a rule says.
#[derive(Debug, Clone)]
pub struct Raise {
    /// Rule's name.
    pub rule: &'static str,
    /// What it is about beyond doubt, `source/type:id`; with the rule, the fingerprint.
    pub about: String,
    /// Whose; `None` for what is about Watchdeck itself.
    pub source: Option<String>,
    /// What it is about, as people and filters name it: `type:id`.
    pub subject: String,
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
            match serde_json::from_str::<Alert>(&body) {
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
        self.active.values().filter(|alert| is_nameless(&alert.view)).filter_map(|alert| alert.view.seq).collect()
    }

    /// Alerts of an earlier version have no source in their name. Given it, they get the one that they would have now; what cannot be named ends.
    pub fn name_anew(&mut self, name: impl Fn(&AlertView) -> Option<(String, String)>, at: Millis) {
        let old: Vec<_> = self.active.values().filter(|alert| is_nameless(&alert.view)).map(|alert| alert.view.id.clone()).collect();
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
        let mut alert = self.remove(id)?;
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

    /// What takes the window until somebody has seen it: one banner for all critical words of the ERP.
    #[must_use]
    pub fn banner(&self) -> Option<BannerView> {
        let mut critical: Vec<_> =
            self.firing().filter(|view| view.rule == rules::SYSTEM_CRITICAL && view.severity == Severity::Critical).collect();
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

fn is_nameless(view: &AlertView) -> bool {
    view.source.is_none() && !rules::is_of_a_link(&view.rule)
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
            about: "s/product:P-1".into(),
            source: Some("s".into()),
            subject: "product:P-1".into(),
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
        book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", T).unwrap();
        assert_eq!(book.raise(low(Severity::Warning), T), None);
        assert_eq!(book.firing().count(), 0);
        assert!(matches!(book.raise(low(Severity::Critical), T), Some(Notice::Fired(_))));
    }

    #[test]
    fn a_snooze_ends_and_fires_anew() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.snooze("low_stock:s/product:P-1", T.plus(100), "张敏", T).unwrap();
        assert_eq!(book.tick(T.plus(99)), []);
        assert!(matches!(&book.tick(T.plus(100))[..], [Notice::Fired(_)]));
    }

    #[test]
    fn what_is_resolved_while_snoozed_never_rings_again() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.snooze("low_stock:s/product:P-1", T.plus(100), "张敏", T).unwrap();
        book.resolve("low_stock", "s/product:P-1", T.plus(50));
        assert_eq!(book.tick(T.plus(100)), [], "a timer re-checks the state before it fires");
    }

    #[test]
    fn a_book_comes_back_from_its_documents() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.take_dirty();
        book.resolve("low_stock", "s/product:P-1", T.plus(1));
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
    fn what_ended_meanwhile_does_not_keep_the_others_from_being_acknowledged() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        assert_eq!(book.acknowledge(&["gone".into()], "x", T), Err("gone".into()));
        assert_eq!(book.firing().count(), 1);
        assert_eq!(book.acknowledge(&["gone".into(), "low_stock:s/product:P-1".into()], "x", T).map(|notices| notices.len()), Ok(1));
        assert_eq!(book.firing().count(), 0);
    }

    fn critical(n: usize) -> Raise {
        let about = format!("s/system:{n:04}");
        Raise {
            rule: rules::SYSTEM_CRITICAL,
            subject: format!("system:{n}"),
            about,
            severity: Severity::Critical,
            point: true,
            ..low(Severity::Critical)
        }
    }

    #[test]
    fn two_hundred_critical_alerts_are_one_banner_and_one_press() {
        let mut book = AlertBook::default();
        for n in 0..200 {
            book.raise(critical(n), T.plus(n as i64));
        }
        let banner = book.banner().expect("they take the window");
        assert_eq!((banner.count, banner.newest.len(), banner.since), (200, BANNER, T));
        assert_eq!(banner.newest[0].subject.as_deref(), Some("system:199"), "the newest first");
        book.raise(critical(200), T.plus(300));
        book.acknowledge(&banner.ids, "张敏", T.plus(400)).unwrap();
        assert_eq!(book.banner().map(|banner| banner.count), Some(1), "what came after the look is not acknowledged unseen");
    }

    #[test]
    fn more_alerts_than_anybody_can_read_are_counted() {
        let mut book = AlertBook::default();
        for n in 0..OF_RULE + 7 {
            book.raise(critical(n), T);
        }
        assert_eq!((book.counts(), book.active().len()), ((OF_RULE as u32, 7), SHOWN));
        assert!(book.raise(low(Severity::Warning), T).is_some(), "one rule does not silence another");
        book.resolve(rules::SYSTEM_CRITICAL, "s/system:0000", T);
        assert!(book.raise(critical(OF_RULE), T).is_some());
    }

    #[test]
    fn what_was_stored_and_not_told_is_known_after_a_crash() {
        let mut book = AlertBook::default();
        book.raise(low(Severity::Warning), T);
        book.raise(critical(1), T);
        let restart = |book: &mut AlertBook| {
            AlertBook::load(book.take_dirty().into_iter().filter_map(|document| document.body.map(|body| (document.key, body))).collect())
        };
        let mut book = restart(&mut book);
        let untold: Vec<_> = book.untold().into_iter().map(|view| view.id).collect();
        assert_eq!(untold, ["low_stock:s/product:P-1", "system_critical:s/system:0001"]);
        book.told(&untold);
        assert_eq!(restart(&mut book).untold(), [], "and is told once");
    }

    #[test]
    fn an_alert_of_an_earlier_version_gets_its_name_or_ends() {
        let mut book = AlertBook::default();
        for about in ["product:P-1", "product:P-2"] {
            book.raise(Raise { about: about.into(), source: None, subject: about.into(), ..low(Severity::Warning) }, T);
        }
        book.acknowledge(&["low_stock:product:P-1".into()], "张敏", T).unwrap();
        let named = |view: &AlertView| view.id.ends_with("P-1").then(|| ("low_stock:s/product:P-1".to_owned(), "s".to_owned()));
        book.name_anew(named, T);
        let alive: Vec<_> = book.active().into_iter().map(|view| (view.id, view.acknowledged_by)).collect();
        assert_eq!(alive, [("low_stock:s/product:P-1".to_owned(), Some("张敏".to_owned()))]);
    }
}
