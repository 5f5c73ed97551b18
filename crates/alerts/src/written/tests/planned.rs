//! Maintenance that is announced: told of at once, again shortly before, and when it begins; over by its end.

use super::*;
use watchdeck_wire::views::{AlertState, AlertView, Cause};

const ONLY: &str = "maintenance_announced";

fn bench() -> Bench {
    Bench::with(SHIPPED.keys().filter(|id| *id != ONLY).cloned().collect())
}

/// So many minutes ahead, for so many.
fn announced(bench: &mut Bench, starts: Option<i64>, minutes: Option<i64>, message: &str) -> Vec<Notice> {
    let starts = starts.map(|minutes| bench.now.plus(minutes * MINUTE).0);
    bench.take(
        "system",
        json!({ "type": "system:maintenance", "level": "info", "message": message, "scheduledTime": starts, "estimatedDuration": minutes }),
    )
}

fn lives(bench: &Bench) -> Vec<AlertView> {
    bench.book.active()
}

/// What people are told, and how long after the beginning, minutes.
fn told(bench: &mut Bench, minutes: i64) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    for minute in 1..=minutes {
        let fired = bench.pass(1).into_iter().filter_map(|notice| if let Notice::Fired(alert) = notice { Some(alert) } else { None });
        all.extend(fired.map(|alert| (minute, alert.values["body_en"].clone())));
    }
    all
}

#[test]
fn it_counts_down_reminds_begins_and_is_over_by_itself() {
    let mut bench = bench();
    let notices = announced(&mut bench, Some(60), Some(30), "Storage is moved");
    let alert = one(&notices);
    assert_eq!((&*alert.values["title_en"], &*alert.values["body_en"]), ("Maintenance announced", "starts in 1 h · Storage is moved"));
    assert_eq!(alert.values["body_zh"], "1 小时后开始 · Storage is moved");
    assert_eq!(alert.values["ends_at"], bench.now.plus(90 * MINUTE).0.to_string());
    bench.book.acknowledge(std::slice::from_ref(&alert.id), "张敏", None, bench.now).unwrap();
    assert_eq!(told(&mut bench, 35), []);
    assert_eq!(lives(&bench)[0].values["body_en"], "starts in 25 min · Storage is moved", "it counts down while somebody has it");
    let heard = told(&mut bench, 54);
    let expected = [(10, "starts in 15 min · Storage is moved"), (25, "has begun · ends in 30 min · Storage is moved")];
    assert_eq!(heard.iter().map(|(at, said)| (*at, &**said)).collect::<Vec<_>>(), expected, "also who had it before");
    assert_eq!(lives(&bench)[0].timeline.iter().filter(|step| step.cause == Some(Cause::Reminded)).count(), 2);
    bench.pass_where(2, &|_| Heard::Not);
    assert!(lives(&bench).is_empty(), "its end passes whether anybody listens or not");
}

#[test]
fn an_announcement_that_comes_again_moves_it_and_one_of_another_time_is_another() {
    let mut bench = bench();
    announced(&mut bench, Some(20), Some(30), "例行维护 23:00");
    assert_eq!(told(&mut bench, 10).len(), 1, "the reminder");
    assert_eq!(announced(&mut bench, Some(120), Some(30), "例行维护 01:00"), [], "it moved, and is the same alert");
    let [alert] = &lives(&bench)[..] else { panic!("one alert: {:?}", lives(&bench)) };
    assert_eq!((alert.count, &*alert.values["body_en"]), (2, "starts in 2 h · 例行维护 01:00"));
    assert_eq!(told(&mut bench, 110).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [105], "and reminds anew");
    one(&announced(&mut bench, Some(60 * 24 * 7), Some(30), "例行维护 23:00"));
    assert_eq!(lives(&bench).len(), 2);
}

#[test]
fn where_nobody_says_when_it_is_said_for_a_day_and_reminds_nobody() {
    let mut bench = bench();
    let notices = announced(&mut bench, None, None, "The network is rebuilt");
    assert_eq!(one(&notices).values["body_en"], "The network is rebuilt");
    assert_eq!(told(&mut bench, 24 * 60 - 1), []);
    assert_eq!(lives(&bench).len(), 1);
    bench.pass(2);
    assert!(lives(&bench).is_empty());
    // A beginning without an end.
    announced(&mut bench, Some(30), None, "Upgrade");
    let heard = told(&mut bench, 40);
    assert_eq!(heard.last().map(|(at, said)| (*at, &**said)), Some((30, "has begun · Upgrade")));
    assert_eq!(lives(&bench)[0].state, AlertState::Firing);
}

#[test]
fn what_the_content_system_announces_is_read_as_well() {
    let mut bench = bench();
    let at = |minutes: i64| bench.now.plus(minutes * MINUTE).0;
    let payload = json!({ "type": "system.maintenance", "maintenance_type": "database", "description": "Index", "start_time": at(40), "end_time": at(60) });
    let notices = bench.take("events", payload);
    let alert = one(&notices);
    assert_eq!((&*alert.values["title_en"], &*alert.values["body_en"]), ("Maintenance announced: database", "starts in 40 min · Index"));
    assert_eq!(alert.subject.as_deref().map(|subject| subject.starts_with("maintenance:database-")), Some(true));
}

#[test]
fn people_write_rules_of_their_own_on_it() {
    let mut bench = Bench::of(&[("hour", json!({ "when": "maintenance.starts_in < 1h maintenance.starts_in > 0s message:*Storage*" }))]);
    announced(&mut bench, Some(90), Some(30), "Storage is moved");
    announced(&mut bench, Some(80), Some(30), "Network");
    assert!(lives(&bench).is_empty());
    bench.pass(31);
    assert_eq!(lives(&bench).len(), 1, "{:?}", lives(&bench));
    bench.pass(60);
    assert!(lives(&bench).is_empty());
}
