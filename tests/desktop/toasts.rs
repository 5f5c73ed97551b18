//! Notifications that fail, services that restart, and texts that a bus cannot carry.

use crate::{DECISIONS, approval, open};
use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use serde_json::{Value, json};
use watchdeck_testkit::{
    clock::now,
    patience::{PATIENCE, eventually},
    redis::Redis,
};
use watchdeck_tests::{desktop::Desktop, gateway::Gateway, webdriver::Window};

/// A critical alert, as the ERP tells it.
fn alert(message: &str) -> Value {
    json!({ "type": "system:alert", "timestamp": now(), "level": "critical", "message": message })
}

/// The same request, about another order.
fn request(kind: &str, id: &str) -> Value {
    let mut request = approval(kind, &format!("SO-{id}"));
    request["resourceId"] = json!(id);
    request
}

async fn standing(desktop: &Desktop, wanted: u32) -> Result<()> {
    eventually(&format!("{wanted} notifications"), || async {
        let toasts = desktop.toasts().await?;
        ensure!(toasts == wanted, "there are {toasts}");
        Ok(Some(()))
    })
    .await
}

async fn pending(window: &Window, wanted: usize) -> Result<()> {
    eventually(&format!("{wanted} requests to wait"), || async {
        let view = window.call("approvals", &json!({})).await?;
        Ok((view["pending"].as_array().map(Vec::len) == Some(wanted)).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_the_bus_cannot_carry_is_shown_and_lets_the_next_one_pass() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let window = open(&desktop, &gateway).await?;
    redis.publish("ws:system", &alert("Boiler \0 pressure \u{1b}[31m\u{ffff} <b>")).await?;
    standing(&desktop, 1).await?;
    redis.publish("ws:system", &alert(&"Trace & line\n".repeat(20_000))).await?;
    standing(&desktop, 2).await?;
    redis.publish("ws:system", &alert("Fire in hall B")).await?;
    standing(&desktop, 3).await?;
    let texts = desktop.texts().await?;
    for wanted in ["pressure", "Trace", "Fire in hall B"] {
        ensure!(texts.iter().any(|(title, _)| title.contains(wanted)), "{wanted} was not shown: {texts:?}");
    }
    ensure!(texts.iter().any(|(_, body)| body.len() > 200), "what the first line has no room for stands below it: {texts:?}");
    ensure!(texts.iter().all(|(title, body)| title.len() + body.len() < 8_192), "nobody reads so much on a toast");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_asks_for_quiet_is_heard_and_what_waited_is_told_afterwards() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let window = open(&desktop, &gateway).await?;
    let asks = async |kind: &str| {
        let said =
            || async { Ok((window.call("recent", &json!({ "rows": 0 })).await?["frame"]["desktop_quiet"]["kind"] == kind).then_some(())) };
        eventually(&format!("the desktop's quiet to be {kind}"), said).await
    };
    asks("off").await?;
    desktop.do_not_disturb(true).await?;
    asks("on").await?;
    redis.publish("ws:approvals", &request("approval:request", "7")).await?;
    pending(&window, 1).await?;
    desktop.do_not_disturb(false).await?;
    asks("off").await?;
    standing(&desktop, 1).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_starts_anew_is_shown_what_is_still_open_and_its_buttons_work() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut erp = redis.subscribe(DECISIONS).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let window = open(&desktop, &gateway).await?;
    redis.publish("ws:system", &alert("Boiler")).await?;
    redis.publish("ws:approvals", &request("approval:request", "open")).await?;
    redis.publish("ws:approvals", &request("approval:request", "answered")).await?;
    standing(&desktop, 3).await?;

    desktop.stop_notifications().await?;
    redis.publish("ws:approvals", &request("approval:approved", "answered")).await?;
    pending(&window, 1).await?;
    desktop.start_notifications("approve").await?;
    standing(&desktop, 2).await?;

    desktop.answer().await?;
    let decision = tokio::time::timeout(PATIENCE, erp.on_message().next()).await.context("no decision reached the ERP")?;
    let decision: Value = serde_json::from_slice(decision.context("the subscription ended")?.get_payload_bytes())?;
    assert_eq!((&decision["resourceId"], &decision["approve"]), (&json!("open"), &json!(true)), "{decision}");
    standing(&desktop, 1).await?;
    redis.publish("ws:system", &alert("Fire in hall B")).await?;
    standing(&desktop, 2).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_nobody_showed_it_is_shown_when_somebody_does_if_it_still_matters() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    let window = open(&desktop, &gateway).await?;
    redis.publish("ws:approvals", &request("approval:request", "answered")).await?;
    redis.publish("ws:approvals", &request("approval:request", "open")).await?;
    pending(&window, 2).await?;
    redis.publish("ws:approvals", &request("approval:approved", "answered")).await?;
    pending(&window, 1).await?;
    desktop.start_notifications("approve").await?;
    standing(&desktop, 1).await?;
    let texts = desktop.texts().await?;
    ensure!(texts.len() == 1 && format!("{texts:?}").contains("SO-open"), "only what still waits is shown: {texts:?}");
    window.close().await
}
