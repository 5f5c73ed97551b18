//! The bridge to a real Redis: what it carries, and what it admits to have missed.

use crate::support::{Client, PATIENCE, Redis, Running, config};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_gateway::{Gateway, Secret};

fn bridged(redis: &Redis) -> impl FnOnce(&mut watchdeck_gateway::Config) + use<> {
    let url = Secret::new(&redis.url());
    move |config| config.redis_url = Some(url)
}

fn up(report: &Value) -> bool {
    report["bridge"]["state"] == "up"
}

#[tokio::test]
async fn what_the_erp_publishes_is_logged_as_it_is_and_what_is_not_json_is_counted() {
    let redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    let report = running.until(up).await;
    assert_eq!(report["log"]["channels"], json!({}), "a new log has missed nothing");
    let mut client = Client::native(&running).await;
    client.subscribe("inventory", json!({})).await;
    client.subscribe("user:u7:notifications", json!({})).await;
    for message in [r#"{"type":"inventory:change","n":1}"#, "not json", r#"{"n":2}"#, "{\"n\":", r#"  {"n":3} "#] {
        assert_eq!(redis.publish("ws:inventory", message).await, 1);
    }
    redis.publish("other:inventory", r#"{"n":9}"#).await;
    let seen = client.take(3).await;
    assert_eq!(seen.iter().map(|seen| (seen.offset, seen.n())).collect::<Vec<_>>(), [(1, 1), (2, 2), (3, 3)]);
    redis.publish("ws:user:u7:notifications", r#"{"type":"notification","n":4}"#).await;
    assert_eq!(client.take(1).await[0].n(), 4);
    let report = running.until(|report| report["bridge"]["messages"] == 4).await;
    assert_eq!(report["bridge"]["dropped"], 2);
    running.stop().await;
}

#[tokio::test]
async fn a_storm_is_logged_whole_and_in_order() {
    const MESSAGES: u64 = 20_000;
    let redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = Client::native(&running).await;
    client.subscribe("inventory", json!({})).await;
    let mut connection = redis.connection().await;
    for first in (0..MESSAGES).step_by(1_000) {
        let mut pipeline = ::redis::pipe();
        for n in first..first + 1_000 {
            pipeline.cmd("PUBLISH").arg("ws:inventory").arg(json!({ "n": n }).to_string()).ignore();
        }
        pipeline.query_async::<()>(&mut connection).await.unwrap();
    }
    let seen = client.take(MESSAGES as usize).await;
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n && seen.offset == n + 1), "the order of the bus is the order of the log");
    running.stop().await;
}

#[tokio::test]
async fn a_restarted_redis_leaves_a_marker_in_every_channel_and_the_bridge_goes_on() {
    let mut redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = Client::native(&running).await;
    let mut plain = Client::plain(&running).await;
    plain.send(json!({ "type": "subscribe", "channel": "inventory" })).await;
    for channel in ["inventory", "finance", "data.products"] {
        client.subscribe(channel, json!({})).await;
    }
    redis.publish("ws:data.products", r#"{"n":0}"#).await;
    redis.publish("ws:inventory", r#"{"n":1}"#).await;
    client.take(2).await;

    redis.kill().await;
    let report = running.until(|report| report["bridge"]["state"] == "down").await;
    assert_eq!(report["status"], "degraded", "what is logged is still served: {report}");
    assert!(report["bridge"]["last_error"].as_str().is_some_and(|error| !error.is_empty()));
    redis.restart().await;

    let markers = client.take(3).await;
    for marker in &markers {
        let (from, to) = marker.gap.expect("a marker");
        assert!(from <= to && !marker.id.is_empty(), "{marker:?}");
    }
    let mut offsets: Vec<_> = markers.iter().map(|marker| marker.offset).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, [1, 2, 2], "finance had nothing before, the others one event each");
    running.until(up).await;
    redis.publish("ws:inventory", r#"{"n":2}"#).await;
    let after = client.take(1).await;
    assert_eq!((after[0].offset, after[0].n()), (3, 2), "the marker has a place in the log like any event");
    let channels = running.healthz().await.1["log"]["channels"].clone();
    assert_eq!(channels.as_object().unwrap().len(), 10, "nine fixed channels and the one that was seen: {channels}");

    let heard = async {
        let mut last = Value::Null;
        while last["data"]["n"] != 2 {
            last = plain.frame().await;
            assert_eq!(last["data"].get("type"), None, "no marker on the plain protocol: {last}");
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_stopped_gateway_was_not_listening_either() {
    let redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = Client::native(&running).await;
    let mut position = client.subscribe("inventory", json!({})).await["position"].clone();
    redis.publish("ws:inventory", r#"{"n":1}"#).await;
    position["offset"] = json!(client.take(1).await[0].offset);
    let dir = running.stop().await;
    assert_eq!(redis.publish("ws:inventory", r#"{"n":2}"#).await, 0, "nobody listens");
    let running = Running::start_in(dir, bridged(&redis)).await;
    let mut client = Client::native(&running).await;
    assert_eq!(client.subscribe("inventory", json!({ "position": position })).await["recovered"], true);
    let marker = &client.take(1).await[0];
    let (from, to) = marker.gap.expect("the lost message leaves a marker");
    assert!(from <= to && to - from < 60_000, "from the last sign of life to the new subscription: {from} {to}");
    running.stop().await;
}

#[tokio::test]
async fn a_redis_that_falls_silent_without_closing_is_noticed() {
    let redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = Client::native(&running).await;
    client.subscribe("system", json!({})).await;
    redis.frozen(true).await;
    let report = running.until(|report| report["bridge"]["state"] == "down").await;
    assert!(report["bridge"]["last_error"].as_str().unwrap().contains("did not answer"), "{report}");
    redis.frozen(false).await;
    let (from, to) = client.take(1).await[0].gap.expect("a marker");
    assert!(to - from >= 4_000, "the silence counts from the last answer, not from when it was noticed: {from} {to}");
    running.stop().await;
}

#[tokio::test]
async fn redis_may_come_later_than_the_gateway() {
    let mut redis = Redis::start().await;
    redis.kill().await;
    let running = Running::start(bridged(&redis)).await;
    let report = running.until(|report| !report["bridge"]["last_error"].is_null()).await;
    assert_eq!((&report["bridge"]["state"], &report["status"]), (&json!("connecting"), &json!("degraded")));
    redis.restart().await;
    running.until(up).await;
    running.stop().await;
}

fn decision(key: &str) -> Value {
    json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": "SO-1", "approve": true, "approverId": "u1", "approverName": "张敏" })
}

#[tokio::test]
async fn a_decision_reaches_the_erp_once() {
    let redis = Redis::start().await;
    let running = Running::start(bridged(&redis)).await;
    let (status, answer) = running.post("/api/decisions", None, &decision("k1")).await;
    assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "nobody listens, so nobody decided: {answer}");

    let mut erp = ::redis::Client::open(redis.url()).unwrap().get_async_pubsub().await.unwrap();
    erp.subscribe("watchdeck:decisions").await.unwrap();
    let mut heard = erp.on_message();
    for (key, repeated) in [("k1", false), ("k1", true), ("k2", false)] {
        let (status, answer) = running.post("/api/decisions", None, &decision(key)).await;
        assert_eq!((status, answer), (200, json!({ "idempotencyKey": key, "accepted": true, "repeated": repeated })));
    }
    for key in ["k1", "k2"] {
        let message = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap().unwrap();
        let message: Value = serde_json::from_str(&message.get_payload::<String>().unwrap()).unwrap();
        assert_eq!(message, decision(key), "each key once, in the agreed spelling");
    }
    drop(heard);
    running.stop().await;
}

#[tokio::test]
async fn without_anybody_to_decide_the_answer_says_so() {
    let running = Running::start(|_| ()).await;
    let (status, answer) = running.post("/api/decisions", None, &decision("k")).await;
    assert_eq!((status, &answer["code"]), (501, &json!("unsupported")), "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("redis.url"));
    let (status, answer) = running.post("/api/decisions", None, &json!({ "approve": true })).await;
    assert_eq!(status, 400);
    assert!(answer["message"].as_str().unwrap().contains("idempotencyKey"), "{answer}");
}

struct Erp(tokio::sync::mpsc::Sender<watchdeck_gateway::DecisionRequest>);

#[async_trait::async_trait]
impl watchdeck_gateway::Decisions for Erp {
    async fn decide(&self, decision: watchdeck_gateway::DecisionRequest) -> Result<(), watchdeck_gateway::DecisionError> {
        if decision.resource_id == "taken" {
            return Err(watchdeck_gateway::DecisionError::Refused("李雷 approved it before you".into()));
        }
        self.0.send(decision).await.map_err(|error| watchdeck_gateway::DecisionError::Unavailable(error.to_string()))
    }
}

#[tokio::test]
async fn an_embedded_erp_decides_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, mut decisions) = tokio::sync::mpsc::channel(8);
    let gateway = Gateway::start(config(dir.path()), Some(std::sync::Arc::new(Erp(sender)))).await.unwrap();
    let running = Running { gateway, dir };
    assert_eq!(running.post("/api/decisions", None, &decision("k")).await.0, 200);
    assert_eq!(decisions.recv().await.unwrap().approver_name, "张敏");
    let mut taken = decision("k2");
    taken["resourceId"] = json!("taken");
    let (status, answer) = running.post("/api/decisions", None, &taken).await;
    assert_eq!((status, answer["message"].as_str().unwrap()), (409, "李雷 approved it before you"));
}
