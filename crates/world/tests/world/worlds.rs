//! Two sources are two worlds, until the user says that they are one ERP.

use crate::bench::{Bench, NOW, thing};
use serde_json::{Value, json};
use watchdeck_events::Money;
use watchdeck_wire::settings::{Settings, Source};
use watchdeck_world::{World, realms::Realms};

fn source(id: &str, same_as: &str) -> Source {
    Source { id: id.into(), same_as: same_as.into(), ..Source::default() }
}

fn sale(n: i64) -> Value {
    json!({ "type": "inventory:change", "action": "outbound", "productId": "P-1", "oldQuantity": 100 - n * 2, "newQuantity": 98 - n * 2, "changeAmount": -2, "timestamp": NOW.0 + n * 10_000 })
}

fn payment(id: &str) -> Value {
    json!({ "type": "finance:payment", "action": "confirmed", "recordType": "payment", "recordId": id, "amount": 5, "timestamp": NOW.0 })
}

fn request() -> Value {
    json!({ "type": "approval:request", "resourceType": "order", "resourceId": "7", "requesterName": "陈晨", "amount": 9, "timestamp": NOW.0 })
}

/// The same events through both sources.
fn through_both(bench: &mut Bench, events: &[(&str, Value)]) {
    for (n, (channel, event)) in events.iter().enumerate() {
        let at = NOW.plus(n as i64 * 10_000);
        bench.tell("east", channel, at.plus(20), at, event);
        // Another server, another envelope, the fields in another order.
        let text = event.to_string();
        let event: Value = serde_json::from_str(&text).expect("it is JSON");
        bench.tell("gateway", channel, at.plus(35), at.plus(12), &event);
    }
}

#[test]
fn what_two_erps_call_alike_is_two_things() {
    let mut bench = Bench::new();
    through_both(&mut bench, &[("inventory", sale(0)), ("finance", payment("1")), ("approvals", request())]);
    let world = &bench.world;
    assert_eq!(world.stock.rows(&Settings::default(), "2026-11-21", NOW).rows.len(), 2);
    assert_eq!(world.approvals.pending_count(), 2);
    assert_eq!(world.finance.day("2026-11-21").received_count, 2);
    let east = world.stock.row(&thing("east", "product", "P-1"), &Settings::default(), "2026-11-21", NOW).expect("it is known");
    assert_eq!((east.on_hand, east.change_today, east.source.as_str()), (Some(98.0), -2.0, "east"));
    let mut decided = request();
    decided["type"] = json!("approval:approved");
    bench.tell("gateway", "approvals", NOW.plus(60_000), NOW.plus(60_000), &decided);
    assert!(
        bench.world.approvals.get(&thing("east", "order", "7")).expect("it is known").is_pending(),
        "the other one's answer is not ours"
    );
}

#[test]
fn one_erp_through_two_sources_is_counted_once_and_said() {
    let mut bench = Bench::new();
    bench.world = World::of(Realms::of(&[source("east", ""), source("gateway", "east")]));
    let legacy = json!({ "type": "outbound", "productId": "P-9", "quantity": 1, "inventoryId": "i" });
    through_both(&mut bench, &[("inventory", sale(0)), ("finance", payment("1")), ("approvals", request()), ("inventory", legacy)]);
    let world = &bench.world;
    let row = world.stock.row(&thing("east", "product", "P-1"), &Settings::default(), "2026-11-21", NOW).expect("it is known");
    assert_eq!((row.on_hand, row.change_today), (Some(98.0), -2.0), "not minus four");
    assert_eq!((world.approvals.pending_count(), world.stock.moves_on("2026-11-21")), (1, 2));
    assert_eq!(world.finance.day("2026-11-21").received, Money::from_json("5"));
    assert_eq!(world.told_elsewhere.get("gateway"), Some(&4));
    assert_eq!((world.through.original(2), world.through.original(1)), (Some(1), None), "shown once");
}

#[test]
fn what_one_source_tells_twice_is_two_however_many_listen() {
    let mut bench = Bench::new();
    bench.world = World::of(Realms::of(&[source("east", ""), source("gateway", "east")]));
    for source in ["east", "east", "gateway", "gateway", "gateway"] {
        bench.tell(source, "products", NOW, NOW, &json!({ "type": "data:change", "timestamp": NOW.0 }));
    }
    assert_eq!(bench.world.told_elsewhere.get("gateway"), Some(&2), "the third is news");
}

#[test]
fn sources_that_tell_the_same_again_and_again_are_offered_as_one() {
    let mut bench = Bench::new();
    let events: Vec<_> = (0..5).map(|n| ("inventory", sale(n))).collect();
    bench.tell("east", "products", NOW, NOW, &json!({ "type": "data:change" }));
    bench.tell("gateway", "products", NOW, NOW, &json!({ "type": "data:change", "n": 1 }));
    through_both(&mut bench, &events[..4]);
    assert!(bench.world.through.looking_like("east").is_empty());
    through_both(&mut bench, &events[4..]);
    assert_eq!(bench.world.through.looking_like("east"), ["gateway"]);
    assert_eq!(bench.world.through.looking_like("gateway"), ["east"]);
    assert!(bench.world.told_elsewhere.is_empty(), "nothing is merged unasked");
}
