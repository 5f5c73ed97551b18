//! A user's packs while the console runs: a file that is dropped into the folder, broken, mended, taken away; and what it does to what is stored already.

use serde_json::{Value, json};
use std::{fs, path::Path};
use watchdeck_testkit::{clock::now, console::Bench, erp::Erp};

/// What is in force is so for the whole process: one test at a time.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const EXAMPLE: &str = include_str!("../src/packs/example.toml");

/// A core with one source that is live and carries the depot.
async fn start(folder: &Path) -> (Bench, Erp) {
    let (bench, server) = (Bench::start(folder).await.unwrap(), Erp::start().await);
    let source = json!({ "id": "east", "name": "East", "url": server.url(), "dialect": "erp", "channels": ["orders", "depot"] });
    bench.watch(json!([source])).await;
    server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
    server.happens(1);
    bench.is("east", "live").await;
    (bench, server)
}

/// A message of the depot, as its first version has it.
fn moves(server: &Erp, item: &str, reason: &str) {
    let data = json!({ "type": "depot.moved", "item": item, "beforeGrams": 4000, "afterGrams": 2500, "reason": reason,
        "driverPhone": "13800138000", "who": { "name": "王芳" }, "timestamp": now() });
    server.tell(json!({ "channel": "depot", "data": data, "ts": now() }));
}

async fn moved(bench: &Bench, count: usize) -> Vec<Value> {
    bench.eventually("movements to be stored", async || Some(bench.of_kind("depot.moved").await).filter(|rows| rows.len() == count)).await
}

async fn title(bench: &Bench, kind: &str) -> String {
    bench.ask("catalogue", json!({})).await["kinds"][kind]["en"].as_str().unwrap_or_default().to_owned()
}

async fn has_title(bench: &Bench, kind: &str, wanted: &str) {
    bench.eventually(&format!("{kind} to be called {wanted:?}"), async || (title(bench, kind).await == wanted).then_some(())).await;
}

/// Each product with what is on hand.
async fn on_hand(bench: &Bench) -> Value {
    let view = bench.ask("inventory", json!({})).await;
    view["products"].as_array().unwrap().iter().map(|row| json!([row["product_id"], row["on_hand"]])).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pack_is_in_force_while_it_is_good_and_its_error_is_named_with_the_line() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let (bench, server) = start(folder.path()).await;
    moves(&server, "S-1", "D");
    moved(&bench, 1).await;
    assert_eq!((title(&bench, "depot.moved").await, on_hand(&bench).await), (String::new(), json!([])), "nobody knows it");
    assert_eq!(bench.ask("packs", json!({})).await["packs"], json!([]));

    let view = bench.ask("example_pack", json!({})).await;
    assert_eq!(view["packs"], json!([{ "file": "example.toml", "kinds": 2, "in_force": true, "problem": null }]));
    assert_eq!(title(&bench, "depot.moved").await, "Depot movement");
    assert_eq!(title(&bench, "order:status").await, "Order progress");
    bench
        .eventually("what was stored before to be counted", async || (on_hand(&bench).await == json!([["main-S-1", 2.5]])).then_some(()))
        .await;
    moves(&server, "S-2", "L");
    let row = moved(&bench, 2).await.remove(0);
    assert_eq!(
        [&row["severity"], &row["label"], &row["change"], &row["actor"], &row["domain"]],
        ["warning", "main-S-2", "-1.500", "王芳", "inventory"],
        "{row:#}"
    );

    // What the window is told of one event: as it came, and as it is read; the telephone in neither.
    let detail = bench.ask("event", json!({ "seq": row["seq"] })).await;
    let raw = detail["raw"].as_str().unwrap();
    assert!(raw.contains(r#""beforeGrams":4000"#) && raw.contains("•••• 8000") && !raw.contains("13800138000"), "{raw}");
    assert_eq!((&detail["version"]["edition"], &detail["version"]["newest"]), (&json!({ "kind": "known", "version": 1 }), &json!(2)));
    assert_eq!(detail["fields"], json!([{ "name": "sku", "zh": "货号", "en": "Item", "value": "S-2" }]));
    let read: Value = serde_json::from_str(detail["version"]["read"].as_str().unwrap()).unwrap();
    assert_eq!((&read["newQuantity"], &read["reason"], &read["driverPhone"]), (&json!(2.5), &json!("loss"), &json!("•••• 8000")));
    let found = bench.ask("events", json!({ "before": null, "limit": 10, "filter": "reason:damage" })).await;
    assert_eq!(found["events"].as_array().unwrap().len(), 1, "what a pack makes of a word is found by it");

    let file = folder.path().join("packs/example.toml");
    let called = |name: &str| EXAMPLE.replace("Depot movement", name);
    fs::write(&file, called("Broken").replace("family = ", "famly = ")).unwrap();
    let broken = bench
        .eventually("the error to be said", async || {
            Some(bench.ask("packs", json!({})).await["packs"][0].take()).filter(|pack| !pack["problem"].is_null())
        })
        .await;
    let line = EXAMPLE.lines().position(|line| line.starts_with("family")).unwrap() + 1;
    assert_eq!((&broken["in_force"], &broken["problem"]["line"], &broken["problem"]["column"]), (&json!(true), &json!(line), &json!(1)));
    assert!(broken["problem"]["reason"].as_str().unwrap().starts_with("unknown field `famly`, expected one of"), "{broken:#}");
    assert_eq!(title(&bench, "depot.moved").await, "Depot movement", "what was good stays");

    fs::write(&file, called("Parcel moved")).unwrap();
    has_title(&bench, "depot.moved", "Parcel moved").await;
    assert!(bench.ask("packs", json!({})).await["packs"][0]["problem"].is_null());
    fs::remove_file(&file).unwrap();
    has_title(&bench, "depot.moved", "").await;
    bench.eventually("the stock to be as nobody knows it", async || (on_hand(&bench).await == json!([])).then_some(())).await;
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_broken_while_nothing_runs_hides_what_it_hid() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let (bench, server) = start(folder.path()).await;
    bench.ask("example_pack", json!({})).await;
    moves(&server, "S-1", "D");
    moved(&bench, 1).await;
    bench.console.shutdown().await;

    fs::write(folder.path().join("packs/example.toml"), "[[kind]]\nkind = ").unwrap();
    let bench = Bench::start(folder.path()).await.unwrap();
    let pack = bench.ask("packs", json!({})).await["packs"][0].take();
    assert_eq!((&pack["in_force"], &pack["problem"]["line"]), (&json!(true), &json!(2)), "{pack:#}");
    let row = moved(&bench, 1).await.remove(0);
    let detail = bench.ask("event", json!({ "seq": row["seq"] })).await;
    assert!(!detail.to_string().contains("13800138000"), "{detail:#}");
    bench.console.shutdown().await;
}

#[test]
fn the_example_of_the_readme_is_the_one_that_these_tests_use() {
    for readme in [include_str!("../../../README.md"), include_str!("../../../README.zh-CN.md")] {
        assert!(readme.contains(EXAMPLE.trim_end()), "copy crates/console/src/packs/example.toml into the README");
    }
}
