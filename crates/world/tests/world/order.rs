//! In whatever order events come: what happened is the same. And a snapshot is only a short cut.

use crate::bench::{Bench, HOUR, NOW, sale};
use proptest::prelude::*;
use serde_json::{Value, json};
use watchdeck_events::{Millis, Money};
use watchdeck_wire::settings::Settings;
use watchdeck_world::{World, calendar::Calendar};

/// What the window would show of a world, without the places of its events in the store: those are given in the order of arrival.
fn shown(world: &World, calendar: &mut Calendar) -> Value {
    fn without_places(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("seq");
                fields.remove("last_seq");
                // An event is called by its place here.
                fields.remove("asked_by");
                fields.values_mut().for_each(without_places);
            }
            Value::Array(items) => items.iter_mut().for_each(without_places),
            _ => {}
        }
    }
    let now = NOW.plus(HOUR);
    let settings = Settings::default();
    let mut all = json!({
        "stock": world.stock.rows(&settings, "2026-11-21", now).rows,
        "moves": [json!(world.stock.moves_on("2026-11-21")), json!(world.stock.moves_per_minute(now))],
        "orders": [json!(world.orders.view(now, HOUR as u64)), json!(world.orders.per_minute(now)), json!(world.orders.open(now, HOUR as u64))],
        "pending": world.approvals.pending(&Settings::default()).iter().map(|request| json!(request)).collect::<Vec<_>>(),
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
