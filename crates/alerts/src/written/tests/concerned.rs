//! Rules that are looked up by what an event says do the same as rules that are asked of every event.

use super::*;
use proptest::{collection::vec, prelude::*};

/// Rules of every sort that can be looked up, and some that cannot.
fn documents() -> Vec<(&'static str, Value)> {
    vec![
        ("thing", json!({ "when": "productId:p1 stock.on_hand < 10", "clear": "stock.on_hand >= 12" })),
        ("there", json!({ "when": "warehouse:east,north stock.on_hand < 8" })),
        ("held", json!({ "when": "reason:sale stock.on_hand < 15", "hold_seconds": 120 })),
        ("burst", json!({ "when": "kind:inventory:change productId:P2 newQuantity<9", "at_least": 2, "within_seconds": 600 })),
        ("single", json!({ "when": "(productId:p1 OR productId:p3) newQuantity<3", "clear": "newQuantity>20" })),
        ("many", json!({ "when": "rate(productId:p2, 10m) > 3" })),
        ("mixed", json!({ "when": "warehouse:west rate(kind:inventory:*, 5m) > 2" })),
        ("parted", json!({ "when": "rate(warehouse:east, 10m) > 2", "per": "productId" })),
        ("open", json!({ "when": "stock.on_hand <= 0" })),
        ("thing_2", json!({ "when": "subject:p3 stock.on_hand < 6", "steps": [{ "when": "stock.on_hand < 2", "severity": "critical" }] })),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Stock(u8, u8, u8, i64),
    Pass(i64),
    Off(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4u8, 0..3u8, 0..2u8, 0..25i64).prop_map(|(product, warehouse, reason, to)| Step::Stock(product, warehouse, reason, to)),
        2 => (1..4i64).prop_map(Step::Pass),
        1 => (0..10usize).prop_map(Step::Off),
    ];
    vec(step, 1..60)
}

/// What a run does, step by step; `looked_up`: as the product does it.
fn run(steps: &[Step], looked_up: bool) -> String {
    let all = documents();
    let mut bench = Bench::of(&all);
    let mut said = String::new();
    for step in steps {
        if !looked_up {
            let rules = (0..bench.written.rules.len()).collect();
            let asked = Arc::new(Concerned::asked_always(rules));
            bench.written.concerned = [(("inventory:change".into(), "inventory".into()), asked)].into();
        }
        let mut notices = match step {
            Step::Stock(product, warehouse, reason, to) => {
                let (warehouse, reason) = (["east", "west", "North"][usize::from(*warehouse)], ["sale", "count"][usize::from(*reason)]);
                let product = format!("p{product}");
                bench.take(
                    "inventory",
                    json!({
                        "type": "inventory:change", "productId": product, "warehouse": warehouse, "reason": reason, "oldQuantity": 30,
                        "newQuantity": to,
                    }),
                )
            }
            Step::Pass(minutes) => bench.pass(*minutes),
            Step::Off(nth) => bench.adopt(&all[*nth..]),
        };
        // Of several things that one look finds, none is the first.
        notices.sort_by_key(|notice| match notice {
            Notice::Fired(alert) => alert.id.clone(),
            Notice::Quiet(id) => id.clone(),
        });
        said += &format!("{step:?} {notices:?} {:?}\n", bench.book.living().collect::<Vec<_>>());
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn a_rule_that_is_looked_up_does_what_one_does_that_is_asked_of_everything(steps in steps()) {
        prop_assert_eq!(run(&steps, true), run(&steps, false));
    }
}
