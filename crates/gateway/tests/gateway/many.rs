//! Many channels, many sessions, large events: the cost is by who listens, and bounds are bytes.

use crate::support::Running;
use serde_json::{Value, json};
use watchdeck_gateway::Publish;
use watchdeck_testkit::{caller::Client, redis::Redis};

fn one_each(channels: impl IntoIterator<Item = usize>) -> Vec<Publish> {
    channels.into_iter().map(|n| Publish { channel: name(n).as_str().into(), id: None, json: format!(r#"{{"n":{n}}}"#) }).collect()
}

fn name(n: usize) -> String {
    format!("user:{n}:notifications")
}

/// Every name told in `channels` frames until there are `count`, and in how many frames.
async fn told(client: &mut Client, count: usize) -> (Vec<String>, usize) {
    let (mut names, mut frames) = (Vec::new(), 0);
    while names.len() < count {
        let frame = client.frame().await;
        assert_eq!(frame["type"], "channels", "{frame}");
        names.extend(frame["channels"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()));
        frames += 1;
    }
    (names, frames)
}

#[tokio::test]
async fn ten_thousand_new_channels_are_told_once_each_and_can_all_be_followed() {
    const CHANNELS: usize = 10_000;
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    for first in (0..CHANNELS).step_by(500) {
        running.gateway.publish_many(one_each(first..first + 500)).await.unwrap();
    }
    let (mut names, frames) = told(&mut client, CHANNELS).await;
    assert!(frames <= 20 + CHANNELS / 2_000, "gathered, not one frame a channel: {frames}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), CHANNELS, "each once");
    let following = async {
        for first in (0..CHANNELS).step_by(16) {
            for n in first..first + 16 {
                client.send(json!({ "type": "subscribe", "channel": name(n), "rewind": { "count": 10 } })).await;
            }
            let (mut answered, mut seen) = (0, 0);
            while answered < 16 || seen < 16 {
                let frame = client.frame().await;
                match frame["type"].as_str().unwrap() {
                    "subscribed" => answered += 1,
                    "event" => seen += 1,
                    other => panic!("{other}: {frame}"),
                }
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(120), following).await.expect("none of them is left out");
    running.publish(&name(9_999), 7).await;
    assert_eq!(client.take(1).await[0].n(), 7, "and all are live");
}

#[tokio::test]
async fn a_commit_wakes_only_the_sessions_that_follow_its_channel() {
    let running = Running::start(|_| ()).await;
    running.gateway.publish_many(one_each(0..20)).await.unwrap();
    let mut sessions = Vec::new();
    for n in 0..20 {
        let mut client = running.native().await;
        client.subscribe(&name(n), json!({})).await;
        sessions.push(client);
    }
    let before = running.healthz().await.1["wakes"].as_u64().unwrap();
    for round in 1..=5 {
        running.publish(&name(3), round).await;
        assert_eq!(sessions[3].take(1).await[0].n(), round);
    }
    let after = running.healthz().await.1["wakes"].as_u64().unwrap();
    assert_eq!(after - before, 5, "nineteen sessions slept on");
}

/// A thousand events of a million bytes would be a gigabyte for each slow reader.
#[tokio::test]
async fn eight_slow_readers_of_large_events_cost_pages_and_not_their_backlog() {
    const EVENTS: u64 = 200;
    let running = Running::start(|_| ()).await;
    let filling = "x".repeat(1_000_000);
    for n in 0..EVENTS {
        let json = format!(r#"{{"n":{n},"filling":"{filling}"}}"#);
        running.gateway.publish("inventory".into(), json).await.unwrap();
    }
    let before = resident();
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut client = running.native().await;
        client.subscribe("inventory", json!({ "rewind": { "count": EVENTS } })).await;
        slow.push(client);
    }
    // One of them takes everything meanwhile, so all had their time.
    let mut quick = running.native().await;
    quick.subscribe("inventory", json!({ "rewind": { "count": EVENTS } })).await;
    for n in 0..EVENTS {
        assert_eq!(quick.take(1).await[0].n(), n);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 160 << 20, "{} MB more for eight readers that are {EVENTS} MB behind", grown >> 20);
    for n in 0..EVENTS {
        assert_eq!(slow[5].take(1).await[0].n(), n, "and a slow one gets everything in the end");
    }
}

/// Bytes of this process in memory; 0 where the system does not say.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

#[tokio::test]
async fn what_is_too_large_is_refused_over_http_in_words() {
    let running = Running::start(|config| config.max_event_bytes = 100_000).await;
    let large = json!({ "channel": "orders", "data": { "filling": "x".repeat(100_001) } });
    let (status, answer) = running.post("/api/publish", None, &large).await;
    assert_eq!((status, &answer["code"]), (413, &json!("too_large")));
    assert!(answer["message"].as_str().unwrap().contains("max_event_bytes"), "{answer}");
    let events = json!({ "events": [{ "channel": "orders", "data": {} }, large] });
    let (status, answer) = running.post("/api/publish", None, &events).await;
    assert_eq!(status, 413, "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("event 1"), "which one: {answer}");
    assert_eq!(running.healthz().await.1["log"]["events"], 0, "all or nothing");
}

#[tokio::test]
async fn what_is_too_large_on_the_bus_is_kept_with_its_head_and_blocks_nobody() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(|config| config.redis_url = Some(watchdeck_gateway::Secret::new(redis.url.clone()))).await;
    running.until(|report| report["bridge"]["state"] == "up").await;
    let mut client = running.native().await;
    client.subscribe("system", json!({})).await;
    let large = json!({ "type": "system:alert", "level": "critical", "message": "x".repeat(6 << 20) });
    redis.publish_text("ws:system", &large.to_string()).await.unwrap();
    redis.publish_text("ws:system", &json!({ "text": "x".repeat(17 << 20) }).to_string()).await.unwrap();
    redis.publish_text("ws:system", r#"{"n":2}"#).await.unwrap();
    let seen = client.take(3).await;
    let head = &seen[0].data;
    assert_eq!((&head["type"], &head["level"]), (&json!("system:alert"), &json!("critical")), "still the alert that it was");
    assert_eq!(head["watchdeck:truncated"]["bytes"], large.to_string().len());
    assert!(head["message"].as_str().unwrap().len() < 10_000);
    assert_eq!((&seen[1].data["type"], &seen[1].data["reason"]), (&json!("watchdeck:malformed"), &json!("too_large")));
    assert_eq!(seen[2].data, json!({ "n": 2 }), "and the channel goes on");
    let report: Value = running.healthz().await.1;
    assert_eq!(report["log"]["shortened"], 1);
}
