//! Slow, silent and garbled clients; too many of them; and an end.

use crate::support::Running;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_gateway::Publish;
use watchdeck_testkit::caller::Client;

#[tokio::test]
async fn a_slow_client_is_not_cut_and_nobody_waits_for_it() {
    const EVENTS: u64 = 24_000;
    let running = Running::start(|_| ()).await;
    let mut slow = running.native().await;
    let mut quick = running.native().await;
    slow.subscribe("inventory", json!({})).await;
    quick.subscribe("inventory", json!({})).await;
    // More than sockets and the memory of the gateway hold, so the slow one must come back to the disk.
    let filling = "x".repeat(2_000);
    let publishing = async {
        for first in (0..EVENTS).step_by(1_000) {
            let events = (first..first + 1_000)
                .map(|n| Publish { channel: "inventory".into(), id: None, json: format!(r#"{{"n":{n},"filling":"{filling}"}}"#) })
                .collect();
            running.gateway.publish_many(events).await.unwrap();
        }
    };
    let ((), seen) = tokio::join!(publishing, quick.take(EVENTS as usize));
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n), "the quick one got everything while the slow one read nothing");
    let seen = slow.take(EVENTS as usize).await;
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n && seen.offset == n + 1), "the slow one gets the same, later");
    running.publish("inventory", EVENTS).await;
    assert_eq!(slow.take(1).await[0].n(), EVENTS, "and is live again");
}

#[tokio::test]
async fn being_slow_is_not_being_silent() {
    const EVENTS: u64 = 10_000;
    let running = Running::start(|config| config.ping_interval = Duration::from_secs(1)).await;
    let mut slow = running.native().await;
    let mut silent = running.native().await;
    slow.subscribe("inventory", json!({})).await;
    running.until(|report| report["connections"] == 2).await;
    let filling = "x".repeat(2_000);
    for first in (0..EVENTS).step_by(1_000) {
        let events = (first..first + 1_000)
            .map(|n| Publish { channel: "inventory".into(), id: None, json: format!(r#"{{"n":{n},"filling":"{filling}"}}"#) })
            .collect();
        running.gateway.publish_many(events).await.unwrap();
    }
    // Neither reads nor answers; but the one has bytes waiting for it.
    running.until(|report| report["connections"] == 1).await;
    assert_eq!(silent.ending().await.map(|(code, _)| code), Some(4012), "the idle one was cut");
    let seen = slow.take(EVENTS as usize).await;
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n), "the busy one was waited for");
}

#[tokio::test]
async fn garbage_is_answered_and_the_session_goes_on_until_there_is_too_much() {
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    let mut garbage = vec![
        Message::text("{"),
        Message::text(""),
        Message::text("[]"),
        Message::text(r#"{"type":"dance"}"#),
        Message::binary(vec![0, 159, 146, 150]),
    ];
    garbage.push(Message::text(r#"{"type":"subscribe","channel":"orders","position":7}"#));
    for message in garbage {
        client.socket.send(message).await.unwrap();
        let answer = client.frame().await;
        assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!("bad_request")), "{answer}");
    }
    client.subscribe("orders", json!({})).await;
    client.send(json!({ "type": "subscribe", "channel": "watchdeck:decisions" })).await;
    let answer = client.frame().await;
    assert_eq!((&answer["code"], &answer["channel"]), (&json!("forbidden"), &json!("watchdeck:decisions")));
    for _ in 6..20 {
        client.socket.send(Message::text("?")).await.unwrap();
    }
    let (code, reason) = client.ending().await.expect("a close frame");
    assert_eq!(code, 4501, "{reason}");
}

#[tokio::test]
async fn a_frame_that_is_too_big_ends_its_session_only() {
    let running = Running::start(|_| ()).await;
    let mut other = running.native().await;
    other.subscribe("orders", json!({})).await;
    let mut client = running.native().await;
    // The gateway may hang up before it has taken all of it.
    drop(client.socket.send(Message::text("x".repeat(1 << 20))).await);
    if let Some((code, _)) = client.ending().await {
        assert_eq!(code, 1009, "message too big, as RFC 6455 says it");
    }
    running.until(|report| report["connections"] == 1).await;
    running.publish("orders", 1).await;
    assert_eq!(other.take(1).await[0].n(), 1);
}

#[tokio::test]
async fn a_silent_client_is_told_why_it_is_cut() {
    let running = Running::start(|config| config.ping_interval = Duration::from_millis(150)).await;
    let mut client = running.native().await;
    running.until(|report| report["connections"] == 1).await;
    // Not polled, so it answers nothing.
    running.until(|report| report["connections"] == 0).await;
    assert_eq!(client.ending().await.map(|(code, _)| code), Some(4012));
}

#[tokio::test]
async fn one_too_many_is_refused_in_words_and_a_free_seat_is_given_again() {
    let running = Running::start(|config| config.max_connections = 1).await;
    let first = running.native().await;
    let native = [("sec-websocket-protocol", "watchdeck.v1")];
    let mut second = Client::open(running.gateway.addr(), "/ws", &native).await;
    let (code, reason) = second.ending().await.expect("a close frame");
    assert_eq!(code, 4504);
    assert!(reason.contains("max_connections"), "{reason}");
    drop(first);
    running.until(|report| report["connections"] == 0).await;
    running.native().await;
}

#[tokio::test]
async fn a_stopping_gateway_says_when_to_come_back() {
    let running = Running::start(|_| ()).await;
    let mut native = running.native().await;
    let mut plain = running.plain().await;
    running.until(|report| report["connections"] == 2).await;
    let (native, plain, ()) = tokio::join!(native.ending(), plain.ending(), running.gateway.shutdown());
    let (code, reason) = native.expect("a close frame");
    assert_eq!(code, 4001);
    let reason: Value = serde_json::from_str(&reason).unwrap();
    assert!((500..2_000).contains(&reason["retryAfterMs"].as_u64().unwrap()), "{reason}");
    assert_eq!(plain.map(|(code, _)| code), Some(1001));
    assert!(running.gateway.publish("orders".into(), "{}".into()).await.is_err(), "a closed log takes nothing, and says so");
}
