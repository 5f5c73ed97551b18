//! The writing platform's hub on a bad day.

use super::{ensure_covers, now};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use watchdeck_tests::{
    process::eventually,
    servers::hub::{HubServer, TOKEN},
    watch::Watch,
};

fn source(server: &HubServer) -> Value {
    json!({ "url": server.url(), "dialect": "hub", "token": TOKEN })
}

async fn connected() -> Result<(HubServer, Watch)> {
    let server = HubServer::start().await?;
    let watch = Watch::start(source(&server)).await?;
    connections(&server, 1).await?;
    Ok((server, watch))
}

async fn connections(server: &HubServer, count: u64) -> Result<()> {
    eventually("the console to connect", || async { Ok((server.opened() >= count).then_some(())) }).await
}

fn message(n: u64) -> (&'static str, Value) {
    ("new_message", json!({ "from": "u-2", "text": "你好", "n": n }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_objects_in_one_frame_are_each_an_event_in_their_order() -> Result<()> {
    let (server, watch) = connected().await?;
    server.objects(&[message(1), message(2), ("notification", json!({ "title": "系统", "n": 3 }))]).await;
    server.objects(&[message(4)]).await;
    watch.bench.stored(4).await?;
    let kept = watch.end().await?;
    let events: Vec<Value> = kept.0.iter().map(|stored| serde_json::from_str(stored.event.payload.as_str())).collect::<Result<_, _>>()?;
    let numbers: Vec<_> = events.iter().filter_map(|event| event["n"].as_u64().or(event["data"]["n"].as_u64())).collect();
    ensure!(numbers == [1, 2, 3, 4], "{events:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_envelope_of_its_store_is_known_by_its_id_in_all_three_shapes() -> Result<()> {
    let (server, watch) = connected().await?;
    let envelope = |id: &str, data: Value| {
        (
            "notification",
            json!({ "id": id, "event_type": "like.added", "event_data": data, "timestamp": "2026-11-21T08:00:00Z", "source": "social",
            "processed": false, "created_at": "2026-11-21T08:00:00Z", "expires_at": "0001-01-01T00:00:00Z" }),
        )
    };
    let all = [
        envelope("evt_1", json!({ "user_id": "u1" })),
        envelope("evt_2", json!({ "userid": "u1" })),
        envelope("evt_3", json!([{ "Key": "userid", "Value": "u1" }])),
    ];
    server.objects(&all).await;
    // Sent again by its retry; it is the id that tells.
    server.objects(&all).await;
    watch.bench.stored(3).await?;
    watch.counts("duplicates", 3).await?;
    let kept = watch.end().await?;
    let kinds: Vec<_> = kept.0.iter().map(|stored| stored.event.kind.to_string()).collect();
    ensure!(kinds == ["like.added"; 3], "{kinds:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_a_hole_with_its_times() -> Result<()> {
    let (server, watch) = connected().await?;
    server.objects(&[message(1)]).await;
    watch.bench.stored(1).await?;
    let from = now();
    server.down().await;
    watch.bench.state("offline").await?;
    let to = now();
    server.up().await?;
    connections(&server, 2).await?;
    server.objects(&[message(2)]).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    let marker = kept.only_marker()?;
    ensure!(marker.reason == "not_replayable", "{marker:?}");
    ensure_covers(&marker, from, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_it_does_not_accept_leads_to_the_login() -> Result<()> {
    let server = HubServer::start().await?;
    let mut source = source(&server);
    source["token"] = json!("a-bad-one");
    let watch = Watch::start(source).await?;
    watch.bench.state("needs_login").await?;
    ensure!(server.opened() == 1, "{} connections with a bad token", server.opened());
    watch.end().await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_an_object_in_a_frame_costs_that_object_only() -> Result<()> {
    let (server, watch) = connected().await?;
    let good = json!({ "type": "new_message", "data": { "n": 1 }, "timestamp": now() / 1000 }).to_string();
    server.text(&format!("{good}\n{}", &good[..good.len() / 2])).await;
    server.objects(&[message(2)]).await;
    watch.bench.stored(2).await?;
    watch.counts("malformed", 1).await?;
    ensure!(server.opened() == 1, "a damaged object is no reason to hang up");
    watch.end().await.map(drop)
}
