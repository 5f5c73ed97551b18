//! Each promise of the projections.

use crate::bench::{Bench, HOUR, NOW, sale, stored, thing};
use serde_json::json;
use watchdeck_events::{Conventions, Domain, Money};
use watchdeck_wire::{
    settings::Settings,
    views::{ApprovalStatus, Found, FoundView},
};
use watchdeck_world::{arrival::Arrival, facts::Facts};

#[test]
fn stock_knows_what_is_on_hand_what_changed_today_and_for_how_long_it_lasts() {
    let mut bench = Bench::new();
    bench.stock(NOW.plus(-26 * HOUR), "P-1", 200.0, 190.0);
    bench.stock(NOW.plus(-2 * HOUR), "P-1", 190.0, 130.0);
    bench.stock(NOW.plus(-HOUR), "P-1", 130.0, 70.0);
    let row = bench.product("P-1", &Settings::default()).expect("the product is known");
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
    let low = |bench: &Bench, settings: &Settings| bench.product("P-1", settings).map(|row| (row.low, row.threshold_own));
    assert_eq!(low(&bench, &settings), Some((false, false)));
    settings.product_thresholds.insert("P-1".into(), 60.0);
    assert_eq!(low(&bench, &settings), Some((true, true)));
}

#[test]
fn a_legacy_message_moves_what_is_known_and_invents_nothing() {
    let mut bench = Bench::new();
    let legacy = json!({ "type": "outbound", "productId": "P-9", "quantity": 4, "inventoryId": "i" });
    bench.take("inventory", NOW, legacy.clone());
    let on_hand = |bench: &Bench| bench.product("P-9", &Settings::default()).and_then(|row| row.on_hand);
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
    assert_eq!(view.states[1].oldest_at, Some(NOW.plus(-3 * HOUR)));
    let ids: Vec<_> = view.orders.iter().map(|row| row.order_id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"], "the longest waiting first, and behind them what has ended");
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
    assert_eq!(view.today.received, Money::from_json("0.3"), "binary floats would say 0.30000000000000004");
    assert_eq!((view.today.received_count, view.today.refunded_count), (3, 1));
    assert_eq!(view.overdue, Money::from_json("900"));
    assert!(view.overdue_records[0].large && !view.records[1].large);
    bench.money(NOW, "confirmed", "payment", "o", json!(900));
    assert_eq!(bench.world.finance.overdue().count, 0, "paid is no longer overdue");
}

#[test]
fn the_first_decision_stands() {
    let mut bench = Bench::new();
    bench.approval(NOW, "request", "o1", None);
    bench.approval(NOW, "approved", "o1", Some("周主管"));
    bench.approval(NOW, "rejected", "o1", Some("李强"));
    let request = bench.world.approvals.get(&thing("s", "order", "o1")).expect("it is in the history");
    assert_eq!((request.view.status, request.view.decided_by.as_deref()), (ApprovalStatus::Approved, Some("周主管")));
    assert_eq!((bench.world.approvals.pending_count(), bench.world.approvals.history().count()), (0, 1));
}

#[test]
fn a_backlog_is_in_the_hour_and_not_in_the_present_rate() {
    let mut bench = Bench::new();
    let old = stored(1, "inventory", NOW, &json!({ "type": "inventory:change", "timestamp": NOW.0 - 600_000 }).to_string());
    bench.world.apply(&old, &Facts::of(&old.event, Conventions::plain(), Arrival::default(), &old.event.source), &mut bench.calendar);
    assert_eq!(bench.world.rates.current(NOW.plus(1_000)), 0.0);
    assert_eq!(bench.world.rates.per_minute(NOW, Domain::Inventory).iter().sum::<f64>(), 1.0);
}

#[test]
fn an_old_level_that_comes_late_does_not_overwrite_a_newer_one() {
    let mut bench = Bench::new();
    bench.stock(NOW.plus(60_000), "P-1", 90.0, 70.0);
    bench.stock(NOW, "P-1", 100.0, 90.0);
    let row = bench.product("P-1", &Settings::default()).expect("the product is known");
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
    let request = &bench.world.approvals.get(&thing("s", "order", "o1")).expect("it is in the history").view;
    assert_eq!((request.status, request.requested_at, request.decided_at), (ApprovalStatus::Approved, NOW, Some(NOW.plus(HOUR))));
    bench.approval(NOW.plus(2 * HOUR), "request", "o1", None);
    assert_eq!((bench.world.approvals.pending_count(), bench.world.approvals.history().count()), (1, 1), "asked again");
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
        let row = bench.product("P-1", &Settings::default()).expect("the product is known");
        assert_eq!((row.on_hand, row.change_today), (Some(47.0), -13.0), "{order:?}");
        assert_eq!((bench.world.stock.moves_on("2026-11-21"), bench.world.stock.movements().len()), (2, 2), "{order:?}");
        assert_eq!(bench.world.stock.moves_per_minute(NOW.plus(60_000)).iter().sum::<f64>(), 1.0, "{order:?}: in the last hour");
        assert_eq!(bench.world.copies.get("s"), Some(&2), "{order:?}");
    }
}

#[test]
fn a_thing_is_found_by_its_name_its_number_or_a_party() {
    let mut bench = Bench::new();
    let change = |id: &str, code: &str, name: &str| json!({ "type": "inventory:change", "action": "outbound", "productId": id, "productCode": code, "productName": name, "warehouse": "华东一号仓", "oldQuantity": 9, "newQuantity": 8 });
    bench.take("inventory", NOW.plus(-HOUR), change("p1", "SKU-104", "蒙娜丽莎木纹砖"));
    bench.take("inventory", NOW, change("p2", "ＳＫＵ－1040", "Oak tile"));
    let order = |id: &str, customer: &str| json!({ "type": "order:status", "orderType": "sales", "orderId": id, "orderNumber": format!("SO-{id}"), "newStatus": "paid", "customerName": customer });
    bench.take("orders", NOW, order("7", "宏远建材"));
    bench.take("orders", NOW.plus(HOUR), order("8", "宏远建材"));
    bench.approval(NOW, "request", "R-7", None);
    bench.take(
        "finance",
        NOW,
        json!({ "type": "finance:payment", "action": "created", "recordType": "paymentOut", "recordId": "1", "recordNumber": "PAY-1", "amount": 5, "supplierName": "佛山供应" }),
    );
    let labels = |found: &Found| found.rows.iter().map(|row| row.label.clone()).collect::<Vec<_>>();
    let products = |text: &str| labels(&bench.world.find(text, 5).products);
    assert_eq!(products("sku-104"), ["蒙娜丽莎木纹砖", "Oak tile"], "what is called exactly so is first, though it moved before");
    assert_eq!(products("ｓｋｕ"), ["Oak tile", "蒙娜丽莎木纹砖"], "else what moved last");
    for text in ["木纹", "p1", "华东 木纹", "蒙娜丽莎木纹砖"] {
        assert_eq!(products(text), ["蒙娜丽莎木纹砖"], "{text}");
    }
    assert_eq!(products("nothing"), [""; 0]);
    let found = bench.world.find("宏远", 1);
    assert_eq!((labels(&found.orders), found.orders.total), (vec!["SO-8".to_owned()], 2), "one of two");
    assert_eq!((labels(&found.parties), found.parties.rows[0].sort.as_deref()), (vec!["宏远建材".to_owned()], Some("order")));
    assert_eq!(bench.world.find("佛山", 5).parties.rows[0].sort.as_deref(), Some("record"));
    let asked = bench.world.find("r-7", 5).approvals;
    assert_eq!((asked.total, asked.rows[0].status.as_deref()), (1, Some("pending")));
    assert_eq!(bench.world.find("  ", 5), FoundView::default());
}

#[test]
fn fifty_thousand_products_are_looked_through_at_once() {
    let mut bench = Bench::new();
    for n in 0..50_000 {
        bench.take("inventory", NOW, json!({ "type": "inventory:change", "action": "outbound", "productId": format!("p{n}"), "productCode": format!("SKU-{n}"), "productName": format!("蒙娜丽莎木纹砖 {n}"), "oldQuantity": 9, "newQuantity": 8 }));
    }
    let started = std::time::Instant::now();
    let found = bench.world.find("sku-4999", 5).products;
    let took = started.elapsed();
    assert_eq!((found.total, found.rows.len(), found.rows[0].detail.as_deref()), (11, 5, Some("SKU-4999")));
    assert!(took.as_secs() < 2, "{took:?}");
}
