//! The simulated company keeps its books: what it publishes adds up, repeats by its seed, and reads as the ERP's own kinds.

use std::collections::{BTreeMap, HashMap, HashSet};
use watchdeck_events::{
    Catalogue, Event, Incoming, Millis, Money, Payload, Quantity, Severity,
    erp::{ApprovalStage, SystemLevel, View},
};
use watchdeck_simulator::{Config, DecideError, Decision, Incident, Language, Published, Simulator};

const NOON: Millis = Millis(1_795_233_600_000);

fn world(seed: u64) -> Simulator {
    Simulator::new(Config { seed, language: Language::Mixed }, NOON)
}

/// `ticks` happenings, one each 200 ms.
fn day(world: &mut Simulator, ticks: i64) -> Vec<Published> {
    (0..ticks).flat_map(|tick| world.tick(NOON.plus(tick * 200))).collect()
}

fn read(event: &Published) -> Event {
    let payload = Payload::from_json(event.json.as_str());
    let incoming = Incoming { channel: event.channel.clone(), offset: None, id: None, server_at: None, kind: None, payload };
    Catalogue::builtin().normalise(incoming, &"test".into(), NOON)
}

fn decision(world: &Simulator, key: &str, approve: bool) -> Decision {
    let (resource_type, resource_id) = world.pending().next().expect("something waits");
    Decision {
        idempotency_key: key.into(),
        resource_type: resource_type.into(),
        resource_id: resource_id.into(),
        approve,
        reason: None,
        approver_id: "me".into(),
        approver_name: format!("Approver {key}"),
    }
}

#[test]
fn stock_adds_up_over_ten_thousand_ticks() {
    for seed in 0..4 {
        let mut world = world(seed);
        let mut on_hand: HashMap<String, Quantity> = world.stock().map(|(id, quantity)| (id.to_owned(), quantity.into())).collect();
        for event in day(&mut world, 10_000) {
            let event = read(&event);
            let Some(View::InventoryChange(change)) = View::of(&event) else { continue };
            let [old, new, by] =
                [&change.old_quantity, &change.new_quantity, &change.change_amount].map(|stated| *stated.as_known().unwrap());
            let before = on_hand.insert(change.product_id.to_string(), new).expect("a known product");
            assert_eq!(old, before, "the change starts where the last one ended: {event:?}");
            assert_eq!(old.plus(by), Some(new));
            assert!(!new.is_negative() && !by.is_zero(), "{event:?}");
        }
        for (id, quantity) in world.stock() {
            assert_eq!(on_hand[id], quantity.into(), "{id}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let run = |seed| {
        let mut world = world(seed);
        let mut events = world.history(NOON, 3_600_000, 300);
        events.extend(day(&mut world, 500));
        events.extend(world.incident(Incident::ApprovalBurst, NOON));
        events
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn every_event_is_one_of_the_erps_own() {
    for event in day(&mut world(3), 5_000) {
        let event = read(&event);
        assert!(View::of(&event).is_some(), "{event:?}");
        assert!(
            Catalogue::builtin()
                .get(&event.kind, &event.channel)
                .is_some_and(|info| info.channels.iter().any(|name| **name == *event.channel.as_str() || name.contains('*')))
        );
    }
}

#[test]
fn orders_go_through_their_states_one_by_one() {
    let mut at: HashMap<String, String> = HashMap::new();
    let (mut finished, mut states) = (0, HashSet::new());
    for event in day(&mut world(5), 10_000) {
        let event = read(&event);
        let Some(View::OrderStatus(order)) = View::of(&event) else { continue };
        let status = order.new_status.as_deref().unwrap().to_owned();
        if let Some(before) = at.insert(order.order_id.to_string(), status.clone()) {
            assert_eq!(order.old_status.as_deref(), Some(before.as_str()), "an order does not jump: {event:?}");
        }
        assert!(order.is_transition());
        finished += u32::from(matches!(status.as_str(), "completed" | "refunded"));
        states.insert(status);
    }
    assert!(finished > 50, "orders come to an end: {finished}");
    assert!(states.len() >= 12, "{states:?}");
}

#[test]
fn ten_minutes_look_like_a_working_day_and_stay_calm() {
    for seed in 0..6 {
        let mut world = world(seed);
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let (mut warnings, mut most_pending) = (0, 0);
        for second in 0..600 {
            for event in world.take(NOON.plus(second * 1000), 5) {
                let event = read(&event);
                assert_ne!(event.severity, Severity::Critical, "{event:?}");
                warnings += u32::from(matches!(View::of(&event), Some(View::System(notice)) if notice.level == SystemLevel::Warning));
                *counts.entry(event.kind.as_str().to_owned()).or_default() += 1;
            }
            most_pending = most_pending.max(world.pending_approvals());
        }
        let of = |kind: &str| counts.get(kind).copied().unwrap_or_default();
        assert!((1_200..2_400).contains(&of("inventory:change")), "of 3,000: {counts:?}");
        assert!((300..1_300).contains(&of("order:status")), "{counts:?}");
        assert!((5..25).contains(&of("approval:request")), "{counts:?}");
        assert!((60..500).contains(&of("finance:payment")), "{counts:?}");
        assert!((1..=4).contains(&warnings), "{warnings}");
        assert!((4..=12).contains(&most_pending), "{most_pending}");
    }
}

#[test]
fn the_last_hour_is_there_before_the_first_look() {
    let mut world = world(1);
    let past = world.history(NOON, 3_600_000, 600);
    assert!((600..620).contains(&past.len()), "{}", past.len());
    let times: Vec<_> = past.iter().map(|event| read(event).occurred_at).collect();
    assert!(times.is_sorted() && times[0] >= NOON.plus(-3_600_000) && times[times.len() - 1] < NOON);
    let kinds: HashSet<_> = past.iter().map(|event| read(event).kind).collect();
    for kind in
        ["inventory:change", "order:status", "approval:request", "approval:approved", "finance:payment", "finance:refund", "data:change"]
    {
        assert!(kinds.contains(kind), "{kind}");
    }
    assert!((1..=12).contains(&world.pending_approvals()), "something waits for the first decision");
}

#[test]
fn the_first_decision_wins_and_the_second_is_told_who_was_first() {
    let mut world = world(1);
    world.incident(Incident::ApprovalBurst, NOON);
    let (first, second) = (decision(&world, "first", true), Decision { approve: false, ..decision(&world, "second", false) });
    let events: Vec<_> = world.decide(&first, NOON).unwrap().iter().map(read).collect();
    let Some(View::Approval(result)) = View::of(&events[0]) else { panic!("{events:?}") };
    assert_eq!((result.stage, result.approver_name.as_deref()), (ApprovalStage::Approved, Some("Approver first")));
    assert_eq!(events[1].channel.user(), result.requester_id.as_deref(), "who asked is told");
    assert!(events.len() > 2, "an approved order goes its way");
    assert_eq!(world.decide(&first, NOON), Ok(Vec::new()), "a retry is not a second decision");
    assert_eq!(world.decide(&second, NOON), Err(DecideError::AlreadyDecided { by: "Approver first".into(), approve: true }));
    assert_eq!(world.decide(&Decision { resource_id: "none".into(), ..first }, NOON), Err(DecideError::Unknown));
}

#[test]
fn what_nobody_decides_is_decided_in_the_end() {
    let mut world = world(1);
    world.incident(Incident::ApprovalBurst, NOON);
    let asked: Vec<_> = world.pending().map(|(_, id)| id.to_owned()).collect();
    // The longest deadline is an hour, and a head of department is at most three minutes late.
    let later = NOON.plus(64 * 60_000);
    let events: Vec<_> = (0..5).flat_map(|_| world.tick(later)).map(|event| read(&event)).collect();
    for id in asked {
        let decided = |event: &Event| matches!(View::of(event), Some(View::Approval(result)) if result.resource_id == id && result.stage != ApprovalStage::Request);
        assert!(events.iter().any(decided), "{id}");
    }
}

#[test]
fn incidents_do_what_they_are_called() {
    let mut world = world(2);
    let made = |world: &mut Simulator, name: &str| -> Vec<Event> { world.incident(name.parse().unwrap(), NOON).iter().map(read).collect() };
    assert_eq!(made(&mut world, "printer_down")[0].severity, Severity::Critical);
    let low = made(&mut world, "low_stock");
    assert!(
        matches!(View::of(&low[0]), Some(View::InventoryChange(change)) if change.new_quantity.as_known() < Some(&10.into()) && change.old_quantity.as_known() >= Some(&10.into()))
    );
    let refund = made(&mut world, "refund_large");
    assert!(matches!(View::of(&refund[0]), Some(View::Finance(refund)) if refund.amount.as_known() >= Money::from_json("36000").as_ref()));
    assert_eq!(made(&mut world, "approval_burst").len(), 5);
    assert_eq!(made(&mut world, "storm:321").len(), 321);
    assert!(made(&mut world, "feed_cut").is_empty(), "the world does not notice");
    for _ in 0..5 {
        made(&mut world, "approval_burst");
    }
    assert_eq!(world.pending_approvals(), 12, "a burst stops where nobody could follow");
    assert!("flood".parse::<Incident>().is_err());
}

#[test]
fn the_language_is_the_one_asked_for() {
    for (language, chinese) in [(Language::Chinese, true), (Language::English, false)] {
        let mut world = Simulator::new(Config { seed: 1, language }, NOON);
        for event in day(&mut world, 500) {
            let event = read(&event);
            let Some(View::InventoryChange(change)) = View::of(&event) else { continue };
            let name = change.product_name.expect("the simulator names its products");
            let has_han = name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(has_han, chinese, "{name}");
        }
    }
}
