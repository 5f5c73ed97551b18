//! From alerts to what people hear and see outside of the window, without spamming them.
//!
//! At most [`TOASTS`] notifications in [`WINDOW`]; the rest of a burst is one summary that is replaced as it grows. One tone in
//! [`TONE_GAP`], the worst that is due. What is raised by late events (a backlog, the machine was asleep) is never announced one by
//! one: it becomes a digest of what still fires when the backlog is through.

use super::{Notice, rules};
use crate::{
    api::{settings::Settings, views::AlertView},
    host::{Toast, ToastAction},
    words::Words,
};
use std::collections::{BTreeSet, VecDeque};
use watchdeck_events::{Millis, Severity};

/// Notifications in one window of time.
const TOASTS: usize = 3;
/// That window.
const WINDOW: i64 = 10_000;
/// Between two tones.
const TONE_GAP: i64 = 1_500;
/// Later than this, an event is history and not news.
pub const LATE: i64 = 60_000;
/// Names the summary among the notifications.
pub const SUMMARY: &str = "watchdeck:summary";

/// What the host is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Show a notification.
    Notify(Toast),
    /// Take one back.
    Retract(String),
    /// Play a tone.
    Play(Severity),
}

/// Remembers what was shown.
#[derive(Debug, Default)]
pub struct Notifier {
    shown_at: VecDeque<Millis>,
    shown: BTreeSet<String>,
    /// Fired, but not shown on their own.
    held_back: BTreeSet<String>,
    tone_due: Option<Severity>,
    tone_at: Option<Millis>,
    digest_due: bool,
}

impl Notifier {
    /// Take notices in. `late` says that they come from history.
    pub fn take(&mut self, notices: Vec<Notice>, late: bool, settings: &Settings, words: Words, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        for notice in notices {
            match notice {
                Notice::Fired(alert) => self.fired(&alert, late, settings, words, now, &mut effects),
                Notice::Quiet(id) => {
                    self.held_back.remove(&id);
                    if self.shown.remove(&id) {
                        effects.push(Effect::Retract(id));
                    }
                }
            }
        }
        effects
    }

    fn fired(&mut self, alert: &AlertView, late: bool, settings: &Settings, words: Words, now: Millis, effects: &mut Vec<Effect>) {
        let delivery = settings.delivery.of(alert.severity);
        if delivery.sound && !settings.muted {
            self.tone_due = self.tone_due.max(Some(alert.severity));
        }
        if !delivery.toast {
            return;
        }
        if late {
            self.held_back.insert(alert.id.clone());
            self.digest_due = true;
            return;
        }
        while self.shown_at.front().is_some_and(|at| now.since(*at) >= WINDOW) {
            self.shown_at.pop_front();
        }
        if self.shown_at.len() < TOASTS {
            self.shown_at.push_back(now);
            self.shown.insert(alert.id.clone());
            effects.push(Effect::Notify(toast(alert, words)));
        } else {
            self.held_back.insert(alert.id.clone());
            self.digest_due = true;
        }
    }

    /// Once in a while, when no backlog is being read: the summary of what was held back, and the tone that is due.
    pub fn settle(&mut self, settings: &Settings, words: Words, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        if std::mem::take(&mut self.digest_due) && !self.held_back.is_empty() {
            effects.push(Effect::Notify(summary(&self.held_back, words)));
        }
        if self.held_back.is_empty() && self.shown.remove(SUMMARY) {
            effects.push(Effect::Retract(SUMMARY.to_owned()));
        } else if effects.iter().any(|effect| matches!(effect, Effect::Notify(_))) {
            self.shown.insert(SUMMARY.to_owned());
        }
        if self.tone_at.is_none_or(|at| now.since(at) >= TONE_GAP)
            && let Some(tone) = self.tone_due.take()
            && !settings.muted
        {
            self.tone_at = Some(now);
            effects.push(Effect::Play(tone));
        }
        effects
    }

    /// The user has seen the summary.
    pub fn summary_seen(&mut self) {
        self.held_back.clear();
        self.shown.remove(SUMMARY);
    }
}

fn toast(alert: &AlertView, words: Words) -> Toast {
    let action = |id: &str| ToastAction { id: id.to_owned(), label: words.action(id).to_owned() };
    let actions = match alert.rule.as_str() {
        rules::APPROVAL_REQUESTED => vec![action("approve"), action("reject")],
        _ => vec![action("acknowledge"), action("open")],
    };
    Toast { id: alert.id.clone(), title: words.title(alert), body: words.body(alert), severity: alert.severity, actions }
}

fn summary(held_back: &BTreeSet<String>, words: Words) -> Toast {
    let count = |rule: &str| held_back.iter().filter(|id| id.split(':').next() == Some(rule)).count();
    let parts: Vec<_> = rules::ALL.iter().map(|(rule, _)| (*rule, count(rule))).filter(|(_, count)| *count > 0).collect();
    let worst = rules::ALL.iter().filter(|(rule, _)| count(rule) > 0).map(|(_, severity)| *severity).max().unwrap_or_default();
    Toast {
        id: SUMMARY.to_owned(),
        title: words.summary_title(held_back.len()),
        body: parts.iter().map(|(rule, count)| words.summary_part(rule, *count)).collect::<Vec<_>>().join(words.comma()),
        severity: worst,
        actions: vec![ToastAction { id: "open".to_owned(), label: words.action("open").to_owned() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{AlertBook, Raise};
    use std::collections::BTreeMap;

    const NOW: Millis = Millis(1_000_000);

    fn burst(n: usize) -> (AlertBook, Vec<Notice>) {
        let mut book = AlertBook::default();
        let notices = (0..n)
            .filter_map(|i| {
                let values = BTreeMap::from([("message".to_owned(), format!("m{i}"))]);
                let about = format!("system:{i}");
                book.raise(
                    Raise {
                        rule: rules::SYSTEM_CRITICAL,
                        about,
                        severity: Severity::Critical,
                        label: "x".into(),
                        values,
                        seq: None,
                        point: true,
                    },
                    NOW,
                )
            })
            .collect();
        (book, notices)
    }

    fn count(effects: &[Effect]) -> (usize, usize) {
        let toasts = effects.iter().filter(|effect| matches!(effect, Effect::Notify(_))).count();
        (toasts, effects.iter().filter(|effect| matches!(effect, Effect::Play(_))).count())
    }

    #[test]
    fn two_hundred_critical_events_are_three_toasts_one_summary_and_one_tone() {
        let (mut notifier, settings) = (Notifier::default(), Settings::default());
        let mut effects = notifier.take(burst(200).1, false, &settings, Words::ENGLISH, NOW);
        effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW));
        effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW.plus(100)));
        assert_eq!(count(&effects), (4, 1));
        let Some(Effect::Notify(summary)) = effects.iter().find(|effect| matches!(effect, Effect::Notify(toast) if toast.id == SUMMARY))
        else {
            panic!("no summary in {effects:?}")
        };
        assert!(summary.title.contains("197"), "the summary says how many: {}", summary.title);
    }

    #[test]
    fn a_backlog_is_one_digest_of_what_still_fires() {
        let (mut notifier, settings) = (Notifier::default(), Settings::default());
        let (mut book, notices) = burst(5);
        assert_eq!(count(&notifier.take(notices, true, &settings, Words::ENGLISH, NOW)), (0, 0));
        let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:0", NOW);
        notifier.take(ended.into_iter().collect(), true, &settings, Words::ENGLISH, NOW);
        let effects = notifier.settle(&settings, Words::ENGLISH, NOW);
        let Effect::Notify(digest) = &effects[0] else { panic!("no digest in {effects:?}") };
        assert!(digest.title.contains('4'), "what was resolved meanwhile is left out: {}", digest.title);
    }

    #[test]
    fn mute_silences_the_tone_and_not_the_toast() {
        let (mut notifier, settings) = (Notifier::default(), Settings { muted: true, ..Settings::default() });
        let mut effects = notifier.take(burst(1).1, false, &settings, Words::ENGLISH, NOW);
        effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW));
        assert_eq!(count(&effects), (1, 0));
    }

    #[test]
    fn what_somebody_answered_is_taken_back() {
        let (mut notifier, settings) = (Notifier::default(), Settings::default());
        let (mut book, notices) = burst(1);
        notifier.take(notices, false, &settings, Words::ENGLISH, NOW);
        let id = "system_critical:system:0".to_owned();
        let quiet = book.acknowledge(std::slice::from_ref(&id), "张敏", NOW).unwrap();
        assert_eq!(notifier.take(quiet, false, &settings, Words::ENGLISH, NOW), [Effect::Retract(id)]);
    }
}
