//! Requests that a pack derives: rounds, whatever order they come in, and the same request published and derived.

use crate::bench::{Bench, HOUR, NOW, thing};
use serde_json::{Value, json};
use watchdeck_events::Millis;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView};

const MINUTE: i64 = 60_000;

fn at(minute: i64) -> Millis {
    NOW.plus(minute * MINUTE - 2 * HOUR)
}

fn state(old: &str, new: &str, by: &str) -> Value {
    json!({ "type": "order:status", "orderType": "return", "orderId": "r1", "orderNumber": "RT-1", "oldStatus": old, "newStatus": new, "userId": by, "customerName": "华东门店" })
}

fn published(step: &str, more: Value) -> Value {
    let mut event = json!({ "type": format!("approval:{step}"), "resourceType": "return", "resourceId": "r1", "requesterName": "陈晨" });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn told(events: &[(i64, &str, Value)]) -> Bench {
    let mut bench = Bench::new();
    for (minute, channel, event) in events {
        bench.take(channel, at(*minute), event.clone());
    }
    bench
}

fn all(bench: &Bench) -> Vec<ApprovalView> {
    let mut all: Vec<_> = bench.world.approvals.requests().map(|request| request.view.clone()).collect();
    all.sort_by_key(|view| view.requested_at);
    all
}

fn only(bench: &Bench) -> ApprovalView {
    let all = all(bench);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

#[test]
fn a_submitted_return_waits_says_that_it_is_derived_and_its_order_is_where_it_was() {
    let bench = told(&[(0, "orders", state("draft", "submitted", "u1"))]);
    let view = only(&bench);
    assert_eq!((view.key.as_str(), view.number.as_str(), view.requester.as_str()), ("s/return:r1", "RT-1", "u1"));
    assert_eq!((view.derived_from.as_deref(), view.party.as_deref(), view.amount), (Some("order:status"), Some("华东门店"), None));
    assert_eq!(bench.world.approvals.pending_count(), 1);
    assert_eq!(bench.world.orders.open(NOW, HOUR as u64 * 10).0, 1, "the order is an order as before");
}

#[test]
fn a_result_closes_it_and_withdrawn_is_neither_yes_nor_no() {
    for (to, status) in
        [("approved", ApprovalStatus::Approved), ("rejected", ApprovalStatus::Rejected), ("cancelled", ApprovalStatus::Withdrawn)]
    {
        let bench = told(&[(0, "orders", state("draft", "submitted", "u1")), (5, "orders", state("submitted", to, "u2"))]);
        let view = only(&bench);
        assert_eq!((view.status, view.decided_by.as_deref(), view.decided_at), (status, Some("u2"), Some(at(5))));
        assert_eq!((view.requester.as_str(), bench.world.approvals.pending_count()), ("u1", 0));
        assert_eq!(bench.world.approvals.history().count(), 1);
    }
}

#[test]
fn a_state_that_is_told_again_is_no_new_round_and_one_after_a_no_is() {
    let mut events = vec![(0, "orders", state("draft", "submitted", "u1")), (3, "orders", state("submitted", "submitted", "u1"))];
    let view = only(&told(&events));
    assert_eq!((view.requested_at, view.seq), (at(0), 1), "it waits for as long as before");
    events.extend([(10, "orders", state("submitted", "rejected", "u2")), (20, "orders", state("rejected", "submitted", "u1"))]);
    let rounds: Vec<_> = all(&told(&events)).iter().map(|view| (view.status, view.requested_at)).collect();
    assert_eq!(rounds, [(ApprovalStatus::Rejected, at(0)), (ApprovalStatus::Pending, at(20))]);
}

#[test]
fn what_was_never_asked_for_is_not_withdrawn_and_a_result_tells_of_a_request_that_was_missed() {
    assert!(all(&told(&[(0, "orders", state("draft", "cancelled", "u1"))])).is_empty());
    assert!(all(&told(&[(0, "orders", state("pending", "approved", "u1"))])).is_empty(), "nobody is known to have asked");
    assert_eq!(only(&told(&[(0, "orders", state("submitted", "approved", "u1"))])).status, ApprovalStatus::Approved);
    let by_way = [(0, "orders", state("draft", "submitted", "u1")), (9, "orders", state("in_review", "approved", "u2"))];
    assert_eq!(only(&told(&by_way)).status, ApprovalStatus::Approved, "an open one is answered from wherever");
}

#[test]
fn the_order_of_arrival_changes_no_round() {
    let rounds = [
        (0, "orders", state("draft", "submitted", "u1")),
        (10, "orders", state("submitted", "rejected", "u2")),
        (20, "orders", state("rejected", "submitted", "u1")),
        (30, "orders", state("submitted", "approved", "u3")),
    ];
    let shown = |bench: &Bench| {
        all(bench).into_iter().map(|view| (view.status, view.requested_at, view.decided_at, view.decided_by)).collect::<Vec<_>>()
    };
    let in_order = shown(&told(&rounds));
    assert_eq!(in_order.len(), 2);
    for turn in 1..rounds.len() {
        let mut other = rounds.clone();
        other.rotate_left(turn);
        assert_eq!(shown(&told(&other)), in_order, "{turn}");
    }
    let mut backwards = rounds;
    backwards.reverse();
    assert_eq!(shown(&told(&backwards)), in_order);
}

#[test]
fn one_that_is_published_and_derived_is_one_and_what_was_published_counts() {
    let real =
        (0, "approvals", published("request", json!({ "amount": 8460.5, "currency": "CNY", "reason": "破损", "resourceNumber": "RET-1" })));
    let derived = (0, "orders", state("draft", "submitted", "u1"));
    for events in [[real.clone(), derived.clone()], [derived, real]] {
        let bench = told(&events);
        let view = only(&bench);
        assert_eq!((view.derived_from, view.number.as_str(), view.requester.as_str()), (None, "RET-1", "陈晨"));
        assert_eq!(view.amount.map(|amount| amount.to_string()).as_deref(), Some("8460.5"), "nothing does not overwrite something");
        assert_eq!((view.reason.as_deref(), view.party.as_deref()), (Some("破损"), Some("华东门店")), "and is filled in");
        assert_eq!(bench.world.approvals.pending_sums().len(), 1);
    }
}

#[test]
fn a_decision_that_is_told_twice_is_one_with_the_published_words() {
    let asked = (0, "approvals", published("request", json!({ "resourceNumber": "RT-1" })));
    let real = (9, "approvals", published("rejected", json!({ "approverName": "周主管", "comment": "照片不清楚" })));
    let derived = (9, "orders", state("submitted", "rejected", "u2"));
    for events in [[asked.clone(), real.clone(), derived.clone()], [asked, derived, real]] {
        let view = only(&told(&events));
        assert_eq!(
            (view.status, view.decided_by.as_deref(), view.comment.as_deref()),
            (ApprovalStatus::Rejected, Some("周主管"), Some("照片不清楚"))
        );
    }
}

#[test]
fn a_review_is_derived_although_nothing_else_is_counted_of_it() {
    let review = |kind: &str, reason: Option<&str>| json!({ "type": kind, "review_id": "v1", "content_type": "chapter", "content_id": "c9", "submitter_id": "u1", "reviewer_id": "u2", "reason": reason });
    let bench = told(&[(0, "events", review("review.submitted", None)), (4, "events", review("review.rejected", Some("抄袭")))]);
    let view = only(&bench);
    assert_eq!((view.key.as_str(), view.number.as_str(), view.comment.as_deref()), ("s/review:v1", "c9", Some("抄袭")));
    assert!(bench.world.approvals.get(&thing("s", "review", "v1")).is_some());
}

#[test]
fn derived_requests_outlive_a_snapshot() {
    let mut bench = told(&[(0, "orders", state("draft", "submitted", "u1"))]);
    bench.world = serde_json::from_str(&serde_json::to_string(&bench.world).unwrap()).unwrap();
    bench.take("orders", at(5), state("submitted", "cancelled", "u1"));
    assert_eq!(only(&bench).status, ApprovalStatus::Withdrawn);
}

#[test]
fn who_decides_is_told_until_it_came_to_nothing_or_the_erp_says_it() {
    let deciding = |key: &str, state: &str| json!({ "type": "watchdeck:decision", "resourceType": "return", "resourceId": "r1", "idempotencyKey": key, "state": state, "approve": true, "decidedBy": "周主管" });
    let mut bench = told(&[(0, "approvals", published("request", json!({}))), (1, "approvals", deciding("k1", "received"))]);
    assert_eq!(only(&bench).deciding.unwrap().by, "周主管");
    bench.take("approvals", at(2), deciding("k1", "refused"));
    assert!(only(&bench).deciding.is_none(), "it came to nothing");
    bench.take("approvals", at(3), deciding("k2", "handed_on"));
    bench.take("approvals", at(4), deciding("k1", "refused"));
    assert!(only(&bench).deciding.is_some(), "that was another one");
    bench.take("approvals", at(5), published("request", json!({ "amount": 9 })));
    assert!(only(&bench).deciding.is_none(), "asked anew, and not decided yet");
    bench.take("approvals", at(6), deciding("k3", "confirmed"));
    bench.take("approvals", at(7), published("approved", json!({ "approverName": "周主管" })));
    let view = only(&bench);
    assert!(view.status == ApprovalStatus::Approved && view.deciding.is_none());
}
