//! The handlers as a window sees them: a webhook whose server is away, busy or says no, its dead letters tried again; what the numbers set aside; and a
//! rebuild. Against a real server on a real socket.

use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};
use watchdeck_console::seams::{Fault, Point, Seams};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{
    clock::now,
    console::Bench,
    erp::Erp,
    front::{Front, http},
};

fn change(n: i64, product: &str, old: i64, new: i64) -> NewEvent {
    let at = Millis(now() - 1_000 + n);
    let payload = json!({ "type": "inventory:change", "action": "adjust", "productId": product, "productName": product, "oldQuantity": old, "newQuantity": new, "changeAmount": new - old });
    let incoming = Incoming {
        channel: Channel::from("inventory"),
        offset: None,
        id: Some(format!("e-{n}").into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &Arc::from("s"), at), offset: None }
}

async fn stored(folder: &Path, events: Vec<NewEvent>) {
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap();
    store.append(Batch { events, ..Batch::default() }).await.unwrap();
    store.close().await;
}

async fn handler(bench: &Bench, name: &str) -> Value {
    let health = bench.ask("health", json!({})).await;
    health["handlers"].as_array().unwrap().iter().find(|handler| handler["name"] == name).cloned().unwrap_or_default()
}

async fn letters(bench: &Bench, handler: Option<&str>) -> Value {
    bench.ask("letters", json!({ "handler": handler, "filter": "", "before": null, "limit": 10 })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_webhook_refuses_is_a_dead_letter_and_goes_when_it_is_tried_again() {
    let (folder, erp) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let status = Arc::new(AtomicU16::new(422));
    let says = Arc::clone(&status);
    let front = Front::start(move |_| match says.load(Ordering::Relaxed) {
        200 => http("200 OK", "{}"),
        _ => http("422 Unprocessable", "no such product"),
    })
    .await;
    let bench = Bench::start(folder.path()).await.unwrap();
    let url = front.url("/in").replace("ws://", "http://");
    let hook = json!({ "id": "mirror", "name": "Mirror", "url": url, "filter": "kind:order:*" });
    bench.ask("change_settings", json!({ "patch": { "hooks": [hook] } })).await;
    assert!(bench.call("change_settings", json!({ "patch": { "hooks": [{ "id": "x", "name": "X", "url": "ftp://x" }] } })).await.is_err());
    bench.watch(json!([{ "id": "east", "name": "East", "url": erp.url(), "dialect": "erp", "channels": ["orders"], "token": "t" }])).await;
    bench
        .eventually("a connection", async || {
            let kind = bench.status("east").await["state"]["kind"].clone();
            (kind == "unconfirmed" || kind == "live").then_some(())
        })
        .await;
    for n in 0..3 {
        let at = now();
        erp.tell(json!({ "channel": "orders", "ts": at, "data": { "type": "order:status", "orderType": "sales", "orderId": format!("o{n}"), "orderNumber": format!("SO-{n}"), "oldStatus": "a", "newStatus": "b", "timestamp": at } }));
    }
    let seen = bench
        .eventually("three dead letters", async || Some(handler(&bench, "hook:mirror").await).filter(|seen| seen["letters"] == 3))
        .await;
    assert_eq!(
        (&seen["title"], &seen["state"], seen["last_error"]["words"].as_str()),
        (&json!("Mirror"), &json!("running"), Some("HTTP 422 no such product"))
    );
    let page = letters(&bench, Some("hook:mirror")).await;
    let first = &page["letters"][0];
    assert_eq!(
        (&page["total"], &first["attempts"], &first["kind"]),
        (&json!(3), &json!(1), &json!("order:status")),
        "a no is no reason to ask again"
    );

    let all = json!({ "handler": "hook:mirror", "filter": "", "keys": null, "counted": 2 });
    assert!(bench.call("retry_letters", all).await.unwrap_err().message.contains("told of 2"), "more than somebody was told of");
    status.store(200, Ordering::Relaxed);
    let all = json!({ "handler": "hook:mirror", "filter": "", "keys": null, "counted": 3 });
    assert_eq!(bench.ask("retry_letters", all).await, 3);
    bench.eventually("the letters to be gone", async || (letters(&bench, None).await["total"] == 0).then_some(())).await;
    assert_eq!(front.heads().len(), 6);
    assert!(front.heads()[0].starts_with("POST /in"), "{:?}", front.heads());

    bench.ask("steer_handler", json!({ "name": "hook:mirror", "act": { "act": "pause" } })).await;
    assert_eq!(handler(&bench, "hook:mirror").await["state"], "paused");
    bench
        .ask("steer_handler", json!({ "name": "hook:mirror", "act": { "act": "replay", "from": { "place": "start" }, "pace": 0.0 } }))
        .await;
    bench.eventually("the replay to end", async || (handler(&bench, "hook:mirror").await["errand"]["ended"] == true).then_some(())).await;
    assert_eq!(front.heads().len(), 9, "somebody wanted them once more");
    bench.ask("change_settings", json!({ "patch": { "hooks": [] } })).await;
    assert_eq!(handler(&bench, "hook:mirror").await, Value::Null);
    assert!(bench.call("steer_handler", json!({ "name": "hook:mirror", "act": { "act": "pause" } })).await.is_err());
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_numbers_set_aside_is_counted_when_it_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    stored(folder.path(), vec![change(1, "good", 10, 8), change(2, "evil", 3, 2), change(3, "good", 8, 5)]).await;
    let mended = Arc::new(AtomicU16::new(0));
    let is_mended = Arc::clone(&mended);
    let fault: Fault = Arc::new(move |point| {
        if let Point::Numbers(event) = point
            && event.payload.as_str().contains("evil")
        {
            assert!(is_mended.load(Ordering::Relaxed) == 1, "no number is as large as that");
        }
    });
    let bench = Bench::start_with(folder.path(), Seams { fault: Some(fault), ..Seams::default() }).await.unwrap();
    let page = bench.eventually("a note", async || Some(letters(&bench, Some("numbers")).await).filter(|page| page["total"] == 1)).await;
    let letter = &page["letters"][0];
    assert_eq!((&letter["seq"], &letter["can_discard"], &page["discardable"]), (&json!(2), &json!(false), &json!(0)), "{page}");
    let again = json!({ "handler": null, "filter": "", "keys": [letter["key"]], "counted": 1 });
    assert_eq!(bench.ask("retry_letters", again.clone()).await, 1);
    let over = async || (handler(&bench, "numbers").await["errand"]["ended"] == true).then_some(());
    bench.eventually("the rebuild to end", over).await;
    assert_eq!(letters(&bench, None).await["total"], 1, "it fails as it did, and is set aside again");

    mended.store(1, Ordering::Relaxed);
    assert_eq!(bench.ask("retry_letters", again).await, 1);
    bench
        .eventually("it to be counted", async || {
            let products = bench.ask("inventory", json!({})).await["products"].clone();
            (products.as_array().unwrap().len() == 2).then_some(())
        })
        .await;
    bench.eventually("the rebuild to end", over).await;
    assert_eq!(letters(&bench, None).await["total"], 0);
    bench.ask("steer_handler", json!({ "name": "numbers", "act": { "act": "rebuild" } })).await;
    bench.eventually("the rebuild to end", over).await;
    let products = bench.ask("inventory", json!({})).await["products"].clone();
    let on_hand: Vec<_> = products.as_array().unwrap().iter().map(|row| (row["product_id"].as_str(), row["on_hand"].as_f64())).collect();
    assert!(on_hand.contains(&(Some("good"), Some(5.0))) && on_hand.contains(&(Some("evil"), Some(2.0))), "{on_hand:?}");
    let names: Vec<_> =
        bench.ask("health", json!({})).await["handlers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["numbers", "rules", "announcer", "decisions", "backfill"]);
    assert!(bench.call("steer_handler", json!({ "name": "numbers", "act": { "act": "pause" } })).await.is_err());
    bench.console.shutdown().await;
}
