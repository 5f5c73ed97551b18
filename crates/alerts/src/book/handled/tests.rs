use super::{
    super::early::{KEPT, MOST, SKEW},
    *,
};
use crate::{Life, Raise};
use std::collections::BTreeMap;
use watchdeck_events::Severity;

const T: Millis = Millis(1_000_000);
const ID: &str = "low_stock:s/product:P-1";
const MINUTE: i64 = 60_000;

fn raise(seq: u64, severity: Severity) -> Raise {
    Raise {
        rule: "low_stock".into(),
        about: "s/product:P-1".into(),
        source: Some("s".into()),
        subject: "product:P-1".into(),
        severity,
        label: "瓷砖".into(),
        values: BTreeMap::new(),
        seq: Some(seq),
        life: Life::LASTING,
    }
}

fn had(at: Millis, fired_by: Option<u64>) -> Handled {
    let (alert, by, note) = (ID.to_owned(), "张敏".to_owned(), Some("ordered".to_owned()));
    Handled { alert, act: Act::Acknowledge, by, note, at, fired_by, overtaken: false }
}

fn fired(seq: u64, at: Millis) -> AlertBook {
    let mut book = AlertBook::default();
    assert!(matches!(book.raise(raise(seq, Severity::Warning), at), Some(Notice::Fired(_))));
    book
}

fn state(book: &AlertBook) -> AlertState {
    book.get(ID).unwrap().state
}

#[test]
fn what_one_acknowledged_is_acknowledged_by_their_name_and_quiet() {
    let mut book = fired(7, T);
    assert_eq!(book.handled(had(T.plus(1), Some(7)), T.plus(5)), [Notice::Quiet(ID.into())], "by the event, however near the times are");
    let alert = book.get(ID).unwrap();
    assert_eq!((alert.state, alert.acknowledged_by.as_deref()), (AlertState::Acknowledged, Some("张敏")));
    let step = alert.timeline.last().unwrap();
    assert_eq!((step.at, step.by.as_deref(), step.note.as_deref()), (T.plus(1), Some("张敏"), Some("ordered")), "when it was done");
    assert_eq!(book.raise(raise(8, Severity::Warning), T.plus(MINUTE)), None, "once more, it is still theirs");
    assert!(matches!(book.raise(raise(9, Severity::Critical), T.plus(MINUTE)), Some(Notice::Fired(_))), "nobody has what is worse");
    assert!(book.handled(had(T.plus(2), Some(7)), T.plus(2 * MINUTE)).is_empty() && state(&book) == AlertState::Firing);
}

#[test]
fn an_old_acknowledgement_does_not_quiet_what_fired_again() {
    let mut book = fired(7, T);
    drop(book.resolve("low_stock", "s/product:P-1", T.plus(MINUTE)));
    let early = had(T.plus(MINUTE / 2), Some(7));
    assert!(book.handled(early.clone(), T.plus(3 * MINUTE)).is_empty(), "its alert is over");
    assert!(matches!(book.raise(raise(9, Severity::Warning), T.plus(2 * MINUTE)), Some(Notice::Fired(_))), "this is another");
    assert!(book.handled(early, T.plus(3 * MINUTE)).is_empty() && state(&book) == AlertState::Firing);
    // Told of another event: by the time, and what is in doubt rings.
    assert!(book.handled(had(T.plus(2 * MINUTE + 1_000), Some(8)), T.plus(3 * MINUTE)).is_empty());
    assert_eq!(book.handled(had(T.plus(2 * MINUTE + SKEW), None), T.plus(3 * MINUTE)).len(), 1, "somebody had it after it fired");
}

#[test]
fn what_was_acknowledged_before_it_fired_here_does_not_ring() {
    for (at, fired_by) in [(T.plus(1), Some(7)), (T.plus(MINUTE), None)] {
        let mut book = AlertBook::default();
        assert!(book.handled(had(at, fired_by), T.plus(2 * MINUTE)).is_empty());
        assert_eq!(book.raise(raise(7, Severity::Warning), T), None, "{fired_by:?}");
        assert_eq!((state(&book), book.untold().len()), (AlertState::Acknowledged, 0));
    }
    let mut book = AlertBook::default();
    for n in 0..=i64::try_from(MOST).unwrap() {
        book.handled(Handled { alert: format!("r:s/x:{n}"), ..had(T.plus(MINUTE), None) }, T);
    }
    assert_eq!(book.early.len(), MOST, "without end is nothing remembered");
    book.handled(had(T.plus(MINUTE), None), T.plus(KEPT + MINUTE));
    assert_eq!(book.early.len(), 1, "nor for ever");
}

#[test]
fn whoever_comes_last_in_the_gateways_order_has_it_at_every_console() {
    let mut mine = fired(7, T);
    mine.acknowledge(&[ID.into()], "李雷", None, T.plus(MINUTE)).unwrap();
    // Theirs was first at the gateway, ours follows.
    let first = Handled { overtaken: true, ..had(T.plus(MINUTE - 1), Some(7)) };
    assert!(mine.handled(first.clone(), T.plus(MINUTE)).is_empty());
    let mut theirs = fired(7, T);
    theirs.acknowledge(&[ID.into()], "张敏", Some("ordered"), T.plus(MINUTE - 1)).unwrap();
    let ours = Handled { by: "李雷".into(), note: None, at: T.plus(MINUTE), overtaken: false, ..first };
    theirs.handled(ours, T.plus(MINUTE));
    assert_eq!(mine.get(ID).unwrap().acknowledged_by.as_deref(), Some("李雷"));
    assert_eq!(mine.get(ID), theirs.get(ID), "and the same is told of it");
}

#[test]
fn what_is_put_off_elsewhere_is_quiet_until_then_or_until_it_is_put_off_no_more() {
    let mut book = fired(7, T);
    let shelved = Handled { act: Act::Shelve(T.plus(10 * MINUTE)), ..had(T.plus(MINUTE), Some(7)) };
    assert_eq!(book.handled(shelved.clone(), T.plus(MINUTE)), [Notice::Quiet(ID.into())]);
    assert_eq!((state(&book), book.get(ID).unwrap().snoozed_until), (AlertState::Snoozed, Some(T.plus(10 * MINUTE))));
    let back = Handled { act: Act::Unshelve, ..had(T.plus(2 * MINUTE), Some(7)) };
    assert!(matches!(&*book.handled(back.clone(), T.plus(2 * MINUTE)), [Notice::Fired(_)]));
    assert!(book.handled(back, T.plus(3 * MINUTE)).is_empty(), "it fires already");
    assert!(book.handled(shelved, T.plus(11 * MINUTE)).is_empty() && state(&book) == AlertState::Firing, "that time is over");
    assert!(book.unshelve(ID, "李雷", T.plus(11 * MINUTE)).is_err());
    book.snooze(ID, T.plus(20 * MINUTE), "李雷", T.plus(12 * MINUTE)).unwrap();
    assert!(book.unshelve(ID, "李雷", T.plus(13 * MINUTE)).is_ok() && state(&book) == AlertState::Firing);
}

#[test]
fn by_what_an_alert_fired_is_known_to_the_next_run() {
    let mut book = fired(7, T);
    book.raise(raise(8, Severity::Warning), T.plus(MINUTE));
    let documents = book.take_dirty().into_iter().map(|document| (document.key, document.body.unwrap())).collect();
    let mut again = AlertBook::load(documents);
    assert_eq!((again.fired_by(ID), again.get(ID).unwrap().seq), (Some(7), Some(8)));
    assert_eq!(again.handled(had(T.plus(1), Some(7)), T.plus(MINUTE)).len(), 1);
}
