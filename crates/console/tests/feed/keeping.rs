//! How long events are kept: as it is set, as it was said before, and without a figure changing by it.

use crate::bench::{start, start_on};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};
use watchdeck_console::seams::Seams;
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
};

const DAY: i64 = 24 * 3_600_000;
/// Events of the store: one an hour, the last one now.
const EVENTS: i64 = 60 * 24;

/// What an event leaves of its product: one in fifty is about the same.
fn left(n: i64) -> i64 {
    999 - n / 50
}

/// Two months of stock, as they came. The products of the first three weeks never move again.
async fn two_months(folder: &Path) {
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap();
    let began = now() - (EVENTS - 1) * 3_600_000;
    let event = |n: i64| {
        let at = Millis(began + n * 3_600_000);
        let data = json!({ "type": "inventory:change", "productId": format!("p{}", n % 50 + if n < 500 { 100 } else { 0 }), "productName": "=瓷砖",
            "oldQuantity": left(n) + 1, "newQuantity": left(n), "changeAmount": -1, "timestamp": at.0 });
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: Some(format!("e-{n}").into()),
            server_at: Some(at),
            kind: None,
            payload: Payload::from_json(data.to_string()),
        };
        NewEvent { event: Catalogue::builtin().normalise(incoming, &"east".into(), at), offset: None }
    };
    store.append(Batch { events: (0..EVENTS).map(event).collect(), ..Batch::default() }).await.unwrap();
    store.close().await;
}

/// What a job came to.
async fn done(bench: &Bench, kind: &str) -> Value {
    bench
        .eventually(&format!("the end of {kind}"), async || {
            let jobs = bench.ask("jobs", json!({})).await;
            jobs.as_array().unwrap().iter().find(|job| job["kind"] == kind && !job["ended_at"].is_null()).cloned()
        })
        .await
}

/// What is on hand of every product, once all events are counted.
async fn stock(bench: &Bench) -> BTreeMap<String, i64> {
    bench
        .eventually("all events to be counted", async || {
            let rows = bench.ask("inventory", json!({})).await["products"].take();
            let on_hand = |row: &Value| Some((row["product_id"].as_str()?.to_owned(), row["on_hand"].as_f64()? as i64));
            let all: BTreeMap<_, _> = rows.as_array()?.iter().filter_map(on_hand).collect();
            let newest = format!("p{}", (EVENTS - 1) % 50);
            (all.get(&newest) == Some(&left(EVENTS - 1))).then_some(all)
        })
        .await
}

#[tokio::test]
async fn what_is_let_go_is_what_was_said_and_no_figure_changes_by_it_now_or_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    two_months(folder.path()).await;
    let bench = start(folder.path()).await;
    let before = stock(&bench).await;
    let hold = json!({ "why": "audit", "subject": "product:p3" });
    let changed = bench.ask("change_settings", json!({ "patch": { "keeping": { "days": 20, "holds": [hold] } } })).await;
    assert_eq!(changed["keeping"]["gigabytes"], 2.0, "the other limit stays as it was");
    let plan = bench.ask("keeping_plan", json!({})).await;
    let portion = &plan["portions"][0];
    assert_eq!(
        (portion["channel"].as_str(), portion["by_age"].as_bool(), portion["by_size"].as_bool()),
        (Some("inventory"), Some(true), Some(false))
    );
    assert!(portion["held"].as_u64().unwrap() > 5, "{plan}");
    bench.ask("let_go", json!({})).await;
    let job = done(&bench, "let_go").await;
    assert_eq!((&job["done"], &job["error"]), (&plan["events"], &Value::Null));
    assert_eq!(job["done"].as_u64().unwrap() + portion["held"].as_u64().unwrap(), (EVENTS - 20 * 24) as u64);
    let view = bench.ask("keeping", json!({})).await;
    assert_eq!((&view["let_go"], &view["gives_back"]), (&plan["events"], &json!(true)));
    assert_eq!(stock(&bench).await, before);

    let page = bench.ask("events", json!({ "before": null, "limit": 2000, "filter": "" })).await;
    assert!(page["let_go"]["at"].as_i64().is_some_and(|at| now() - at < DAY), "whoever meets the edge is told: {}", page["let_go"]);
    let other = bench.ask("events", json!({ "before": null, "limit": 10, "filter": "channel:orders" })).await;
    assert_eq!(other["let_go"], Value::Null, "of a channel of which nothing went nothing is missing");
    let refused = bench.call("change_settings", json!({ "patch": { "keeping": { "days": 0 } } })).await.unwrap_err();
    assert!(refused.message.contains("1 to"), "{refused}");
    bench.console.shutdown().await;

    let bench = start(folder.path()).await;
    assert_eq!(stock(&bench).await, before, "though what it was computed from is gone");
    bench.ask("let_go", json!({})).await;
    assert_eq!(done(&bench, "let_go").await["done"], 0, "and nothing goes twice");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn an_export_and_a_backup_are_whole_files_in_the_users_folder() {
    let folder = tempfile::tempdir().unwrap();
    two_months(folder.path()).await;
    let bench = start_on(folder.path(), Shell::default(), Seams::default()).await;
    bench.ask("export_events", json!({ "filter": "subject:product:p7", "format": "jsonl" })).await;
    let job = done(&bench, "export").await;
    let path = job["path"].as_str().unwrap();
    let lines: Vec<Value> = std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 5 && lines.len() as u64 == job["done"], "{job}");
    assert!(lines.iter().all(|line| line["payload"]["productId"] == "p7" && line["subject"] == "product:p7"));
    assert!(lines.is_sorted_by(|one, next| one["seq"].as_u64() > next["seq"].as_u64()), "newest first");

    bench.ask("export_events", json!({ "filter": "", "format": "csv" })).await;
    let job = bench
        .eventually("the table", async || Some(done(&bench, "export").await).filter(|job| job["path"].as_str().unwrap().ends_with(".csv")))
        .await;
    let table = std::fs::read_to_string(job["path"].as_str().unwrap()).unwrap();
    assert_eq!((table.lines().count() as i64, job["done"].as_i64()), (EVENTS + 1, Some(EVENTS)), "every event, and a head");
    assert!(bench.call("export_events", json!({ "filter": "severity:much", "format": "csv" })).await.is_err());

    bench.ask("back_up", json!({ "path": null })).await;
    let job = done(&bench, "back_up").await;
    assert_eq!(job["error"], Value::Null);
    let copy = job["path"].as_str().unwrap();
    bench.ask("change_settings", json!({ "patch": { "user_name": "after the backup" } })).await;
    bench.ask("restore", json!({ "path": copy })).await;
    assert_eq!(done(&bench, "restore").await["done"], EVENTS);
    assert_eq!(bench.ask("keeping", json!({})).await["restores"], true);
    let files = |folder: &Path| {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    assert!(files(&folder.path().join("exports")).iter().all(|name| !name.ends_with(".part")), "nothing half-done is left");
    bench.console.shutdown().await;

    let bench = start(folder.path()).await;
    assert_eq!(bench.settings().await["user_name"], "", "as it was when the backup was made");
    assert!(files(folder.path()).iter().any(|name| name.starts_with("events.before-restore-")), "and what was there is there still");
    bench.console.shutdown().await;
}
