//! Who is on a request: two people, one request, and what each of them is told.

use crate::{
    access::{add, enter},
    support::{Running, config},
};
use serde_json::{Value, json};
use watchdeck_gateway::{Config, audit};
use watchdeck_store::{Profile, Store};

struct People {
    running: Running,
    zhang: String,
    li: String,
    boss: String,
    clerk: String,
}

async fn people() -> People {
    let dir = tempfile::tempdir().unwrap();
    let own: Config = config(dir.path());
    let token = |id: &str, role: &str| add(dir.path(), id, &[role], &own);
    let [zhang, li, boss, clerk] = [token("u1", "approver"), token("u2", "approver"), token("u3", "admin"), token("u4", "wall")];
    let running = Running::with_ways(dir, |_| ()).await;
    running.publish_json("approvals", [asked("R1"), asked("R2")]).await;
    People { running, zhang, li, boss, clerk }
}

fn asked(id: &str) -> Value {
    json!({ "type": "approval:request", "resourceType": "order", "resourceId": id, "requesterName": "王芳" })
}

fn order(id: &str, action: &str) -> Value {
    json!({ "resourceType": "order", "resourceId": id, "action": action })
}

impl People {
    async fn asks(&self, token: &str, body: &Value) -> (u16, Value) {
        self.running.post("/api/claims", Some(token), body).await
    }
}

#[tokio::test]
async fn a_request_has_one_holder_and_the_second_is_told_who_it_is() {
    let people = people().await;
    let (mut console, _) = enter(&people.running, &people.li).await;
    console.subscribe("approvals", json!({})).await;
    let (status, answer) = people.asks(&people.zhang, &order("R1", "claim")).await;
    assert_eq!((status, &answer["holder"]["id"], &answer["changed"]), (200, &json!("u1"), &json!(true)), "{answer}");
    let told = console.take(1).await[0].data.clone();
    assert_eq!(
        [&told["type"], &told["resourceId"], &told["action"], &told["holderId"], &told["holder"], &told["byId"]],
        ["watchdeck:claim", "R1", "claim", "u1", "Name of u1", "u1"].map(|text| json!(text)).each_ref(),
        "on the channel of the request: {told}"
    );
    assert_eq!(people.asks(&people.zhang, &order("R1", "claim")).await.1["changed"], false, "said twice, it is one claim");
    for action in ["claim", "release"] {
        let (status, answer) = people.asks(&people.li, &order("R1", action)).await;
        assert_eq!((status, &answer["code"], &answer["holder"]["name"]), (409, &json!("claimed"), &json!("Name of u1")), "{answer}");
    }
    let forged = json!({ "resourceType": "order", "resourceId": "R2", "action": "claim", "by": { "id": "u9", "name": "X" } });
    assert_eq!(people.asks(&people.li, &forged).await.1["holder"]["id"], "u2", "nobody claims in another's name");
    let (status, answer) = people.asks(&people.boss, &order("R1", "release")).await;
    assert_eq!((status, &answer["holder"]), (200, &Value::Null), "whoever looks after the others may: {answer}");
    assert_eq!(people.asks(&people.li, &order("R1", "claim")).await.0, 200);
    people.running.stop().await;
}

#[tokio::test]
async fn what_is_handed_over_is_the_others_and_both_are_in_the_audit() {
    let people = people().await;
    people.asks(&people.zhang, &order("R1", "claim")).await;
    let mut over = order("R1", "hand_over");
    assert_eq!(people.asks(&people.zhang, &over).await.0, 400, "to whom is missing");
    over["to"] = json!({ "id": " \n", "name": "" });
    assert_eq!(people.asks(&people.zhang, &over).await.0, 400);
    over["to"] = json!({ "id": "u2", "name": "李雷" });
    let (status, answer) = people.asks(&people.zhang, &over).await;
    assert_eq!((status, &answer["holder"]), (200, &json!({ "id": "u2", "name": "李雷" })), "{answer}");
    assert_eq!(people.asks(&people.zhang, &order("R1", "release")).await.0, 409, "it is the other's now");
    assert_eq!(people.asks(&people.li, &order("R1", "release")).await.0, 200);
    let dir = people.running.stop().await;
    let log = Store::look(&config(dir.path()).log_path(), Profile::Log).unwrap();
    let entries = audit::read(&log).await.unwrap().by_time();
    let claims: Vec<_> =
        entries.iter().filter(|entry| entry.act == audit::Act::Claimed && entry.what.as_deref() == Some("order:R1")).collect();
    let details: Vec<_> = claims.iter().map(|entry| (entry.who.as_str(), entry.detail.clone().unwrap_or_default())).collect();
    assert!(
        details.contains(&("u1", "handed over to u2, was with u1".into())) && details.contains(&("u2", "released, was with u2".into())),
        "{details:?}"
    );
}

#[tokio::test]
async fn a_claim_outlasts_a_restart_and_ends_with_its_request() {
    let people = people().await;
    people.asks(&people.zhang, &order("R1", "claim")).await;
    let People { running, zhang: _, li, .. } = people;
    let dir = running.stop().await;
    let running = Running::with_ways(dir, |_| ()).await;
    assert_eq!(running.post("/api/claims", Some(&li), &order("R1", "claim")).await.0, 409, "it is kept");
    running
        .publish_json(
            "approvals",
            [json!({ "type": "approval:approved", "resourceType": "order", "resourceId": "R1", "approverName": "周主管" })],
        )
        .await;
    let over = watchdeck_testkit::patience::until("the gateway to hear of it", async || {
        let (status, answer) = running.post("/api/claims", Some(&li), &order("R1", "claim")).await;
        (answer["code"] == "over").then_some((status, answer))
    })
    .await;
    assert!(over.0 == 409 && over.1["message"].as_str().unwrap().contains("周主管 approved it"), "{over:?}");
    running.publish_json("approvals", [asked("R1")]).await;
    let again = watchdeck_testkit::patience::until("the new round", async || {
        let (status, answer) = running.post("/api/claims", Some(&li), &order("R1", "claim")).await;
        (status == 200).then_some(answer)
    })
    .await;
    assert_eq!(again["holder"]["id"], "u2", "it was asked anew, and nobody is on that: {again}");
    running.stop().await;
}

#[tokio::test]
async fn whoever_may_not_decide_may_not_claim_and_bad_input_says_what_is_wrong() {
    let people = people().await;
    let (status, answer) = people.asks(&people.clerk, &order("R1", "claim")).await;
    assert_eq!((status, &answer["code"]), (403, &json!("forbidden")), "{answer}");
    let (status, answer) = people.asks(&people.zhang, &order("R1", "steal")).await;
    assert!(status == 400 && answer["message"].as_str().unwrap().contains("hand_over"), "{answer}");
    assert_eq!(people.running.post("/api/claims", None, &order("R1", "claim")).await.0, 401);
    people.running.stop().await;
}

#[tokio::test]
async fn where_nobody_is_asked_who_it_is_a_claim_is_by_ones_own_word() {
    let running = Running::start(|_| ()).await;
    running.publish_json("approvals", [asked("R1")]).await;
    let by = |name: &str| json!({ "resourceType": "order", "resourceId": "R1", "action": "claim", "by": { "id": name, "name": name } });
    assert_eq!(running.post("/api/claims", None, &by("张敏")).await.1["holder"]["id"], "张敏");
    let (status, answer) = running.post("/api/claims", None, &by("李雷")).await;
    assert!(status == 409 && answer["message"].as_str().unwrap().starts_with("张敏 is on it since "), "{answer}");
    running.stop().await;
}
