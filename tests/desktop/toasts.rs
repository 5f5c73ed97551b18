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
use watchdeck_tests::{desktop::Desktop, gateway::Gateway, plain::Plain, webdriver::Window};

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

/// So many critical alerts, told apart by letters: the same complaint with other numbers would be one.
async fn storm(redis: &Redis, from: u8, to: u8) -> Result<()> {
    let name = |n: u8| [n / 20, n % 20].map(|digit| char::from(b'g' + digit)).iter().collect::<String>();
    let one = |n: u8| ("ws:system".to_owned(), alert(&format!("Gate {} does not answer", name(n))).to_string());
    redis.publish_all(&(from..to).map(one).collect::<Vec<_>>()).await
}

async fn firing(window: &Window, wanted: usize) -> Result<()> {
    eventually(&format!("{wanted} alerts to fire"), || async {
        let view = window.call("alerts", &json!({})).await?;
        let active = view["active"].as_array().cloned().unwrap_or_default();
        let firing = active.iter().filter(|alert| alert["state"] == "firing").count();
        ensure!(firing == wanted, "{firing} fire");
        Ok(Some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_over_a_service_that_restarts_what_fires_is_on_screen_once_and_can_be_answered() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("acknowledge").await?;
    let window = open(&desktop, &gateway).await?;
    storm(&redis, 0, 40).await?;
    firing(&window, 40).await?;
    standing(&desktop, 4).await.context("three of their own and a summary")?;
    desktop.stop_notifications().await?;
    storm(&redis, 40, 80).await?;
    firing(&window, 80).await?;
    desktop.start_notifications("acknowledge").await?;
    standing(&desktop, 4).await.context("the same with the next service")?;

    desktop.answer().await?;
    firing(&window, 79).await.context("a button works")?;
    standing(&desktop, 3).await.context("and what was answered goes")?;
    let texts = desktop.texts().await?;
    let titles: std::collections::BTreeSet<_> = texts.iter().map(|(title, _)| title).collect();
    ensure!(titles.len() == texts.len(), "nothing is shown twice: {texts:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_over_a_service_without_buttons_what_fires_is_on_screen_once() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let desktop = Desktop::start().await?;
    let plain = desktop.start_plain_notifications().await?;
    let window = open(&desktop, &gateway).await?;
    let shown = async |plain: &Plain, wanted: usize| {
        eventually(&format!("{wanted} notifications without buttons"), || async {
            let shown = plain.shows();
            ensure!(shown.iter().all(|(_, buttons)| *buttons == 0), "nobody could press them: {shown:?}");
            let titles: std::collections::BTreeSet<_> = shown.iter().map(|(title, _)| title).collect();
            ensure!(shown.len() == wanted && titles.len() == wanted, "it shows {shown:?}");
            Ok(Some(()))
        })
        .await
    };
    storm(&redis, 0, 40).await?;
    firing(&window, 40).await?;
    shown(&plain, 4).await?;
    plain.leave().await?;
    storm(&redis, 40, 80).await?;
    firing(&window, 80).await?;
    let plain = desktop.start_plain_notifications().await?;
    shown(&plain, 4).await?;

    // What somebody has at the window goes from the screen.
    let view = window.call("alerts", &json!({})).await?;
    let ids: Vec<_> = view["active"].as_array().into_iter().flatten().map(|alert| alert["id"].clone()).collect();
    window.call("acknowledge", &json!({ "ids": ids })).await?;
    shown(&plain, 0).await?;
    window.close().await
}
