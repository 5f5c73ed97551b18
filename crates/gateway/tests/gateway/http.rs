//! Publishing and health over HTTP.

use crate::support::Running;
use serde_json::{Value, json};
use watchdeck_gateway::Secret;
use watchdeck_store::Options;
use watchdeck_testkit::caller::Seen;

#[tokio::test]
async fn one_event_and_many_are_answered_with_their_places() {
    let running = Running::start(|_| ()).await;
    let (status, answer) = running.post("/api/publish", None, &json!({ "channel": "orders", "data": { "n": 1 } })).await;
    assert_eq!(status, 200, "{answer}");
    let event = &answer["events"][0];
    assert_eq!((&event["channel"], &event["offset"], &event["duplicate"]), (&json!("orders"), &json!(1), &json!(false)));
    let id: uuid::Uuid = event["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7, "ids sort by time");

    let many = json!({ "events": [
        { "channel": "orders", "data": { "n": 2 }, "id": "mine-1" },
        { "channel": "finance", "data": { "n": 3 } },
        { "channel": "orders", "data": { "n": 4 } },
    ] });
    let (_, answer) = running.post("/api/publish", None, &many).await;
    let places: Vec<_> =
        answer["events"].as_array().unwrap().iter().map(|e| (e["channel"].as_str().unwrap(), e["offset"].as_u64().unwrap())).collect();
    assert_eq!(places, [("orders", 2), ("finance", 1), ("orders", 3)]);
}

#[tokio::test]
async fn the_same_id_twice_is_one_event() {
    let running = Running::start(|_| ()).await;
    let event = json!({ "channel": "orders", "data": { "n": 1 }, "id": "invoice-77" });
    let (_, first) = running.post("/api/publish", None, &event).await;
    running.publish("orders", 2).await;
    let (status, again) =
        running.post("/api/publish", None, &json!({ "events": [event, { "channel": "orders", "data": { "n": 3 } }] })).await;
    assert_eq!(status, 200);
    assert_eq!(first["events"][0]["duplicate"], false);
    assert_eq!(
        again["events"][0],
        json!({ "id": "invoice-77", "channel": "orders", "offset": 1, "duplicate": true }),
        "the place it has, not a new one"
    );
    assert_eq!(again["events"][1]["offset"], 3);
    let mut client = running.native().await;
    client.subscribe("orders", json!({ "rewind": { "count": 100 } })).await;
    assert_eq!(client.take(3).await.iter().map(Seen::n).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn a_bad_request_names_the_event_and_the_field_and_logs_nothing() {
    let running = Running::start(|_| ()).await;
    let good = json!({ "channel": "orders", "data": {} });
    let cases = [
        (json!({ "events": [good, { "data": {} }] }), "event 1, `channel`"),
        (json!({ "events": [good, good, { "channel": "orders" }] }), "event 2, `data`"),
        (json!({ "channel": "orders", "data": "text" }), "event 0, `data`"),
        (json!({ "channel": "", "data": {} }), "event 0, `channel`"),
        (json!({ "channel": "ws:orders", "data": {} }), "leave out the prefix"),
        (json!({ "channel": "watchdeck:own", "data": {} }), "the gateway's own"),
        (json!({ "channel": 7, "data": {} }), "event 0, `channel`"),
        (json!({ "channel": "orders", "data": {}, "id": 7 }), "event 0, `id`"),
        (json!({ "channel": "orders", "data": {}, "id": "x".repeat(129) }), "128 bytes"),
        (json!({ "events": [good, { "channel": "orders", "data": {}, "ID": "x" }] }), "event 1: unknown field `ID`"),
        (json!({ "events": [good], "id": "x" }), "stands alone"),
        (json!([good]), "the body must be"),
    ];
    for (body, part) in cases {
        let (status, answer) = running.post("/api/publish", None, &body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().contains(part), "{part:?} is missing in {answer}");
    }
    assert_eq!(running.post_text("/api/publish", None, "{\"channel\":".into()).await.0, 400);
    assert_eq!(running.healthz().await.1["log"]["events"], 0, "all or nothing");
}

#[tokio::test]
async fn too_much_at_once_is_refused_and_nearly_too_much_is_not() {
    let running = Running::start(|_| ()).await;
    let text = "x".repeat(1_000_000);
    let event = json!({ "channel": "orders", "data": { "text": text } });
    assert_eq!(running.post("/api/publish", None, &event).await.0, 200);
    let (status, answer) = running.post("/api/publish", None, &json!({ "events": [event, event, event, event, event] })).await;
    assert_eq!((status, &answer["code"]), (413, &json!("too_large")), "five at once are more than one body may be");
    let mut client = running.native().await;
    client.subscribe("orders", json!({ "rewind": { "count": 1 } })).await;
    assert_eq!(client.take(1).await[0].data["text"].as_str().unwrap().len(), 1_000_000, "a big event is served whole");
}

#[tokio::test]
async fn publishing_asks_for_the_key_where_there_is_one() {
    let running = Running::start(|config| config.publish_key = Some(Secret::new("a-long-enough-key"))).await;
    let event = json!({ "channel": "orders", "data": {} });
    for key in [None, Some("wrong"), Some("a-long-enough-kez")] {
        for path in ["/api/publish", "/api/decisions"] {
            let (status, answer) = running.post(path, key, &event).await;
            assert_eq!(status, 401, "{key:?}");
            assert!(answer["message"].as_str().unwrap().contains("publish_key"), "{answer}");
        }
    }
    assert_eq!(running.post("/api/publish", Some("a-long-enough-key"), &event).await.0, 200);
}

#[tokio::test]
async fn a_web_page_cannot_publish_through_the_browser_of_an_open_gateway() {
    let running = Running::start(|_| ()).await;
    let client = reqwest::Client::new();
    let body = r#"{"channel":"orders","data":{}}"#;
    let foreign = client
        .post(running.url("/api/publish"))
        .header("content-type", "application/json")
        .header("origin", "https://evil.example")
        .body(body);
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let simple = client.post(running.url("/api/publish")).header("content-type", "text/plain").body(body);
    assert_eq!(simple.send().await.unwrap().status(), 415, "what a form can send is not taken");
}

#[tokio::test]
async fn health_tells_the_state_of_the_log() {
    let running = Running::start(|_| ()).await;
    running.publish_all("orders", 0..3).await;
    let _client = running.native().await;
    let report = running.until(|report| report["connections"] == 1).await;
    assert_eq!((&report["status"], &report["bridge"]["state"], &report["log"]["events"]), (&json!("ok"), &json!("off"), &json!(3)));
    assert_eq!(report["log"]["channels"], json!({ "orders": { "first": 1, "last": 3 } }));
    assert!(report["epoch"].as_str().is_some_and(|epoch| !epoch.is_empty()) && report["version"].is_string(), "{report}");
    assert_eq!(reqwest::get(running.url("/nowhere")).await.unwrap().status(), 404);
}

#[tokio::test]
async fn health_keeps_channel_names_from_strangers() {
    let running = Running::start(|config| config.read_token = Some(Secret::new("a-long-enough-token"))).await;
    running.publish("user:u7:notifications", 1).await;
    let (status, report) = running.healthz().await;
    assert_eq!((status, &report["status"], &report["log"]), (200, &json!("ok"), &Value::Null));
    let full = reqwest::Client::new().get(running.url("/healthz")).bearer_auth("a-long-enough-token").send().await.unwrap();
    let full: Value = full.json().await.unwrap();
    assert_eq!(full["log"]["channels"]["user:u7:notifications"]["last"], 1);
}

#[tokio::test]
async fn a_log_that_takes_no_writes_is_said_to_fail_until_it_does_again() {
    let running = Running::start(|_| ()).await;
    let event = json!({ "channel": "orders", "data": {}, "id": "once" });
    let path = running.dir.path().join("gateway.db");
    // Another process holds the file's write lock, as a backup tool might.
    let lock = watchdeck_store::open_connection(&path, Options::LOG).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (status, answer) = running.post("/api/publish", None, &event).await;
    assert_eq!((status, &answer["code"]), (503, &json!("store_unavailable")), "{answer}");
    let (status, report) = running.healthz().await;
    assert_eq!((status, &report["status"]), (503, &json!("failing")), "{report}");
    assert!(report["log"]["error"].is_string());
    lock.execute_batch("ROLLBACK").unwrap();
    running.until(|report| report["status"] == "ok").await;
    let (status, answer) = running.post("/api/publish", None, &event).await;
    assert_eq!((status, &answer["events"][0]["duplicate"]), (200, &json!(false)), "nothing was half done");
}
