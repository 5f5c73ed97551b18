//! The inventory ERP's own server on a bad day.

use super::ensure_covers;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_testkit::{
    clock::now,
    servers::{
        Admission,
        erp::{self, ErpServer},
    },
};
use watchdeck_tests::watch::Watch;

const SUBSCRIBE: &str = r#""channel":"inventory""#;
/// In which a storm would be hundreds of connections.
const A_WHILE: Duration = Duration::from_secs(2);

pub(super) fn source(server: &ErpServer) -> Value {
    json!({ "url": server.url(), "dialect": "erp", "token": erp::SESSION, "channels": ["inventory"] })
}

pub(super) fn change(n: u64) -> Value {
    json!({ "type": "inventory:change", "action": "outbound", "productId": "P-1", "changeAmount": -1, "n": n, "timestamp": now() })
}

/// A server, and a console that it has heard.
pub(super) async fn subscribed() -> Result<(ErpServer, Watch)> {
    let server = ErpServer::start().await?;
    let watch = Watch::start(source(&server)).await?;
    server.hears(SUBSCRIBE, 1).await?;
    Ok((server, watch))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_early_subscribe_is_sent_again_until_a_message_shows_that_it_took() -> Result<()> {
    let server = ErpServer::start().await?;
    server.deaf(SUBSCRIBE, 2);
    let watch = Watch::start(source(&server)).await?;
    server.hears(SUBSCRIBE, 1).await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    watch.bench.state("live").await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1] && kept.markers().is_empty(), "{kept:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_comes_twice_is_kept_once_and_two_changes_of_one_millisecond_are_two() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.doubled(true);
    let mut events: Vec<_> = (1..=4).map(change).collect();
    // The same product in the same millisecond, twice for real.
    events[3]["timestamp"] = events[2]["timestamp"].clone();
    for event in &events {
        server.event("inventory", event).await;
    }
    watch.bench.stored(4).await?;
    watch.counts("received", 8).await?;
    watch.counts("duplicates", 4).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2, 3, 4], "{kept:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_after_the_open_leads_to_the_login_and_not_to_a_storm() -> Result<()> {
    let server = ErpServer::start().await?;
    let mut old = source(&server);
    old["token"] = json!(erp::EXPIRED);
    let watch = Watch::start(old).await?;
    let state = watch.bench.state("needs_login").await?;
    ensure!(state["detail"].as_str().is_some_and(|detail| detail.contains("Token expired")), "the server's words: {state}");
    tokio::time::sleep(A_WHILE).await;
    ensure!(server.opened() == 1, "{} connections with a session that is over", server.opened());

    let mut good = source(&server);
    (good["id"], good["name"]) = (json!("s"), json!("watched"));
    watch.bench.sources(json!([good])).await?;
    server.hears(SUBSCRIBE, 1).await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    watch.bench.state("live").await?;
    watch.end().await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reason_of_a_refusal_is_told_apart_from_a_lost_connection() -> Result<()> {
    for (reason, state) in [
        ("No cookies provided", "needs_login"),
        ("No session token found", "needs_login"),
        ("Authentication failed", "needs_login"),
        ("Token expired", "needs_login"),
        ("Invalid token payload", "needs_login"),
        ("Invalid token", "needs_login"),
        ("未授权", "needs_login"),
        ("禁止的来源", "refused"),
    ] {
        let server = ErpServer::start().await?;
        server.admit(Some(Admission::OpenThenClose(1008, reason.to_owned())));
        let watch = Watch::start(source(&server)).await?;
        let found = watch.bench.state(state).await?;
        ensure!(found["detail"].as_str().is_some_and(|detail| detail.contains(reason)), "{reason}: {found}");
        ensure!(server.opened() == 1, "{reason} is not a reason to try again at once");
        watch.end().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_and_forgets_subscriptions_is_subscribed_again_and_the_hole_is_marked() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    let from = now();
    server.down().await;
    watch.bench.state("offline").await?;
    // Nobody hears this one, and nobody can ask for it.
    server.event("inventory", &change(2)).await;
    let to = now();
    server.up().await?;
    server.hears(SUBSCRIBE, 2).await?;
    server.event("inventory", &change(3)).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 3], "{kept:?}");
    let marker = kept.only_marker()?;
    ensure!(marker.reason == "not_replayable", "{marker:?}");
    ensure_covers(&marker, from, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_goes_silent_without_closing_is_noticed_and_replaced() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.event("inventory", &change(1)).await;
    watch.bench.stored(1).await?;
    let from = now();
    server.silent(true);
    watch.was_offline("silent").await?;
    let to = now();
    server.silent(false);
    server.hears(SUBSCRIBE, 2).await?;
    server.event("inventory", &change(2)).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2], "{kept:?}");
    ensure_covers(&kept.only_marker()?, from, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_and_what_is_legacy_are_both_kept_as_they_came() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.event("inventory", &change(1)).await;
    server.event("inventory", &json!({ "type": "outbound", "productId": "P-1", "quantity": 1, "inventoryId": "I-1", "n": 2 })).await;
    server.event("inventory", &json!({ "type": "adjust", "productId": "P-1", "adjustQuantity": -1, "inventoryId": "I-1", "adjustmentNumber": "ADJ-1", "n": 3 })).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2, 3], "a copy is recognised on screen, never thrown away: {kept:?}");
    Ok(())
}
