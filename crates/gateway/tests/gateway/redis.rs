//! The bridge to a real Redis: what it carries, and what it admits to have missed.

use crate::support::Running;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_gateway::Secret;
use watchdeck_testkit::{certificate::Authority, patience::soon, port::free_port, redis::Redis};

pub(crate) fn bridged(redis: &Redis) -> impl FnOnce(&mut watchdeck_gateway::Config) + use<> {
    let url = Secret::new(redis.url.clone());
    move |config| config.redis_url = Some(url)
}

fn up(report: &Value) -> bool {
    report["bridge"]["state"] == "up"
}

#[tokio::test]
async fn what_the_erp_publishes_is_logged_as_it_is_and_what_is_not_json_is_told() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    let report = running.until(up).await;
    assert_eq!(report["log"]["channels"], json!({}), "a new log has missed nothing");
    let mut client = running.native().await;
    client.subscribe("inventory", json!({})).await;
    client.subscribe("user:u7:notifications", json!({})).await;
    for message in [r#"{"type":"inventory:change","n":1}"#, "not json", r#"{"n":2}"#, "{\"n\":", r#"  {"n":3} "#] {
        assert_eq!(redis.publish_text("ws:inventory", message).await.unwrap(), 1);
    }
    redis.publish_text("other:inventory", r#"{"n":9}"#).await.unwrap();
    let seen = client.take(5).await;
    let events = seen.iter().filter(|seen| seen.data["type"] != "watchdeck:malformed");
    assert_eq!(events.map(|seen| (seen.offset, seen.n())).collect::<Vec<_>>(), [(1, 1), (3, 2), (5, 3)]);
    assert_eq!((&seen[1].data["reason"], &seen[1].data["sample"]), (&json!("not_json"), &json!("not json")));
    assert_eq!((&seen[3].data["reason"], &seen[3].data["bytes"]), (&json!("cut_off"), &json!(5)));
    redis.publish_text("ws:user:u7:notifications", r#"{"type":"notification","n":4}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 4);
    let report = running.until(|report| report["bridge"]["messages"] == 4).await;
    assert_eq!(report["bridge"]["dropped"], 2);
    running.stop().await;
}

#[tokio::test]
async fn a_storm_is_logged_whole_and_in_order() {
    const MESSAGES: u64 = 20_000;
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("inventory", json!({})).await;
    let messages: Vec<_> = (0..MESSAGES).map(|n| ("ws:inventory".to_owned(), json!({ "n": n }).to_string())).collect();
    redis.publish_all(&messages).await.unwrap();
    let seen = client.take(MESSAGES as usize).await;
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n && seen.offset == n + 1), "the order of the bus is the order of the log");
    running.stop().await;
}

#[tokio::test]
async fn a_restarted_redis_leaves_a_marker_in_every_channel_and_the_bridge_goes_on() {
    let mut redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    let mut plain = running.plain().await;
    plain.send(json!({ "type": "subscribe", "channel": "inventory" })).await;
    for channel in ["inventory", "finance", "data.products"] {
        client.subscribe(channel, json!({})).await;
    }
    redis.publish_text("ws:data.products", r#"{"n":0}"#).await.unwrap();
    redis.publish_text("ws:inventory", r#"{"n":1}"#).await.unwrap();
    client.take(2).await;

    redis.kill().await.unwrap();
    let report = running.until(|report| report["bridge"]["state"] == "down").await;
    assert_eq!(report["status"], "degraded", "what is logged is still served: {report}");
    assert!(report["bridge"]["last_error"].as_str().is_some_and(|error| !error.is_empty()));
    redis.restart().await.unwrap();

    let markers = client.take(3).await;
    for marker in &markers {
        let (from, to) = marker.gap.expect("a marker");
        assert!(from <= to && !marker.id.is_empty(), "{marker:?}");
    }
    let mut offsets: Vec<_> = markers.iter().map(|marker| marker.offset).collect();
    offsets.sort_unstable();
    assert_eq!(offsets, [1, 2, 2], "finance had nothing before, the others one event each");
    running.until(up).await;
    redis.publish_text("ws:inventory", r#"{"n":2}"#).await.unwrap();
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
    soon("the event on the plain protocol", heard).await;
    running.stop().await;
}

#[tokio::test]
async fn a_stopped_gateway_was_not_listening_either() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    let mut position = client.subscribe("inventory", json!({})).await["position"].clone();
    redis.publish_text("ws:inventory", r#"{"n":1}"#).await.unwrap();
    position["offset"] = json!(client.take(1).await[0].offset);
    let dir = running.stop().await;
    assert_eq!(redis.publish_text("ws:inventory", r#"{"n":2}"#).await.unwrap(), 0, "nobody listens");
    let running = Running::start_in(dir, bridged(&redis)).await;
    let mut client = running.native().await;
    assert_eq!(client.subscribe("inventory", json!({ "position": position })).await["recovered"], true);
    let marker = &client.take(1).await[0];
    let (from, to) = marker.gap.expect("the lost message leaves a marker");
    assert!(from <= to && to - from < 60_000, "from the last sign of life to the new subscription: {from} {to}");
    running.stop().await;
}

#[tokio::test]
async fn a_redis_that_falls_silent_without_closing_is_noticed() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("system", json!({})).await;
    redis.frozen(true).await.unwrap();
    let report = running.until(|report| report["bridge"]["state"] == "down").await;
    assert!(report["bridge"]["last_error"].as_str().unwrap().contains("did not answer"), "{report}");
    redis.frozen(false).await.unwrap();
    let (from, to) = client.take(1).await[0].gap.expect("a marker");
    assert!(to - from >= 2_500, "the silence counts from the last answer, not from when it was noticed: {from} {to}");
    running.stop().await;
}

#[tokio::test]
async fn redis_may_come_later_than_the_gateway() {
    let mut redis = Redis::on_socket().await.unwrap();
    redis.kill().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    let report = running.until(|report| !report["bridge"]["last_error"].is_null()).await;
    assert_eq!((&report["bridge"]["state"], &report["status"]), (&json!("down"), &json!("degraded")));
    redis.restart().await.unwrap();
    running.until(up).await;
    running.stop().await;
}

#[tokio::test]
async fn a_console_is_told_whether_the_gateway_hears_the_erp() {
    let mut redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    let status = client.status().await;
    assert_eq!((&status["upstream"], &status["reason"]), (&json!("up"), &Value::Null), "right after the hello: {status}");
    redis.kill().await.unwrap();
    let status = client.status().await;
    assert_eq!(status["upstream"], "down", "{status}");
    assert!(status["since"].as_i64().is_some_and(|since| since > 0) && status["reason"].as_str().is_some_and(|why| !why.is_empty()));
    let status = running.native().await.status().await;
    assert_eq!(status["upstream"], "down", "whoever comes later is told too: {status}");
    redis.restart().await.unwrap();
    while client.status().await["upstream"] != "up" {}
    running.stop().await;
}

#[tokio::test]
async fn a_gateway_without_a_bus_says_nothing_of_one() {
    let running = Running::start(|_| ()).await;
    let mut client = running.native().await;
    client.send(json!({ "type": "subscribe", "channel": "orders" })).await;
    assert_eq!(client.any_frame().await["type"], "subscribed", "no status comes before it");
    running.stop().await;
}

#[tokio::test]
async fn after_a_long_outage_the_bridge_is_back_at_once() {
    let mut redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    redis.kill().await.unwrap();
    running.until(|report| report["bridge"]["state"] == "down").await;
    // Long enough for a back-off that doubles to have grown beyond what is asserted below.
    tokio::time::sleep(Duration::from_secs(4)).await;
    redis.restart().await.unwrap();
    let began = std::time::Instant::now();
    running.until(up).await;
    assert!(began.elapsed() < Duration::from_secs(2), "nothing replays what is published meanwhile: {:?}", began.elapsed());
    running.stop().await;
}

#[tokio::test]
async fn what_is_nearly_json_is_read_and_the_rest_is_kept_and_told() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("system", json!({})).await;
    let messages: [&[u8]; 5] =
        [b"{\"n\":1,\"newQuantity\":NaN}", b"\xef\xbb\xbf{\"n\":2}", b"{\"message\":\"K\xfchlhaus\"}", b"\x1f\x8b\x08\x00\x00", b""];
    for message in messages {
        redis.publish_text("ws:system", message).await.unwrap();
    }
    let seen = client.take(5).await;
    assert_eq!((&seen[0].data["n"], &seen[0].data["newQuantity"]), (&json!(1), &json!("NaN")), "{:?}", seen[0]);
    assert!(seen[0].data["watchdeck:read"].is_string(), "it says that it was mended");
    assert_eq!(seen[1].data, json!({ "n": 2 }));
    let reasons: Vec<_> = seen[2..].iter().map(|seen| (seen.data["type"].clone(), seen.data["reason"].clone())).collect();
    let malformed = |reason| (json!("watchdeck:malformed"), json!(reason));
    assert_eq!(reasons, [malformed("not_utf8"), malformed("compressed"), malformed("empty")]);
    let report = running.until(|report| report["bridge"]["dropped"] == 4).await;
    assert_eq!((&report["bridge"]["messages"], &report["bridge"]["mended"]), (&json!(2), &json!(1)), "{report}");
    running.stop().await;
}

#[tokio::test]
async fn a_channel_is_either_followed_or_refused_aloud() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    for channel in ["system", "order updates", "库存 预警"] {
        client.subscribe(channel, json!({})).await;
    }
    redis.publish_text("ws:order updates", r#"{"n":1}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 1);
    redis.publish_text("ws:库存 预警", r#"{"n":2}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 2);
    for refused in ["ws:", "ws:ws:orders", "ws:watchdeck:decisions", "ws:a\nb"] {
        redis.publish_text(refused, r#"{"n":3}"#).await.unwrap();
        let told = client.take(1).await.remove(0).data;
        assert_eq!(
            (&told["type"], &told["reason"], &told["count"]),
            (&json!("watchdeck:malformed"), &json!("channel_name"), &json!(1)),
            "{told}"
        );
    }
    let report = running.until(|report| report["bridge"]["unfollowable"].as_object().is_some_and(|names| names.len() == 4)).await;
    assert_eq!(report["bridge"]["unfollowable"]["ws:ws:orders"], 1, "{report}");
    running.stop().await;
}

#[tokio::test]
async fn nobody_outside_speaks_for_watchdeck() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("orders", json!({})).await;
    let forged = json!({ "type": "watchdeck:gap", "from": 1, "to": 2, "reason": "bridge_down" });
    let (status, answer) = running.post("/api/publish", None, &json!({ "channel": "orders", "data": forged })).await;
    assert_eq!(status, 400);
    assert!(answer["message"].as_str().unwrap().contains("Watchdeck's own"), "{answer}");
    redis.publish_text("ws:orders", forged.to_string()).await.unwrap();
    let seen = client.take(1).await.remove(0);
    assert_eq!((seen.gap, &seen.data["reason"]), (None, &json!("own_kind")), "no marker, and a word about it: {:?}", seen.data);
    running.stop().await;
}

#[tokio::test]
async fn the_least_rights_suffice_and_missing_ones_are_named() {
    let redis = Redis::on_socket().await.unwrap();
    redis.command("ACL SETUSER least on >p@ss#w/rd% resetchannels &ws:* -@all +psubscribe").await.unwrap();
    redis.command("ACL SETUSER none on >p@ss#w/rd% resetchannels ~* +@all").await.unwrap();
    let with = |user: &'static str, password: &'static str| {
        let url = Secret::new(redis.url.clone());
        move |config: &mut watchdeck_gateway::Config| {
            config.redis_url = Some(url);
            (config.redis_username, config.redis_password) = (Some(user.into()), Some(Secret::new(password)));
        }
    };
    let running = Running::start(with("least", "p@ss#w/rd%")).await;
    running.until(up).await;
    redis.publish_text("ws:orders", r#"{"n":1}"#).await.unwrap();
    let report = running.until(|report| report["bridge"]["messages"] == 1).await;
    assert_eq!(report["bridge"]["last_error"], Value::Null, "{report}");
    running.stop().await;
    for (user, password, words) in [("none", "p@ss#w/rd%", ["permission", "&ws:*"]), ("least", "wrong", ["WRONGPASS", "redis.password"])] {
        let running = Running::start(with(user, password)).await;
        let report = running.until(|report| report["bridge"]["state"] == "down").await;
        let error = report["bridge"]["last_error"].as_str().unwrap();
        assert!(words.iter().all(|word| error.contains(word)) && !error.contains("p@ss"), "{error}");
        running.stop().await;
    }
}

#[tokio::test]
async fn redis_over_tls_is_bridged_when_its_authority_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::unknown();
    let (certificate, key) = authority.files("localhost");
    for (name, pem) in [("redis.pem", certificate), ("redis.key", key)] {
        std::fs::write(dir.path().join(name), pem).unwrap();
    }
    let port = free_port().unwrap().to_string();
    let ca = authority.file.display().to_string();
    let settings = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        "redis.pem",
        "--tls-key-file",
        "redis.key",
        "--tls-ca-cert-file",
        &ca,
        "--tls-auth-clients",
        "no",
    ];
    let redis = Redis::on_socket_in(dir, &settings).await.unwrap();
    let url = Secret::new(format!("REDISS://localhost:{port}"));
    let (named, ca) = (url.clone(), Some(authority.file.clone()));
    let running = Running::start(move |config| (config.redis_url, config.redis_ca_file) = (Some(named), ca)).await;
    running.until(up).await;
    assert_eq!(redis.publish_text("ws:orders", "{}").await.unwrap(), 1);
    running.until(|report| report["bridge"]["messages"] == 1).await;
    running.stop().await;
    let running = Running::start(move |config| config.redis_url = Some(url)).await;
    let report = running.until(|report| report["bridge"]["state"] == "down").await;
    assert!(report["bridge"]["last_error"].as_str().unwrap().contains("redis.ca_file"), "{report}");
    running.stop().await;
}

#[tokio::test]
async fn a_subscriber_that_redis_let_go_leaves_a_marker_and_no_memory() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("orders", json!({})).await;
    redis.publish_text("ws:orders", r#"{"n":1}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 1);
    redis.command("CLIENT KILL TYPE pubsub").await.unwrap();
    assert!(client.take(1).await[0].gap.is_some(), "a hole with its times");
    running.until(up).await;
    redis.publish_text("ws:orders", r#"{"n":2}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_keeps_its_head_and_stops_nothing() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    running.until(up).await;
    let mut client = running.native().await;
    client.subscribe("system", json!({})).await;
    let large = json!({ "type": "system:alert", "level": "critical", "message": "x".repeat(20 << 20) }).to_string();
    redis.publish_text("ws:system", &large).await.unwrap();
    redis.publish_text("ws:system", r#"{"n":2}"#).await.unwrap();
    let seen = client.take(2).await;
    assert_eq!((&seen[0].data["reason"], &seen[0].data["bytes"]), (&json!("too_large"), &json!(large.len())));
    assert!(seen[0].data["sample"].as_str().unwrap().contains("critical"), "its head is there");
    assert_eq!(seen[1].n(), 2);
    running.stop().await;
}
