//! What a look at the book answers. It changes nothing.

use super::{AlertBook, OF_RULE};
use crate::named;
use std::cmp::Reverse;
use watchdeck_events::Severity;
use watchdeck_wire::{
    settings::{Delivery, Takes},
    views::{AlertState, AlertView, BannerView},
};

/// Alerts in a view.
pub(super) const SHOWN: usize = 1_000;
/// Alerts that the banner shows.
pub(super) const BANNER: usize = 5;

impl AlertBook {
    /// Whether an alert lives.
    #[must_use]
    pub fn is_active(&self, rule: &str, about: &str) -> bool {
        self.rules_about(about).iter().any(|living| living == rule)
    }

    /// Whether any alert of a rule lives. Cheap: it is asked of most events.
    #[must_use]
    pub fn any_lives(&self, rule: &str) -> bool {
        self.living.of(rule) > 0
    }

    /// The rules of which an alert lives that is about this.
    #[must_use]
    pub fn rules_about(&self, about: &str) -> &[String] {
        self.living.about(about)
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
        all.sort_by_key(|view| (Reverse(view.severity), Reverse(view.last_at)));
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

    /// An alert that people were told of, and that somebody has or that is over by now.
    #[must_use]
    pub fn answered(&self, id: &str) -> Option<&AlertView> {
        let ended = || self.resolved.iter().rev().map(|alert| &alert.view).find(|view| view.id == id);
        let view = self.get(id).filter(|view| view.state == AlertState::Acknowledged).or_else(ended)?;
        (!view.announcements.is_empty() && view.announcements.iter().any(|announcement| announcement.done.is_some())).then_some(view)
    }

    /// What takes the window until somebody has seen it, as its severity says: one banner for everything. Requests for approval wait on a page of their own.
    #[must_use]
    pub fn banner(&self, delivery: &Delivery) -> Option<BannerView> {
        let is_system = |view: &AlertView| view.rule == named::SYSTEM_CRITICAL;
        let takes = |view: &&AlertView| match delivery.of(view.severity).banner {
            Takes::None => false,
            Takes::System => is_system(view),
            Takes::All => !named::is_of_a_request(&view.rule),
        };
        let mut taking: Vec<_> = self.firing().filter(takes).collect();
        taking.sort_by_key(|view| Reverse((view.severity, view.first_at, view.seq, &view.id)));
        Some(BannerView {
            since: taking.iter().map(|view| view.first_at).min()?,
            count: taking.len() as u32,
            worst: taking.first()?.severity,
            system: taking.iter().all(|view| is_system(view) && view.severity == Severity::Critical),
            ids: taking.iter().take(OF_RULE).map(|view| view.id.clone()).collect(),
            newest: taking.into_iter().take(BANNER).cloned().collect(),
        })
    }

    /// Every alert that lives.
    pub fn living(&self) -> impl Iterator<Item = &AlertView> {
        self.active.values().map(|alert| &alert.view)
    }

    /// Alerts that fire: nobody has them, nobody put them off, and nothing keeps them quiet.
    pub fn firing(&self) -> impl Iterator<Item = &AlertView> {
        self.living().filter(|view| view.state == AlertState::Firing && view.silenced_by.is_none())
    }

    /// The last that ended, newest first.
    #[must_use]
    pub fn resolved(&self) -> Vec<AlertView> {
        self.resolved.iter().rev().map(|alert| alert.view.clone()).collect()
    }

    /// The rules that alerts live of.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        self.living.rules().cloned().collect()
    }
}
