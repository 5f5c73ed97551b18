//! One failure stays one failure: an event, a command, a part or a source that fails is seen, said and set right, and everything else goes on.
//! Faults come through a seam; nothing here waits for a real mistake.

use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};
use watchdeck_console::seams::{Fault, Point, Seams};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{clock::now, console::Bench};

async fn start(folder: &Path, fault: Option<Fault>) -> Bench {
    let seams = Seams { fault, ..Seams::default() };
    Bench::start_with(folder, seams).await.expect("the console can always be started")
}

async fn caught_up(bench: &Bench) {
    let current = async || (bench.ask("health", json!({})).await["lag"]["projections"] == 0).then_some(());
    bench.eventually("the projections to be current", current).await;
}

/// Wait until this was said.
async fn told(bench: &Bench, text: &str) {
    let said = || bench.shell.toasts.lock().unwrap().iter().any(|toast| format!("{} {}", toast.title, toast.body).contains(text));
    bench.eventually("the alert", async || said().then_some(())).await;
}

fn event(n: i64, payload: Value) -> NewEvent {
    let at = Millis(now() - 1_000 + n);
    let channel = payload["type"].as_str().unwrap_or("system").split(':').next().unwrap_or("system").to_owned();
    let incoming = Incoming {
        channel: Channel::from(channel.as_str()),
        offset: None,
        id: Some(format!("e-{n}").into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &Arc::from("s"), at), offset: None }
}

fn change(n: i64, product: &str, old: i64, new: i64) -> NewEvent {
    event(
        n,
        json!({ "type": "inventory:change", "action": "adjust", "productId": product, "productName": product, "oldQuantity": old, "newQuantity": new, "changeAmount": new - old }),
    )
}

async fn stored(folder: &Path, events: Vec<NewEvent>) {
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap();
    store.append(Batch { events, ..Batch::default() }).await.unwrap();
    store.close().await;
}

fn about(event: &watchdeck_events::Event, what: &str) -> bool {
    event.payload.as_str().contains(what)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_brings_the_numbers_down_is_set_aside_by_number_and_the_rest_is_counted_and_rings() {
    let folder = tempfile::tempdir().unwrap();
    let events = vec![
        change(1, "good", 10, 8),
        change(2, "evil", 3, 2),
        event(3, json!({ "type": "system:alert", "level": "critical", "message": "Fire after the big number" })),
        change(4, "good", 8, 5),
        change(5, "evil", 2, 1),
    ];
    stored(folder.path(), events).await;
    let fault: Fault = Arc::new(|point| {
        if let Point::Numbers(event) = point
            && about(event, "evil")
        {
            panic!("no number is as large as that");
        }
    });
    let bench = start(folder.path(), Some(Arc::clone(&fault))).await;
    caught_up(&bench).await;
    let health = bench.ask("health", json!({})).await;
    let aside: Vec<_> = health["set_aside"].as_array().unwrap().iter().map(|note| (note["seq"].as_u64(), note["by"].as_str())).collect();
    assert_eq!(aside, [(Some(5), Some("numbers")), (Some(2), Some("numbers"))], "{health}");
    assert!(
        health["set_aside"][0]["reason"].as_str().unwrap().contains("no number") && health["set_aside"][0]["kind"] == "inventory:change"
    );
    let products = bench.ask("inventory", json!({})).await["products"].clone();
    let product = products.as_array().unwrap().iter().find(|row| row["product_id"] == "good").cloned().unwrap_or_default();
    assert_eq!((products.as_array().unwrap().len(), product["on_hand"].as_f64()), (1, Some(5.0)), "{products}");
    told(&bench, "Fire after").await;
    let hints = bench.ask("recent", json!({ "rows": 20 })).await;
    assert!(hints["frame"]["hints"].as_array().unwrap().contains(&json!("part_failed")), "it is said: {}", hints["frame"]["hints"]);
    let of_the_erp = hints["events"].as_array().unwrap().iter().filter(|row| row["kind"] != "watchdeck:alert");
    assert_eq!(of_the_erp.count(), 5, "what was set aside is in the stream like every other");
    bench.console.shutdown().await;

    // Not at the next start either: whoever would touch it again now fails the test.
    let touched = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&touched);
    let again: Fault = Arc::new(move |point| {
        if let Point::Numbers(event) | Point::Alerts(event) = point
            && about(event, "evil")
        {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let bench = start(folder.path(), Some(again)).await;
    caught_up(&bench).await;
    assert_eq!(touched.load(Ordering::Relaxed), 0, "what was set aside is skipped at the next start");
    assert_eq!(bench.ask("health", json!({})).await["set_aside"].as_array().unwrap().len(), 2);
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_brings_the_rules_down_is_still_counted() {
    let folder = tempfile::tempdir().unwrap();
    stored(
        folder.path(),
        vec![change(1, "evil", 10, 8), event(2, json!({ "type": "system:alert", "level": "critical", "message": "Fire" }))],
    )
    .await;
    let fault: Fault = Arc::new(|point| {
        if let Point::Alerts(event) = point
            && about(event, "evil")
        {
            panic!("no rule for that");
        }
    });
    let bench = start(folder.path(), Some(fault)).await;
    caught_up(&bench).await;
    told(&bench, "Fire").await;
    let health = bench.ask("health", json!({})).await;
    assert_eq!((&health["set_aside"][0]["seq"], &health["set_aside"][0]["by"]), (&json!(1), &json!("alerts")));
    assert_eq!(bench.ask("inventory", json!({})).await["products"][0]["on_hand"], 8.0);
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_no_row_can_be_made_of_is_a_bare_row_among_the_others() {
    let folder = tempfile::tempdir().unwrap();
    stored(folder.path(), vec![change(1, "good", 10, 8), change(2, "evil", 10, 8)]).await;
    let fault: Fault = Arc::new(|point| {
        if let Point::Row(event) = point
            && about(event, "evil")
        {
            panic!("no words for that");
        }
    });
    let bench = start(folder.path(), Some(fault)).await;
    let rows = bench.ask("recent", json!({ "rows": 9 })).await["events"].clone();
    assert_eq!((rows[0]["label"].as_str(), rows[1]["label"].as_str()), (Some("good"), Some("inventory:change")), "{rows}");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_die_are_seen_said_and_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let failures = Arc::new(Mutex::new(std::collections::HashMap::<String, u32>::new()));
    let fault: Fault = Arc::new(move |point| {
        if let Point::Part(part) = point {
            let times = {
                let mut failures = failures.lock().unwrap();
                let times = failures.entry(part.to_owned()).or_default();
                *times += 1;
                *times
            };
            assert!(times > 2, "{part} fails twice");
        }
    });
    let bench = start(folder.path(), Some(fault)).await;
    let parts = ["follower", "clock", "decisions", "sources"];
    bench
        .eventually("every part to have failed twice", async || {
            let faults = bench.ask("health", json!({})).await["faults"].clone();
            let failed = |part: &&str| faults.as_array().unwrap().iter().any(|fault| fault["part"] == *part && fault["times"] == 2);
            parts.iter().all(failed).then_some(())
        })
        .await;
    stored_while_it_runs(&bench).await;
    bench.console.shutdown().await;
}

/// The follower lives: settings that are saved are shown, and the projections are current.
async fn stored_while_it_runs(bench: &Bench) {
    caught_up(bench).await;
    let frame = bench.ask("next_batch", json!({ "after": 0, "rows": 1, "every_ms": 0 })).await["frame"].clone();
    assert!(frame["hints"].as_array().unwrap().contains(&json!("part_failed")), "{frame}");
}
