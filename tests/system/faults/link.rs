//! What a wire, a clock and a night do to any dialect.

use super::{
    ensure_covers,
    erp::{change, subscribed},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_testkit::{clock::now, link::Link, patience::eventually};
use watchdeck_tests::{gateway::Gateway, watch::Watch};

const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3600);
const HOUR_MS: i64 = 3_600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_cut_in_half_is_kept_for_inspection_and_costs_nothing_else() -> Result<()> {
    let (server, watch) = subscribed().await?;
    let frame = json!({ "channel": "inventory", "data": change(9), "ts": now() }).to_string();
    let half: String = frame.chars().take(frame.chars().count() / 2).collect();
    server.text(&half).await;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    watch.counts("malformed", 1).await?;
    let shown = watch.bench.call("health", json!({})).await?["malformed"].take();
    ensure!(shown[0]["bytes"] == half.len() && shown[0]["source"] == "s", "{shown}");
    ensure!(shown[0]["sample"].as_str().is_some_and(|sample| sample.contains("inventory")), "a person can look at it: {shown}");
    ensure!(server.opened() == 1, "a damaged frame is no reason to hang up");
    ensure!(watch.end().await?.numbers()? == [1], "nothing is made of half an event");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_cut_in_half_ends_the_connection_and_nothing_of_it_is_kept() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    server.half(&json!({ "channel": "inventory", "data": change(9), "ts": now() }).to_string()).await;
    server.hears(r#""channel":"inventory""#, 2).await?;
    server.event("inventory", &change(2)).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2], "{kept:?}");
    kept.only_marker().map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_mebibytes_of_garbage_in_one_frame_end_the_connection_and_not_the_console() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.binary(vec![0xa5; 64 << 20]).await;
    watch.was_offline("protocol").await?;
    // A link asks again for what nobody confirms, so what the server heard does not tell when the new connection listens.
    eventually("an event on the new connection", || async {
        server.event("inventory", &change(1)).await;
        let health = watch.bench.health().await?;
        ensure!(health["stored"].as_u64() >= Some(1), "{health}");
        Ok(Some(()))
    })
    .await?;
    ensure!(watch.end().await?.numbers()?.iter().all(|n| *n == 1), "garbage is never an event");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_mebibytes_of_garbage_in_frames_are_counted_and_a_few_samples_are_kept() -> Result<()> {
    let (server, watch) = subscribed().await?;
    let garbage = "\u{fffd}{[\"垃圾".repeat((1 << 20) / 13);
    for _ in 0..64 {
        server.text(&garbage).await;
    }
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    watch.counts("malformed", 64).await?;
    let shown = watch.bench.call("health", json!({})).await?["malformed"].take();
    let shown = shown.as_array().context("a list")?;
    ensure!(!shown.is_empty() && shown.len() <= 50, "{} samples are kept", shown.len());
    let longest = shown.iter().filter_map(|frame| frame["sample"].as_str()).map(str::len).max().context("samples")?;
    ensure!(longest <= 8 << 10, "a sample of {longest} bytes is not a sample");
    ensure!(server.opened() == 1, "as long as frames are whole, the connection is");
    let (kept, folder) = watch.end_keeping().await?;
    ensure!(kept.numbers()? == [1], "{kept:?}");
    let size: u64 = std::fs::read_dir(folder.path())?.map(|file| Ok(file?.metadata()?.len())).sum::<Result<_>>()?;
    ensure!(size < 8 << 20, "garbage went to the disk: {size} bytes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_forward_and_back_cuts_no_link_and_turns_no_hole_around() -> Result<()> {
    let (server, watch) = subscribed().await?;
    for (n, jump) in [(1, 0), (2, 24 * HOUR_MS), (3, -48 * HOUR_MS), (4, 24 * HOUR_MS)] {
        watch.clock.jump(jump);
        server.event("inventory", &change(n)).await;
        watch.bench.stored(n).await?;
    }
    ensure!(server.opened() == 1, "the time of day says nothing about a link");
    // Lost while the clock stands in tomorrow, found again yesterday.
    watch.clock.jump(24 * HOUR_MS);
    server.event("inventory", &change(5)).await;
    watch.bench.stored(5).await?;
    server.down().await;
    watch.bench.state("offline").await?;
    watch.clock.jump(-48 * HOUR_MS);
    server.up().await?;
    server.hears(r#""channel":"inventory""#, 2).await?;
    server.event("inventory", &change(6)).await;
    watch.bench.stored(7).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2, 3, 4, 5, 6], "the order of arrival is the order of the store: {kept:?}");
    kept.only_marker().map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waking_after_eight_hours_is_a_new_connection_at_once_and_a_hole_of_eight_hours() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    let slept_at = now();
    watch.clock.sleep(EIGHT_HOURS);
    server.hears(r#""channel":"inventory""#, 2).await?;
    server.event("inventory", &change(2)).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2], "{kept:?}");
    ensure_covers(&kept.only_marker()?, slept_at, slept_at + 8 * HOUR_MS)
}

async fn publish(gateway: &Gateway, from: u64, to: u64) -> Result<()> {
    let events: Vec<_> = (from..to).map(|n| json!({ "channel": "inventory", "id": format!("e-{n}"), "data": change(n) })).collect();
    let answer =
        reqwest::Client::new().post(format!("http://{}/api/publish", gateway.addr)).json(&json!({ "events": events })).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

fn native(url: String) -> Value {
    json!({ "url": url, "dialect": "native" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waking_after_eight_hours_in_front_of_a_gateway_brings_everything_and_claims_no_hole() -> Result<()> {
    let log = tempfile::tempdir()?;
    let gateway = Gateway::on(log.path(), None, 25_000).await?;
    let link = Link::to(gateway.addr.clone()).await?;
    let watch = Watch::start(native(format!("ws://{}/ws", link.addr))).await?;
    watch.bench.state("live").await?;
    publish(&gateway, 0, 10).await?;
    watch.bench.stored(10).await?;
    // Asleep: nothing gets through, and nobody hangs up until it wakes.
    link.block(true);
    publish(&gateway, 10, 2_000).await?;
    watch.clock.sleep(EIGHT_HOURS);
    link.block(false);
    watch.bench.stored(2_000).await?;
    watch.bench.state("live").await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == (0..2_000).collect::<Vec<_>>(), "everything once and in order: {} are kept", kept.0.len());
    ensure!(kept.markers().is_empty(), "{:?}", kept.markers());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_restarts_on_a_new_log_is_one_marked_hole_and_then_live() -> Result<()> {
    let (old, new) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let gateway = Gateway::on(old.path(), None, 25_000).await?;
    let port = gateway.addr.clone();
    let watch = Watch::start(native(format!("ws://{port}/ws"))).await?;
    watch.bench.state("live").await?;
    publish(&gateway, 0, 10).await?;
    watch.bench.stored(10).await?;
    drop(gateway);
    watch.bench.state("offline").await?;
    let gateway = Gateway::on_port(&port, new.path(), None, 25_000).await?;
    eventually("the console to come back", || async { Ok((gateway.connections().await? > 0).then_some(())) }).await?;
    publish(&gateway, 10, 20).await?;
    watch.bench.state("live").await?;
    eventually("both halves to be stored", || async {
        let stored = watch.bench.call("recent", json!({ "rows": 0 })).await?["cursor"].as_u64();
        ensure!(stored >= Some(21), "{stored:?}");
        Ok(Some(()))
    })
    .await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == (0..20).collect::<Vec<_>>(), "{kept:?}");
    let markers = kept.markers();
    ensure!(!markers.is_empty() && markers.iter().all(|marker| marker.reason == "epoch_changed"), "{markers:?}");
    Ok(())
}
