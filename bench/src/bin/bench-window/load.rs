//! Far more events than anybody reads: frames a second, growth of memory, and how long a click waits.

use crate::{Args, stage::Stage};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use watchdeck_bench::{memory, publisher::publish};

/// Goes to another page twice a second, as a person's click would, and notes how long after the moment of the click the page's first frame was painted,
/// ms. The moment is the one that was planned: a page too busy to take the click is as late as one that is slow to answer it.
const CLICKS: &str = "
    const clicks = (window.__clicks = []), links = [...document.querySelectorAll('nav a')].slice(0, 2);
    let planned = performance.now(), n = 0;
    const click = () => {
        const link = links[(n += 1) % links.length], from = planned;
        link.click();
        requestAnimationFrame(() => setTimeout(() => {
            clicks.push(performance.now() - from);
            planned = Math.max(performance.now(), from + 500);
            setTimeout(click, planned - performance.now());
        }, 0));
    };
    click();";

pub(crate) async fn load(args: &Args, rate: u64, warm_up: Duration, time: Duration) -> Result<Value> {
    let stage = Stage::set(args).await?;
    let http = stage.gateway.http();
    let clicking = (time / 2).min(Duration::from_secs(30));
    let publishing = tokio::spawn(async move { publish(&http, rate, warm_up + time + clicking).await });
    tokio::time::sleep(warm_up).await;
    let before = memory::of_tree(stage.window.driver_id())?;
    stage.window.run("window.__frames = 0; window.__since = performance.now(); const frame = () => { window.__frames += 1; requestAnimationFrame(frame); }; requestAnimationFrame(frame);").await?;
    let (mut rates, mut sizes) = (Vec::new(), Vec::new());
    let started = Instant::now();
    let mut windows = tokio::time::interval(Duration::from_secs(10).min(time));
    windows.tick().await;
    while started.elapsed() < time {
        windows.tick().await;
        // The page's own clock, so that a late answer does not change the rate.
        let seen = stage.window.run("const now = performance.now(), seen = [window.__frames, now - window.__since]; window.__frames = 0; window.__since = now; return seen;").await?;
        let (frames, ms) = (seen[0].as_f64().context("a count")?, seen[1].as_f64().context("a time")?);
        rates.push(frames * 1e3 / ms);
        sizes.push(memory::of_tree(stage.window.driver_id())?.pss);
    }
    // Last, so that the pages that come and go are not in the frames and the memory above.
    stage.window.run(CLICKS).await?;
    tokio::time::sleep(clicking).await;
    let clicks = stage.window.run("return window.__clicks").await?;
    let mut clicks: Vec<f64> = clicks.as_array().context("the page kept its clicks")?.iter().filter_map(Value::as_f64).collect();
    clicks.sort_by(f64::total_cmp);
    ensure!(clicks.len() > 5, "only {} clicks were answered", clicks.len());
    let published = publishing.await??;
    let after = *sizes.last().context("at least one look")?;
    let health = stage.window.call("health", &json!({})).await?;
    stage.window.close().await?;
    Ok(json!({
        "click_p95_ms_at_10000": clicks[clicks.len() * 95 / 100],
        "clicks_ms": clicks,
        "fps_at_10000": rates.iter().sum::<f64>() / rates.len() as f64,
        "fps_each_10_s": rates,
        "memory_growth_percent": (after as f64 / before.pss as f64 - 1.0) * 100.0,
        "pss_before": before.pss,
        "pss_each_10_s": sizes,
        "published": published.events,
        "late_rounds": published.late,
        "lag": health["lag"],
        "stored": health["store"]["events"],
    }))
}
