//! From alerts to what people hear and see outside of the window, without spamming them.
//!
//! What fires waits for the end of the stretch of events that it came in ([`Notifier::settle`]): what the same stretch resolves is never told, and the
//! tone leaves with the commit. At most [`TOASTS`] notifications in [`WINDOW`]; the rest of a burst is one summary, and so is what its rules say until the
//! burst is over. The summary is replaced as it grows, ever more seldom, but at once where it gets worse. One tone in [`TONE_GAP`], the worst that is due, and
//! none that adds nothing to the one before. What is raised by late events (a backlog, the machine was asleep) is never announced one
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
/// A rule of which nothing was held back for so long has calmed down.
const CALM: i64 = 30_000;
/// What is not critical has no notification of its own either where so many of its rule stand that nobody touched
const OF_RULE: usize = 4;
/// and that are no older than this, ms.
const OF_RULE_WITHIN: i64 = 600_000;
/// Between a summary and the next one that says more: at first,
const SUMMARY_GAP: i64 = 10_000;
/// and at most, where nothing in it is critical, and where something is; it doubles each time that there is more to say,
const SUMMARY_GAP_MOST: (i64, i64) = (300_000, 60_000);
/// until there was none for so long.
const SUMMARY_CALM: i64 = 600_000;
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
    /// Of each rule those that had one of their own within [`OF_RULE_WITHIN`], and that nobody has.
    shown_of: BTreeMap<String, VecDeque<(Millis, String)>>,
    shown: BTreeSet<String>,
    /// Fired, but not shown on their own; without their timelines.
    held_back: BTreeMap<String, AlertView>,
    /// When something of a rule was held back last because there was too much.
    bursts: BTreeMap<String, Millis>,
    /// What the next digest tells of for the first time, and whether others were told already.
    untold: BTreeMap<String, (bool, AlertView)>,
    /// The last digest: when it was told, how bad it was, and how long the next one waits.
    digested: Option<(Millis, Severity, i64)>,
    /// What sounds until somebody has it.
    repeating: BTreeMap<String, Severity>,
    /// People want to be left in peace,
    hushed: bool,
    /// and are told of these afterwards.
    asleep: BTreeMap<String, (bool, AlertView)>,
    /// Alerts that have come to somebody else's turn.
    of_others: BTreeSet<String>,
    tone_due: Option<Severity>,
    /// The last tone, and how bad it was.
    tone: Option<(Millis, Severity)>,
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
                    self.shown_of.values_mut().for_each(|shown| shown.retain(|(_, known)| *known != id));
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
        self.bursts.retain(|_, last| now.since(*last).abs() < CALM);
        self.shown_of.retain(|_, shown| {
            shown.retain(|(at, _)| now.since(*at).abs() < OF_RULE_WITHIN);
            !shown.is_empty()
        });
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
                if let Some(means) = self.announce(&alert, settings, words, now, &mut effects) {
                    told.push(Told { alert: alert.id, means });
                }
            }
        }
        if !self.hushed {
            for (_, (is_announced, alert)) in std::mem::take(&mut self.asleep) {
                self.told_later(alert, is_announced, settings);
            }
        }
        if caught_up && !self.is_too_soon(now) {
            let late = std::mem::take(&mut self.untold);
            self.digest_due &= !late.is_empty();
            if let Some(worst) = late.values().map(|(_, alert)| alert.severity).max() {
                let busy = self.digested.filter(|(at, ..)| now.since(*at).abs() < SUMMARY_CALM);
                let most = if worst == Severity::Critical { SUMMARY_GAP_MOST.1 } else { SUMMARY_GAP_MOST.0 };
                self.digested = Some(match busy {
                    Some((_, before, gap)) => (now, worst.max(before), (2 * gap).min(most)),
                    None => (now, worst, SUMMARY_GAP),
                });
            }
            let loud = late.values().map(|(_, alert)| alert.severity).filter(|severity| settings.delivery.of(*severity).sound);
            let tone = loud.max();
            let sounds = tone.is_some_and(|tone| self.sound(tone, settings, now));
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
        let last = self.tone.map(|(at, _)| at);
        if last.is_none_or(|at| now.since(at).abs() >= REPEAT) {
            let breaks = |severity: &&Severity| !self.hushed || settings.delivery.of(**severity).breaks_quiet;
            let again = self.repeating.values().filter(breaks).filter(|severity| settings.delivery.of(**severity).repeats).max().copied();
            self.tone_due = self.tone_due.max(again);
        }
        if last.is_none_or(|at| now.since(at).abs() >= TONE_GAP)
            && let Some(tone) = self.tone_due.take()
            && !settings.muted
        {
            self.tone = Some((now, tone));
            effects.push(Effect::Play(tone));
        }
        effects.extend(announced);
        if !told.is_empty() {
            effects.push(Effect::Told(told));
        }
        effects
    }

    /// Whether it will be heard: with a tone of its own, or with one that just sounded and is no less bad.
    fn sound(&mut self, severity: Severity, settings: &Settings, now: Millis) -> bool {
        let sounds = settings.delivery.of(severity).sound && !settings.muted;
        let heard = self.tone.is_some_and(|(at, last)| last >= severity && now.since(at).abs() < TONE_GAP);
        if sounds && !heard {
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
        self.untold.insert(alert.id.clone(), (announced, alert.clone()));
        if settings.delivery.of(alert.severity).toast {
            self.hold_back(alert);
        }
    }

    /// Answers by which means people are told; `None` where there is too much, and the next digest tells it.
    fn announce(
        &mut self,
        alert: &AlertView,
        settings: &Settings,
        words: Words,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) -> Option<Vec<Means>> {
        while self.shown_at.front().is_some_and(|at| now.since(*at).abs() >= WINDOW) {
            self.shown_at.pop_front();
        }
        let channels = settings.delivery.of(alert.severity);
        let disturbs = channels.toast || channels.sound;
        let many = alert.severity < Severity::Critical && self.shown_of.get(&alert.rule).is_some_and(|shown| shown.len() >= OF_RULE);
        if disturbs && (many || self.shown_at.len() >= TOASTS || self.bursts.contains_key(&alert.rule)) {
            self.bursts.insert(alert.rule.clone(), now);
            self.told_later(alert.clone(), true, settings);
            return None;
        }
        let mut means = Vec::new();
        if self.sound(alert.severity, settings, now) {
            means.push(Means::Sound);
        }
        self.sounds_on(alert, settings);
        if disturbs {
            self.shown_at.push_back(now);
            self.shown_of.entry(alert.rule.clone()).or_default().push_back((now, alert.id.clone()));
        }
        if channels.toast {
            self.shown.insert(alert.id.clone());
            effects.push(Effect::Notify(toast(alert, words)));
            means.push(Means::Toast);
        }
        Some(means)
    }

    fn hold_back(&mut self, alert: AlertView) {
        self.held_back.insert(alert.id.clone(), AlertView { timeline: Vec::new(), ..alert });
        self.digest_due = true;
    }

    /// Whether the last digest was a moment ago, and what there is to tell by now is no worse.
    fn is_too_soon(&self, now: Millis) -> bool {
        let Some((at, severity, gap)) = self.digested else { return false };
        let worse = self.untold.values().any(|(_, alert)| alert.severity > severity);
        !self.untold.is_empty() && !worse && now.since(at).abs() < gap
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
