//! Requests of an ERP that publishes none: derived from the state of its returns, told as such, and opened in the ERP where nothing can be decided here.

use crate::bench::{erp, start_on, with};
use serde_json::{Value, json};
use std::sync::Arc;
use watchdeck_console::{Console, seams::Seams};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
    erp::Erp,
};

fn moves(server: &Erp, from: &str, to: &str) {
    let at = now();
    let data = json!({ "type": "order:status", "orderType": "return", "orderId": "ro 7", "orderNumber": "RT-7", "oldStatus": from, "newStatus": to,
        "userId": "u1", "customerName": "华东门店", "timestamp": at });
    server.tell(json!({ "channel": "orders", "data": data, "ts": at }));
}

async fn live(bench: &Bench, more: Value) -> Erp {
    let server = Erp::start().await;
    bench.watch(json!([with(erp("erp", &server.url()), more)])).await;
    server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
    server.happens(1);
    bench.is("erp", "live").await;
    server
}

async fn first(bench: &Bench, list: &str) -> Value {
    bench.eventually(list, async || bench.ask("approvals", json!({})).await[list].get(0).cloned()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_that_was_submitted_waits_is_opened_in_the_erp_and_is_settled_by_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start_on(folder.path(), Shell::default(), Seams::default()).await;
    let pages = json!({ "open_urls": { "return": "https://erp.example/return-orders/{id}?no={number}" } });
    let server = live(&bench, pages).await;
    moves(&server, "draft", "submitted");
    let asked = first(&bench, "pending").await;
    assert_eq!(
        (&asked["key"], &asked["number"], &asked["derived_from"]),
        (&json!("erp/return:ro 7"), &json!("RT-7"), &json!("order:status"))
    );
    assert_eq!((&asked["can_decide"], &asked["open_url"]), (&json!(false), &json!("https://erp.example/return-orders/ro%207?no=RT-7")));
    assert_eq!(asked["needs"][0]["name"], "refundAmount");
    assert!(bench.orders().await.contains(&"RT-7".to_owned()), "its order is an order as before");

    let id = "approval_requested:erp/return:ro 7";
    let buttons = bench
        .eventually("a notification", async || {
            let toasts = bench.shell.toasts.lock().unwrap();
            let toast = toasts.iter().find(|toast| toast.id == id)?;
            Some(toast.actions.iter().map(|action| action.id.clone()).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(buttons, ["open_erp", "open"], "nothing is offered that cannot be done");
    bench.console.toast_answered(id, "open_erp").await;
    bench.ask("open_erp", json!({ "key": "erp/return:ro 7" })).await;
    assert_eq!(*bench.shell.opened.lock().unwrap(), ["https://erp.example/return-orders/ro%207?no=RT-7"; 2]);

    let event = bench.ask("event", json!({ "seq": asked["seq"] })).await;
    assert_eq!((&event["row"]["kind"], &event["request"]["request"]["status"]), (&json!("order:status"), &json!("pending")));
    assert!(bench.ask("events", json!({ "limit": 10, "filter": "kind:approval:*" })).await["events"].as_array().unwrap().is_empty());

    moves(&server, "submitted", "cancelled");
    let settled = first(&bench, "history").await;
    assert_eq!((&settled["status"], &settled["requested_at"]), (&json!("withdrawn"), &asked["requested_at"]));
    let past = bench.ask("approval_history", json!({ "before": null, "limit": 10, "query": "已撤回" })).await;
    assert_eq!(past["decided"].as_array().unwrap().len(), 1, "{past}");
    let alerts = bench.ask("alerts", json!({})).await;
    assert!(alerts["active"].as_array().unwrap().is_empty(), "{alerts}");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_nobody_can_open_says_where_it_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start_on(folder.path(), Shell::default(), Seams::default()).await;
    let server = live(&bench, json!({})).await;
    moves(&server, "draft", "submitted");
    assert_eq!(first(&bench, "pending").await["open_url"], Value::Null);
    let shell = Arc::clone(&bench.shell);
    let told = bench
        .eventually("a notification", async || {
            let toasts = shell.toasts.lock().unwrap();
            toasts.iter().find(|toast| toast.id.starts_with("approval_requested:")).map(|toast| (toast.body.clone(), toast.actions.len()))
        })
        .await;
    assert!(told.0.contains("ERP") && told.1 == 1, "{told:?}");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_that_is_begun_on_a_notification_waits_for_its_reason_in_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start_on(folder.path(), Shell::default(), Seams::default()).await;
    let server = live(&bench, json!({})).await;
    moves(&server, "draft", "submitted");
    first(&bench, "pending").await;
    let begun = async || bench.ask("recent", json!({ "rows": 0 })).await["frame"]["to_reject"].clone();
    assert_eq!(begun().await, Value::Null);
    bench.console.toast_answered("approval_requested:erp/return:ro 7", "reject").await;
    assert_eq!(begun().await["number"], "RT-7");
    assert_eq!(bench.ask("decisions", json!({})).await["waiting_count"], 0, "nothing was decided yet");
    bench.ask("notice_answered", json!({ "id": "erp/return:ro 7", "action": "asked" })).await;
    assert_eq!(begun().await, Value::Null, "it is asked for once");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_no_without_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start_on(folder.path(), Shell::default(), Seams::default()).await;
    for reason in [Value::Null, json!("  ")] {
        let refused = bench.call("decide", json!({ "keys": ["a/order:1"], "approve": false, "reason": reason })).await.unwrap_err();
        assert_eq!(refused.message, "a rejection needs a reason");
    }
    assert!(Console::opens_window("reject") && !Console::opens_window("approve"), "a notification's rejection is finished in the window");
    bench.console.shutdown().await;
}
