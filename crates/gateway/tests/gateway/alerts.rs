//! What people do with alerts: who may, and what everybody else is told.

use crate::{
    access::{add, enter},
    support::{Running, config},
};
use serde_json::{Value, json};
use watchdeck_events::Channel;
use watchdeck_gateway::{Config, Publish, Secret, audit};
use watchdeck_store::{Profile, Store};

const ROLES: &str = r#"
[east]
read = ["inventory"]
acknowledge = ["inventory"]
rows = { inventory = "warehouse:east" }

[looks]
read = ["inventory"]
"#;

/// A gateway whose `inventory` tells of P-1 in the east by the event `e1` and in the west by `w1`, and the tokens of its people, by their roles.
async fn gateway(roles: &[&str]) -> (Running, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let own = Config { roles: toml::from_str(ROLES).unwrap(), ..config(dir.path()) };
    let tokens = roles.iter().map(|role| add(dir.path(), &format!("u-{role}"), &[role], &own)).collect();
    let running = Running::with_ways(dir, |config| config.roles = toml::from_str(ROLES).unwrap()).await;
    let moved = |id: &str, warehouse: &str| Publish {
        channel: Channel::from("inventory"),
        id: Some(id.to_owned()),
        json: json!({ "type": "inventory:change", "productId": "P-1", "warehouse": warehouse, "oldQuantity": 12, "newQuantity": 9 })
            .to_string(),
    };
    running.gateway.publish_many(vec![moved("e1", "east"), moved("w1", "west")]).await.unwrap();
    (running, tokens)
}

fn handled(key: &str, fired_by: &str) -> Value {
    json!({ "idempotencyKey": key, "rule": "low_stock", "aboutType": "product", "aboutId": "P-1", "action": "acknowledge", "firedBy": fired_by,
        "channel": "inventory", "agoMs": 60_000, "note": "  ordered  " })
}

async fn tells(running: &Running, token: &str, body: &Value) -> (u16, Value) {
    running.post("/api/alerts", Some(token), body).await
}

#[tokio::test]
async fn what_one_does_with_an_alert_is_one_event_for_all_however_often_it_is_told() {
    let (running, tokens) = gateway(&["warehouse", "approver"]).await;
    let (mut console, _) = enter(&running, &tokens[1]).await;
    console.subscribe("inventory", json!({})).await;
    let (status, answer) = tells(&running, &tokens[0], &handled("k1", "e1")).await;
    assert_eq!((status, &answer["changed"]), (200, &json!(true)), "{answer}");
    assert_eq!(tells(&running, &tokens[0], &handled("k1", "e1")).await.1["changed"], false, "the same order is done once");
    assert_eq!(tells(&running, &tokens[1], &handled("k2", "e1")).await.1["changed"], true, "another's is another");
    let told = console.take(2).await;
    let [one, two] = [&told[0].data, &told[1].data];
    assert_eq!(
        [&one["type"], &one["rule"], &one["aboutId"], &one["action"], &one["by"], &one["byId"], &one["note"], &one["firedBy"]],
        ["watchdeck:alert_handled", "low_stock", "P-1", "acknowledge", "Name of u-warehouse", "u-warehouse", "ordered", "e1"]
            .map(|text| json!(text))
            .each_ref(),
        "on the channel of the event: {one}"
    );
    let [at, told_at] = ["at", "timestamp"].map(|name| one[name].as_i64().unwrap());
    assert_eq!(told_at - at, 60_000, "by the gateway's clock alone");
    assert_eq!(two["byId"], "u-approver");
    let forged = json!({ "channel": "inventory", "data": { "type": "watchdeck:alert_handled", "rule": "low_stock" } });
    assert_eq!(running.post("/api/publish", Some(&tokens[0]), &forged).await.0, 400, "nobody else tells it");
    let dir = running.stop().await;
    let running = Running::with_ways(dir, |_| ()).await;
    assert_eq!(tells(&running, &tokens[0], &handled("k1", "e1")).await.1["changed"], false, "nor does a restart do it twice");
    let dir = running.stop().await;
    let log = Store::look(&config(dir.path()).log_path(), Profile::Log).unwrap();
    let entries = audit::read(&log).await.unwrap().by_time();
    let noted: Vec<_> = entries.iter().filter(|entry| entry.act == audit::Act::Handled).collect();
    let noted: Vec<_> = noted.iter().map(|entry| [&*entry.who, entry.what.as_deref().unwrap(), entry.detail.as_deref().unwrap()]).collect();
    assert_eq!(noted, [["u-warehouse", "low_stock product:P-1", "acknowledged"], ["u-approver", "low_stock product:P-1", "acknowledged"]]);
}

#[tokio::test]
async fn who_only_reads_or_cannot_see_it_does_not_acknowledge_it() {
    let (running, tokens) = gateway(&["wall", "looks", "finance", "east"]).await;
    let [wall, looks, finance, east] = [0, 1, 2, 3].map(|index| tokens[index].as_str());
    for (token, fired_by, why) in [
        (wall, "e1", "Name of u-wall may not acknowledge alerts of inventory; ask for a role that may"),
        (looks, "e1", "Name of u-looks may not acknowledge alerts of inventory; ask for a role that may"),
        (
            finance,
            "e1",
            "Name of u-finance may not read what this alert is about on inventory, and cannot have it; ask for a role that may",
        ),
        (east, "w1", "Name of u-east may not read what this alert is about on inventory, and cannot have it; ask for a role that may"),
    ] {
        let mut body = handled(why, fired_by);
        body["idempotencyKey"] = json!(format!("{token:.8}{fired_by}"));
        body["channel"] = json!("finance");
        let (status, answer) = tells(&running, token, &body).await;
        assert_eq!((status, &answer["code"], &answer["message"]), (403, &json!("forbidden"), &json!(why)), "whatever channel it says");
    }
    assert_eq!(tells(&running, east, &handled("east", "e1")).await.0, 200);
    assert_eq!(running.post("/api/alerts", None, &handled("nobody", "e1")).await.0, 401);
    running.stop().await;
}

#[tokio::test]
async fn one_that_shows_the_key_to_read_is_told_what_it_may_not_and_one_with_none_says_who_it_is() {
    let keys = Running::start(|config| {
        config.read_token = Some(Secret::new("a-key-that-only-reads"));
        config.publish_key = Some(Secret::new("a-key-that-publishes"));
    })
    .await;
    let mut body = handled("k", "gone");
    body["by"] = json!({ "id": "张敏", "name": "张敏" });
    let (status, answer) = tells(&keys, "a-key-that-only-reads", &body).await;
    assert!(status == 403 && answer["message"].as_str().unwrap().contains("may not acknowledge"), "{answer}");
    assert_eq!(tells(&keys, "a-key-that-publishes", &body).await.0, 200, "of an event that the log let go of, its channel is believed");
    keys.stop().await;
    let open = Running::start(|_| ()).await;
    let mut console = open.native().await;
    console.subscribe("inventory", json!({})).await;
    assert_eq!(open.post("/api/alerts", None, &body).await.0, 200);
    assert_eq!(console.take(1).await[0].data["byId"], "张敏");
    open.stop().await;
}

#[tokio::test]
async fn what_cannot_be_meant_says_what_is_wrong() {
    let (running, tokens) = gateway(&["admin"]).await;
    for (field, value, why) in [
        ("rule", json!(""), "`rule`"),
        ("aboutId", json!("x".repeat(300)), "`aboutId`"),
        ("idempotencyKey", json!(""), "`idempotencyKey`"),
        ("action", json!("forget"), "unshelve"),
        ("action", json!("shelve"), "`forMs`"),
        ("forMs", json!(5), "`forMs`"),
        ("agoMs", json!(-1), "`agoMs`"),
        ("note", json!("x".repeat(501)), "`note`"),
        ("channel", json!(""), "`channel`"),
    ] {
        let mut body = handled("k", "e1");
        body[field] = value;
        let (status, answer) = tells(&running, &tokens[0], &body).await;
        assert!(status == 400 && answer["message"].as_str().unwrap().contains(why), "{field}: {answer}");
    }
    let mut body = handled("k", "e1");
    body["action"] = json!("shelve");
    body["forMs"] = json!(60_000);
    assert_eq!(tells(&running, &tokens[0], &body).await.0, 200);
    running.stop().await;
}
