//! A store that is damaged, and one that somebody else has open.

use crate::bench::{erp, start, with};
use serde_json::json;
use std::sync::Arc;
use watchdeck_console::{Config, Console};
use watchdeck_store::{Options, Store};
use watchdeck_testkit::console::shell::Shell;

#[tokio::test]
async fn a_console_with_a_damaged_store_keeps_it_goes_on_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = "not a database, but long enough to look at: ".repeat(400);
    std::fs::write(folder.path().join("events.db"), &garbage).unwrap();
    let bench = start(folder.path()).await;
    let gaps = bench.of_kind("watchdeck:gap").await;
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["gap"]["reason"], "damaged");
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<_> = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("events.damaged-")).collect();
    assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), garbage, "whole as it was");
    bench.watch(json!([with(erp("east", "ws://127.0.0.1:9/"), json!({ "paused": true }))])).await;
    bench.console.shutdown().await;
    let bench = start(folder.path()).await;
    assert_eq!(bench.settings().await["sources"][0]["id"], "east", "the new store is a store like any other");
    assert_eq!(bench.of_kind("watchdeck:gap").await.len(), 1, "and it is said once");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn a_console_does_not_start_on_a_store_that_is_in_use_and_says_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let held = Store::open(&folder.path().join("events.db"), Options::CONSOLE).unwrap();
    let config = Config { data_dir: folder.path().to_owned(), host_name: "desktop", system_language: None };
    let Err(refused) = Console::start(config, Arc::new(Shell::default()), None).await else { panic!("two consoles on one store") };
    let words = format!("{refused:#}");
    assert!(words.contains(&format!("process {}", std::process::id())) && words.contains("--data-dir"), "{words}");
    held.close().await;
}

#[tokio::test]
async fn a_filtered_tail_looks_at_what_is_new_only() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let first = bench.ask("events", json!({ "before": null, "limit": 10, "filter": "kind:nothing" })).await;
    let newest = first["newest"].clone();
    let again = bench.ask("events", json!({ "before": null, "after": newest, "limit": 10, "filter": "" })).await;
    assert_eq!((&again["scanned"], &again["next_before"], &again["newest"]), (&json!(0), &json!(null), &newest));
    bench.console.shutdown().await;
}
