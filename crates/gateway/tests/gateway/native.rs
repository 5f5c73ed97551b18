//! `watchdeck.v1`: positions, recovery, tokens.

use crate::support::Running;
use serde_json::{Value, json};
use watchdeck_gateway::Secret;
use watchdeck_testkit::caller::{Client, Seen};

fn numbers(seen: &[Seen]) -> Vec<u64> {
    seen.iter().map(Seen::n).collect()
}

#[tokio::test]
async fn a_link_cut_again_and_again_while_publishing_delivers_every_event_once() {
    const EVENTS: u64 = 3_000;
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    let mut position = client.subscribe("inventory", json!({})).await["position"].clone();
    assert_eq!(position["offset"], 0);
    let publishing = async {
        for first in (0..EVENTS).step_by(20) {
            running.publish_all("inventory", first..first + 20).await;
        }
    };
    let reading = async {
        let mut seen: Vec<Seen> = Vec::new();
        let mut cuts = 0;
        while (seen.len() as u64) < EVENTS {
            for _ in 0..=cuts % 4 {
                if (seen.len() as u64) < EVENTS {
                    seen.extend(client.some().await);
                }
            }
            // Dropped without a close frame, as a cut line is.
            drop(client);
            cuts += 1;
            position["offset"] = json!(seen.last().unwrap().offset);
            client = running.native().await;
            let answer = client.subscribe("inventory", json!({ "position": position })).await;
            assert_eq!(answer["recovered"], true, "{answer}");
            assert_eq!(answer["reason"], Value::Null);
        }
        (seen, cuts)
    };
    let ((), (seen, cuts)) = tokio::join!(publishing, reading);
    assert!(cuts >= 5, "the line was cut {cuts} times only");
    assert_eq!(seen.iter().map(|seen| seen.offset).collect::<Vec<_>>(), (1..=EVENTS).collect::<Vec<_>>(), "every offset once, in order");
    assert_eq!(numbers(&seen), (0..EVENTS).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_channel_that_is_heard_of_for_the_first_time_is_announced() {
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    running.publish("user:u7:notifications", 1).await;
    let frame = client.frame().await;
    assert_eq!(frame["type"], "channels", "whoever follows everything would miss it in silence: {frame}");
    assert!(frame["channels"].as_array().unwrap().contains(&json!("user:u7:notifications")), "{frame}");
}

#[tokio::test]
async fn the_key_reads_too_so_that_an_approver_needs_one_secret() {
    let keys = |config: &mut watchdeck_gateway::Config| {
        config.read_token = Some(Secret::new("a-long-enough-token"));
        config.publish_key = Some(Secret::new("a-long-enough-key"));
    };
    let running = Running::start(keys).await;
    let headers = [("sec-websocket-protocol", "watchdeck.v1"), ("authorization", "Bearer a-long-enough-key")];
    let mut client = Client::open(running.gateway.addr(), "/ws", &headers).await;
    assert_eq!(client.frame().await["type"], "hello");
}

#[tokio::test]
async fn a_client_that_saw_nothing_yet_resumes_too() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..5).await;
    let mut client = running.native().await;
    let answer = client.subscribe("orders", json!({})).await;
    assert_eq!(answer["position"]["offset"], 5, "from now on");
    drop(client);
    running.publish_all("orders", 5..8).await;
    let mut client = running.native().await;
    let answer = client.subscribe("orders", json!({ "position": answer["position"] })).await;
    assert_eq!((&answer["recovered"], &answer["position"]["offset"]), (&json!(true), &json!(8)));
    assert_eq!(numbers(&client.take(3).await), [5, 6, 7]);
}

#[tokio::test]
async fn a_position_survives_a_restart_of_the_gateway() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..4).await;
    let mut client = running.native().await;
    let mut position = client.subscribe("orders", json!({})).await["position"].clone();
    position["offset"] = json!(1);
    let running = Running::start_in(running.stop().await, |_| ()).await;
    let mut client = running.native().await;
    assert_eq!(client.subscribe("orders", json!({ "position": position })).await["recovered"], true);
    assert_eq!(numbers(&client.take(3).await), [1, 2, 3]);
}

#[tokio::test]
async fn a_position_of_another_log_is_refused_and_the_session_goes_on_live() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..3).await;
    let mut client = running.native().await;
    let answer = client.subscribe("orders", json!({ "position": { "epoch": "stale", "offset": 1 } })).await;
    assert_eq!((&answer["recovered"], &answer["reason"]), (&json!(false), &json!("epoch_changed")));
    assert_eq!(answer["position"]["offset"], 3);
    running.publish("orders", 9).await;
    assert_eq!(numbers(&client.take(1).await), [9], "from now on: half a recovery is none");

    let epoch = answer["position"]["epoch"].clone();
    let ahead = client.subscribe("orders", json!({ "position": { "epoch": epoch, "offset": 400 } })).await;
    assert_eq!((&ahead["recovered"], &ahead["reason"]), (&json!(false), &json!("epoch_changed")), "this log never gave 400");

    let rebuilt = client.subscribe("orders", json!({ "position": { "epoch": "stale", "offset": 1 }, "rewind": { "count": 2 } })).await;
    assert_eq!(rebuilt["recovered"], false);
    assert_eq!(numbers(&client.take(2).await), [2, 9], "with a rewind, a refused position begins there");
}

#[tokio::test]
async fn from_the_beginning_means_from_offset_nought() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..2_500).await;
    let mut client = running.native().await;
    let epoch = client.subscribe("system", json!({})).await["position"]["epoch"].clone();
    assert_eq!(client.subscribe("orders", json!({ "position": { "epoch": epoch, "offset": 0 } })).await["recovered"], true);
    assert_eq!(numbers(&client.take(2_500).await), (0..2_500).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_first_look_can_be_rewound_by_count_or_by_time() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..10).await;
    let mut client = running.native().await;
    let answer = client.subscribe("orders", json!({ "rewind": { "count": 3 } })).await;
    assert_eq!((&answer["recovered"], &answer["reason"]), (&json!(false), &Value::Null), "nothing was asked to be recovered");
    assert_eq!(numbers(&client.take(3).await), [7, 8, 9]);
    client.subscribe("orders", json!({ "rewind": { "count": 5_000 } })).await;
    assert_eq!(client.take(10).await.len(), 10);
    client.subscribe("orders", json!({ "rewind": { "since": 0 } })).await;
    assert_eq!(client.take(10).await.len(), 10);
    client.subscribe("orders", json!({ "rewind": { "since": 99_999_999_999_999_i64 } })).await;
    running.publish("orders", 10).await;
    assert_eq!(numbers(&client.take(1).await), [10], "nothing is that new, so only what comes");
}

#[tokio::test]
async fn a_left_channel_is_silent_and_others_go_on() {
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    client.subscribe("orders", json!({})).await;
    client.subscribe("finance", json!({})).await;
    client.send(json!({ "type": "unsubscribe", "channel": "orders" })).await;
    // The answer to this proves that the unsubscribe before it was understood.
    client.subscribe("system", json!({})).await;
    running.publish("orders", 1).await;
    running.publish("finance", 2).await;
    assert_eq!(numbers(&client.take(1).await), [2]);
}

#[tokio::test]
async fn the_wire_is_spelled_as_agreed() {
    let running = Running::start(|_| ()).await;
    let mut client = Client::open(running.gateway.addr(), "/ws", &[("sec-websocket-protocol", "watchdeck.v1")]).await;
    let hello = client.frame().await;
    assert_eq!((&hello["type"], &hello["pingIntervalMs"]), (&json!("hello"), &json!(25_000)));
    assert!(hello["channels"].as_array().unwrap().contains(&json!("inventory")), "{hello}");
    client.subscribe("inventory", json!({})).await;
    let placed = running.gateway.publish("inventory".into(), r#"{"type": "inventory:change",  "n":1.50}"#.into()).await.unwrap();
    let frame = client.frame().await;
    assert_eq!((&frame["type"], &frame["channel"], &frame["offset"]), (&json!("event"), &json!("inventory"), &json!(1)));
    assert_eq!(frame["id"], &*placed.id);
    assert_eq!(frame["data"], json!({ "type": "inventory:change", "n": 1.50 }));
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_words_after_the_handshake() {
    let running = Running::start(|config| config.read_token = Some(Secret::new("a-long-enough-token"))).await;
    let native = ("sec-websocket-protocol", "watchdeck.v1");
    let addr = running.gateway.addr();
    for (path, headers) in
        [("/ws", vec![native]), ("/ws?token=wrong", vec![native]), ("/ws", vec![native, ("authorization", "Bearer nonsense")])]
    {
        let (code, reason) = Client::open(addr, path, &headers).await.ending().await.expect("a close frame");
        assert_eq!(code, 4500, "{path}");
        assert!(reason.contains("read_token"), "the reason says what to do: {reason}");
    }
    for (path, headers) in
        [("/ws?token=a-long-enough-token", vec![native]), ("/ws", vec![native, ("authorization", "Bearer a-long-enough-token")])]
    {
        let mut client = Client::open(addr, path, &headers).await;
        assert_eq!(client.frame().await["type"], "hello");
        client.send(json!({ "type": "refresh", "token": "a-long-enough-token" })).await;
        client.subscribe("orders", json!({})).await;
        client.send(json!({ "type": "refresh", "token": "revoked" })).await;
        assert_eq!(client.ending().await.map(|(code, _)| code), Some(4500));
    }
}

#[tokio::test]
async fn a_foreign_web_page_does_not_read_an_open_gateway() {
    let running = Running::start(|_| ()).await;
    let native = ("sec-websocket-protocol", "watchdeck.v1");
    for (origin, welcome) in [
        ("https://evil.example", false),
        ("http://localhost.evil.example", false),
        ("http://localhost:5173", true),
        ("http://[::1]:80", true),
    ] {
        let mut client = Client::open(running.gateway.addr(), "/ws", &[native, ("origin", origin)]).await;
        if welcome {
            assert_eq!(client.frame().await["type"], "hello", "{origin}");
        } else {
            assert_eq!(client.ending().await.map(|(code, _)| code), Some(4501), "{origin}");
        }
    }
}
