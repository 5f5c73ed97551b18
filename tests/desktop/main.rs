//! The real window on a real desktop: the built binary under Xvfb, a real Redis and gateway, a real notification service, a recorded sound output.

mod keychain;
mod login;
mod sound;
mod start;
mod toasts;
mod tray;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::path::PathBuf;
use watchdeck_testkit::{
    clock::now,
    patience::{PATIENCE, eventually},
    process::{Running, output, program},
    redis::Redis,
};
use watchdeck_tests::{desktop::Desktop, gateway::Gateway, webdriver::Window};

/// Where the gateway hands decisions to the ERP.
const DECISIONS: &str = "watchdeck:decisions";

fn watchdeck() -> Result<PathBuf> {
    program("WATCHDECK_BIN", "watchdeck")
}

async fn open(desktop: &Desktop, gateway: &Gateway) -> Result<Window> {
    let data = desktop.folder("watchdeck");
    let (data, url) = (data.to_string_lossy(), gateway.ws());
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data, "--connect", &url]).await?;
    window.shows("Live").await?;
    Ok(window)
}

fn approval(kind: &str, number: &str) -> Value {
    json!({
        "type": kind, "timestamp": now(), "resourceType": "order", "resourceId": "o-7001", "resourceNumber": number,
        "requesterId": "u3", "requesterName": "Li Lei", "amount": 128_000.5, "currency": "CNY",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_pressed_on_a_toast_reaches_the_erp_and_comes_back_as_an_event() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut erp = redis.subscribe(DECISIONS).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let window = open(&desktop, &gateway).await?;

    let heard = redis.publish("ws:approvals", &approval("approval:request", "SO-TOAST-1")).await?;
    ensure!(heard == 1, "the gateway listens once, not {heard} times");
    window.shows("SO-TOAST-1").await.context("what was published on Redis is a row in the window")?;
    eventually("a native notification", || async { Ok((desktop.toasts().await? == 1).then_some(())) }).await?;

    desktop.answer().await?;
    let decision = tokio::time::timeout(PATIENCE, erp.on_message().next()).await.context("no decision reached the ERP")?;
    let decision: Value = serde_json::from_slice(decision.context("the subscription ended")?.get_payload_bytes())?;
    assert_eq!((&decision["resourceId"], &decision["approve"]), (&json!("o-7001"), &json!(true)), "{decision}");
    assert!(decision["idempotencyKey"].is_string(), "without a key a retry would decide twice: {decision}");
    eventually("the answered toast to go", || async { Ok((desktop.toasts().await? == 0).then_some(())) }).await?;

    let mut answer = approval("approval:approved", "SO-TOAST-1");
    answer["approverName"] = decision["approverName"].clone();
    redis.publish("ws:approvals", &answer).await?;
    let settled = eventually("the ERP's event to confirm the decision", || async {
        let view = window.call("approvals", &json!({})).await?;
        let history = view["history"].as_array().cloned().unwrap_or_default();
        Ok(history.into_iter().find(|one| one["key"].as_str().is_some_and(|key| key.ends_with("/order:o-7001"))))
    })
    .await?;
    assert_eq!((&settled["status"], &settled["decision"]["state"]), (&json!("approved"), &json!("confirmed")), "{settled}");
    window.run("location.hash = '#/approvals'").await?;
    window.shows("SO-TOAST-1").await.context("the history shows who decided what")?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_notification_service_the_window_says_so_until_one_appears() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    let window = open(&desktop, &gateway).await?;
    let hints = || async {
        let frame = window.call("recent", &json!({ "rows": 1 })).await?;
        let hints = &frame["frame"]["hints"];
        Ok::<_, anyhow::Error>(hints.as_array().cloned().unwrap_or_default())
    };
    for missing in ["no_notifications", "no_sound", "no_tray"] {
        eventually(missing, || async { Ok(hints().await?.contains(&json!(missing)).then_some(())) }).await?;
    }
    desktop.start_notifications("approve").await?;
    eventually("the hint to go", || async { Ok((!hints().await?.contains(&json!("no_notifications"))).then_some(())) }).await?;
    redis.publish("ws:approvals", &approval("approval:request", "SO-LATE-1")).await?;
    eventually("a native notification", || async { Ok((desktop.toasts().await? == 1).then_some(())) }).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_ends_by_itself_and_takes_its_toasts_along() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let mut command = desktop.command(watchdeck()?);
    command.arg("--data-dir").arg(desktop.folder("watchdeck")).args(["--connect", &gateway.ws()]);
    let running = Running::start(&mut command)?;
    eventually("a native notification", || async {
        redis.publish("ws:approvals", &approval("approval:request", "SO-END-1")).await?;
        Ok((desktop.toasts().await? == 1).then_some(()))
    })
    .await?;
    let status = running.terminate().await?;
    assert!(status.success(), "{status}");
    assert_eq!(desktop.toasts().await?, 0, "a toast without its program cannot be answered");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_shows_the_first_ones_window_and_ends() -> Result<()> {
    let desktop = Desktop::start().await?;
    let data = desktop.folder("watchdeck");
    let args = ["--hidden", "--data-dir", &data.to_string_lossy()];
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &args).await?;
    let visible = async || Ok::<_, anyhow::Error>(window.run("return document.visibilityState").await? == "visible");
    assert!(!visible().await?, "a start from autostart shows no window");

    let mut command = desktop.command(watchdeck()?);
    let second = output(command.arg("--data-dir").arg(desktop.folder("second")));
    tokio::time::timeout(PATIENCE, second).await.context("the second start does not end")??;
    assert!(!desktop.folder("second").exists(), "the second start must not open a store");
    eventually("the first window to be shown", || async { Ok(visible().await?.then_some(())) }).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_may_use_nothing_of_the_desktop_but_the_one_command() -> Result<()> {
    let desktop = Desktop::start().await?;
    let data = desktop.folder("watchdeck");
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    let outcome = |name: &str, args: Value| {
        let script = format!("return window.__TAURI_INTERNALS__.invoke('{name}', {args}).then(() => 'allowed', () => 'refused')");
        let window = &window;
        async move { window.run(&script).await }
    };
    assert_eq!(outcome("call", json!({ "name": "hello", "args": {} })).await?, "allowed");
    for name in ["plugin:autostart|enable", "plugin:window|close", "plugin:window-state|save_window_state", "plugin:event|emit"] {
        assert_eq!(outcome(name, json!({})).await?, "refused", "{name}");
    }
    let remote = "return fetch('http://127.0.0.1:9/').then(() => 'loaded', error => 'refused')";
    assert_eq!(window.run(remote).await?, "refused");
    let inline = "const s = document.createElement('script'); s.textContent = 'window.injected = 1'; document.head.append(s); return window.injected ?? 0";
    assert_eq!(window.run(inline).await?, 0, "an injected script must not run");
    window.close().await
}
