//! Clients of the ERP's own server find here what they know.

use crate::support::Running;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_gateway::Secret;
use watchdeck_testkit::caller::Client;

/// Publish until the client gets it: this protocol confirms no subscription.
async fn first_message(running: &Running, client: &mut Client, channel: &str) -> Value {
    let publishing = async {
        let mut rounds = tokio::time::interval(Duration::from_millis(20));
        loop {
            rounds.tick().await;
            running.publish(channel, 1).await;
        }
    };
    tokio::select! {
        message = client.frame() => message,
        () = publishing => unreachable!(),
    }
}

#[tokio::test]
async fn a_plain_client_gets_the_erps_shape_on_any_path() {
    let running = Running::start(|_| ()).await;
    for path in ["/", "/ws", "/any/where"] {
        let mut client = Client::open(running.gateway.addr(), path, &[]).await;
        client.send(json!({ "type": "subscribe", "channel": "inventory" })).await;
        let message = first_message(&running, &mut client, "inventory").await;
        let mut keys: Vec<_> = message.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, ["channel", "data", "ts"], "{message}");
        assert_eq!((&message["channel"], &message["data"]["n"]), (&json!("inventory"), &json!(1)));
        assert!(message["ts"].as_i64().unwrap() > 1_600_000_000_000);
    }
}

#[tokio::test]
async fn nothing_that_is_not_understood_is_answered() {
    let running = Running::start(|_| ()).await;
    let mut client = running.plain().await;
    for frame in [json!("{"), json!({ "type": "subscribe" }), json!({ "type": "hello", "channel": "x" }), json!([1, 2])] {
        client.send(frame).await;
    }
    client.send(json!({ "type": "subscribe", "channel": "orders" })).await;
    client.send(json!({ "type": "subscribe", "channel": "orders" })).await;
    let message = first_message(&running, &mut client, "orders").await;
    assert_eq!(message["channel"], "orders", "the first thing it hears is its event");
}

#[tokio::test]
async fn a_refusal_comes_after_the_handshake_in_the_erps_words() {
    let running = Running::start(|config| {
        config.read_token = Some(Secret::new("a-long-enough-token"));
        config.allowed_origins = vec!["https://erp.example".into()];
    })
    .await;
    let good = "theme=dark; next-auth.session-token=a-long-enough-token";
    let cases: [(&[(&'static str, &str)], &str); 5] = [
        (&[], "No cookies provided"),
        (&[("authorization", "Bearer a-long-enough-token")], "No cookies provided"),
        (&[("cookie", "theme=dark")], "No session token found"),
        (&[("cookie", "next-auth.session-token=wrong")], "Invalid token"),
        (&[("cookie", good), ("origin", "https://evil.example")], "禁止的来源"),
    ];
    for (headers, reason) in cases {
        let ending = Client::open(running.gateway.addr(), "/", headers).await.ending().await;
        assert_eq!(ending, Some((1008, reason.to_owned())));
    }
    for headers in [
        vec![("cookie", good)],
        vec![("cookie", "__Secure-next-auth.session-token=a-long-enough-token"), ("origin", "https://erp.example")],
    ] {
        let mut client = Client::open(running.gateway.addr(), "/", &headers).await;
        client.send(json!({ "type": "subscribe", "channel": "orders" })).await;
        first_message(&running, &mut client, "orders").await;
    }
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_cut_without_a_word() {
    let running = Running::start(|config| config.ping_interval = Duration::from_millis(150)).await;
    let mut client = running.plain().await;
    running.until(|report| report["connections"] == 1).await;
    // Not polled, so it answers nothing.
    running.until(|report| report["connections"] == 0).await;
    assert_eq!(client.ending().await, None, "the ERP's server terminates: clients see 1006");
}

#[tokio::test]
async fn a_client_that_answers_pings_stays() {
    let running = Running::start(|config| config.ping_interval = Duration::from_secs(1)).await;
    let mut client = running.plain().await;
    for _ in 0..3 {
        let frame = client.socket.next().await.unwrap().unwrap();
        assert!(frame.is_ping(), "{frame:?}");
    }
}
