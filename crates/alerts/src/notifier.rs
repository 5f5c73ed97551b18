//! From alerts to what people hear and see outside of the window, without spamming them.
//!
//! What fires waits for the end of the stretch of events that it came in ([`Notifier::settle`]): what the same stretch resolves is never told, and the
//! tone leaves with the commit. At most [`TOASTS`] notifications in [`WINDOW`]; the rest of a burst is one summary that is replaced as it
//! grows. One tone in [`TONE_GAP`], the worst that is due. What is raised by late events (a backlog, the machine was asleep) is never announced one
//! by one: it becomes a digest of what still fires when the backlog is through. In quiet hours only what breaks them is told; the rest is the same digest when
//! they are over. A tone that repeats does so until somebody has the alert.

use crate::{
    Notice, Told, rules,
    toast::{Toast, ToastAction},
    words::Words,
    written,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::{
    settings::Settings,
    views::{AlertView, Means},
};

/// Notifications in one window of time.
const TOASTS: usize = 3;
/// That window.
const WINDOW: i64 = 10_000;
/// Between two tones.
const TONE_GAP: i64 = 1_500;
/// Between two tones of what repeats.
const REPEAT: i64 = 8_000;
/// Names the summary among the notifications.
pub const SUMMARY: &str = "watchdeck:summary";

/// While events are still being caught up with, what fires now waits this long for its end among them.
const HOLD: i64 = 2_000;

/// What the host is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Show a notification.
    Notify(Toast),
    /// Take one back.
    Retract(String),
    /// Play a tone.
    Play(Severity),
    /// People are told of this alert, whoever they are: what goes out for others goes out of this.
    Announce(Box<AlertView>),
    /// With what stands before it, people were told of these alerts.
    Told(Vec<Told>),
}

/// Remembers what was shown.
#[derive(Debug, Default)]
pub struct Notifier {
    /// Fired and not told yet, in the order in which they did.
    fresh: Vec<(Millis, AlertView)>,
    shown_at: VecDeque<Millis>,
    shown: BTreeSet<String>,
    /// Fired, but not shown on their own; without their timelines.
    held_back: BTreeMap<String, AlertView>,
    /// What the next digest tells of for the first time, and whether others were told already.
    untold: BTreeMap<String, (bool, AlertView)>,
    /// The worst tone of what the digest tells.
    late_tone: Option<Severity>,
    /// What sounds until somebody has it.
    repeating: BTreeMap<String, Severity>,
    /// People want to be left in peace,
    hushed: bool,
    /// and are told of these afterwards.
    asleep: BTreeMap<String, (bool, AlertView)>,
    /// Alerts that have come to somebody else's turn.
    of_others: BTreeSet<String>,
    tone_due: Option<Severity>,
    tone_at: Option<Millis>,
    digest_due: bool,
}

impl Notifier {
    /// Take notices in. `late` says that they come from history. Answers what is to be taken back; the rest comes with [`Notifier::settle`].
    pub fn take(&mut self, notices: Vec<Notice>, late: bool, settings: &Settings, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        for notice in notices {
            match notice {
                Notice::Fired(alert) if late && !self.of_others.contains(&alert.id) => self.told_later(*alert, false, settings),
                // What got worse before anybody was told is told once, as it is by now.
                Notice::Fired(alert) => match self.fresh.iter_mut().find(|(_, known)| known.id == alert.id) {
                    Some((_, known)) => *known = *alert,
                    None => self.fresh.push((now, *alert)),
                },
                Notice::Quiet(id) => {
                    self.repeating.remove(&id);
                    self.of_others.remove(&id);
                    self.asleep.remove(&id);
                    self.fresh.retain(|(_, alert)| alert.id != id);
                    self.held_back.remove(&id);
                    self.untold.remove(&id);
                    if self.shown.remove(&id) {
                        effects.push(Effect::Retract(id));
                    }
                }
            }
        }
        effects
    }

    /// Whether an alert that fires has come to somebody else's turn: who sits here is told nothing more of it.
    pub fn is_of_others(&mut self, id: &str, others: bool) {
        if others {
            self.repeating.remove(id);
            self.of_others.insert(id.to_owned());
        } else {
            self.of_others.remove(id);
        }
    }

    /// Whether people want to be left in peace.
    pub fn hush(&mut self, hushed: bool) {
        self.hushed = hushed;
    }

    /// What people were told of in another run, and has to sound on.
    pub fn sounds_on(&mut self, alert: &AlertView, settings: &Settings) {
        if settings.delivery.of(alert.severity).repeats {
            self.repeating.insert(alert.id.clone(), alert.severity);
        }
    }

    /// At the end of a stretch of events, and now and then: notifications and tones for what fires. While a backlog is being read (not `caught_up`), the
    /// digest waits, and what fires now waits a little.
    pub fn settle(&mut self, settings: &Settings, words: Words, now: Millis, caught_up: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        let waited = self.fresh.first().is_some_and(|(since, _)| now.since(*since).abs() >= HOLD);
        let (mut told, mut announced) = (Vec::new(), Vec::new());
        if caught_up || waited {
            for (_, alert) in std::mem::take(&mut self.fresh) {
                announced.push(Effect::Announce(Box::new(alert.clone())));
                if self.of_others.contains(&alert.id) {
                    told.push(Told { alert: alert.id, means: Vec::new() });
                    continue;
                }
                if self.waits(&alert, settings) {
                    self.told_later(alert, true, settings);
                    continue;
                }
                let means = self.announce(&alert, settings, words, now, &mut effects);
                told.push(Told { alert: alert.id, means });
            }
        }
        if !self.hushed {
            for (_, (is_announced, alert)) in std::mem::take(&mut self.asleep) {
                self.told_later(alert, is_announced, settings);
            }
        }
        if caught_up {
            let late = std::mem::take(&mut self.untold);
            let tone = self.late_tone.take().filter(|_| !late.is_empty());
            let sounds = tone.is_some_and(|tone| self.sound(tone, settings));
            for (id, (is_announced, alert)) in late {
                let digest = settings.delivery.of(alert.severity).toast.then_some(Means::Digest);
                let sound = (sounds && tone == Some(alert.severity)).then_some(Means::Sound);
                told.push(Told { alert: id, means: digest.into_iter().chain(sound).collect() });
                if !is_announced {
                    announced.push(Effect::Announce(Box::new(alert)));
                }
            }
            effects.extend(self.digest(settings, words));
        }
        if self.tone_at.is_none_or(|at| now.since(at).abs() >= REPEAT) {
            let breaks = |severity: &&Severity| !self.hushed || settings.delivery.of(**severity).breaks_quiet;
            let again = self.repeating.values().filter(breaks).filter(|severity| settings.delivery.of(**severity).repeats).max().copied();
            self.tone_due = self.tone_due.max(again);
        }
        if self.tone_at.is_none_or(|at| now.since(at).abs() >= TONE_GAP)
            && let Some(tone) = self.tone_due.take()
            && !settings.muted
        {
            self.tone_at = Some(now);
            effects.push(Effect::Play(tone));
        }
        effects.extend(announced);
        if !told.is_empty() {
            effects.push(Effect::Told(told));
        }
        effects
    }

    /// Whether it will be heard.
    fn sound(&mut self, severity: Severity, settings: &Settings) -> bool {
        let sounds = settings.delivery.of(severity).sound && !settings.muted;
        if sounds {
            self.tone_due = self.tone_due.max(Some(severity));
        }
        sounds
    }

    fn waits(&self, alert: &AlertView, settings: &Settings) -> bool {
        self.hushed && !settings.delivery.of(alert.severity).breaks_quiet
    }

    /// It is told with the next digest, if it still fires then: of what may not break the quiet hours, with the first one after them. `announced`: others were
    /// told already.
    fn told_later(&mut self, alert: AlertView, announced: bool, settings: &Settings) {
        self.sounds_on(&alert, settings);
        if self.waits(&alert, settings) {
            self.asleep.insert(alert.id.clone(), (announced, alert));
            return;
        }
        self.late_tone = self.late_tone.max(Some(alert.severity));
        self.untold.insert(alert.id.clone(), (announced, alert.clone()));
        if settings.delivery.of(alert.severity).toast {
            self.hold_back(alert);
        }
    }

    /// Answers by which means people are told.
    fn announce(&mut self, alert: &AlertView, settings: &Settings, words: Words, now: Millis, effects: &mut Vec<Effect>) -> Vec<Means> {
        let mut means = Vec::new();
        if self.sound(alert.severity, settings) {
            means.push(Means::Sound);
        }
        self.sounds_on(alert, settings);
        if !settings.delivery.of(alert.severity).toast {
            return means;
        }
        while self.shown_at.front().is_some_and(|at| now.since(*at).abs() >= WINDOW) {
            self.shown_at.pop_front();
        }
        if self.shown_at.len() < TOASTS {
            self.shown_at.push_back(now);
            self.shown.insert(alert.id.clone());
            effects.push(Effect::Notify(toast(alert, words)));
            means.push(Means::Toast);
        } else {
            self.hold_back(alert.clone());
            means.push(Means::Digest);
        }
        means
    }

    fn hold_back(&mut self, alert: AlertView) {
        self.held_back.insert(alert.id.clone(), AlertView { timeline: Vec::new(), ..alert });
        self.digest_due = true;
    }

    /// The summary of what was held back, new or replaced; or its end.
    fn digest(&mut self, settings: &Settings, words: Words) -> Option<Effect> {
        if self.held_back.is_empty() {
            self.digest_due = false;
            return self.shown.remove(SUMMARY).then(|| Effect::Retract(SUMMARY.to_owned()));
        }
        std::mem::take(&mut self.digest_due).then(|| {
            self.shown.insert(SUMMARY.to_owned());
            summary(&self.held_back, settings, words).map(Effect::Notify)
        })?
    }

    /// The user has seen the summary.
    pub fn summary_seen(&mut self) {
        self.held_back.clear();
        self.shown.remove(SUMMARY);
    }
}

fn toast(alert: &AlertView, words: Words) -> Toast {
    let action = |id: &str| ToastAction { id: id.to_owned(), label: words.action(id).to_owned() };
    let actions = if alert.values.contains_key(written::REQUEST) { ["approve", "reject"] } else { ["acknowledge", "open"] };
    Toast {
        id: alert.id.clone(),
        title: rules::title(words, alert),
        body: rules::body(words, alert),
        severity: alert.severity,
        actions: actions.into_iter().map(action).collect(),
    }
}

/// The most urgent by name, the worst and of those the rule that stands first; then how many there are of each rule. `None` where nothing is held back.
fn summary(held_back: &BTreeMap<String, AlertView>, settings: &Settings, words: Words) -> Option<Toast> {
    let most_urgent = held_back.values().min_by_key(|alert| (Reverse(alert.severity), written::place(&alert.rule), alert.first_at))?;
    let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for alert in held_back.values() {
        *counts.entry((written::place(&alert.rule), &alert.rule)).or_default() += 1;
    }
    let part = |((_, rule), count): ((usize, &str), usize)| {
        let title = settings.rules.get(rule).or_else(|| written::shipped(rule)).map_or(rule, |document| words.worded(&document.title));
        format!("{title} {}", words.number(&count.to_string()))
    };
    let counts = if held_back.len() > 1 { counts.into_iter().map(part).collect::<Vec<_>>().join(words.comma()) } else { String::new() };
    let body = rules::body(words, most_urgent);
    Some(Toast {
        id: SUMMARY.to_owned(),
        title: words.summary_title(&rules::title(words, most_urgent), held_back.len() - 1),
        body: [body, counts].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        severity: most_urgent.severity,
        actions: vec![ToastAction { id: "open".to_owned(), label: words.action("open").to_owned() }],
    })
}

#[cfg(test)]
mod tests;
