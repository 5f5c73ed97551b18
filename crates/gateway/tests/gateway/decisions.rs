//! Decisions: to the ERP over Redis, and to an embedded one.

use crate::{
    redis::bridged,
    support::{Running, config},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_gateway::Gateway;
use watchdeck_testkit::redis::Redis;

fn decision(key: &str) -> Value {
    json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": "SO-1", "approve": true, "approverId": "u1", "approverName": "张敏" })
}

#[tokio::test]
async fn a_decision_reaches_the_erp_once() {
    let redis = Redis::on_socket().await.unwrap();
    let running = Running::start(bridged(&redis)).await;
    let (status, answer) = running.post("/api/decisions", None, &decision("k1")).await;
    assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "nobody listens, so nobody decided: {answer}");

    let mut erp = redis.subscribe("watchdeck:decisions").await.unwrap();
    let mut heard = erp.on_message();
    for (key, repeated) in [("k1", false), ("k1", true), ("k2", false)] {
        let (status, answer) = running.post("/api/decisions", None, &decision(key)).await;
        if key == "k2" {
            assert_eq!(
                (status, &answer["code"], &answer["decidedBy"]),
                (409, &json!("overtaken"), &json!("张敏")),
                "the first one wins: {answer}"
            );
        } else {
            assert_eq!((status, &answer["accepted"], &answer["repeated"]), (200, &json!(true), &json!(repeated)), "{answer}");
            assert_eq!((&answer["decidedBy"], &answer["approve"]), (&json!("张敏"), &json!(true)), "{answer}");
        }
    }
    for key in ["k1"] {
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
