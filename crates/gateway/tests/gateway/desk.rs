//! Decisions that reach a real web interface: the inventory ERP's, played by a script.

use crate::support::{Running, config};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use watchdeck_gateway::{
    Decisions, Gateway,
    upstream::{Http, Upstream},
};
use watchdeck_testkit::{desk::Desk, patience::until};

fn upstream(desk: &Desk, more: &str) -> Arc<dyn Decisions> {
    let table = format!("preset = \"inventory-erp\"\nbase_url = \"{}\"\nsession = false\ntimeout_ms = 1000\n{more}", desk.url());
    let headers = format!("headers = {{ Cookie = \"{}=boss\" }}", watchdeck_testkit::desk::COOKIE);
    let table = toml::from_str(&format!("{table}\n{headers}")).unwrap();
    Arc::new(Http::new(Upstream::read(table).unwrap()).unwrap())
}

async fn running(desk: &Desk) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(config(dir.path()), Some(upstream(desk, ""))).await.unwrap();
    Running { gateway, dir }
}

fn decision(key: &str, id: &str, fields: Value) -> Value {
    json!({ "idempotencyKey": key, "resourceType": "return", "resourceId": id, "approve": true, "reason": "好", "fields": fields, "approverId": "u1", "approverName": "张敏" })
}

async fn settled(running: &Running, key: &str) -> Value {
    until("the decision to be settled", async || {
        let answer = reqwest::get(running.url(&format!("/api/decisions/{key}"))).await.unwrap().json::<Value>().await.unwrap();
        let open = ["received", "handed_on", "unanswered"].iter().any(|state| answer["state"] == *state);
        (!open).then_some(answer)
    })
    .await
}

#[tokio::test]
async fn approve_changes_one_row_once() {
    let (desk, mut decided) = Desk::start().await;
    desk.sign_in("boss", "b1", "周主管", "manager");
    desk.submit("R1", 120.5);
    let running = running(&desk).await;
    let (status, answer) = running.post("/api/decisions", None, &decision("k0", "R1", json!({}))).await;
    assert_eq!(status, 422, "what the ERP asks for is asked for here: {answer}");
    assert!(answer["message"].as_str().unwrap().contains("refundAmount"), "{answer}");
    for _ in 0..3 {
        let (status, answer) = running.post("/api/decisions", None, &decision("k1", "R1", json!({ "refundAmount": 99.9 }))).await;
        assert!(status == 202 || status == 200, "{answer}");
    }
    assert_eq!(settled(&running, "k1").await["state"], "confirmed");
    let order = desk.order("R1").unwrap();
    assert_eq!((order.status.as_str(), order.refund, order.remarks.as_deref(), order.decided), ("approved", Some(99.9), Some("好"), 1));
    assert_eq!(decided.recv().await.unwrap().0, "R1");
    let (_, answer) = running.post("/api/decisions", None, &decision("k2", "unknown", json!({ "refundAmount": 1 }))).await;
    assert!(answer["code"].is_null(), "{answer}");
    let refused = settled(&running, "k2").await;
    assert_eq!((&refused["state"], &refused["message"]), (&json!("refused"), &json!("退货订单不存在")), "in its own words");
    running.stop().await;
}

#[tokio::test]
async fn what_was_done_and_not_answered_is_neither_doubled_nor_called_refused() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let faults = watchdeck_testkit::desk::Faults { after: 1.0, ..Default::default() };
    let (desk, mut decided) = Desk::on(listener, None, faults, 7);
    desk.sign_in("boss", "b1", "周主管", "manager");
    desk.submit("R1", 5.0);
    let running = running(&desk).await;
    running.post("/api/decisions", None, &decision("k", "R1", json!({ "refundAmount": 5 }))).await;
    let unclear = until("the ERP to say that it was decided already", async || {
        let answer = reqwest::get(running.url("/api/decisions/k")).await.unwrap().json::<Value>().await.unwrap();
        (answer["attempts"].as_u64() >= Some(2)).then_some(answer)
    })
    .await;
    assert_eq!(unclear["state"], "unanswered", "it may have been our own try: {unclear}");
    assert!(unclear["message"].as_str().unwrap().contains("已提交"), "{unclear}");
    decided.recv().await.unwrap();
    let said = json!({ "channel": "approvals", "data": { "type": "approval:approved", "resourceType": "return", "resourceId": "R1", "approverName": "张敏" } });
    running.post("/api/publish", None, &said).await;
    assert_eq!(settled(&running, "k").await["state"], "confirmed", "the event tells");
    assert_eq!(desk.order("R1").unwrap().decided, 1);
    running.stop().await;
}

#[tokio::test]
async fn an_erp_that_is_away_is_waited_for_over_a_restart() {
    let (desk, _decided) = Desk::start().await;
    let (addr, dir) = (desk.addr, tempfile::tempdir().unwrap());
    let way = upstream(&desk, "");
    drop(desk);
    let gateway = Gateway::start(config(dir.path()), Some(Arc::clone(&way))).await.unwrap();
    let running = Running { gateway, dir };
    let (status, _) = running.post("/api/decisions", None, &decision("k", "R1", json!({ "refundAmount": 5 }))).await;
    assert_eq!(status, 202);
    let dir = running.stop().await;
    let listener = until("the address to be free", async || tokio::net::TcpListener::bind(addr).await.ok()).await;
    let (desk, _decided) = Desk::on(listener, None, watchdeck_testkit::desk::Faults::default(), 1);
    desk.sign_in("boss", "b1", "周主管", "manager");
    desk.submit("R1", 5.0);
    let gateway = Gateway::start(config(dir.path()), Some(way)).await.unwrap();
    let running = Running { gateway, dir };
    let answer = tokio::time::timeout(Duration::from_secs(60), settled(&running, "k")).await.unwrap();
    assert_eq!((answer["state"].as_str(), desk.order("R1").unwrap().decided), (Some("confirmed"), 1));
    running.stop().await;
}
