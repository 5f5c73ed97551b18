//! Publishers whose clocks differ: what came later is later, until a time says something clear.

use crate::bench::{Bench, HOUR, NOW, thing};
use proptest::prelude::*;
use serde_json::{Value, json};
use watchdeck_events::Millis;
use watchdeck_wire::settings::Settings;

fn approval(step: &str, id: &str, at: Option<i64>) -> Value {
    let mut event = json!({ "type": format!("approval:{step}"), "resourceType": "order", "resourceId": id, "requesterName": "陈晨", "approverName": "周" });
    if let Some(at) = at {
        event["timestamp"] = json!(at);
    }
    event
}

fn order(old: &str, new: &str, at: i64) -> Value {
    json!({ "type": "order:status", "orderType": "sales", "orderId": "o", "oldStatus": old, "newStatus": new, "timestamp": at })
}

/// Everything arrives at `received`.
fn told(events: &[(&str, Value)], received: Millis) -> Bench {
    let mut bench = Bench::new();
    for (channel, event) in events {
        bench.tell("s", channel, received, received, event);
    }
    bench
}

fn waits(bench: &Bench, id: &str) -> bool {
    bench.world.approvals.get(&thing("s", "order", id)).expect("it is known").is_pending()
}

#[test]
fn a_decision_that_came_after_its_request_ends_it_whoever_stamped_it() {
    let ms = NOW.0 + 700;
    let received = Millis(NOW.0 + 1_500);
    for (request, decision) in [
        (Some(ms), Some(ms / 1000)),
        (Some(ms), Some(ms - 2_000)),
        (Some(ms + 90_000), None),
        (Some(ms + 90_000), Some(ms)),
        (Some(ms - 100), Some(ms)),
        (None, Some(ms - 4_000)),
    ] {
        let bench = told(&[("approvals", approval("request", "a", request)), ("approvals", approval("approved", "a", decision))], received);
        assert!(!waits(&bench, "a"), "{request:?} {decision:?}");
    }
}

#[test]
fn a_request_that_came_just_after_its_decision_is_decided() {
    let received = NOW.plus(5_000);
    let events = [("approvals", approval("approved", "a", Some(NOW.0 + 40))), ("approvals", approval("request", "a", Some(NOW.0)))];
    assert!(!waits(&told(&events, received), "a"), "both times and common sense say so");
    let events = [("approvals", approval("approved", "a", Some(NOW.0))), ("approvals", approval("request", "a", Some(NOW.0 + 40)))];
    assert!(waits(&told(&events, received), "a"), "asked again");
}

#[test]
fn an_order_and_a_product_are_where_the_last_message_left_them() {
    let ms = NOW.0 + 700;
    let bench = told(&[("orders", order("pending", "paid", ms)), ("orders", order("paid", "shipped", ms / 1000))], NOW.plus(1_500));
    assert_eq!(bench.world.orders.view(NOW, 1).orders[0].status, "shipped");
    let swapped = told(&[("orders", order("paid", "shipped", ms + 3)), ("orders", order("pending", "paid", ms))], NOW.plus(1_500));
    assert_eq!(swapped.world.orders.view(NOW, 1).orders[0].status, "shipped", "two processes overtook each other: the words tell");
    let stock = |old: i64, new: i64, at: i64| json!({ "type": "inventory:change", "productId": "p", "oldQuantity": old, "newQuantity": new, "timestamp": at });
    let on_hand = |events: &[(&str, Value)]| told(events, NOW.plus(1_500)).product("p", &Settings::default()).and_then(|row| row.on_hand);
    assert_eq!(on_hand(&[("inventory", stock(10, 9, ms)), ("inventory", stock(9, 8, ms / 1000))]), Some(8.0));
    assert_eq!(
        on_hand(&[("inventory", stock(10, 9, ms)), ("inventory", stock(8, 7, ms + 2)), ("inventory", stock(9, 8, ms + 1))]),
        Some(7.0)
    );
}

#[test]
fn a_time_in_the_future_does_not_freeze_what_comes_after_it() {
    let mut bench = Bench::new();
    let stock = |old: i64, new: i64, at: i64| json!({ "type": "inventory:change", "productId": "p", "oldQuantity": old, "newQuantity": new, "changeAmount": new - old, "timestamp": at });
    bench.tell("s", "inventory", NOW, NOW, &stock(10, 9, NOW.0 + 240_000));
    bench.tell("s", "inventory", NOW.plus(10_000), NOW.plus(10_000), &stock(9, 8, NOW.0 + 10_000));
    let row = bench.product("p", &Settings::default()).expect("it is known");
    assert_eq!((row.on_hand, row.last_at, row.change_today), (Some(8.0), NOW.plus(10_000), -2.0));
    assert_eq!(bench.world.rates.histogram(NOW.plus(10_000)).counts.iter().flatten().sum::<u32>(), 2, "nor the histogram");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Stamps that are off by less than the tolerance change nothing: it is as if all were right.
    #[test]
    fn stamps_within_the_tolerance_do_not_reorder_what_came_in_order(
        steps in prop::collection::vec((0u8..3, 0u8..3, -2_400i64..2_400), 1..30),
    ) {
        let play = |wrong: bool| {
            let mut bench = Bench::new();
            let states = ["draft", "paid", "packed", "shipped"];
            let mut at_state = [0usize; 3];
            let mut on_hand = [100i64; 3];
            let mut asked = [0usize; 3];
            for (n, (what, which, off)) in steps.iter().enumerate() {
                let received = NOW.plus(HOUR + n as i64 * 3_001);
                let stamp = received.0 - 3_001 + if wrong { *off } else { 0 };
                let id = usize::from(*which);
                let event = match what {
                    0 => {
                        let from = states[at_state[id] % 4];
                        at_state[id] += 1;
                        ("orders", json!({ "type": "order:status", "orderType": "sales", "orderId": id.to_string(), "oldStatus": from, "newStatus": states[at_state[id] % 4], "timestamp": stamp }))
                    }
                    1 => {
                        on_hand[id] -= 1;
                        ("inventory", json!({ "type": "inventory:change", "productId": id.to_string(), "oldQuantity": on_hand[id] + 1, "newQuantity": on_hand[id], "timestamp": stamp }))
                    }
                    _ => {
                        // A request and its decision; the next one is about something else.
                        let told = asked[id];
                        asked[id] += 1;
                        ("approvals", approval(["request", "approved"][told % 2], &format!("{id}-{}", told / 2), Some(stamp)))
                    }
                };
                bench.tell("s", event.0, received, received, &event.1);
            }
            let mut states: Vec<_> = bench.world.orders.view(NOW, 1).orders.into_iter().map(|row| (row.order_id, row.status)).collect();
            states.sort();
            let mut stock: Vec<_> = bench.world.stock.rows(&Settings::default(), "2026-11-21", NOW).rows.into_iter().map(|row| (row.product_id, row.on_hand.map(|on_hand| on_hand as i64))).collect();
            stock.sort();
            let mut pending: Vec<_> = bench.world.approvals.pending(&Settings::default()).into_iter().map(|request| request.view.resource_id.clone()).collect();
            pending.sort();
            (states, stock, pending)
        };
        prop_assert_eq!(play(true), play(false));
    }
}
