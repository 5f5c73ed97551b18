//! What events add up to: each promise of the projections, and that a snapshot is only a short cut.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};
use watchdeck_console::{
    Arrival,
    api::{settings::Settings, views::ApprovalStatus},
    calendar::Calendar,
    projections::World,
};
use watchdeck_events::{Catalogue, Channel, Domain, Incoming, Millis, Money, Payload, erp::View};
use watchdeck_store::Stored;

/// 2026-11-21T08:00:00Z.
const NOW: Millis = Millis(1_795_248_000_000);
const HOUR: i64 = 3_600_000;

/// A world under test, with its own clock and sequence.
struct Bench {
    world: World,
    calendar: Calendar,
    seq: u64,
}

impl Bench {
    fn new() -> Self {
        Self { world: World::default(), calendar: Calendar::new(TimeZone::UTC), seq: 0 }
    }

    fn take(&mut self, channel: &str, at: Millis, mut event: Value) {
        // The old messages state no time; the envelope's is all there is.
        let old = ["adjust", "inbound", "outbound"].iter().any(|old| event["type"] == *old);
        if !old {
            event["timestamp"] = json!(at.0);
        }
        self.seq += 1;
        let stored = stored(self.seq, channel, at, &event.to_string());
        self.world.apply(&stored, View::of(&stored.event).as_ref(), Arrival { live: true, skew: 0 }, &mut self.calendar);
    }

    fn stock(&mut self, at: Millis, product: &str, old: f64, new: f64) {
        self.take("inventory", at, json!({ "type": "inventory:change", "action": "outbound", "productId": product, "productName": "砖", "oldQuantity": old, "newQuantity": new, "changeAmount": new - old, "operator": "张敏" }));
    }

    fn order(&mut self, at: Millis, id: &str, old: &str, new: &str) {
        self.take("orders", at, json!({ "type": "order:status", "orderType": "sales", "orderId": id, "orderNumber": format!("SO-{id}"), "oldStatus": old, "newStatus": new }));
    }

    fn money(&mut self, at: Millis, action: &str, kind: &str, id: &str, amount: Value) {
        self.take("finance", at, json!({ "type": "finance:payment", "action": action, "recordType": kind, "recordId": id, "recordNumber": id, "amount": amount }));
    }

    fn approval(&mut self, at: Millis, step: &str, id: &str, approver: Option<&str>) {
        self.take("approvals", at, json!({ "type": format!("approval:{step}"), "resourceType": "order", "resourceId": id, "resourceNumber": id, "requesterId": "u1", "requesterName": "陈晨", "approverName": approver }));
    }
}

fn stored(seq: u64, channel: &str, sent: Millis, payload: &str) -> Stored {
    let incoming = Incoming {
        channel: Channel::from(channel),
        offset: None,
        id: Some(seq.to_string().into()),
        server_at: Some(sent),
        kind: None,
        payload: Payload::from_json(payload),
    };
    Stored { seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"s".into(), NOW) }
}

#[test]
fn stock_knows_what_is_on_hand_what_changed_today_and_for_how_long_it_lasts() {
    let mut bench = Bench::new();
    bench.stock(NOW.plus(-26 * HOUR), "P-1", 200.0, 190.0);
    bench.stock(NOW.plus(-2 * HOUR), "P-1", 190.0, 130.0);
    bench.stock(NOW.plus(-HOUR), "P-1", 130.0, 70.0);
    let row = bench.world.stock.row("P-1", &Settings::default(), "2026-11-21", NOW).expect("the product is known");
    assert_eq!((row.on_hand, row.change_today), (Some(70.0), -120.0), "yesterday's ten are not today's");
    assert_eq!(row.out_per_hour, 120.0 / 24.0, "what left in the last 24 hours, per hour");
    assert_eq!(row.hours_left, Some(70.0 / 5.0));
    assert_eq!((row.spark.as_slice(), row.last_mover.as_deref()), ([190.0, 130.0, 70.0].as_slice(), Some("张敏")));
}

#[test]
fn a_product_is_low_by_its_own_threshold_first() {
    let mut bench = Bench::new();
    bench.stock(NOW, "P-1", 60.0, 50.0);
    let mut settings = Settings::default();
    let low = |bench: &Bench, settings: &Settings| {
        bench.world.stock.row("P-1", settings, "2026-11-21", NOW).map(|row| (row.low, row.threshold_own))
    };
    assert_eq!(low(&bench, &settings), Some((false, false)));
    settings.product_thresholds.insert("P-1".into(), 60.0);
    assert_eq!(low(&bench, &settings), Some((true, true)));
}

#[test]
fn a_legacy_message_moves_what_is_known_and_invents_nothing() {
    let mut bench = Bench::new();
    let legacy = json!({ "type": "outbound", "productId": "P-9", "quantity": 4, "inventoryId": "i" });
    bench.take("inventory", NOW, legacy.clone());
    let on_hand = |bench: &Bench| bench.world.stock.row("P-9", &Settings::default(), "2026-11-21", NOW).and_then(|row| row.on_hand);
    assert_eq!(on_hand(&bench), None, "relative messages do not say what is on hand");
    bench.stock(NOW.plus(10_000), "P-9", 30.0, 20.0);
    bench.take("inventory", NOW.plus(20_000), legacy);
    assert_eq!(on_hand(&bench), Some(16.0));
}

#[test]
fn orders_are_counted_once_where_they_are_now() {
    let mut bench = Bench::new();
    bench.order(NOW.plus(-4 * HOUR), "1", "draft", "confirmed");
    bench.order(NOW.plus(-3 * HOUR), "1", "confirmed", "shipped");
    bench.order(NOW.plus(-3 * HOUR), "1", "shipped", "shipped");
    bench.order(NOW.plus(-HOUR), "2", "draft", "confirmed");
    bench.order(NOW, "3", "shipped", "completed");
    let view = bench.world.orders.view(NOW, (2 * HOUR) as u64);
    let states: Vec<_> = view.states.iter().map(|state| (state.status.as_str(), state.count, state.stuck, state.terminal)).collect();
    assert_eq!(
        states,
        [("confirmed", 1, 0, false), ("shipped", 1, 1, false), ("completed", 1, 0, true)],
        "in the order in which orders pass them"
    );
    assert_eq!(view.states[0].dwell_ms, Some(HOUR as u64));
    assert_eq!(view.orders[0].order_id, "1", "stuck ones first");
    assert_eq!(view.orders[0].transitions.len(), 2, "the same status again is no transition");
}

#[test]
fn money_is_summed_exactly_once_per_record_and_only_when_confirmed() {
    let mut bench = Bench::new();
    for id in ["a", "b", "c"] {
        bench.money(NOW, "created", "payment", id, json!(0.1));
        bench.money(NOW, "confirmed", "payment", id, json!(0.1));
        bench.money(NOW, "confirmed", "payment", id, json!(0.1));
    }
    bench.money(NOW, "confirmed", "refund", "r", json!("41.50"));
    bench.money(NOW, "overdue", "payment", "o", json!(900));
    let view = bench.world.finance.view(Money::from_json("500").expect("an amount"), NOW, &mut bench.calendar);
    assert_eq!(view.today.received, Money::from_json("0.3").expect("an amount"), "binary floats would say 0.30000000000000004");
    assert_eq!((view.today.received_count, view.today.refunded_count), (3, 1));
    assert_eq!(view.overdue, Money::from_json("900").expect("an amount"));
    assert!(view.overdue_records[0].large && !view.records[1].large);
    bench.money(NOW, "confirmed", "payment", "o", json!(900));
    assert_eq!(bench.world.finance.overdue().1, 0, "paid is no longer overdue");
}

#[test]
fn the_first_decision_stands() {
    let mut bench = Bench::new();
    bench.approval(NOW, "request", "o1", None);
    bench.approval(NOW, "approved", "o1", Some("周主管"));
    bench.approval(NOW, "rejected", "o1", Some("李强"));
    let request = bench.world.approvals.get("order:o1").expect("it is in the history");
    assert_eq!((request.view.status, request.view.decided_by.as_deref()), (ApprovalStatus::Approved, Some("周主管")));
    assert_eq!((bench.world.approvals.pending_count(), bench.world.approvals.history().count()), (0, 1));
}

#[test]
fn a_backlog_is_in_the_hour_and_not_in_the_present_rate() {
    let mut bench = Bench::new();
    let old = stored(1, "inventory", NOW, &json!({ "type": "inventory:change", "timestamp": NOW.0 - 600_000 }).to_string());
    bench.world.apply(&old, None, Arrival::default(), &mut bench.calendar);
    assert_eq!(bench.world.rates.current(NOW.plus(1_000)), 0.0);
    assert_eq!(bench.world.rates.per_minute(NOW, Domain::Inventory).iter().sum::<f64>(), 1.0);
}

#[test]
fn an_old_level_that_comes_late_does_not_overwrite_a_newer_one() {
    let mut bench = Bench::new();
    bench.stock(NOW.plus(60_000), "P-1", 90.0, 70.0);
    bench.stock(NOW, "P-1", 100.0, 90.0);
    let row = bench.world.stock.row("P-1", &Settings::default(), "2026-11-21", NOW.plus(HOUR)).expect("the product is known");
    assert_eq!((row.on_hand, row.change_today, row.last_change), (Some(70.0), -30.0, -20.0));
    assert_eq!(row.spark, [90.0, 70.0], "in the order in which it happened");
    assert_eq!(bench.world.stock.movements(), [2, 1], "and shown in the order in which it came");
}

#[test]
fn a_request_that_comes_after_its_decision_is_decided() {
    let mut bench = Bench::new();
    bench.approval(NOW.plus(HOUR), "approved", "o1", Some("周主管"));
    bench.approval(NOW, "request", "o1", None);
    assert_eq!(bench.world.approvals.pending_count(), 0);
    let request = &bench.world.approvals.get("order:o1").expect("it is in the history").view;
    assert_eq!((request.status, request.requested_at, request.decided_at), (ApprovalStatus::Approved, NOW, Some(NOW.plus(HOUR))));
    bench.approval(NOW.plus(2 * HOUR), "request", "o1", None);
    assert_eq!((bench.world.approvals.pending_count(), bench.world.approvals.history().count()), (1, 1), "asked again");
}

/// One sale as the plain ERP tells it: typed, and twice in its old words.
fn sale(product: &str, at: Millis, old: f64, by: f64) -> [(Millis, Value); 3] {
    let legacy = json!({ "type": "outbound", "productId": product, "quantity": by, "inventoryId": "i1" });
    [
        (
            at,
            json!({ "type": "inventory:change", "action": "outbound", "productId": product, "oldQuantity": old, "newQuantity": old - by, "changeAmount": -by }),
        ),
        (at.plus(3), legacy.clone()),
        (at.plus(5), legacy),
    ]
}

#[test]
fn one_change_told_three_times_is_counted_once_in_whatever_order() {
    let messages = sale("P-1", NOW, 50.0, 3.0);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut bench = Bench::new();
        bench.stock(NOW.plus(-HOUR), "P-1", 60.0, 50.0);
        for n in order {
            bench.take("inventory", messages[n].0, messages[n].1.clone());
        }
        let row = bench.world.stock.row("P-1", &Settings::default(), "2026-11-21", NOW).expect("the product is known");
        assert_eq!((row.on_hand, row.change_today), (Some(47.0), -13.0), "{order:?}");
        assert_eq!((bench.world.stock.moves_on("2026-11-21"), bench.world.stock.movements().len()), (2, 2), "{order:?}");
        assert_eq!(bench.world.stock.moves_per_minute(NOW.plus(60_000)).iter().sum::<f64>(), 1.0, "{order:?}: in the last hour");
        assert_eq!(bench.world.copies.get("s"), Some(&2), "{order:?}");
    }
}

/// What the window would show of a world, without the places of its events in the store: those are given in the order of arrival.
fn shown(world: &World, calendar: &mut Calendar) -> Value {
    fn without_places(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("seq");
                fields.remove("last_seq");
                fields.values_mut().for_each(without_places);
            }
            Value::Array(items) => items.iter_mut().for_each(without_places),
            _ => {}
        }
    }
    let now = NOW.plus(HOUR);
    let settings = Settings::default();
    let mut all = json!({
        "stock": world.stock.rows(&settings, "2026-11-21", now),
        "moves": [json!(world.stock.moves_on("2026-11-21")), json!(world.stock.moves_per_minute(now))],
        "orders": [json!(world.orders.view(now, HOUR as u64)), json!(world.orders.per_minute(now)), json!(world.orders.open(now, HOUR as u64))],
        "pending": world.approvals.pending().iter().map(|request| json!(request)).collect::<Vec<_>>(),
        "decided": world.approvals.history().map(|request| json!(request)).collect::<Vec<_>>(),
        "asked": world.approvals.per_minute(now),
        "finance": world.finance.view(Money::from_json("500").expect("an amount"), now, calendar),
        "rates": [json!(world.rates.histogram(now)), json!(world.rates.last_at)],
        "copies": world.copies,
    });
    without_places(&mut all);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Late, early, out of order: what happened is the same.
    #[test]
    fn the_order_of_arrival_changes_nothing(
        steps in prop::collection::vec((0u8..5, 0u8..4, 0u8..4), 1..40),
        keys in prop::collection::vec(any::<u32>(), 120),
    ) {
        let mut events: Vec<(&str, Millis, Value)> = Vec::new();
        for (n, (what, which, how)) in steps.iter().enumerate() {
            // A minute apart, so that each instant has one event; nothing could tell the order of two.
            let (at, id, how) = (NOW.plus(n as i64 * 60_000), which.to_string(), usize::from(*how));
            let pick = |names: [&'static str; 4]| names[how];
            match what {
                0 => events.push(("inventory", at, json!({ "type": "inventory:change", "action": "inbound", "productId": id, "productName": format!("n{how}"), "oldQuantity": 10, "newQuantity": 10 + how, "changeAmount": how, "operator": pick(["张敏", "李强", "张敏", "李强"]) }))),
                1 => events.push(("orders", at, json!({ "type": "order:status", "orderType": "sales", "orderId": id, "orderNumber": id, "oldStatus": "draft", "newStatus": pick(["confirmed", "shipped", "completed", "draft"]) }))),
                2 => events.push(("finance", at, json!({ "type": "finance:payment", "action": pick(["created", "confirmed", "overdue", "cancelled"]), "recordType": "payment", "recordId": id, "recordNumber": id, "amount": format!("{n}.34") }))),
                3 => events.push(("approvals", at, json!({ "type": format!("approval:{}", pick(["request", "approved", "rejected", "request"])), "resourceType": "order", "resourceId": id, "resourceNumber": id, "requesterId": "u", "requesterName": format!("r{n}"), "approverName": format!("a{n}") }))),
                _ => events.extend(sale(&id, at, 40.0 + n as f64, 1.0 + n as f64).map(|(at, event)| ("inventory", at, event))),
            }
        }
        let play = |events: &[(&str, Millis, Value)]| {
            let mut bench = Bench::new();
            for (channel, at, event) in events {
                bench.take(channel, *at, event.clone());
            }
            shown(&bench.world, &mut bench.calendar)
        };
        let in_order = play(&events);
        let mut shuffled: Vec<_> = events.into_iter().zip(keys).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        let shuffled: Vec<_> = shuffled.into_iter().map(|(event, _)| event).collect();
        prop_assert!(play(&shuffled) == in_order, "another order of arrival gives another world");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// A snapshot anywhere, then the rest, is the same world as all of it in one go; and what was taken in once changes nothing again.
    #[test]
    fn a_snapshot_is_only_a_short_cut(steps in prop::collection::vec((0u8..4, 0u8..6, 0u8..3), 1..80), cut in 0usize..80) {
        let play = |bench: &mut Bench, steps: &[(u8, u8, u8)]| {
            for (what, which, how) in steps {
                let at = NOW.plus(i64::from(bench.seq as u32) * 60_000);
                let id = which.to_string();
                match what {
                    0 => bench.stock(at, &id, 10.0, f64::from(*how)),
                    1 => bench.order(at, &id, "draft", ["confirmed", "shipped", "completed"][usize::from(*how)]),
                    2 => bench.money(at, ["created", "confirmed", "overdue"][usize::from(*how)], "payment", &id, json!("12.34")),
                    _ => bench.approval(at, ["request", "approved", "rejected"][usize::from(*how)], &id, Some("周")),
                }
            }
        };
        let mut whole = Bench::new();
        play(&mut whole, &steps);
        let cut = cut.min(steps.len());
        let mut parts = Bench::new();
        play(&mut parts, &steps[..cut]);
        let text = serde_json::to_string(&parts.world).expect("a world can be written down");
        parts.world = serde_json::from_str(&text).expect("and read back");
        // The last event before the cut comes once more, as after a crash between commit and snapshot.
        parts.seq = parts.seq.saturating_sub(1);
        play(&mut parts, &steps[cut.saturating_sub(1)..]);
        let json = |world: &World| serde_json::to_value(world).expect("a world can be written down");
        prop_assert_eq!(json(&parts.world), json(&whole.world));
    }
}
