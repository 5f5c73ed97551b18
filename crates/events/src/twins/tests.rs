use super::*;
use crate::{Catalogue, Incoming, Payload};
use proptest::prelude::*;
use std::collections::HashSet;

const AT: i64 = 1_795_223_788_000;

fn event(id: &str, channel: &str, at: i64, json: &str) -> Event {
    let incoming = Incoming {
        channel: channel.into(),
        offset: None,
        id: Some(id.into()),
        server_at: Some(Millis(AT + at)),
        kind: None,
        payload: Payload::from_json(json),
    };
    Catalogue::builtin().normalise(incoming, &"erp".into(), Millis(AT + at))
}

fn typed(id: &str, at: i64) -> Event {
    let at = AT + at;
    let json = format!(
        r#"{{"type":"inventory:change","timestamp":{at},"action":"outbound","productId":"p1","oldQuantity":9,"newQuantity":7,"changeAmount":-2}}"#
    );
    event(id, "inventory", at - AT, &json)
}

fn sale(id: &str, at: i64) -> Event {
    event(id, "inventory", at, r#"{"type":"outbound","productId":"p1","quantity":2}"#)
}

fn adjusted(id: &str, at: i64, number: &str) -> Event {
    event(id, "inventory", at, &format!(r#"{{"type":"adjust","productId":"p1","adjustQuantity":-2,"adjustmentNumber":"{number}"}}"#))
}

fn see(twins: &mut Twins, event: &Event) -> Sight {
    twins.see("erp", event, &View::of(event).expect("an event of the ERP"))
}

/// The ids of the events that count in the end, told in this order.
fn counted(events: &[Event]) -> HashSet<Box<str>> {
    let mut twins = Twins::default();
    let mut counted = HashSet::new();
    for event in events {
        match see(&mut twins, event) {
            Sight::New => assert!(counted.insert(event.id.clone())),
            Sight::CopyOf(id) => assert!(counted.contains(&id), "{id} must be an event that counts"),
            Sight::Supersedes(ids) => {
                for id in ids {
                    assert!(counted.remove(&id), "{id} counted until now");
                }
                counted.insert(event.id.clone());
            }
        }
    }
    counted
}

#[test]
fn each_copy_of_a_change_is_known_in_any_order() {
    let mut twins = Twins::default();
    assert_eq!(see(&mut twins, &typed("t", 0)), Sight::New);
    assert_eq!(see(&mut twins, &sale("a", 3)), Sight::CopyOf("t".into()));
    assert_eq!(see(&mut twins, &sale("b", 90)), Sight::CopyOf("t".into()), "the third telling too");

    let mut twins = Twins::default();
    assert_eq!(see(&mut twins, &sale("a", 0)), Sight::New);
    assert_eq!(see(&mut twins, &sale("b", 900)), Sight::New, "it may be a second sale; only a typed event can tell");
    assert_eq!(see(&mut twins, &typed("t", 10)), Sight::Supersedes(vec!["a".into(), "b".into()]));
    assert_eq!(see(&mut twins, &typed("u", 20)), Sight::New, "a second typed event is a second sale");
}

#[test]
fn two_equal_sales_are_two_in_every_order_of_their_six_messages() {
    let six = [typed("t1", 0), sale("a1", 2), sale("b1", 4), typed("t2", 700), sale("a2", 702), sale("b2", 704)];
    let mut orders = 0;
    permute(&mut six.to_vec(), 0, &mut |events| {
        assert_eq!(counted(events), HashSet::from(["t1".into(), "t2".into()]), "{:?}", events.iter().map(|e| &e.id).collect::<Vec<_>>());
        orders += 1;
    });
    assert_eq!(orders, 720);
}

fn permute(events: &mut Vec<Event>, from: usize, each: &mut dyn FnMut(&[Event])) {
    if from == events.len() {
        return each(events);
    }
    for place in from..events.len() {
        events.swap(from, place);
        permute(events, from + 1, each);
        events.swap(from, place);
    }
}

#[test]
fn what_contradicts_is_another_change() {
    let typed = |id: &str, at: i64| {
        let json = format!(
            r#"{{"type":"inventory:change","timestamp":{},"action":"adjust","productId":"p1","oldQuantity":9,"newQuantity":7,"changeAmount":-2.0}}"#,
            AT + at
        );
        event(id, "inventory", at, &json)
    };
    let mut twins = Twins::default();
    assert_eq!(see(&mut twins, &typed("t1", 0)), Sight::New);
    assert_eq!(see(&mut twins, &adjusted("a1", 1, "ADJ-1")), Sight::CopyOf("t1".into()), "-2.0 and -2 are one quantity");
    assert_eq!(see(&mut twins, &adjusted("a2", 2, "ADJ-2")), Sight::New, "another number, another adjustment");
    assert_eq!(see(&mut twins, &typed("t2", 2)), Sight::Supersedes(vec!["a2".into()]));
    assert_eq!(see(&mut twins, &adjusted("b2", 3, "ADJ-2")), Sight::CopyOf("t2".into()), "the number says which of two");

    let mut twins = Twins::default();
    assert_eq!(see(&mut twins, &sale("a", 0)), Sight::New);
    for other in [
        event("b", "inventory", 1, r#"{"type":"outbound","productId":"p2","quantity":2}"#),
        event("c", "inventory", 1, r#"{"type":"outbound","productId":"p1","quantity":3}"#),
        event("d", "inventory", 1, r#"{"type":"adjust","productId":"p1","adjustQuantity":-2}"#),
    ] {
        assert_eq!(see(&mut twins, &other), Sight::New, "{}", other.payload.as_str());
    }
    let elsewhere = sale("e", 1);
    let sight = twins.see("another", &elsewhere, &View::of(&elsewhere).expect("an event of the ERP"));
    assert_eq!(sight, Sight::New, "two ERPs have two stocks");
}

#[test]
fn without_a_typed_event_only_a_quick_repeat_is_a_copy() {
    assert_eq!(counted(&[sale("a", 0), sale("b", 1)]).len(), 1);
    assert_eq!(counted(&[sale("a", 0), sale("b", 400)]).len(), 2, "a till can sell the same thing twice within a second");
    assert_eq!(counted(&[adjusted("a", 0, "ADJ-1"), adjusted("b", 400, "ADJ-1")]).len(), 1, "one adjustment by its number");
    assert_eq!(counted(&[typed("t", 0), sale("a", WINDOW_MS + 1)]).len(), 2, "too late to be its copy");
}

#[test]
fn inbound_has_only_its_old_form() {
    let inbound = |id: &str, at| event(id, "inventory", at, r#"{"type":"inbound","productId":"p1","quantity":2,"recordNumber":"IN-1"}"#);
    let json = r#"{"type":"inventory:change","action":"inbound","productId":"p1","oldQuantity":1,"newQuantity":3,"changeAmount":2}"#;
    assert_eq!(counted(&[inbound("a", 0), inbound("b", 1), event("t", "inventory", 2, json)]).len(), 3);
}

#[test]
fn a_new_record_told_three_times_is_one() {
    let created = event("c", "products", 0, r#"{"type":"created","id":"p1","code":"A-1"}"#);
    let json = format!(r#"{{"type":"data:update","resource":"products","id":"p1","action":"create","timestamp":{AT}}}"#);
    let [update, bridged] = [event("u", "products", 1, &json), event("v", "data.products", 1, &json)];
    let json = format!(
        r#"{{"type":"data:change","timestamp":{},"resource":"product","action":"created","resourceId":"p1","resourceName":"瓷砖"}}"#,
        AT + 2
    );
    let change = event("t", "products", 2, &json);
    let mut twins = Twins::default();
    assert_eq!(see(&mut twins, &created), Sight::New);
    assert_eq!(see(&mut twins, &update), Sight::CopyOf("c".into()));
    assert_eq!(see(&mut twins, &bridged), Sight::CopyOf("c".into()), "the second bridge tells it on a channel of its own");
    assert_eq!(see(&mut twins, &change), Sight::Supersedes(vec!["c".into()]));
    let mut orders = 0;
    permute(&mut vec![created, update, bridged, change], 0, &mut |events| {
        assert_eq!(counted(events), HashSet::from(["t".into()]));
        orders += 1;
    });
    assert_eq!(orders, 24);

    let update = |id: &str, at: i64| {
        let json = format!(r#"{{"type":"data:update","resource":"products","id":"p1","action":"update","timestamp":{}}}"#, AT + at);
        event(id, "products", at, &json)
    };
    assert_eq!(counted(&[update("a", 0), update("b", 20)]).len(), 2, "each states its own time: two updates");
}

#[test]
fn memory_is_bounded_and_survives_a_snapshot() {
    let mut twins = Twins::default();
    for n in 0..20_000 {
        let json = format!(r#"{{"type":"outbound","productId":"p{}","quantity":2}}"#, n % 5000);
        see(&mut twins, &event(&n.to_string(), "inventory", n * 100, &json));
        see(&mut twins, &typed(&format!("t{n}"), n * 100));
    }
    assert!(twins.order.len() <= REMEMBERED && twins.changes.values().map(VecDeque::len).sum::<usize>() <= REMEMBERED);
    assert!(twins.changes.values().all(|changes| !changes.is_empty() && changes.len() <= REMEMBERED_OF_KEY));

    let mut before = Twins::default();
    assert_eq!(see(&mut before, &sale("a", 0)), Sight::New);
    let mut after: Twins = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
    assert_eq!(see(&mut after, &typed("t", 5)), Sight::Supersedes(vec!["a".into()]), "the typed event may come after a restart");
}

proptest! {
    /// Each change is told once typed and up to twice in old words; every message is late by up to 400 ms, so they arrive mixed.
    #[test]
    fn as_many_changes_as_typed_events(changes in proptest::collection::vec((0_i64..20_000, 0..=COPIES, [0_i64..400, 0..400, 0..400]), 1..40)) {
        let mut arrivals = Vec::new();
        for (n, (at, copies, late)) in changes.iter().enumerate() {
            arrivals.push((at + late[0], typed(&format!("t{n}"), *at)));
            for (copy, late) in late[1..].iter().take(*copies).enumerate() {
                arrivals.push((at + late, sale(&format!("c{n}.{copy}"), at + late)));
            }
        }
        arrivals.sort_by_key(|(at, _)| *at);
        let events: Vec<_> = arrivals.into_iter().map(|(_, event)| event).collect();
        let counted = counted(&events);
        let extra: Vec<_> = counted.iter().filter(|id| id.starts_with('c')).collect();
        prop_assert!(extra.is_empty(), "{extra:?} of {} changes", changes.len());
        prop_assert_eq!(counted.len(), changes.len());
    }
}
