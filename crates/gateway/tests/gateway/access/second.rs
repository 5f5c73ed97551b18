//! A second user: over every route there is, it reads nothing of another's.

use super::{add, dial, enter, names};
use crate::support::{Running, config};
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_testkit::{caller::Client, patience::until};

const OTHERS: &str = "user:u7:notifications";
const SECRET: &str = "s3cr3t-of-u7";

#[tokio::test]
async fn a_second_user_reads_nothing_of_anothers_notifications() {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    let (owner, second) =
        (add(dir.path(), "u7", &["approver"], &own), add(dir.path(), "u8", &["approver", "warehouse", "finance", "wall"], &own));
    let running = Running::with_ways(dir, |_| ()).await;
    let publish = async || running.publish_json(OTHERS, [json!({ "type": "test:event", "n": 1, "text": SECRET })]).await;
    publish().await;
    let mut heard = Vec::new();

    // watchdeck.v1: by name, by a pattern, from a position, from the beginning, and unasked.
    let (mut client, hello) = enter(&running, &second).await;
    assert!(!names(&hello["channels"]).contains(&OTHERS), "{hello}");
    let epoch = "any";
    for (channel, from) in [
        (OTHERS, json!({})),
        (OTHERS, json!({ "rewind": { "count": 100 } })),
        (OTHERS, json!({ "rewind": { "since": 0 } })),
        (OTHERS, json!({ "position": { "epoch": epoch, "offset": 0 } })),
        ("user:*", json!({})),
        ("user:*:notifications", json!({})),
        ("*", json!({})),
        (" user:u7:notifications", json!({})),
        ("USER:u7:notifications", json!({ "rewind": { "count": 100 } })),
    ] {
        let mut frame = json!({ "type": "subscribe", "channel": channel });
        frame.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        client.send(frame).await;
        let answer = client.frame().await;
        heard.push(answer.clone());
        assert_eq!(answer["code"], "forbidden", "{channel}: {answer}");
    }
    // The plain protocol.
    let cookie = format!("next-auth.session-token={second}");
    let mut plain = Client::open(running.gateway.addr(), "/", &[("cookie", &cookie)]).await;
    for channel in [OTHERS, "*", "user:*", "orders"] {
        plain.send(json!({ "type": "subscribe", "channel": channel })).await;
    }
    until("both to hear what they may", async || {
        publish().await;
        running.publish("orders", 1).await;
        let frame = tokio::time::timeout(Duration::from_millis(100), plain.any_frame()).await.ok()?;
        heard.push(frame.clone());
        (frame["channel"] == "orders").then_some(())
    })
    .await;
    client.subscribe("orders", json!({ "rewind": { "count": 1 } })).await;
    heard.push(json!(client.take(1).await[0].data));
    // A channel that is new is told to whom it may be told.
    let fresh = "user:u7:notifications2";
    running.publish(fresh, 1).await;
    running.publish("user:u8:notifications", 1).await;

    // HTTP.
    let http = reqwest::Client::new();
    for path in ["/healthz", "/", "/ws", "/api/publish", "/api/decisions", "/api/history?channel=user:u7:notifications", "/events"] {
        let answer = http.get(running.url(path)).bearer_auth(&second).send().await.unwrap().text().await.unwrap();
        assert!(!answer.contains("u7"), "{path}: {answer}");
        heard.push(Value::from(answer));
    }
    for (path, body) in [
        ("/api/publish", json!({ "channel": OTHERS, "data": { "n": 1 }, "id": "guess" })),
        (
            "/api/decisions",
            json!({ "idempotencyKey": "k", "resourceType": "x", "resourceId": "1", "approve": true, "approverId": "u7", "approverName": "x" }),
        ),
    ] {
        let (status, answer) = running.post(path, Some(&second), &body).await;
        assert!(status == 403 || status == 501, "{path}: {status} {answer}");
        heard.push(answer);
    }
    assert!(!json!(heard).to_string().contains(SECRET), "{heard:?}");

    // Who may, reads.
    let (mut mine, _) = enter(&running, &owner).await;
    mine.subscribe(OTHERS, json!({ "rewind": { "count": 1 } })).await;
    assert_eq!(mine.take(1).await[0].data["text"], SECRET);
    let (_, hello) = enter(&running, &second).await;
    assert!(names(&hello["channels"]).contains(&"user:u8:notifications") && !hello.to_string().contains("u7"), "{hello}");
    drop(dial(&running, &second).await);
}
