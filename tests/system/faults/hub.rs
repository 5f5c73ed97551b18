//! The writing platform's hub on a bad day.

use super::ensure_covers;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use watchdeck_console::doctor::{self, Tongue};
use watchdeck_testkit::{
    clock::now,
    console::Bench,
    patience::eventually,
    servers::hub::{HubServer, TOKEN},
};
use watchdeck_tests::watch::Watch;

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

fn two(server: &HubServer, first: Value) -> Value {
    let one =
        |id: &str, paused: bool| json!({ "id": id, "name": id, "url": server.url(), "dialect": "auto", "token": TOKEN, "paused": paused });
    json!([one("first", first == json!("paused")), one("second", false)])
}

async fn is(bench: &Bench, id: &str, kinds: &[&str]) -> Result<Value> {
    eventually(&format!("{id} to be one of {kinds:?}"), || async {
        let frame = bench.call("recent", json!({ "rows": 0 })).await?["frame"].clone();
        let source = frame["sources"].as_array().and_then(|all| all.iter().find(|source| source["id"] == id)).cloned().unwrap_or_default();
        Ok(source["state"]["kind"].as_str().is_some_and(|kind| kinds.contains(&kind)).then(|| source["state"].clone()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sources_with_one_account_open_one_link_and_the_other_says_what_to_do() -> Result<()> {
    let server = HubServer::start().await?;
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    // Both at once, while nobody knows yet that this is a hub.
    bench.sources(two(&server, json!("runs"))).await?;
    is(&bench, "first", &["live", "unconfirmed"]).await?;
    let held = is(&bench, "second", &["needs_login"]).await?;
    ensure!(held["detail"].as_str().is_some_and(|detail| detail.contains("first") && detail.contains("account of its own")), "{held}");
    ensure!(server.welcomed() == 1, "a second link would have deafened the first");

    // A test of a running source asks its link.
    let source = two(&server, json!("runs"))[1].clone();
    let tested = bench.call("test_source", json!({ "source": source })).await?;
    ensure!(tested["ok"] == true && server.welcomed() == 1, "{tested}");

    // Nor does whoever looks from outside open one.
    let found = doctor::examine(folder.path(), None, Tongue::English).await;
    ensure!(found.text().contains("one link per") && server.welcomed() == 1, "{}", found.text());

    // With the first one paused the account is free.
    bench.sources(two(&server, json!("paused"))).await?;
    is(&bench, "second", &["live", "unconfirmed"]).await?;
    ensure!(server.welcomed() == 2);
    // And when it is to go on, it does not take the link of the one that runs.
    bench.sources(two(&server, json!("runs"))).await?;
    is(&bench, "first", &["needs_login"]).await?;
    is(&bench, "second", &["live", "unconfirmed"]).await?;
    ensure!(server.welcomed() == 2);
    bench.console.shutdown().await;
    Ok(())
}
