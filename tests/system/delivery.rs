//! Nothing lost, nothing twice.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use watchdeck_store::{Profile, Store};
use watchdeck_testkit::{
    console::Bench,
    link::Link,
    patience::eventually,
    process::{Running, program},
    redis::Redis,
};
use watchdeck_tests::{gateway::Gateway, stage::Stage};

const CHANNELS: [&str; 4] = ["inventory", "orders", "finance", "user:u7:notifications"];

/// Publishes `from..to`, each number on one of the channels, as an ERP does.
async fn storm(redis: &Redis, from: u64, to: u64) -> Result<()> {
    let messages: Vec<_> = (from..to)
        .map(|n| {
            let channel = CHANNELS[(n % CHANNELS.len() as u64) as usize];
            (format!("ws:{channel}"), json!({ "type": "inventory:change", "n": n, "timestamp": 1_795_223_788_150u64 + n }).to_string())
        })
        .collect();
    redis.publish_all(&messages).await
}

/// What is in the console's store, per channel: the numbers in the order of arrival, gap markers left out.
async fn numbers(folder: &Path) -> Result<BTreeMap<String, Vec<u64>>> {
    let store = Store::look(&folder.join("events.db"), Profile::Console)?;
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut cursor = 0;
    loop {
        let page = store.read_after(cursor, 5_000).await?;
        let Some(last) = page.last() else { break };
        cursor = last.seq;
        for stored in &page {
            let payload: serde_json::Value = serde_json::from_str(stored.event.payload.as_str())?;
            if let Some(n) = payload["n"].as_u64() {
                found.entry(stored.event.channel.to_string()).or_default().push(n);
            }
        }
    }
    store.close().await;
    Ok(found)
}

fn published(count: u64) -> BTreeMap<String, Vec<u64>> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for n in 0..count {
        all.entry(CHANNELS[(n % CHANNELS.len() as u64) as usize].to_owned()).or_default().push(n);
    }
    all
}

fn ensure_equal(found: &BTreeMap<String, Vec<u64>>, wanted: &BTreeMap<String, Vec<u64>>) -> Result<()> {
    for (channel, wanted) in wanted {
        let found = found.get(channel).with_context(|| format!("nothing of {channel} arrived"))?;
        let first = wanted.iter().zip(found).position(|(wanted, found)| wanted != found);
        ensure!(
            found == wanted,
            "{channel}: {} published, {} stored, first difference at {first:?}; every event once and in order is the whole promise",
            wanted.len(),
            found.len()
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_over_a_link_that_is_cut_again_and_again_arrives_once_and_in_order() -> Result<()> {
    const ROUNDS: u64 = 25;
    const PER_ROUND: u64 = 400;
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let link = Link::to(gateway.addr.clone()).await?;
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    bench.connect(&format!("ws://{}/ws", link.addr)).await?;
    bench.live().await?;
    for round in 0..ROUNDS {
        storm(&redis, round * PER_ROUND, (round + 1) * PER_ROUND).await?;
        link.cut();
        // The back-off is real; a person would press the button.
        bench.call("reconnect", json!({ "source": "s" })).await?;
    }
    bench.stored(ROUNDS * PER_ROUND).await?;
    let health = bench.call("health", json!({})).await?;
    ensure!(health["sources"][0]["reconnects"].as_u64() > Some(0), "the link was really cut: {}", health["sources"][0]);
    ensure!(health["gaps"] == json!([]), "everything was recovered, so no gap may be claimed: {}", health["gaps"]);
    bench.console.shutdown().await;
    ensure_equal(&numbers(folder.path()).await?, &published(ROUNDS * PER_ROUND))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_is_killed_in_the_middle_of_a_storm_goes_on_where_it_was() -> Result<()> {
    const ROUNDS: u64 = 4;
    const PER_ROUND: u64 = 5_000;
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let folder = tempfile::tempdir()?;
    let binary = program("WATCHDECK_WEB_HOST_BIN", "watchdeck-web-host")?;
    let mut running = None;
    for round in 0..ROUNDS {
        let mut command = tokio::process::Command::new(&binary);
        command.args(["--port", "0", "--connect", &gateway.ws(), "--data-dir"]).arg(folder.path());
        let (console, _) = Running::until_line(&mut command, |line| line.contains("\"url\"").then_some(())).await?;
        running = Some(console);
        if round == 0 {
            // A first look without a position starts at the newest history, so the position must be there before the storm.
            eventually("the console to subscribe", || async { Ok((gateway.connections().await? > 0).then_some(())) }).await?;
        }
        storm(&redis, round * PER_ROUND, (round + 1) * PER_ROUND).await?;
        if round + 1 < ROUNDS {
            // Dropping it is SIGKILL: no farewell, no flush.
            drop(running.take());
        }
    }
    eventually("everything to be stored", || async {
        let store = Store::look(&folder.path().join("events.db"), Profile::Console)?;
        let head = store.head();
        store.close().await;
        ensure!(head >= ROUNDS * PER_ROUND, "{head} stored");
        Ok(Some(()))
    })
    .await?;
    if let Some(console) = running {
        console.terminate().await?;
    }
    ensure_equal(&numbers(folder.path()).await?, &published(ROUNDS * PER_ROUND))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_the_bus_is_one_visible_marker_and_not_silence() -> Result<()> {
    let Stage { mut redis, gateway, bench, folder } = Stage::open().await?;
    storm(&redis, 0, 8).await?;
    bench.stored(8).await?;
    redis.restart().await?;
    gateway.bridged().await?;
    storm(&redis, 8, 16).await?;
    let gaps = eventually("a marker of the outage", || async {
        let gaps = bench.call("health", json!({})).await?["gaps"].as_array().cloned().unwrap_or_default();
        Ok((!gaps.is_empty()).then_some(gaps))
    })
    .await?;
    bench.stored(17).await?;
    ensure!(gaps.len() == 1, "one outage is one marker, whatever the number of channels: {gaps:?}");
    ensure!(gaps[0]["reason"] == "bridge_down" && gaps[0]["from"].as_i64() <= gaps[0]["to"].as_i64(), "{}", gaps[0]);
    let page = bench.call("events", json!({ "before": null, "limit": 50, "filter": "kind:watchdeck:gap" })).await?;
    ensure!(page["events"].as_array().map(Vec::len) == Some(1), "the marker stands in the stream: {page}");
    bench.console.shutdown().await;
    ensure_equal(&numbers(folder.path()).await?, &published(16))
}
