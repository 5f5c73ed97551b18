use super::*;
use watchdeck_wire::{settings::Settings, views::ApprovalView};

fn outbox(at: Millis) -> Outbox {
    let view =
        DecisionView { approve: true, at, state: DecisionState::Queued, attempts: 0, error: None, held_until: None, on_behalf_of: None };
    let decision = Decision {
        idempotency_key: "k".into(),
        resource_type: "order".into(),
        resource_id: "o1".into(),
        source: "s".into(),
        reason: None,
        fields: Map::new(),
        on_behalf_of: None,
        asked_by: String::new(),
        by: "张敏".into(),
        next_try_at: at,
        under_way: false,
        left: false,
        taken: 0,
        on_toast: true,
        view,
    };
    let mut outbox = Outbox::default();
    outbox.decisions.insert("order:o1".into(), decision);
    outbox
}

fn state(outbox: &Outbox) -> DecisionState {
    outbox.decisions["order:o1"].view.state
}

#[test]
fn what_the_store_refused_is_stored_later_and_not_sent_before() {
    let at = Millis(1_000);
    let mut outbox = outbox(at);
    outbox.touch("order:o1");
    let refused = outbox.take_dirty();
    assert!(outbox.any_due(at));
    outbox.put_back(&refused);
    assert!(!outbox.any_due(at), "a decision is kept before it is sent");
    assert_eq!(outbox.take_dirty().len(), 1, "and is not forgotten");
}

#[test]
fn what_was_sent_is_asked_for_again_with_the_same_key_and_ever_less_often() {
    let mut at = Millis(1_000);
    let mut outbox = outbox(at);
    let mut waits = Vec::new();
    for _ in 0..8 {
        assert!(outbox.answered("order:o1", "k", Answer::Taken, at).is_none());
        drop(outbox.take_dirty());
        assert!(!outbox.any_due(at) && state(&outbox) == DecisionState::Sent);
        let due = outbox.decisions["order:o1"].next_try_at;
        assert_eq!(outbox.hand_on(due, |_| true)[0].1.idempotency_key, "k");
        waits.push(due.since(at));
        at = due;
    }
    assert_eq!((waits[0], waits[1], waits[7]), (60_000, 120_000, 30 * 60_000));
    assert!(outbox.answered("order:o1", "k", Answer::unheard("away".into()), at).is_none());
    assert_eq!(state(&outbox), DecisionState::Sent, "what was taken once is still taken");
    let lost = outbox.answered("order:o1", "k", Answer::Refused("no".into()), at);
    assert!(lost.is_some() && state(&outbox) == DecisionState::Failed, "and whoever pressed the button hears of it");
}

#[test]
fn a_decision_that_could_not_be_written_down_was_not_made() {
    let at = Millis(1_000);
    let mut outbox = outbox(at);
    let before = Some(outbox.decisions["order:o1"].clone());
    let made = |key: &str, before| Made { key: key.into(), idempotency_key: "k".into(), before };
    outbox.undo(vec![made("order:o1", before)]);
    assert_eq!(state(&outbox), DecisionState::Queued);
    outbox.undo(vec![made("order:o1", None)]);
    assert!(outbox.decisions.is_empty() && outbox.take_dirty()[0].body.is_none());
}

const KEY: &str = "s/order:o1";

/// A request that waits, as the ERP's event tells it.
fn request(amount: &str) -> Request {
    let json = format!(
        r#"{{"view":{{"key":"{KEY}","source":"s","resource_type":"order","resource_id":"o1","number":"SO-1","requester":"陈晨","amount":{amount},"unread":null,
        "currency":"CNY","reason":null,"requested_at":1000,"deadline":null,"status":"pending","decided_by":null,"decided_at":null,"comment":null,
        "decision":null,"seq":1}},"source":"s","purse":{{"currency":"CNY","realm":null}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

const AT: Millis = Millis(10_000);

fn verdict(approve: bool, at: Millis) -> Verdict<'static> {
    Verdict { approve, reason: None, fields: None, on_behalf_of: None, by: "张敏", on_toast: false, at, hold: HOLD }
}

/// Decided at [`AT`], and stored.
fn decided() -> (Outbox, Vec<Document>) {
    let mut outbox = Outbox::default();
    outbox.decide(&request("\"8460\""), verdict(true, AT)).unwrap().unwrap();
    let stored = outbox.take_dirty();
    (outbox, stored)
}

#[test]
fn a_decision_is_held_before_it_is_handed_on() {
    let (mut outbox, _) = decided();
    assert!(!outbox.any_due(AT.plus(HOLD - 1)) && outbox.hand_on(AT.plus(HOLD - 1), |_| true).is_empty());
    let going = outbox.hand_on(AT.plus(HOLD), |_| true);
    assert_eq!((going.len(), going[0].1.view.held_until), (1, None), "from here on it is out of hand");
    drop(outbox.take_dirty());
    assert!(outbox.hand_on(AT.plus(2 * HOLD), |_| true).is_empty(), "and goes once");
}

#[test]
fn what_is_taken_back_while_it_is_held_is_gone_from_the_store_too_and_may_be_decided_anew() {
    let (mut outbox, _) = decided();
    outbox.withdraw(KEY, "SO-1").unwrap();
    let stored = outbox.take_dirty();
    assert!(stored.len() == 1 && stored[0].body.is_none() && !outbox.any_due(AT.plus(HOLD)), "nobody will hear of it");
    assert_eq!(outbox.withdraw(KEY, "SO-1").unwrap_err(), "there is no decision on SO-1 to take back");
    assert!(outbox.decide(&request("1"), verdict(false, AT)).unwrap().is_some(), "the opposite may be decided then");
}

#[test]
fn what_a_decision_needs_outlives_a_restart_and_goes_with_it() {
    let serde_json::Value::Object(fields) = serde_json::json!({ "refundAmount": 120.5 }) else { unreachable!() };
    let mut outbox = Outbox::default();
    outbox.decide(&request("1"), Verdict { fields: Some(&fields), ..verdict(true, AT) }).unwrap();
    let stored = outbox.take_dirty().into_iter().map(|document| (document.key, document.body.unwrap())).collect();
    let mut next = Outbox::load(stored, &Realms::default());
    assert_eq!(next.hand_on(AT.plus(HOLD), |_| true)[0].1.fields, fields);
}

#[test]
fn what_was_withdrawn_cannot_be_decided_and_settles_no_decision_as_ours() {
    let mut withdrawn = request("1");
    withdrawn.view.status = ApprovalStatus::Withdrawn;
    let refused = Outbox::default().decide(&withdrawn, verdict(false, AT)).unwrap_err();
    assert_eq!(refused, "SO-1 was withdrawn; there is nothing to decide any more");
}

#[test]
fn a_run_that_ends_while_a_decision_is_held_leaves_it_to_the_next_one() {
    let (_, stored) = decided();
    let stored = stored.into_iter().map(|document| (document.key, document.body.unwrap())).collect();
    let mut next = Outbox::load(stored, &Realms::default());
    assert!(!next.any_due(AT.plus(HOLD - 1)), "it is still held");
    assert_eq!(next.hand_on(AT.plus(60_000), |_| true).len(), 1, "and goes out");
}

#[test]
fn what_nobody_was_reached_with_can_be_withdrawn_and_what_may_have_arrived_cannot() {
    let at = AT.plus(HOLD);
    let (mut outbox, _) = decided();
    let tried = |outbox: &mut Outbox, at: Millis, answer: Answer| {
        let going = outbox.hand_on(at, |_| true);
        let stored = outbox.take_dirty();
        assert!(stored[0].body.as_ref().unwrap().contains(r#""left":true"#), "whatever ends the run now: it may have arrived");
        assert!(outbox.withdraw(KEY, "SO-1").unwrap_err().contains("may have reached the ERP"), "it is on its way");
        outbox.answered(KEY, &going[0].1.idempotency_key, answer, at);
        drop(outbox.take_dirty());
    };
    tried(&mut outbox, at, Answer::kept_back("connection refused".into()));
    let waiting = outbox.view(&Approvals::default());
    let one = &waiting.waiting[0];
    assert_eq!((waiting.waiting_count, one.source.as_str(), one.decision.attempts, one.number.as_str()), (1, "s", 1, "o1"));
    let made = outbox.withdraw(KEY, "SO-1").unwrap();
    outbox.undo(vec![made]);
    assert_eq!(outbox.view(&Approvals::default()).waiting_count, 1, "what the store refused was not withdrawn");
    drop(outbox.take_dirty());
    tried(&mut outbox, at.plus(60_000), Answer::unheard("no answer".into()));
    tried(&mut outbox, at.plus(200_000), Answer::kept_back("connection refused".into()));
    assert!(outbox.withdraw(KEY, "SO-1").unwrap_err().contains("may have reached the ERP"), "an earlier try may have");
    assert_eq!(outbox.hand_on(at.plus(900_000), |_| true).len(), 1);
    let key = outbox.decisions[KEY].idempotency_key.clone();
    outbox.answered(KEY, &key, Answer::Taken, at.plus(900_000));
    assert_eq!(outbox.withdraw(KEY, "SO-1").unwrap_err(), "the decision on SO-1 was already handed on");
}

#[test]
fn that_it_goes_is_stored_before_it_goes() {
    let (mut outbox, _) = decided();
    let going = outbox.hand_on(AT.plus(HOLD), |_| true);
    let refused = outbox.take_dirty();
    outbox.put_back(&refused);
    outbox.stays(&going);
    assert!(!outbox.any_due(AT.plus(HOLD)), "the store has to take it first");
    drop(outbox.take_dirty());
    assert_eq!(outbox.hand_on(AT.plus(HOLD), |_| true).len(), 1);
}

#[test]
fn reasons_given_before_are_offered_once_each_the_newest_first() {
    let mut outbox = Outbox::default();
    for (id, at, approve, reason) in
        [("a", 1, false, "破损"), ("b", 2, false, "no budget"), ("c", 3, true, "fine"), ("d", 4, false, "破损"), ("e", 5, false, " ")]
    {
        let mut one = self::outbox(Millis(at)).decisions.remove("order:o1").unwrap();
        (one.view.approve, one.reason) = (approve, Some(reason.to_owned()));
        outbox.decisions.insert(id.to_owned(), one);
    }
    assert_eq!(outbox.view(&Approvals::default()).reasons, ["破损", "no budget"]);
}

#[test]
fn what_the_erp_confirms_without_a_word_keeps_ours() {
    let mut outbox = outbox(AT);
    let one = outbox.decisions.get_mut("order:o1").unwrap();
    one.reason = Some("破损".into());
    let view = ApprovalView { key: "order:o1".into(), requested_at: AT, comment: None, ..request("1").view };
    assert_eq!(outbox.decorate(&view).comment, None, "nobody has heard it yet");
    outbox.decisions.get_mut("order:o1").unwrap().view.state = DecisionState::Confirmed;
    assert_eq!(outbox.decorate(&view).comment.as_deref(), Some("破损"));
    let theirs = ApprovalView { comment: Some("see the note".into()), ..view };
    assert_eq!(outbox.decorate(&theirs).comment.as_deref(), Some("see the note"));
}

#[test]
fn an_amount_above_the_set_one_is_asked_back_and_so_is_one_that_cannot_be_read() {
    let settings = Settings::default();
    let asks = |amount: &str, change: fn(&mut Settings, &mut ApprovalView)| {
        let (mut settings, mut view) = (settings.clone(), request(amount).view);
        change(&mut settings, &mut view);
        super::asks(&settings, &view)
    };
    assert!(!asks("\"1000000\"", |_, _| ()) && asks("\"1000000.01\"", |_, _| ()) && asks("\"-2000000\"", |_, _| ()));
    assert!(!asks("null", |_, _| ()) && asks("null", |_, view| view.unread = Some("a lot".into())));
    assert!(!asks("\"9000000\"", |settings, _| settings.ask_large = false));
}
