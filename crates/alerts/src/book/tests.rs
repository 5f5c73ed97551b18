use super::{
    look::{BANNER, SHOWN},
    *,
};
use crate::Life;
use watchdeck_events::Severity;
use watchdeck_wire::{
    settings::{Delivery, Takes},
    views::Means,
};

const T: Millis = Millis(1_000_000);

fn low(severity: Severity) -> Raise {
    Raise {
        rule: "low_stock".into(),
        about: "s/product:P-1".into(),
        source: Some("s".into()),
        subject: "product:P-1".into(),
        severity,
        label: "瓷砖".into(),
        values: BTreeMap::new(),
        seq: Some(7),
        life: Life::LASTING,
    }
}

/// People are told of it.
fn told(book: &mut AlertBook, at: Millis) {
    book.told(&[Told { alert: "low_stock:s/product:P-1".into(), means: vec![Means::Toast] }], at);
}

/// What was stored since the last look is all that is left.
fn restart(book: &mut AlertBook) -> AlertBook {
    AlertBook::load(book.take_dirty().into_iter().filter_map(|document| document.body.map(|body| (document.key, body))).collect())
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
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", None, T).unwrap();
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
    assert_eq!(book.acknowledge(&["gone".into()], "x", None, T), Err("gone".into()));
    assert_eq!(book.firing().count(), 1);
    assert_eq!(book.acknowledge(&["gone".into(), "low_stock:s/product:P-1".into()], "x", None, T).map(|notices| notices.len()), Ok(1));
    assert_eq!(book.firing().count(), 0);
}

fn critical(n: usize) -> Raise {
    let about = format!("s/system:{n:04}");
    Raise {
        rule: "system_critical".into(),
        subject: format!("system:{n}"),
        about,
        severity: Severity::Critical,
        life: Life::point(7),
        ..low(Severity::Critical)
    }
}

#[test]
fn two_hundred_critical_alerts_are_one_banner_and_one_press() {
    let mut book = AlertBook::default();
    for n in 0..200 {
        book.raise(critical(n), T.plus(n as i64));
    }
    let delivery = Delivery::default();
    let banner = book.banner(&delivery).expect("they take the window");
    assert_eq!((banner.count, banner.newest.len(), banner.since, banner.system), (200, BANNER, T, true));
    assert_eq!(banner.newest[0].subject.as_deref(), Some("system:199"), "the newest first");
    book.raise(critical(200), T.plus(300));
    book.acknowledge(&banner.ids, "张敏", None, T.plus(400)).unwrap();
    assert_eq!(book.banner(&delivery).map(|banner| banner.count), Some(1), "what came after the look is not acknowledged unseen");
}

#[test]
fn what_takes_the_window_is_what_its_severity_says() {
    let mut book = AlertBook::default();
    let of = |rule: &str, severity| Raise { rule: rule.to_owned().into(), ..low(severity) };
    for (nth, raise) in [
        of("feed_stale", Severity::Critical),
        of("low_stock", Severity::Warning),
        of("approval_requested", Severity::Warning),
        Raise { severity: Severity::Warning, ..critical(1) },
    ]
    .into_iter()
    .enumerate()
    {
        book.raise(raise, T.plus(nth as i64));
    }
    let mut delivery = Delivery::default();
    assert_eq!(book.banner(&delivery), None, "as it comes, only critical alerts of the system itself do");
    delivery.critical.banner = Takes::All;
    let banner = book.banner(&delivery).unwrap();
    assert_eq!((banner.count, banner.worst, banner.system, &*banner.newest[0].rule), (1, Severity::Critical, false, "feed_stale"));
    delivery.warning.banner = Takes::System;
    assert_eq!(book.banner(&delivery).unwrap().count, 2);
    delivery.warning.banner = Takes::All;
    let banner = book.banner(&delivery).unwrap();
    let rules: Vec<_> = banner.newest.iter().map(|alert| alert.rule.as_str()).collect();
    assert_eq!(rules, ["feed_stale", "system_critical", "low_stock"], "the worst first, and requests wait on their own page");
    book.raise(critical(2), T.plus(9));
    delivery = Delivery::default();
    assert!(book.banner(&delivery).unwrap().system);
    delivery.critical.banner = Takes::None;
    assert_eq!(book.banner(&delivery), None);
}

#[test]
fn more_alerts_than_anybody_can_read_are_counted() {
    let mut book = AlertBook::default();
    for n in 0..OF_RULE + 7 {
        book.raise(critical(n), T);
    }
    assert_eq!((book.counts(), book.active().len()), ((OF_RULE as u32, 7), SHOWN));
    assert!(book.raise(low(Severity::Warning), T).is_some(), "one rule does not silence another");
    book.resolve("system_critical", "s/system:0000", T);
    assert!(book.raise(critical(OF_RULE), T).is_some());
}

#[test]
fn what_was_stored_and_not_told_is_known_after_a_crash() {
    let mut book = AlertBook::default();
    book.raise(low(Severity::Warning), T);
    book.raise(critical(1), T);
    let mut book = restart(&mut book);
    let untold: Vec<_> = book.untold().into_iter().map(|view| view.id).collect();
    assert_eq!(untold, ["low_stock:s/product:P-1", "system_critical:s/system:0001"]);
    let told: Vec<_> = untold.into_iter().map(|alert| crate::Told { alert, means: Vec::new() }).collect();
    book.told(&told, T);
    assert_eq!(restart(&mut book).untold(), [], "and is told once");
}

#[test]
fn an_alert_of_an_earlier_version_gets_its_name_or_ends() {
    let mut book = AlertBook::default();
    for about in ["product:P-1", "product:P-2"] {
        book.raise(Raise { about: about.into(), source: None, subject: about.into(), ..low(Severity::Warning) }, T);
    }
    book.acknowledge(&["low_stock:product:P-1".into()], "张敏", None, T).unwrap();
    let named = |view: &AlertView| view.id.ends_with("P-1").then(|| ("low_stock:s/product:P-1".to_owned(), "s".to_owned()));
    book.name_anew(named, T);
    let alive: Vec<_> = book.active().into_iter().map(|view| (view.id, view.acknowledged_by)).collect();
    assert_eq!(alive, [("low_stock:s/product:P-1".to_owned(), Some("张敏".to_owned()))]);
}

#[test]
fn what_is_latched_stays_until_somebody_has_seen_it() {
    let mut book = AlertBook::default();
    let latched = || Raise { life: Life { latched: true, ..Life::LASTING }, ..low(Severity::Warning) };
    book.raise(latched(), T);
    assert_eq!(book.resolve("low_stock", "s/product:P-1", T.plus(90_000)), None);
    assert_eq!(
        book.active().iter().map(|view| (view.state, view.over_since)).collect::<Vec<_>>(),
        [(AlertState::Firing, Some(T.plus(90_000)))]
    );
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", Some("看过了"), T.plus(95_000)).unwrap();
    assert!(book.active().is_empty());
    let ended = &book.resolved()[0];
    assert_eq!(ended.timeline.iter().filter_map(|step| step.note.as_deref()).collect::<Vec<_>>(), ["看过了"]);
    // One that was seen while it held ends by itself.
    book.raise(latched(), T.plus(200_000));
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", None, T.plus(201_000)).unwrap();
    assert!(book.resolve("low_stock", "s/product:P-1", T.plus(300_000)).is_some());
}

#[test]
fn what_comes_and_goes_within_a_minute_is_told_once_until_it_is_calm() {
    let mut book = AlertBook::default();
    let mut fired = 0;
    for second in 0..20 {
        let at = T.plus(second * 2_000);
        if matches!(book.raise(low(Severity::Warning), at), Some(Notice::Fired(_))) {
            fired += 1;
            told(&mut book, at);
        }
        book.resolve("low_stock", "s/product:P-1", at.plus(1_000));
        fired += book.tick(at.plus(1_500)).iter().filter(|notice| matches!(notice, Notice::Fired(_))).count();
    }
    assert_eq!(fired, 1, "twenty times within forty seconds");
    assert!(book.active()[0].chattering);
    assert!(
        book.tick(T.plus(200_000)).iter().all(|notice| matches!(notice, Notice::Quiet(_))) && book.active().is_empty(),
        "and then it ends"
    );
    // One that stays is told when it is calm.
    for second in 0..3 {
        book.raise(low(Severity::Warning), T.plus(300_000 + second * 2_000));
        if second == 0 {
            told(&mut book, T.plus(300_500));
        }
        book.resolve("low_stock", "s/product:P-1", T.plus(301_000 + second * 2_000));
    }
    book.raise(low(Severity::Warning), T.plus(307_000));
    assert!(matches!(book.tick(T.plus(400_000))[..], [Notice::Fired(_)]));
}

#[test]
fn what_comes_for_the_third_time_within_twenty_minutes_waits_until_it_is_calm() {
    let (mut book, minute) = (AlertBook::default(), 60_000);
    let mut fired = Vec::new();
    for n in 0..30 {
        let at = T.plus(n * minute);
        // It comes for two minutes, and goes for two.
        let changed = match n % 4 {
            0 => book.raise(low(Severity::Warning), at),
            2 => book.resolve("low_stock", "s/product:P-1", at),
            _ => None,
        };
        if changed.into_iter().chain(book.tick(at.plus(1_000))).any(|notice| matches!(notice, Notice::Fired(_))) {
            fired.push(n);
            told(&mut book, at);
        }
    }
    assert_eq!(fired, [0, 4], "twice in half an hour");
    assert_eq!(book.tick(T.plus(33 * minute)), [], "it came last after 28 minutes");
    assert!(matches!(book.tick(T.plus(34 * minute))[..], [Notice::Fired(_)]), "what stays is told when it is calm");
}

#[test]
fn what_came_and_went_before_anybody_was_told_is_told() {
    let mut book = AlertBook::default();
    for second in 0..5 {
        book.raise(low(Severity::Warning), T.plus(second * 2_000));
        book.resolve("low_stock", "s/product:P-1", T.plus(second * 2_000 + 1_000));
    }
    book.raise(low(Severity::Warning), T.plus(10_000));
    assert_eq!(book.untold().len(), 1, "all of it was read from a backlog, say");
    told(&mut book, T.plus(10_500));
    assert_eq!(book.tick(T.plus(120_000)), [], "and once is enough");
}

#[test]
fn a_single_event_that_nobody_touches_is_over_after_its_time() {
    let mut book = AlertBook::default();
    book.raise(Raise { life: Life::point(1), ..low(Severity::Warning) }, T);
    assert_eq!(book.tick(T.plus(23 * 3_600_000)).len(), 0);
    assert!(matches!(book.tick(T.plus(25 * 3_600_000))[..], [Notice::Quiet(_)]));
}

#[test]
fn what_somebody_has_and_is_said_again_and_again_is_not_told_anew() {
    let mut book = AlertBook::default();
    let (minute, complaint) = (60_000, || Raise { life: Life::point(7), ..low(Severity::Critical) });
    book.raise(complaint(), T);
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", None, T.plus(minute)).unwrap();
    for n in (5..60).step_by(5) {
        assert_eq!(book.tick(T.plus(n * minute)), [], "it goes on after {n} minutes");
        assert_eq!(book.raise(complaint(), T.plus(n * minute)), None);
    }
    assert_eq!(book.tick(T.plus(70 * minute)), []);
    assert!(matches!(book.tick(T.plus(71 * minute))[..], [Notice::Quiet(_)]), "nothing was said of it for a quarter of an hour");
}

#[test]
fn whoever_does_nothing_is_told_again_and_whoever_has_it_is_not() {
    let mut book = AlertBook::default();
    let minute = 60_000;
    book.raise(Raise { life: Life { remind: 10 * minute, ..Life::LASTING }, ..low(Severity::Warning) }, T);
    let told = |book: &mut AlertBook, from: i64, to: i64| (from..to).map(|n| book.tick(T.plus(n * minute)).len()).sum::<usize>();
    assert_eq!(told(&mut book, 0, 25), 2, "after ten minutes, and after twenty");
    let mut book = restart(&mut book);
    assert_eq!(told(&mut book, 25, 35), 1, "a restart forgets none");
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", None, T.plus(36 * minute)).unwrap();
    assert_eq!(told(&mut book, 37, 90), 0);
}

#[test]
fn an_alert_that_nobody_has_gets_worse_step_by_step_and_not_once_somebody_has_it() {
    let minute = 60_000;
    let chain = vec![(10 * minute, Severity::Warning), (20 * minute, Severity::Critical)];
    let raise = || Raise { life: Life { remind: 15 * minute, escalate: chain.clone(), ..Life::LASTING }, ..low(Severity::Info) };
    let mut book = AlertBook::default();
    book.raise(raise(), T);
    let mut said = Vec::new();
    let mut pass = |book: &mut AlertBook, from: i64, to: i64| {
        for n in from..to {
            for notice in book.tick(T.plus(n * minute)) {
                let Notice::Fired(alert) = notice else { continue };
                said.push((n, alert.announcements.last().unwrap().cause, alert.severity));
            }
        }
        std::mem::take(&mut said)
    };
    assert_eq!(pass(&mut book, 0, 15), [(10, Cause::Escalated, Severity::Warning)]);
    let mut book = restart(&mut book);
    assert_eq!(
        pass(&mut book, 15, 40),
        [(20, Cause::Escalated, Severity::Critical), (35, Cause::Reminded, Severity::Critical)],
        "a restart forgets none"
    );
    assert_eq!(book.untold().len(), 1, "and nobody was told yet");
    book.acknowledge(&["low_stock:s/product:P-1".into()], "张敏", None, T.plus(41 * minute)).unwrap();
    assert_eq!(pass(&mut book, 41, 200), []);
    // Put off, it begins anew when it fires again.
    book.snooze("low_stock:s/product:P-1", T.plus(210 * minute), "张敏", T.plus(200 * minute)).unwrap();
    let again = pass(&mut book, 200, 225);
    assert_eq!(again.first().map(|one| (one.0, one.1)), Some((210, Cause::Again)));
    assert_eq!(again.get(1).map(|one| (one.0, one.1)), Some((220, Cause::Escalated)));
}

#[test]
fn what_is_put_off_while_it_says_the_same_fires_when_it_says_something_else() {
    let says = |text: &str| Values::from([("body_en".to_owned(), text.to_owned())]);
    let mut book = AlertBook::default();
    book.raise(Raise { values: says("7 on hand"), ..low(Severity::Warning) }, T);
    book.snooze("low_stock:s/product:P-1", T.plus(3_600_000), "张敏", T.plus(100_000)).unwrap();
    book.snooze_while_same("low_stock:s/product:P-1");
    let mut book = restart(&mut book);
    let more = Values::from([("body_en".to_owned(), "7 on hand".to_owned()), ("actor".to_owned(), "u2".to_owned())]);
    assert_eq!(book.refresh("low_stock", "s/product:P-1", more, T.plus(200_000)), None, "it says the same");
    let woken = book.go_on(Raise { values: says("3 on hand"), ..low(Severity::Warning) }, T.plus(300_000));
    assert!(matches!(woken, Some(Notice::Fired(alert)) if alert.announcements.last().unwrap().cause == Cause::Again));
    assert_eq!(book.refresh("low_stock", "s/product:P-1", says("2 on hand"), T.plus(400_000)), None, "once");
    // Who puts it off by the clock alone is left in peace.
    book.snooze("low_stock:s/product:P-1", T.plus(3_600_000), "张敏", T.plus(500_000)).unwrap();
    assert_eq!(book.refresh("low_stock", "s/product:P-1", says("1 on hand"), T.plus(600_000)), None);
}
