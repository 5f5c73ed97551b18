//! What the alerts that live are of: how many of each rule, and which rules speak of a thing; and what is told of one that ended.

use crate::alert::Alert;
use std::collections::{BTreeMap, HashMap};
use watchdeck_events::Millis;

/// That what an alert was about is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its rule.
    pub rule: String,
    /// Who had it, where somebody did.
    pub by: Option<String>,
    /// When.
    pub at: Millis,
    /// How long after it fired, ms.
    pub took: i64,
}

impl Ended {
    /// None of an alert about a single event: nothing is over with it but our interest.
    pub(super) fn of(alert: &Alert, at: Millis) -> Option<Self> {
        let view = &alert.view;
        // What stayed to be seen, or until it was calm, was over before.
        let at = view.over_since.unwrap_or(at);
        let took = at.since(view.first_at).max(0);
        (!alert.life.point).then(|| Self { rule: view.rule.clone(), by: view.acknowledged_by.clone(), at, took })
    }
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Living {
    of_rule: BTreeMap<String, usize>,
    about: HashMap<String, Vec<String>>,
}

impl Living {
    pub(super) fn add(&mut self, id: &str, rule: &str) {
        *self.of_rule.entry(rule.to_owned()).or_default() += 1;
        self.about.entry(about(id, rule).to_owned()).or_default().push(rule.to_owned());
    }

    pub(super) fn remove(&mut self, id: &str, rule: &str) {
        if let Some(living) = self.of_rule.get_mut(rule) {
            *living = living.saturating_sub(1);
            if *living == 0 {
                self.of_rule.remove(rule);
            }
        }
        let about = about(id, rule);
        if let Some(rules) = self.about.get_mut(about) {
            rules.retain(|other| other != rule);
            if rules.is_empty() {
                self.about.remove(about);
            }
        }
    }

    pub(super) fn of(&self, rule: &str) -> usize {
        self.of_rule.get(rule).copied().unwrap_or_default()
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &String> {
        self.of_rule.keys()
    }

    pub(super) fn about(&self, about: &str) -> &[String] {
        self.about.get(about).map_or(&[], Vec::as_slice)
    }
}

/// What an alert of this name is about.
fn about<'i>(id: &'i str, rule: &str) -> &'i str {
    id.strip_prefix(rule).and_then(|rest| rest.strip_prefix(':')).unwrap_or(id)
}
