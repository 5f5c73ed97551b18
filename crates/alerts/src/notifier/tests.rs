use super::*;
use crate::{AlertBook, Raise};
use std::collections::BTreeMap;

const NOW: Millis = Millis(1_000_000);

fn burst(n: usize) -> (AlertBook, Vec<Notice>) {
    let mut book = AlertBook::default();
    let notices = (0..n)
        .filter_map(|i| {
            let values = BTreeMap::from([("title_en".to_owned(), "Critical system alert: x".to_owned())]);
            let about = format!("system:{i}");
            book.raise(
                Raise {
                    rule: rules::SYSTEM_CRITICAL.into(),
                    subject: about.clone(),
                    about,
                    source: None,
                    severity: Severity::Critical,
                    label: "x".into(),
                    values,
                    seq: None,
                    life: crate::Life::point(7),
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
    let mut effects = notifier.take(burst(200).1, false, &settings, NOW);
    effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW, true));
    effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW.plus(100), true));
    assert_eq!(count(&effects), (4, 1));
    let Some(Effect::Notify(summary)) = effects.iter().find(|effect| matches!(effect, Effect::Notify(toast) if toast.id == SUMMARY)) else {
        panic!("no summary in {effects:?}")
    };
    assert_eq!(summary.title, "Critical system alert: x, and 196 more", "the most urgent by name, and how many beside it");
    assert!(summary.body.ends_with("Critical system alert 197"), "and of what sort all are: {}", summary.body);
    let told: usize = effects.iter().map(|effect| if let Effect::Told(ids) = effect { ids.len() } else { 0 }).sum();
    assert_eq!(told, 200, "each is known to be told, and once");
}

#[test]
fn a_backlog_is_one_digest_of_what_still_fires() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let (mut book, notices) = burst(5);
    assert_eq!(count(&notifier.take(notices, true, &settings, NOW)), (0, 0));
    let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:0", NOW);
    notifier.take(ended.into_iter().collect(), true, &settings, NOW);
    assert_eq!(notifier.settle(&settings, Words::ENGLISH, NOW.plus(60_000), false), [], "not before the backlog is through");
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW, true);
    let Effect::Notify(digest) = &effects[0] else { panic!("no digest in {effects:?}") };
    assert_eq!(digest.title, "Critical system alert: x, and 3 more", "what was resolved meanwhile is left out");
}

#[test]
fn a_summary_says_the_most_urgent_first_whatever_came_first() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let low = |i: u32, rule: &str, severity: Severity| {
        let Notice::Fired(alert) = burst(1).1.remove(0) else { panic!("it fires") };
        Notice::Fired(Box::new(AlertView {
            id: format!("{rule}:{i}"),
            rule: rule.to_owned(),
            severity,
            label: format!("n{i}"),
            values: BTreeMap::from([("title_zh".to_owned(), format!("{rule}：n{i}")), ("body_zh".to_owned(), "正在重新连接。".to_owned())]),
            ..*alert
        }))
    };
    let mut notices: Vec<_> = (0..1_200).map(|i| low(i, "low_stock", Severity::Warning)).collect();
    notices.push(low(9_999, "feed_stale", Severity::Critical));
    notifier.take(notices, true, &settings, NOW);
    let effects = notifier.settle(&settings, Words::CHINESE, NOW, true);
    let Some(Effect::Notify(digest)) = effects.first() else { panic!("no digest in {effects:?}") };
    assert_eq!(digest.title, "feed_stale：n9999，另有 1,200 条");
    assert_eq!(digest.body, "正在重新连接。 · 数据中断 1，库存不足 1,200");
    assert_eq!(digest.severity, Severity::Critical);
}

#[test]
fn what_the_same_stretch_resolves_is_not_told() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let (mut book, notices) = burst(1);
    notifier.take(notices, false, &settings, NOW);
    let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:0", NOW);
    let mut effects = notifier.take(ended.into_iter().collect(), false, &settings, NOW);
    effects.extend(notifier.settle(&settings, Words::ENGLISH, NOW, true));
    assert_eq!(effects, [], "neither shown, nor heard, nor taken back");
}

#[test]
fn what_fires_while_a_backlog_is_read_waits_a_little_and_no_more() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    notifier.take(burst(1).1, false, &settings, NOW);
    assert_eq!(notifier.settle(&settings, Words::ENGLISH, NOW.plus(100), false), []);
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(HOLD), false)), (1, 1));
}

#[test]
fn quiet_hours_are_broken_by_what_may_and_end_with_one_digest_of_the_rest() {
    let (mut notifier, mut settings) = (Notifier::default(), Settings::default());
    notifier.hush(true);
    let (mut book, notices) = burst(3);
    settings.delivery.critical.breaks_quiet = false;
    notifier.take(notices, false, &settings, NOW);
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW, true);
    assert!(
        matches!(effects[..], [Effect::Announce(_), Effect::Announce(_), Effect::Announce(_)]),
        "neither shown nor heard, and others know: {effects:?}"
    );
    let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:1", NOW.plus(120_000));
    notifier.take(ended.into_iter().collect(), false, &settings, NOW.plus(120_000));
    assert_eq!(notifier.settle(&settings, Words::ENGLISH, NOW.plus(120_500), true), []);
    notifier.hush(false);
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW.plus(600_000), true);
    assert_eq!(count(&effects), (1, 1), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Announce(_))), "others knew it in the night");
    let Effect::Notify(digest) = &effects[0] else { panic!("no digest in {effects:?}") };
    assert_eq!(digest.title, "Critical system alert: x, and 1 more", "what ended in the night is not in it");
    settings.delivery.critical.breaks_quiet = true;
    notifier.hush(true);
    notifier.take(burst(1).1, false, &settings, NOW.plus(700_000));
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(700_000), true)), (1, 1));
}

#[test]
fn what_breaks_quiet_hours_is_told_in_them_also_where_it_comes_late() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    notifier.hush(true);
    notifier.take(burst(2).1, true, &settings, NOW);
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW, true);
    assert_eq!(count(&effects), (1, 1), "one digest: {effects:?}");
    let Notice::Fired(alert) = burst(1).1.remove(0) else { panic!("it fires") };
    let warning = AlertView { id: "low_stock:x".into(), severity: Severity::Warning, ..*alert };
    notifier.take(vec![Notice::Fired(Box::new(warning))], true, &settings, NOW);
    assert_eq!(notifier.settle(&settings, Words::ENGLISH, NOW.plus(60_000), true), [], "and nothing else is told with it");
}

#[test]
fn a_tone_that_repeats_does_so_until_somebody_has_the_alert() {
    let (mut notifier, mut settings) = (Notifier::default(), Settings::default());
    settings.delivery.critical.repeats = true;
    let (mut book, notices) = burst(1);
    notifier.take(notices, false, &settings, NOW);
    let mut tones = 0;
    let mut sound = |notifier: &mut Notifier, from: i64| {
        for second in from..from + 60 {
            tones += count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(second * 1_000), true)).1;
        }
        std::mem::take(&mut tones)
    };
    assert_eq!(sound(&mut notifier, 0), 8);
    let quiet = book.acknowledge(&["system_critical:system:0".into()], "张敏", None, NOW).unwrap();
    notifier.take(quiet, false, &settings, NOW);
    assert_eq!(sound(&mut notifier, 60), 0);
}

#[test]
fn the_tone_leaves_with_the_toast() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    notifier.take(burst(1).1, false, &settings, NOW);
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW, true);
    assert!(
        matches!(effects.as_slice(), [Effect::Notify(_), Effect::Play(Severity::Critical), Effect::Announce(_), Effect::Told(_)]),
        "{effects:?}"
    );
}

#[test]
fn mute_silences_the_tone_and_not_the_toast() {
    let (mut notifier, settings) = (Notifier::default(), Settings { muted: true, ..Settings::default() });
    notifier.take(burst(1).1, false, &settings, NOW);
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW, true)), (1, 0));
}

#[test]
fn what_somebody_answered_is_taken_back() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let (mut book, notices) = burst(1);
    notifier.take(notices, false, &settings, NOW);
    notifier.settle(&settings, Words::ENGLISH, NOW, true);
    let id = "system_critical:system:0".to_owned();
    let quiet = book.acknowledge(std::slice::from_ref(&id), "张敏", None, NOW).unwrap();
    assert_eq!(notifier.take(quiet, false, &settings, NOW), [Effect::Retract(id)]);
}

/// So many alerts of one rule, a second apart, each told by a look at the clock; answers when people were disturbed, s.
fn storm(notifier: &mut Notifier, settings: &Settings, alerts: usize) -> Vec<usize> {
    let mut disturbed = Vec::new();
    for (second, notice) in burst(alerts).1.into_iter().enumerate() {
        let now = NOW.plus(second as i64 * 1_000);
        notifier.take(vec![notice], false, settings, now);
        let (toasts, tones) = count(&notifier.settle(settings, Words::ENGLISH, now, true));
        disturbed.extend((toasts + tones > 0).then_some(second));
    }
    disturbed
}

#[test]
fn a_storm_of_minutes_is_told_ever_more_seldom_and_something_else_at_once() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let disturbed = storm(&mut notifier, &settings, 600);
    assert_eq!(disturbed, [0, 1, 2, 3, 13, 33, 73, 153, 313], "three of their own, and a summary that is replaced");
    let now = NOW.plus(600_500);
    let Notice::Fired(alert) = burst(1).1.remove(0) else { panic!("it fires") };
    let other = AlertView { id: "feed_stale:x".into(), rule: "feed_stale".into(), ..*alert };
    notifier.take(vec![Notice::Fired(Box::new(other))], false, &settings, now);
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, now, true)), (1, 1), "another cause is no part of it");
    let mut told = Vec::new();
    for second in 601..700 {
        told.extend(notifier.settle(&settings, Words::ENGLISH, NOW.plus(second * 1_000), true));
    }
    assert_eq!(count(&told), (1, 1), "what came since the last summary is told in the end");
}

#[test]
fn one_rule_that_says_something_each_half_minute_has_four_notifications_and_a_summary() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let mut disturbed = 0;
    for (n, notice) in burst(20).1.into_iter().enumerate() {
        let now = NOW.plus(n as i64 * 31_000);
        notifier.take(vec![notice], false, &settings, now);
        let (toasts, tones) = count(&notifier.settle(&settings, Words::ENGLISH, now, true));
        disturbed += usize::from(toasts + tones > 0);
    }
    assert!((6..=10).contains(&disturbed), "{disturbed} times in ten minutes");
}

#[test]
fn what_waits_for_the_next_summary_is_not_told_before_and_not_at_all_once_it_is_over() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let (mut book, notices) = burst(6);
    for (n, notice) in notices.into_iter().enumerate() {
        let effects = {
            notifier.take(vec![notice], false, &settings, NOW.plus(n as i64));
            notifier.settle(&settings, Words::ENGLISH, NOW.plus(n as i64), true)
        };
        let told = effects.iter().any(|effect| matches!(effect, Effect::Told(_)));
        assert_eq!(told, n < 4, "three and the first of the summary are told, the others wait: {effects:?}");
    }
    let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:4", NOW.plus(5_000));
    notifier.take(ended.into_iter().collect(), false, &settings, NOW.plus(5_000));
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW.plus(60_000), true);
    let told: Vec<_> =
        effects.iter().filter_map(|effect| if let Effect::Told(told) = effect { Some(told) } else { None }).flatten().collect();
    assert_eq!(told.len(), 1, "{effects:?}");
    let ended = book.resolve(rules::SYSTEM_CRITICAL, "system:5", NOW.plus(90_000));
    notifier.take(ended.into_iter().collect(), false, &settings, NOW.plus(90_000));
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(600_000), true)), (0, 0), "what ends is no news");
}

#[test]
fn a_summary_that_gets_worse_is_told_at_once() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let of = |severity: Severity, n: usize| {
        let alerts = burst(n).1.into_iter().map(move |notice| {
            let Notice::Fired(alert) = notice else { panic!("it fires") };
            Notice::Fired(Box::new(AlertView { id: format!("{severity:?}{}", alert.id), severity, ..*alert }))
        });
        alerts.collect::<Vec<_>>()
    };
    notifier.take(of(Severity::Warning, 8), false, &settings, NOW);
    assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW, true)), (4, 1));
    notifier.take(of(Severity::Critical, 1), false, &settings, NOW.plus(1_000));
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW.plus(1_000), true);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Notify(toast) if toast.severity == Severity::Critical)), "{effects:?}");
}

#[test]
fn a_tone_that_just_sounded_is_not_played_again_for_what_is_no_worse() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    for (ms, notice) in [0, 1_000].into_iter().zip(burst(2).1) {
        notifier.take(vec![notice], false, &settings, NOW.plus(ms));
        assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(ms), true)), (1, usize::from(ms == 0)));
    }
    assert_eq!(
        count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(2_000), true)),
        (0, 0),
        "a tone belongs to what is shown with it"
    );
}

#[test]
fn what_repeats_is_silent_in_quiet_hours_unless_it_breaks_them() {
    for breaks in [true, false] {
        let (mut notifier, mut settings) = (Notifier::default(), Settings::default());
        (settings.delivery.critical.repeats, settings.delivery.critical.breaks_quiet) = (true, breaks);
        notifier.take(burst(1).1, false, &settings, NOW);
        notifier.settle(&settings, Words::ENGLISH, NOW, true);
        notifier.hush(true);
        let tones: usize = (1..60).map(|second| count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(second * 1_000), true)).1).sum();
        assert_eq!(tones > 0, breaks, "{tones}");
        notifier.hush(false);
        assert_eq!(count(&notifier.settle(&settings, Words::ENGLISH, NOW.plus(120_000), true)).1, 1, "it goes on where they end");
    }
}

#[test]
fn what_a_silence_hid_is_one_digest_at_its_end() {
    let (mut notifier, settings) = (Notifier::default(), Settings::default());
    let (mut book, notices) = burst(40);
    assert!(book.audible(notices, |_| Some("count".to_owned())).is_empty(), "a silence keeps all of them quiet");
    let ended = book.hush(|_| None);
    assert_eq!(ended.len(), 40);
    notifier.take(ended, true, &settings, NOW.plus(3_600_000));
    let effects = notifier.settle(&settings, Words::ENGLISH, NOW.plus(3_600_000), true);
    assert_eq!(count(&effects), (1, 1), "{effects:?}");
}
