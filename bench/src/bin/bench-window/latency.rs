//! From publishing to the pixels.
//!
//! Read off the screen: events carry their publishing time in the text of their row, a script in the page looks at the page's text after each
//! frame, and the first frame that shows an event ends its time. Events that scroll past within one frame are never shown and have no latency.
//! Publisher, gateway, console and page share one clock.

use crate::{Args, stage::Stage};
use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_bench::publisher::{MARK, publish};

pub(crate) async fn latency(args: &Args, rate: u64, time: Duration) -> Result<Value> {
    let stage = Stage::set(args).await?;
    // Before the clock: the page's scripts are compiled and its lists are laid out.
    publish(&stage.gateway.http(), rate, Duration::from_secs(5)).await?;
    // What is on the screen now was published before the probe looked, and is not timed.
    let probe = format!(
        "const mark = /{MARK}(\\d+)-(\\d+)/g;
         const seen = new Set(Array.from(document.body.textContent.matchAll(mark), (m) => m[0]));
         const samples = (window.__samples = []);
         const frame = () => {{
           requestAnimationFrame(frame);
           // A task after the frame's own callbacks: the page has rendered and this frame is being shown.
           setTimeout(() => {{
             const now = Date.now();
             for (const m of document.body.textContent.matchAll(mark)) {{
               if (!seen.has(m[0])) {{ seen.add(m[0]); samples.push(now - Number(m[1])); }}
             }}
           }}, 0);
         }};
         requestAnimationFrame(frame);"
    );
    stage.window.run(&probe).await?;
    let published = publish(&stage.gateway.http(), rate, time).await?;
    let samples = stage.window.run("return window.__samples").await?;
    let samples = samples.as_array().context("the probe kept its samples")?;
    let mut histogram = Histogram::<u64>::new(3)?;
    for sample in samples {
        histogram.record(sample.as_i64().context("a sample is a whole number")?.max(0).unsigned_abs())?;
    }
    ensure!(samples.len() > 100, "only {} of {} events were seen on the screen", samples.len(), published.events);
    let health = stage.window.call("health", &json!({})).await?;
    stage.window.close().await?;
    Ok(json!({
        "p50": histogram.value_at_quantile(0.5),
        "p95": histogram.value_at_quantile(0.95),
        "p99": histogram.value_at_quantile(0.99),
        "max": histogram.max(),
        "published": published.events,
        "late_rounds": published.late,
        "seen_on_screen": samples.len(),
        "console_says": { "arrival": health["arrival"], "commit": health["commit"], "painted": health["painted"] },
    }))
}
