//! The tray icon and the close button, seen and pressed from outside.

use crate::{approval, open, watchdeck};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use watchdeck_store::{Options, Store};
use watchdeck_testkit::{patience::eventually, process::Running, redis::Redis};
use watchdeck_tests::{
    desktop::Desktop,
    gateway::Gateway,
    tray::{Tray, signature},
    webdriver::Window,
};

/// The window's title.
const TITLE: &str = "Watchdeck";
/// What a running instance is called on the bus.
const INSTANCE: &str = "dev.watchdeck.desktop.SingleInstance";

async fn drawn(name: &str) -> Result<String> {
    signature(Path::new(env!("CARGO_MANIFEST_DIR")).join("../icons").join(name)).await
}

async fn says(tray: &Tray, wanted: [&str; 5]) -> Result<()> {
    let said = eventually(&format!("the menu {wanted:?}"), || async { Ok((tray.labels().await? == wanted).then_some(())) }).await;
    match said {
        Ok(()) => Ok(()),
        Err(error) => Err(error.context(format!("the menu says {:?}", tray.labels().await?))),
    }
}

async fn shown(desktop: &Desktop, wanted: bool) -> Result<()> {
    let screen = desktop.screen()?;
    eventually(&format!("the window's presence to be {wanted}"), || async { Ok((screen.shows(TITLE)? == wanted).then_some(())) }).await
}

async fn hinted(window: &Window, hint: &str) -> Result<bool> {
    let frame = window.call("recent", &json!({ "rows": 1 })).await?;
    Ok(frame["frame"]["hints"].as_array().is_some_and(|hints| hints.contains(&json!(hint))))
}

async fn muted(window: &Window) -> Result<Value> {
    let hello = window.call("hello", &json!({})).await?;
    Ok(hello["settings"]["muted"].clone())
}

/// Changes one setting, as the settings page does.
async fn set(window: &Window, name: &str, value: Value) -> Result<()> {
    let mut settings = window.call("hello", &json!({})).await?["settings"].take();
    ensure!(settings.get(name).is_some(), "{name} is no setting: {settings}");
    settings[name] = value;
    window.call("save_settings", &json!({ "settings": settings })).await.map(drop)
}

/// Watchdeck without WebDriver, which would end it by itself.
fn alone(desktop: &Desktop) -> Result<Running> {
    let mut command = desktop.command(watchdeck()?);
    Running::start(command.arg("--data-dir").arg(desktop.folder("watchdeck")))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_shows_the_state_and_counts_what_waits() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let window = open(&desktop, &gateway).await?;
    says(&tray, ["Open Watchdeck — Live", "Approvals waiting: 0", "Alerts firing: 0", "Mute sounds", "Quit"]).await?;
    eventually("the tray to be found", || async { Ok((!hinted(&window, "no_tray").await?).then_some(())) }).await?;
    assert_eq!((tray.status().await?.as_str(), tray.beside().await?.as_str()), ("Active", ""));
    ensure!(tray.title().await?.to_lowercase().contains("watchdeck"), "a panel names the icon {:?}", tray.title().await?);
    let live = drawn("tray-live.png").await?;
    assert_eq!(tray.picture().await?, live, "a live link with nothing waiting has the plain icon");

    redis.publish("ws:approvals", &approval("approval:request", "SO-TRAY-1")).await?;
    eventually("the request to be counted", || async { Ok(tray.entry("Approvals waiting: 1").await.ok()) }).await?;
    ensure!(tray.picture().await? != live, "the icon shows that something waits, also where a panel shows no number beside it");
    assert_eq!(tray.beside().await?, "1", "one request is one, though it is an alert too");

    redis.publish("ws:approvals", &approval("approval:approved", "SO-TRAY-1")).await?;
    eventually("the count to fall", || async { Ok(tray.entry("Approvals waiting: 0").await.ok()) }).await?;
    eventually("the plain icon", || async { Ok((tray.picture().await? == live).then_some(())) }).await?;

    drop(gateway);
    eventually("the outage to be seen", || async { Ok(tray.entry("Open Watchdeck — Offline").await.ok()) }).await?;
    ensure!(tray.picture().await? != live, "a console that hears nothing must not look live");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_speaks_the_language_of_the_system_until_another_is_set() -> Result<()> {
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let mut driver = desktop.command("WebKitWebDriver");
    driver.env("LC_ALL", "zh_CN.UTF-8").env("LANG", "zh_CN.UTF-8");
    let data = desktop.folder("watchdeck");
    let window = Window::open(driver, &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    let chinese = ["待审批: 0", "当前告警: 0", "静音", "退出"];
    eventually("the system's language", || async { Ok((tray.labels().await?[1..] == chinese).then_some(())) }).await?;
    set(&window, "language", json!("en")).await?;
    let english = ["Approvals waiting: 0", "Alerts firing: 0", "Mute sounds", "Quit"];
    eventually("the language that was set", || async { Ok((tray.labels().await?[1..] == english).then_some(())) }).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_watches_on_says_so_once_and_comes_back_from_the_tray() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let tray = desktop.start_tray().await?;
    let window = open(&desktop, &gateway).await?;
    eventually("the tray to be found", || async { Ok((!hinted(&window, "no_tray").await?).then_some(())) }).await?;
    shown(&desktop, true).await?;

    desktop.screen()?.press_close(TITLE)?;
    shown(&desktop, false).await?;
    eventually("the notice", || async { Ok((desktop.toasts().await? == 1).then_some(())) }).await?;
    assert_eq!(desktop.dismissed().await?, ["Watchdeck keeps watching"], "a window that goes without a word looks like an end");

    redis.publish("ws:approvals", &approval("approval:request", "SO-TRAY-2")).await?;
    eventually("a request to be counted while the window is closed", || async { Ok(tray.entry("Approvals waiting: 1").await.ok()) })
        .await?;
    eventually("its notification", || async { Ok((desktop.toasts().await? == 1).then_some(())) }).await?;

    tray.click("Open Watchdeck").await?;
    shown(&desktop, true).await?;
    window.shows("SO-TRAY-2").await.context("the window shows what came while it was closed")?;

    desktop.screen()?.press_close(TITLE)?;
    shown(&desktop, false).await?;
    tray.click("Approvals waiting").await?;
    shown(&desktop, true).await.context("the counts open the window too")?;
    let titles = desktop.dismissed().await?;
    let notices = titles.iter().filter(|title| *title == "Watchdeck keeps watching").count();
    assert_eq!(notices, 1, "who knows it need not be told again: {titles:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn mute_in_the_tray_and_in_the_window_are_the_same_setting() -> Result<()> {
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let data = desktop.folder("watchdeck");
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    let ticked = async |wanted: bool| {
        eventually(&format!("the tick to be {wanted}"), || async {
            Ok((tray.entry("Mute sounds").await?.ticked == Some(wanted)).then_some(()))
        })
        .await
    };
    let setting = async |wanted: bool| {
        eventually(&format!("the setting to be {wanted}"), || async { Ok((muted(&window).await? == wanted).then_some(())) }).await
    };
    ticked(false).await?;
    for wanted in [true, false, true] {
        tray.click("Mute sounds").await?;
        setting(wanted).await?;
        ticked(wanted).await?;
    }
    set(&window, "muted", json!(false)).await?;
    ticked(false).await?;
    assert_eq!(muted(&window).await?, false, "a tick that follows the setting is no click");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn quit_in_the_tray_ends_the_program_with_its_store_closed() -> Result<()> {
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let running = alone(&desktop)?;
    tray.has_icon().await?;
    eventually("a menu", || async { Ok(tray.entry("Quit").await.ok()) }).await?;
    let icon = tray.file().await?;
    tray.click("Quit").await?;
    let status = running.ended().await?;
    ensure!(status.success(), "{status}");
    let left = |name: &str| desktop.folder("watchdeck").join(name).exists();
    ensure!(left("events.db"), "there is a store");
    ensure!(!left("events.db-wal"), "a write-ahead log that is left was not closed");
    ensure!(!icon.exists(), "the icon's file goes with the icon");
    let store = Store::open(&desktop.folder("watchdeck").join("events.db"), Options::CONSOLE)?;
    store.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_ends_the_program_where_the_user_wants_that() -> Result<()> {
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let data = desktop.folder("watchdeck");
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    tray.has_icon().await?;
    set(&window, "close_to_tray", json!(false)).await?;
    // WebDriver does not always end what it started; the menu does. Until the name is free, a start is a second one and ends at once.
    tray.click("Quit").await?;
    eventually("the program to be gone", || async { Ok((!tray.knows(INSTANCE).await?).then_some(())) }).await?;

    let running = alone(&desktop)?;
    shown(&desktop, true).await?;
    tray.has_icon().await?;
    desktop.screen()?.press_close(TITLE)?;
    ensure!(running.ended().await?.success(), "it ends as from the menu");
    ensure!(!desktop.folder("watchdeck").join("events.db-wal").exists(), "its store is closed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_while_the_last_one_ends_gives_a_window() -> Result<()> {
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let first = alone(&desktop)?;
    tray.has_icon().await?;
    shown(&desktop, true).await?;
    tray.click("Quit").await?;
    // Whether it meets the first one or not, and whichever of the two shows it: who starts a program wants to see it.
    let second = alone(&desktop)?;
    ensure!(first.ended().await?.success(), "the first one ends as asked");
    eventually("an icon of the next one", || async { Ok(tray.status().await.ok()) }).await?;
    shown(&desktop, true).await?;
    tray.click("Quit").await?;
    eventually("the program to be gone", || async { Ok((!tray.knows(INSTANCE).await?).then_some(())) }).await?;
    drop(second);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tray_that_goes_and_comes_is_followed_and_without_one_closing_ends() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let desktop = Desktop::start().await?;
    let tray = desktop.start_tray().await?;
    let window = open(&desktop, &gateway).await?;
    let missing = async |wanted: bool| {
        eventually(&format!("the hint to be {wanted}"), || async { Ok((hinted(&window, "no_tray").await? == wanted).then_some(())) }).await
    };
    tray.has_icon().await?;
    missing(false).await?;
    tray.leave().await?;
    missing(true).await?;
    let tray = desktop.start_tray().await?;
    missing(false).await?;
    says(&tray, ["Open Watchdeck — Live", "Approvals waiting: 0", "Alerts firing: 0", "Mute sounds", "Quit"]).await?;
    tray.leave().await?;
    missing(true).await?;
    desktop.screen()?.press_close(TITLE)?;
    eventually("the program to end", || async { Ok((gateway.connections().await? == 0).then_some(())) }).await?;
    Ok(())
}
