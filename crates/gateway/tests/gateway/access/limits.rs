//! How much one user may ask for.

use super::{add, enter};
use crate::support::{Running, config};
use serde_json::json;
use watchdeck_gateway::config::LimitsConfig;

async fn start(limits: LimitsConfig) -> (Running, String, String) {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    let (one, other) = (add(dir.path(), "u7", &["admin"], &own), add(dir.path(), "u8", &["admin"], &own));
    (Running::with_ways(dir, |config| config.limits = limits).await, one, other)
}

#[tokio::test]
async fn who_asks_for_too_much_is_told_how_long_to_wait() {
    let limits = LimitsConfig { publishes_per_second: 1, decisions_per_minute: 1, subscriptions_per_minute: 2, ..LimitsConfig::default() };
    let (running, one, other) = start(limits).await;
    let decision =
        json!({ "idempotencyKey": "k", "resourceType": "x", "resourceId": "1", "approve": true, "approverId": "a", "approverName": "b" });
    assert_eq!(running.post("/api/decisions", Some(&one), &decision).await.0, 501, "nobody takes decisions here, and it was counted");
    let asked = reqwest::Client::new().post(running.url("/api/decisions")).bearer_auth(&one).json(&decision).send().await.unwrap();
    assert_eq!(asked.status(), 429);
    let wait: u64 = asked.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let answer = asked.text().await.unwrap();
    assert!(answer.contains("rate_limited") && answer.contains(&format!("wait {wait} s")), "{answer}");
    assert_eq!(running.post("/api/decisions", Some(&other), &decision).await.0, 501, "one user's haste is not another's");

    let event = json!({ "channel": "orders", "data": {} });
    let many = json!({ "events": vec![event; 3] });
    assert_eq!(running.post("/api/publish", Some(&one), &many).await.0, 200, "more than a share at once takes all of it");
    let (status, answer) = running.post("/api/publish", Some(&one), &many).await;
    assert!(status == 429 && answer["message"].as_str().unwrap().contains("wait"), "{status} {answer}");

    let (mut client, _) = enter(&running, &one).await;
    client.subscribe("orders", json!({})).await;
    client.subscribe("finance", json!({})).await;
    client.send(json!({ "type": "subscribe", "channel": "system" })).await;
    let refused = client.frame().await;
    assert_eq!((&refused["code"], &refused["channel"]), (&json!("rate_limited"), &json!("system")), "{refused}");
    assert!(refused["retryAfterMs"].as_u64().is_some_and(|wait| (1..=31_000).contains(&wait)), "{refused}");
}

#[tokio::test]
async fn a_session_that_has_had_its_share_goes_on_more_slowly_and_misses_nothing() {
    let (running, one, _) = start(LimitsConfig { bytes_per_second: 200_000, ..LimitsConfig::default() }).await;
    let filling = "x".repeat(1_000);
    running.publish_json("orders", (1..=600).map(|n| json!({ "n": n, "filling": filling }))).await;
    let (mut client, _) = enter(&running, &one).await;
    client.subscribe("orders", json!({ "rewind": { "count": 600 } })).await;
    let numbers: Vec<u64> = client.take(600).await.iter().map(|seen| seen.n()).collect();
    assert_eq!(numbers, (1..=600).collect::<Vec<_>>());
}
