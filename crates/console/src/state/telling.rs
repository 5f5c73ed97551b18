//! What people are to be told: of events, of settings that changed, and by the clock.

use super::{State, turn};
use std::collections::BTreeMap;
use watchdeck_alerts::{
    Notice,
    hours::Hours,
    notifier::Effect,
    rules,
    silence::Hush,
    turns,
    words::Words,
    written::{Heard, Link, Outside, Written},
};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::{
    link::{LinkState, SourceStatus},
    live::DesktopQuiet,
    settings::Settings,
    views::{AlertState, AlertView, TurnView},
};
use watchdeck_world::approvals::times;

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
        let by_hours = self.settings.quiet_hours.iter().any(|hours| Hours::of(hours).is_ok_and(|hours| hours.hold(at, &today)));
        let by_desktop = matches!(self.desktop_quiet, DesktopQuiet::On { .. }) && !self.settings.ignore_do_not_disturb;
        self.notifier.hush(by_hours || by_desktop);
        self.notifier.settle(&self.settings, words, at, caught_up)
    }

    /// The desktop asks for quiet, or does not; `None` where that cannot be read. Answers whether it is another than before.
    pub(crate) fn desktop_asks(&mut self, quiet: Option<bool>, at: Millis) -> bool {
        let now = match (quiet, self.desktop_quiet) {
            (None, _) => DesktopQuiet::Unread,
            (Some(false), _) => DesktopQuiet::Off,
            (Some(true), on @ DesktopQuiet::On { .. }) => on,
            (Some(true), _) => DesktopQuiet::On { since: at },
        };
        std::mem::replace(&mut self.desktop_quiet, now) != now
    }

    /// What rules say of what is known, by the clock: what holds now, and what may have held for long while nobody looked. Of an ERP that is not heard nothing is
    /// missing.
    pub(crate) fn watch_rules(&mut self, statuses: &[SourceStatus], at: Millis) -> [Vec<Notice>; 2] {
        let today = self.calendar.day(at).clone();
        let heard = |realm: &str| {
            let states = || statuses.iter().filter(|source| source.realm == realm).map(|source| &source.state);
            let hears = |state: &LinkState| matches!(state, LinkState::Live | LinkState::Partly { .. } | LinkState::Stale { .. });
            if states().any(hears) {
                Heard::Now
            } else if states().any(|state| matches!(state, LinkState::CatchingUp { .. })) {
                Heard::Late
            } else {
                Heard::Not
            }
        };
        let Self { world, settings, book, written, .. } = self;
        let (notices, late) = rules::tick(world, settings, &today, at, book, written, &heard);
        let is_now = |notice: &Notice| match notice {
            Notice::Fired(alert) => !late || self.is_due_later(&alert.id, at),
            Notice::Quiet(_) => true,
        };
        let (now, long) = notices.into_iter().partition(is_now);
        [now, long]
    }

    /// Whether an alert is of a request that can still be decided in time: whoever wakes his machine then wants to know.
    fn is_due_later(&self, alert: &str, at: Millis) -> bool {
        let request = self.written.request_of(alert).and_then(|key| self.world.approvals.get(&key));
        request.and_then(|request| times::due(&self.settings, &request.view)).is_some_and(|due| due > at)
    }

    /// How the links are, and which requests are being decided here: what rules ask about and no event tells.
    pub(crate) fn watch_outside(&mut self, statuses: &[SourceStatus], at: Millis) -> Vec<Notice> {
        let mut links = BTreeMap::new();
        for SourceStatus { id, name, state, .. } in statuses {
            let current = matches!(
                state,
                LinkState::Live
                    | LinkState::Partly { .. }
                    | LinkState::CatchingUp { .. }
                    | LinkState::Unconfirmed
                    | LinkState::Stale { .. }
                    | LinkState::Paused
            );
            let mut link = Link { name: name.clone(), ..Link::default() };
            // A server says since when by its clock: not from the future.
            match *state {
                LinkState::UpstreamDown { since, .. } => link.deaf_since = Some(since.min(at)),
                LinkState::Stale { since, .. } => link.quiet_since = Some(since.min(at)),
                _ => {}
            }
            if current || link.deaf_since.is_some() {
                self.stale_since.remove(id);
            } else {
                let began = if let LinkState::Silent { since } = *state { since.min(at) } else { at };
                link.stale_since = Some(*self.stale_since.entry(id.clone()).or_insert(began));
            }
            links.insert(id.clone(), link);
        }
        let deciding = self.world.approvals.open().filter(|(_, request)| self.outbox.is_under_way(&request.view));
        let under_way = deciding.map(|(_, request)| request.view.key.clone()).collect();
        let today = self.calendar.day(at).clone();
        let Self { world, settings, book, written, .. } = self;
        rules::outside(world, settings, &today, at, book, written, Outside { links, under_way })
    }

    /// What became of alerts, for whoever tells people: but for what something keeps quiet. `late`: it comes from history.
    pub(crate) fn notify(&mut self, notices: Vec<Notice>, late: bool, at: Millis) -> Vec<Effect> {
        if notices.is_empty() {
            return Vec::new();
        }
        let hush = Hush::of(&self.settings, &self.book, at);
        let audible = self.book.audible(notices, |alert| hush.over(alert).map(str::to_owned));
        // Whoever was told that it fires is told what became of it.
        let over = |notice: &Notice| if let Notice::Quiet(id) = notice { self.book.answered(id).cloned() } else { None };
        let over: Vec<_> = audible.iter().filter_map(over).map(|alert| Effect::Announce(Box::new(alert))).collect();
        for notice in &audible {
            if let Notice::Fired(alert) = notice {
                let others = turn::is_of_others(&self.settings, &self.calendar, alert, at);
                self.notifier.is_of_others(&alert.id, others);
            }
        }
        let mut effects = self.notifier.take(audible, late, &self.settings, at);
        effects.extend(over);
        effects
    }

    /// Who has the turn in the row of people that an alert has come to, where it has.
    pub(crate) fn turn_of(&self, alert: &AlertView, at: Millis) -> Option<TurnView> {
        turn::of(&self.settings, &self.calendar, alert, at)
    }

    /// Who has the turn, in every row of people.
    pub(crate) fn turns(&self, at: Millis) -> Vec<TurnView> {
        let rotations = self.settings.rotations.iter();
        rotations.filter_map(|(name, rotation)| turns::turn(name, rotation, at, self.calendar.zone())).collect()
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
