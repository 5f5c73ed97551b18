//! A console as it is most of the day: a few events a second, or none, seen or not.

use crate::{Args, stage::Stage};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use watchdeck_bench::{memory, publisher::publish, screen};

/// Events a second of a calm day.
const RATE: u64 = 5;
/// Until a window that has just been opened, hidden or shown is at rest.
const SETTLE: Duration = Duration::from_secs(5);

/// Processor time in per cent of one core on Overview, each over `look`; memory after `day` at five events a second, MB.
pub(crate) async fn calm(args: &Args, look: Duration, day: Duration) -> Result<Value> {
    let stage = Stage::set(args).await?;
    let driver = stage.window.driver_id();
    // What the page draws first is drawn.
    publish(&stage.gateway.http(), RATE, SETTLE).await?;
    tokio::time::sleep(SETTLE).await;
    let resting = async {
        tokio::time::sleep(look).await;
        Ok(())
    };
    let at_rest = percent(driver, resting).await?;
    let http = stage.gateway.http();
    let while_publishing = async |time| publish(&http, RATE, time).await.map(drop);
    while_publishing(SETTLE).await?;
    let watched = percent(driver, while_publishing(look)).await?;
    let used = look * 2 + SETTLE * 3;
    while_publishing(day.saturating_sub(used).max(SETTLE)).await?;
    let mb = |bytes: u64| bytes as f64 / 1e6;
    let (core, webview) = (mb(memory::resident(driver, "watchdeck")?), mb(memory::resident(driver, "WebKit")?));
    let tree = memory::of_tree(driver)?;
    screen::hide("Watchdeck")?;
    while_publishing(SETTLE).await?;
    let hidden = percent(driver, while_publishing(look)).await?;
    let sees = stage.window.run("return document.visibilityState").await?;
    anyhow::ensure!(sees == "hidden", "the window was to be hidden, and is {sees}");
    stage.window.close().await?;
    Ok(json!({
        "cpu_percent_at_0": at_rest,
        "cpu_percent_at_5": watched,
        "cpu_percent_hidden_at_5": hidden,
        "core_rss_mb": core,
        "webview_rss_mb": webview,
        "pss_mb_of_all": mb(tree.pss),
        "minutes": day.as_secs_f64() / 60.0,
    }))
}

/// Processor time of the program and its web processes while something runs, in per cent of one core.
async fn percent(driver: u32, during: impl Future<Output = Result<()>>) -> Result<f64> {
    let (before, started) = (memory::processor(driver)?, Instant::now());
    during.await?;
    let used = memory::processor(driver)?.checked_sub(before).context("a web process ended meanwhile")?;
    Ok(used.as_secs_f64() / started.elapsed().as_secs_f64() * 100.0)
}
