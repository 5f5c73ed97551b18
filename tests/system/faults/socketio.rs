//! The venue platform's realtime server on a bad day.

use super::ensure_covers;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use watchdeck_testkit::{
    clock::now,
    servers::socketio::{SocketIoServer, TOKEN},
};
use watchdeck_tests::watch::Watch;

const TOPIC: &str = "venue.status.update";
const SUBSCRIBE: &str = r#""topic":"venue.status.update""#;

fn source(server: &SocketIoServer) -> Value {
    json!({ "url": server.url(), "dialect": "socket_io", "token": TOKEN, "channels": [TOPIC], "user_id": "7", "user_role": "ROLE_ADMIN" })
}

async fn event(server: &SocketIoServer, n: u64) {
    server.event(TOPIC, &format!("id-{n}"), &json!({ "venueId": 3, "status": "open", "n": n })).await;
}

async fn subscribed() -> Result<(SocketIoServer, Watch)> {
    let server = SocketIoServer::start().await?;
    let watch = Watch::start(source(&server)).await?;
    server.hears(SUBSCRIBE, 1).await?;
    Ok((server, watch))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_notifications_and_bare_strings_are_kept_once_even_when_each_comes_twice() -> Result<()> {
    let (server, watch) = subscribed().await?;
    server.doubled(true);
    event(&server, 1).await;
    server.event(TOPIC, "id-text", &json!("场馆今日闭馆")).await;
    server.notification("note-1", "warning", "系统将于今晚维护").await;
    watch.bench.stored(3).await?;
    watch.counts("duplicates", 3).await?;
    let kept = watch.end().await?;
    let payloads: Vec<_> = kept.0.iter().map(|stored| stored.event.payload.as_str().to_owned()).collect();
    ensure!(kept.0.len() == 3 && payloads.iter().any(|payload| payload.contains("场馆今日闭馆")), "{payloads:?}");
    ensure!(kept.0.iter().any(|stored| stored.event.channel.as_str() == "notification"), "a broadcast is an event too: {kept:?}");
    ensure!(kept.markers().is_empty(), "a repeat of a number is not a hole: {:?}", kept.markers());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_early_subscribe_is_noticed_by_the_answer_that_does_not_come() -> Result<()> {
    let server = SocketIoServer::start().await?;
    server.deaf(SUBSCRIBE, 1);
    let watch = Watch::start(source(&server)).await?;
    server.hears(SUBSCRIBE, 1).await?;
    event(&server, 1).await;
    watch.bench.stored(1).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1], "{kept:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_jumps_is_a_hole_with_its_times() -> Result<()> {
    let (server, watch) = subscribed().await?;
    event(&server, 1).await;
    watch.bench.stored(1).await?;
    server.skip(TOPIC, 3);
    event(&server, 2).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2], "{kept:?}");
    let marker = kept.only_marker()?;
    ensure!(marker.reason == "sequence_jump", "{marker:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_and_forgets_everything_is_subscribed_again_and_the_hole_is_marked() -> Result<()> {
    let (server, watch) = subscribed().await?;
    event(&server, 1).await;
    event(&server, 2).await;
    watch.bench.stored(2).await?;
    let from = now();
    server.down().await;
    watch.bench.state("offline").await?;
    let to = now();
    server.up().await?;
    server.hears(SUBSCRIBE, 2).await?;
    // Its numbers begin anew.
    event(&server, 3).await;
    event(&server, 4).await;
    watch.bench.stored(5).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2, 3, 4], "{kept:?}");
    let markers = kept.markers();
    ensure!(!markers.is_empty(), "what happened while it was away is unknown, and the stream must say so");
    ensure!(markers.iter().any(|marker| marker.from <= from && marker.to >= to), "{from}..{to} is marked by none of {markers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_does_not_exist_leaves_the_others_alone() -> Result<()> {
    let server = SocketIoServer::start().await?;
    server.unknown("forum.new.post");
    let mut source = source(&server);
    source["channels"] = json!(["forum.new.post", TOPIC]);
    let watch = Watch::start(source).await?;
    server.hears(SUBSCRIBE, 1).await?;
    event(&server, 1).await;
    watch.bench.stored(1).await?;
    ensure!(server.opened() == 1, "a refused topic is no reason to hang up");
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1], "{kept:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_it_does_not_accept_leads_to_the_login() -> Result<()> {
    let server = SocketIoServer::start().await?;
    let mut source = source(&server);
    source["token"] = json!("a-bad-one");
    let watch = Watch::start(source).await?;
    watch.bench.state("needs_login").await?;
    ensure!(server.opened() == 1, "{} connections with a bad token", server.opened());
    watch.end().await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_goes_silent_without_closing_is_noticed_and_the_hole_is_marked() -> Result<()> {
    let (server, watch) = subscribed().await?;
    event(&server, 1).await;
    watch.bench.stored(1).await?;
    let from = now();
    server.silent(true);
    watch.was_offline("silent").await?;
    let to = now();
    server.silent(false);
    server.hears(SUBSCRIBE, 2).await?;
    event(&server, 2).await;
    watch.bench.stored(3).await?;
    let kept = watch.end().await?;
    ensure!(kept.numbers()? == [1, 2], "{kept:?}");
    ensure_covers(&kept.only_marker()?, from, to)
}
