//! Decisions: to the ERP over Redis, and to an embedded one.

use crate::{
    redis::bridged,
    support::{Running, config},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_gateway::{Answer, Gateway, Handing};
use watchdeck_testkit::{patience::until as until_it, redis::Redis};

fn decision(key: &str) -> Value {
    json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": "SO-1", "approve": true, "approverId": "u1", "approverName": "张敏" })
}

/// How a decision stands, once it is as waited for.
async fn until(running: &Running, key: &str, state: &str) -> Value {
    until_it("the decision to get there", async || {
        let answer = reqwest::get(running.url(&format!("/api/decisions/{key}"))).await.unwrap();
        Some(answer.json::<Value>().await.unwrap()).filter(|answer| answer["state"] == state)
    })
    .await
}

#[tokio::test]
async fn a_decision_reaches_the_erp_once() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    let (status, answer) = running.post("/api/decisions", None, &decision("k1")).await;
    assert_eq!((status, &answer["state"]), (202, &json!("received")), "it is kept, whoever listens: {answer}");
    let waiting = until_it("the first try", async || {
        let answer = reqwest::get(running.url("/api/decisions/k1")).await.unwrap().json::<Value>().await.unwrap();
        Some(answer).filter(|answer| answer["attempts"] != json!(0))
    })
    .await;
    assert!(waiting["message"].as_str().unwrap().contains("nobody listens"), "{waiting}");

    let mut erp = redis.subscribe("watchdeck:decisions").await.unwrap();
    let mut heard = erp.on_message();
    let (status, answer) = running.post("/api/decisions", None, &decision("k1")).await;
    assert_eq!((status, &answer["accepted"], &answer["repeated"]), (202, &json!(true), &json!(true)), "{answer}");
    let answer = until(&running, "k1", "handed_on").await;
    assert_eq!((&answer["decidedBy"], &answer["approve"]), (&json!("张敏"), &json!(true)), "{answer}");
    let (status, answer) = running.post("/api/decisions", None, &decision("k2")).await;
    assert_eq!((status, &answer["code"], &answer["decidedBy"]), (409, &json!("overtaken"), &json!("张敏")), "the first one wins: {answer}");
    let message = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap().unwrap();
    let message: Value = serde_json::from_str(&message.get_payload::<String>().unwrap()).unwrap();
    assert_eq!(message, decision("k1"), "in the agreed spelling");

    let said = json!({ "type": "approval:approved", "resourceType": "order", "resourceId": "SO-1", "approverId": "u1" }).to_string();
    redis.publish_all(&[("ws:approvals".to_owned(), said)]).await.unwrap();
    assert_eq!(until(&running, "k1", "confirmed").await["message"], Value::Null);
    drop(heard);
    running.stop().await;
}

#[tokio::test]
async fn whoever_may_see_the_request_hears_what_becomes_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, mut decisions) = tokio::sync::mpsc::channel(8);
    let gateway = Gateway::start(config(dir.path()), Some(std::sync::Arc::new(Erp(sender)))).await.unwrap();
    let running = Running { gateway, dir };
    let mut console = running.native().await;
    console.subscribe("approvals", json!({})).await;
    assert_eq!(running.post("/api/decisions", None, &decision("k")).await.0, 202);
    decisions.recv().await.unwrap();
    let told: Vec<Value> = console.take(2).await.iter().map(|seen| seen.data.clone()).collect();
    assert_eq!([&told[0]["state"], &told[1]["state"]], [&json!("received"), &json!("confirmed")], "{told:?}");
    assert_eq!((&told[0]["type"], &told[0]["resourceId"]), (&json!("watchdeck:decision"), &json!("SO-1")));
    running.stop().await;
}

#[tokio::test]
async fn a_client_may_wait_for_what_becomes_of_its_decision() {
    let dir = tempfile::tempdir().unwrap();
    let (sender, _decisions) = tokio::sync::mpsc::channel(8);
    let gateway = Gateway::start(config(dir.path()), Some(std::sync::Arc::new(Erp(sender)))).await.unwrap();
    let running = Running { gateway, dir };
    let waiting = |body: Value| reqwest::Client::new().post(running.url("/api/decisions")).header("prefer", "wait=30").json(&body).send();
    let mut refused = decision("k2");
    refused["resourceId"] = json!("taken");
    for (body, status, state) in [(decision("k"), 200, "confirmed"), (refused, 409, "refused")] {
        let answer = waiting(body).await.unwrap();
        let (got, said) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        assert_eq!((got, &said["state"]), (status, &json!(state)), "{said}");
    }
    let unknown = reqwest::get(running.url("/api/decisions/unknown")).await.unwrap();
    assert_eq!(unknown.status().as_u16(), 404);
    let late = reqwest::Client::new().delete(running.url("/api/decisions/k")).send().await.unwrap();
    assert_eq!(late.status().as_u16(), 409, "what arrived cannot be taken back");
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
    async fn decide(&self, handing: Handing) -> Answer {
        if handing.decision.resource_id == "taken" {
            return Answer::Refused("李雷 approved it before you".into());
        }
        if self.0.send(handing.decision).await.is_ok() { Answer::Done } else { Answer::Unavailable("gone".into()) }
    }
}
