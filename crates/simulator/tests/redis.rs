//! The program against a real Redis: it publishes as the ERP does and answers decisions.

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use watchdeck_testkit::{patience::soon, redis::Redis};

fn simulator(redis: &Redis, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_watchdeck-simulator"))
        .args(["--redis", &redis.url])
        .args(arguments)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn next(messages: &mut redis::aio::PubSub) -> (String, Value) {
    let message = soon("a message", messages.on_message().next()).await.expect("connected");
    (
        message.get_channel_name().to_owned(),
        serde_json::from_slice(message.get_payload_bytes()).expect("bare JSON, as the ERP publishes it"),
    )
}

#[tokio::test]
async fn it_publishes_the_count_it_was_asked_for_and_ends() {
    let redis = Redis::start().await.unwrap();
    let mut messages = redis.listen("ws:*").await.unwrap();
    let mut simulator = simulator(&redis, &["--rate", "2000", "--count", "500"]);
    for number in 0..500 {
        let (channel, event) = next(&mut messages).await;
        assert!(channel.starts_with("ws:") && event["type"].is_string() && event["timestamp"].is_i64(), "{number}: {channel} {event}");
    }
    let ended = soon("its end by itself", simulator.wait()).await.unwrap();
    assert!(ended.success());
}

#[tokio::test]
async fn in_old_words_too_every_sale_comes_with_its_copies_and_some_messages_come_twice() {
    let redis = Redis::start().await.unwrap();
    let mut messages = redis.listen("ws:*").await.unwrap();
    let mut simulator = simulator(&redis, &["--rate", "2000", "--count", "500", "--legacy"]);
    let ended = soon("its end by itself", simulator.wait()).await.unwrap();
    assert!(ended.success());
    let (mut sales, mut copies, mut doubles, mut last) = (0, 0, 0, Value::Null);
    // The simulator is gone, so everything is on its way; the end is told by a message of our own.
    redis.publish_text("ws:end", "{}").await.unwrap();
    loop {
        let (channel, event) = next(&mut messages).await;
        if channel == "ws:end" {
            break;
        }
        let again = event == last;
        doubles += u32::from(again);
        sales += u32::from(!again && event["type"] == "inventory:change" && event["action"] == "outbound");
        copies += u32::from(event["type"] == "outbound");
        last = event;
    }
    assert!(sales > 50 && copies >= sales * 2, "{copies} copies of {sales} sales");
    assert!(doubles > 50, "{doubles} doubles");
}

#[tokio::test]
async fn a_decision_over_redis_comes_back_as_events_and_counts_once() {
    let redis = Redis::start().await.unwrap();
    let mut messages = redis.listen("ws:*").await.unwrap();
    let _simulator = simulator(&redis, &["--rate", "0.1", "--incident", "approval_burst"]);
    let mut requests = Vec::new();
    while requests.len() < 5 {
        let (channel, event) = next(&mut messages).await;
        assert_eq!((channel.as_str(), &event["type"]), ("ws:approvals", &json!("approval:request")));
        requests.push(event);
    }

    let decide = async |key: &str, request: &Value, approve: bool| {
        let decision = json!({ "idempotencyKey": key, "resourceType": request["resourceType"], "resourceId": request["resourceId"],
            "approve": approve, "reason": "缺合同", "approverId": "me", "approverName": "我" });
        let heard = redis.publish("watchdeck:decisions", &decision).await.unwrap();
        assert_eq!(heard, 1, "the simulator listens before it publishes its first event");
    };
    decide("k1", &requests[1], false).await;
    decide("k1", &requests[1], false).await;
    decide("k2", &requests[1], true).await;
    decide("k3", &requests[4], false).await;

    let mut results = Vec::new();
    while results.last().is_none_or(|event: &Value| event["resourceId"] != requests[4]["resourceId"]) {
        let (channel, event) = next(&mut messages).await;
        if channel == "ws:approvals" && event["type"] != "approval:request" {
            results.push(event);
        }
    }
    assert_eq!(results.len(), 2, "the repeat and the late decision change nothing: {results:?}");
    assert_eq!(results[0]["type"], "approval:rejected");
    assert_eq!((&results[0]["resourceId"], &results[0]["comment"]), (&requests[1]["resourceId"], &json!("缺合同")));
    let (channel, told) = next(&mut messages).await;
    assert_eq!(channel, format!("ws:user:{}:notifications", results[1]["requesterId"].as_str().unwrap()));
    assert_eq!(told["notificationType"], "warning");
}
