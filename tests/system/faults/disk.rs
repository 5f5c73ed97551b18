//! What a disk, a damaged file and a kill do to the store.

use super::{
    ensure_covers,
    erp::{change, source},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::path::Path;
use watchdeck_console::seams::Seams;
use watchdeck_store::Options;
use watchdeck_testkit::{clock::now, console::Bench, patience::eventually, servers::erp::ErpServer};
use watchdeck_tests::{
    gateway::Gateway,
    randomised::Child,
    watch::{Kept, Watch, brisk},
};

/// More than fit, however small a block makes them.
const EVENTS: u64 = 10_000;

/// A text of which nothing can be saved but that it is hexadecimal: 64 bytes.
fn chance(n: u64) -> String {
    let mixed = |k: u64| (n * 8 + k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..8).map(|k| format!("{:016x}", mixed(k) ^ (mixed(k) >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9))).collect()
}

async fn publish(gateway: &Gateway) -> Result<()> {
    let event = |n| {
        let mut data = change(n);
        data["reason"] = json!(chance(n));
        json!({ "channel": "inventory", "id": format!("e-{n}"), "data": data })
    };
    let client = reqwest::Client::new();
    for first in (0..EVENTS).step_by(2_000) {
        let events: Vec<_> = (first..first + 2_000).map(event).collect();
        let url = format!("http://{}/api/publish", gateway.addr);
        let answer = client.post(url).json(&json!({ "events": events })).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.text().await?);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_with_room_made_everything_comes_once() -> Result<()> {
    let log = tempfile::tempdir()?;
    let gateway = Gateway::on(log.path(), None, 25_000).await?;
    // SQLite itself says that the file is full, as it does where the disk ends.
    let small = Options { max_bytes: Some(400 << 10), ..Options::CONSOLE };
    let source = json!({ "url": gateway.ws(), "dialect": "native" });
    let watch = Watch::start_on(tempfile::tempdir()?, brisk(), small, source.clone()).await?;
    watch.bench.state("live").await?;
    publish(&gateway).await?;
    eventually("the window to say that the store takes nothing", || async {
        let frame = watch.bench.call("recent", json!({ "rows": 0 })).await?["frame"].take();
        let said = frame["hints"].as_array().is_some_and(|hints| hints.iter().any(|hint| hint == "store_read_only"));
        ensure!(said, "{}", frame["hints"]);
        Ok(Some(()))
    })
    .await?;
    let (kept, folder) = watch.end_keeping().await?;
    let before = kept.numbers()?;
    ensure!((before.len() as u64) < EVENTS, "the disk was not full, so this shows nothing");
    ensure!(before == (0..before.len() as u64).collect::<Vec<_>>(), "what is stored has no hole: {} events", before.len());

    let watch = Watch::start_on(folder, brisk(), Options::CONSOLE, source).await?;
    watch.bench.stored(EVENTS).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == (0..EVENTS).collect::<Vec<_>>(), "everything once and in order: {} are kept", kept.0.len());
    ensure!(kept.markers().is_empty(), "nothing was missing in the end: {:?}", kept.markers());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_set_aside_and_the_console_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.db");
    let damaged = "not a database, but long enough to look at: ".repeat(400);
    std::fs::write(&file, &damaged)?;
    let bench = Bench::start_with(folder.path(), Seams::default()).await?;
    let aside = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("events.damaged-");
    let files: Vec<_> = std::fs::read_dir(folder.path())?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let [kept] = &files.iter().filter(|path| path.file_name().is_some_and(aside)).collect::<Vec<_>>()[..] else {
        anyhow::bail!("nothing was set aside: {files:?}")
    };
    ensure!(std::fs::read_to_string(kept)? == damaged, "what may still be saved by hand is whole");
    let recent = bench.call("recent", json!({ "rows": 10 })).await?;
    ensure!(recent["events"][0]["gap"]["reason"] == "damaged", "and the stream says so: {recent}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_is_killed_marks_what_it_did_not_hear_on_a_server_that_cannot_replay() -> Result<()> {
    let server = ErpServer::start().await?;
    let folder = tempfile::tempdir()?;
    let program = Path::new(env!("CARGO_BIN_EXE_watchdeck-recovery"));
    let mut sources = source(&server);
    (sources["id"], sources["name"]) = (json!("s"), json!("watched"));
    let mut console = Child::start_on(program, folder.path(), &sources).await?;
    server.hears(r#""channel":"inventory""#, 1).await?;
    for n in 1..=3 {
        server.event("inventory", &change(n)).await;
    }
    console.holds(3).await?;
    let from = now();
    drop(console);
    server.event("inventory", &change(4)).await;
    let to = now();
    let heard = server.heard().len();
    let mut console = Child::start_on(program, folder.path(), &sources).await?;
    eventually("the console to subscribe again", || async { Ok((server.heard().len() > heard).then_some(())) }).await?;
    server.event("inventory", &change(5)).await;
    console.holds(5).await?;
    console.terminate().await?;
    let kept = Kept::read(folder.path()).await?;
    ensure!(kept.numbers()? == [1, 2, 3, 5], "{kept:?}");
    let marker = kept.only_marker().context("a hole that nobody saw happen is a hole all the same")?;
    ensure_covers(&marker, from, to)
}
