//! What people are to be told: of events, of settings that changed, and by the clock.

use super::State;
use watchdeck_alerts::{Notice, hours::Hours, notifier::Effect, rules, silence::Hush, words::Words, written::Written};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::{
    link::{LinkState, SourceStatus},
    settings::Settings,
    views::{AlertState, AlertView},
};
use watchdeck_world::approvals::Request;

impl State {
    /// Settings that take effect now: everything that is known is judged by them.
    pub(crate) fn judge_anew(&mut self, before: &Settings, at: Millis) -> Vec<Effect> {
        let today = self.calendar.day(at).clone();
        if before.rules != self.settings.rules {
            self.written = Written::of(&self.settings, at, self.alerts_done, std::mem::take(&mut self.written));
        }
        let Self { world, settings, book, written, .. } = self;
        let notices = rules::rejudge(world, before, settings, &today, at, book, written);
        let mut effects = self.notify(notices, false, at);
        effects.extend(self.watch_silences(at));
        effects
    }

    /// What people are to be told by now.
    pub(crate) fn settle(&mut self, words: Words, at: Millis, caught_up: bool) -> Vec<Effect> {
        let today = self.calendar.day(at).clone();
        let hushed = self.settings.quiet_hours.iter().any(|hours| Hours::of(hours).is_ok_and(|hours| hours.hold(at, &today)));
        self.notifier.hush(hushed);
        self.notifier.settle(&self.settings, words, at, caught_up)
    }

    /// What rules say of what is known, by the clock. Of an ERP that is not heard nothing is missing.
    pub(crate) fn watch_rules(&mut self, statuses: &[SourceStatus], at: Millis) -> Vec<Notice> {
        let today = self.calendar.day(at).clone();
        let heard = |realm: &str| {
            let hears = |state: &LinkState| matches!(state, LinkState::Live | LinkState::Partly { .. } | LinkState::Stale { .. });
            statuses.iter().any(|source| source.realm == realm && hears(&source.state))
        };
        let Self { world, settings, book, written, .. } = self;
        rules::tick(world, settings, &today, at, book, written, &heard)
    }

    /// Requests whose deadline is near: told to whoever decides, unless somebody does already. Answers what is new, and what was due before anybody looked.
    pub(crate) fn watch_deadlines(&mut self, at: Millis) -> [Vec<Notice>; 2] {
        let Self { world, book, outbox, settings, .. } = self;
        let decided = |request: &Request| request.view.deciding.is_some() || outbox.is_under_way(&request.view);
        rules::approval_due::judge(world, settings, decided, at, book)
    }

    pub(crate) fn watch_feeds(&mut self, statuses: &[SourceStatus], at: Millis) -> Vec<Notice> {
        let mut notices = Vec::new();
        for source in statuses {
            let current = matches!(
                source.state,
                LinkState::Live
                    | LinkState::Partly { .. }
                    | LinkState::CatchingUp { .. }
                    | LinkState::Unconfirmed
                    | LinkState::Stale { .. }
                    | LinkState::Paused
            );
            let stale_for = if current {
                self.stale_since.remove(&source.id);
                None
            } else {
                // A server that is deaf says since when; by its clock, so not from the future.
                let began = match source.state {
                    LinkState::UpstreamDown { since, .. } | LinkState::Silent { since } => since.min(at),
                    _ => at,
                };
                Some(at.since(*self.stale_since.entry(source.id.clone()).or_insert(began)))
            };
            notices.extend(rules::feed_stale::judge([&source.id, &source.name], stale_for, &self.settings, at, &mut self.book));
            let quiet_for = if let LinkState::Stale { since, .. } = source.state { Some(at.since(since).max(0)) } else { None };
            notices.extend(rules::feed_quiet::judge([&source.id, &source.name], quiet_for, &self.settings, at, &mut self.book));
        }
        let known = |about: &str| statuses.iter().any(|source| about == format!("source:{}", source.id));
        let orphans: Vec<_> = self
            .book
            .active()
            .into_iter()
            .filter(|alert| rules::is_of_a_link(&alert.rule))
            .filter_map(|alert| Some((alert.rule, alert.subject.filter(|about| !known(about))?)))
            .collect();
        notices.extend(orphans.iter().filter_map(|(rule, about)| self.book.resolve(rule, about, at)));
        notices
    }

    /// What became of alerts, for whoever tells people: but for what something keeps quiet. `late`: it comes from history.
    pub(crate) fn notify(&mut self, notices: Vec<Notice>, late: bool, at: Millis) -> Vec<Effect> {
        if notices.is_empty() {
            return Vec::new();
        }
        let hush = Hush::of(&self.settings, &self.book, at);
        let audible = self.book.audible(notices, |alert| hush.over(alert).map(str::to_owned));
        self.notifier.take(audible, late, &self.settings, at)
    }

    /// People are shown or hear something.
    pub(crate) fn note_told(&mut self, alert: Option<&str>, severity: Severity, at: Millis) {
        let today = self.calendar.day(at).name.clone();
        let rule = alert.and_then(|id| self.book.get(id)).map(|alert| alert.rule.clone());
        self.load.told(&today, at, rule.as_deref(), severity);
    }

    /// Somebody has these alerts.
    pub(crate) fn note_answered(&mut self, before: &[AlertView], by: &str, at: Millis) {
        let today = self.calendar.day(at).name.clone();
        for alert in before.iter().filter(|alert| alert.state == AlertState::Firing) {
            let fired = alert.timeline.iter().rev().find(|step| step.state == AlertState::Firing).map_or(alert.first_at, |step| step.at);
            self.load.answered(&today, alert, by, at.since(fired).max(0));
        }
    }

    /// Silences begin and end. What still fires then is told together.
    pub(crate) fn watch_silences(&mut self, at: Millis) -> Vec<Effect> {
        let today = self.calendar.day(at).name.clone();
        for alert in self.book.living().filter(|alert| alert.chattering) {
            self.load.chatters(&today, &alert.id);
        }
        let hush = Hush::of(&self.settings, &self.book, at);
        let notices = self.book.hush(|alert| hush.over(alert).map(str::to_owned));
        self.notifier.take(notices, true, &self.settings, at)
    }
}
