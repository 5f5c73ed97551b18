//! Values as people send them: odd ones bring nothing down, hide nothing, and are never added to what they are not.

use crate::bench::{Bench, NOW, facts, today};
use proptest::prelude::*;
use serde_json::{Value, json};
use watchdeck_alerts::{
    AlertBook, Notice,
    rules::{self, rejudge},
    written::Written,
};
use watchdeck_events::Money;
use watchdeck_wire::settings::{Settings, Source};
use watchdeck_world::{World, realms::Realms};

/// The rules that come with Watchdeck, which know the past.
fn written(settings: &Settings) -> Written {
    let mut written = Written::of(settings, NOW, 0, Written::default());
    written.cold(NOW).iter().for_each(|cold| written.is_warm(&cold.rule));
    written
}

fn money(bench: &mut Bench, id: &str, action: &str, amount: Value, currency: Option<&str>) {
    let mut event = json!({ "type": "finance:payment", "action": action, "recordType": "payment", "recordId": id, "amount": amount, "timestamp": NOW.0 });
    if let Some(currency) = currency {
        event["currency"] = json!(currency);
    }
    bench.tell("s", "finance", NOW, NOW, &event);
}

#[test]
fn sums_are_per_currency_and_say_what_they_leave_out() {
    let mut bench = Bench::new();
    money(&mut bench, "1", "confirmed", json!("100.10"), Some("CNY"));
    money(&mut bench, "2", "confirmed", json!(7), Some("USD"));
    money(&mut bench, "3", "confirmed", json!("a lot"), Some("CNY"));
    let today = bench.world.finance.day("2026-11-21");
    assert_eq!((today.received, today.received_count), (None, 3), "dollars and yuan have no sum");
    let sums: Vec<_> =
        today.received_sums.iter().map(|sum| (sum.currency.as_deref(), sum.amount.to_string(), sum.count, sum.unread)).collect();
    assert_eq!(sums, [(Some("CNY"), "100.10".to_owned(), 1, 1), (Some("USD"), "7".to_owned(), 1, 0)]);
}

#[test]
fn money_without_a_currency_is_in_the_sources_own_or_in_none() {
    let mut bench = Bench::new();
    money(&mut bench, "1", "confirmed", json!(14), None);
    let today = bench.world.finance.day("2026-11-21");
    assert_eq!((today.received, today.received_sums[0].currency.as_deref()), (Money::from_json("14"), None), "none is made up");
    bench.world = World::of(Realms::of(&[Source { id: "s".into(), currency: "usd".into(), ..Source::default() }]));
    money(&mut bench, "2", "confirmed", json!(14), None);
    assert_eq!(bench.world.finance.day("2026-11-21").received_sums[0].currency.as_deref(), Some("USD"));
}

#[test]
fn an_erp_that_never_confirms_has_recorded_what_it_recorded() {
    let mut bench = Bench::new();
    for n in 0..20 {
        money(&mut bench, &n.to_string(), "created", json!(1), Some("CNY"));
    }
    money(&mut bench, "0", "cancelled", json!(1), Some("CNY"));
    let today = bench.world.finance.day("2026-11-21");
    assert_eq!((today.received_count, today.recorded_count, today.recorded), (0, 19, Money::from_json("19")));
    money(&mut bench, "1", "confirmed", json!(1), Some("CNY"));
    let today = bench.world.finance.day("2026-11-21");
    assert_eq!((today.received_count, today.recorded_count), (1, 19), "confirmed money was recorded before");
}

#[test]
fn a_refund_gives_money_back_whatever_it_says_is_refunded() {
    let mut bench = Bench::new();
    for record in ["payment", "refund"] {
        let event = json!({ "type": "finance:refund", "action": "confirmed", "recordType": record, "recordId": record, "amount": 5, "currency": "CNY" });
        bench.take("finance", NOW, event);
    }
    let today = bench.world.finance.day("2026-11-21");
    assert_eq!(
        (today.received_count, today.refunded_count, today.refunded),
        (0, 2, Money::from_json("10")),
        "the window shows both as money out"
    );
}

#[test]
fn a_product_is_known_by_its_code_and_an_order_by_who_moved_it() {
    let mut bench = Bench::new();
    let change = json!({ "type": "inventory:change", "productId": "8f2c", "productCode": "SKU-104", "oldQuantity": 60, "newQuantity": 50 });
    bench.take("inventory", NOW, change);
    bench.stock(NOW.plus(1), "8f2c", 50.0, 49.0);
    let row = bench.product("8f2c", &Settings::default()).expect("it is on its page");
    assert_eq!((row.code.as_deref(), row.on_hand), (Some("SKU-104"), Some(49.0)), "an event that does not say it takes nothing away");

    let step = json!({ "type": "order:status", "orderType": "sales", "orderId": "1", "oldStatus": "draft", "newStatus": "confirmed", "userId": "u7" });
    bench.take("orders", NOW, step);
    let orders = bench.world.orders.view(NOW, 1_000).orders;
    assert_eq!(orders.iter().map(|order| order.last_mover.as_deref()).collect::<Vec<_>>(), [Some("u7")]);
}

#[test]
fn one_batchs_number_is_not_low_stock() {
    let (mut bench, settings, mut book) = (Bench::new(), Settings::default(), AlertBook::default());
    let change = |old: i64, new: i64| json!({ "type": "inventory:change", "productId": "P", "oldQuantity": old, "newQuantity": new, "timestamp": NOW.0 });
    for (old, new) in [(100, 99), (6, 5), (99, 98)] {
        bench.tell("s", "inventory", NOW, NOW, &change(old, new));
    }
    let row = bench.product("P", &settings).expect("it is on its page");
    assert_eq!((row.on_hand, row.per_batch, row.low, row.batches.as_slice()), (None, true, false, [5.0, 98.0].as_slice()));
    assert_eq!(rejudge(&bench.world, &settings, &settings, &today(), NOW, &mut book, &mut written(&settings)), []);
}

#[test]
fn a_changed_threshold_judges_what_is_known_at_once() {
    let (mut bench, before, mut book) = (Bench::new(), Settings::default(), AlertBook::default());
    let mut written = written(&before);
    bench.stock(NOW, "P-1", 60.0, 50.0);
    let higher = Settings { low_stock_threshold: 60.0, ..Settings::default() };
    let raised = rejudge(&bench.world, &before, &higher, &today(), NOW, &mut book, &mut written);
    assert!(matches!(raised.as_slice(), [Notice::Fired(_)]), "{raised:?}");
    assert_eq!(rejudge(&bench.world, &higher, &higher, &today(), NOW, &mut book, &mut written), [], "and once");
    let off = Settings { rules_off: vec!["low_stock".into()], ..higher.clone() };
    assert!(
        matches!(rejudge(&bench.world, &higher, &off, &today(), NOW, &mut book, &mut written).as_slice(), [Notice::Quiet(_)]),
        "a rule that is off says nothing"
    );
    rejudge(&bench.world, &off, &higher, &today(), NOW, &mut book, &mut written);
    let ended = rejudge(&bench.world, &higher, &before, &today(), NOW, &mut book, &mut written);
    assert!(matches!(ended.as_slice(), [Notice::Quiet(_)]), "{ended:?}");
}

#[test]
fn numbers_at_the_end_of_what_can_be_counted_bring_nothing_down() {
    let mut bench = Bench::new();
    let max = json!("79228162514264337593543950335");
    let change = |old: Value, new: Value, by: Value| json!({ "type": "inventory:change", "action": "inbound", "productId": "gift", "oldQuantity": old, "newQuantity": new, "changeAmount": by, "timestamp": NOW.0 });
    for event in [
        change(json!(0), max.clone(), max.clone()),
        change(max.clone(), max.clone(), json!(1)),
        change(json!(-1), max.clone(), max.clone()),
    ] {
        bench.tell("s", "inventory", NOW, NOW, &event);
    }
    for _ in 0..2 {
        money(&mut bench, "a", "confirmed", max.clone(), None);
        money(&mut bench, "b", "confirmed", max.clone(), None);
    }
    assert!(bench.product("gift", &Settings::default()).is_some());
    assert_eq!(bench.world.finance.day("2026-11-21").received_sums[0].unread, 1, "what has no room is counted");
    serde_json::to_string(&bench.world).expect("it can be written down");
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("")),
        Just(json!(false)),
        Just(json!([])),
        Just(json!({ "id": 7, "name": "x" })),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!("79228162514264337593543950335")),
        Just(json!("1,234.50")),
        Just(json!("¥ 5")),
        any::<i64>().prop_map(|n| json!(n)),
        ".{0,12}".prop_map(|text| json!(text)),
        "[a-z]{1,3}".prop_map(|text| json!(text)),
        (0u8..4).prop_map(|n| json!(n.to_string())),
    ]
}

const FIELDS: [&str; 20] = [
    "action",
    "productId",
    "oldQuantity",
    "newQuantity",
    "changeAmount",
    "quantity",
    "orderId",
    "oldStatus",
    "newStatus",
    "resourceType",
    "resourceId",
    "amount",
    "currency",
    "deadline",
    "recordId",
    "recordType",
    "timestamp",
    "level",
    "message",
    "variantId",
];
const KINDS: [&str; 12] = [
    "inventory:change",
    "adjust",
    "inbound",
    "outbound",
    "order:status",
    "approval:request",
    "approval:approved",
    "finance:payment",
    "finance:refund",
    "finance:overdue",
    "system:alert",
    "finance:change",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// The whole way: normalise, view, world, rules, rows, words. No event may end it, and what it leaves can be written down and read back.
    #[test]
    fn no_event_ends_anything(events in prop::collection::vec((0usize..KINDS.len(), prop::collection::vec((0usize..FIELDS.len(), odd()), 0..12), 0u8..2), 1..30)) {
        let (mut bench, settings, mut book) = (Bench::new(), Settings::default(), AlertBook::default());
        let mut written = written(&settings);
        for (kind, fields, source) in events {
            let mut event = json!({ "type": KINDS[kind], "productId": "p", "orderId": "o", "resourceId": "r", "recordId": "f" });
            for (field, value) in fields {
                event[FIELDS[field]] = value;
            }
            let channel = ["inventory", "orders", "approvals", "finance", "system"][kind % 5];
            let stored = bench.tell_stored(["s", "t"][usize::from(source)], channel, NOW, NOW, &event);
            let notices = rules::evaluate(&stored, &facts(&stored), NOW, &bench.world, &settings, &today(), &mut book, &mut written);
            for notice in notices {
                if let Notice::Fired(alert) = notice {
                    let words = watchdeck_alerts::words::Words::CHINESE;
                    prop_assert!(!rules::title(words, &alert).is_empty() && !rules::body(words, &alert).contains('\n'));
                }
            }
        }
        drop(bench.world.stock.rows(&settings, "2026-11-21", NOW));
        drop(bench.world.orders.view(NOW, 1));
        drop(bench.world.finance.view(settings.large_amount, NOW, &mut bench.calendar));
        rejudge(&bench.world, &settings, &settings, &today(), NOW, &mut book, &mut written);
        let text = serde_json::to_string(&bench.world).expect("it can be written down");
        serde_json::from_str::<World>(&text).expect("and read back");
    }
}
