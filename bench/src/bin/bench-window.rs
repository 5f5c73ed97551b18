//! The real window against a real gateway: how long from publishing to the pixels, how many frames a second, how much memory.
//!
//! Latency is read off the screen: events carry their publishing time in the text of their row, a script in the page looks at the page's
//! text after each frame, and the first frame that shows an event ends its time. Events that scroll past within one frame are never shown
//! and have no latency. Publisher, gateway, console and page share one clock.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use watchdeck_bench::{
    memory,
    publisher::{MARK, publish},
    say,
    webdriver::{Window, free_port},
};

#[derive(Parser)]
struct Args {
    /// The console's release binary.
    #[arg(long)]
    console: PathBuf,
    /// The gateway's release binary.
    #[arg(long)]
    gateway: PathBuf,
    /// Shorter phases.
    #[arg(long)]
    quick: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let seconds = |full: u64, quick: u64| Duration::from_secs(if args.quick { quick } else { full });
    let mut result = json!({ "detail": {} });
    for rate in [100, 1_000] {
        let phase = latency(&args, rate, seconds(20, 6)).await.with_context(|| format!("at {rate} events/s"))?;
        result[format!("p50_ms_at_{rate}")] = phase["p50"].clone();
        result[format!("p99_ms_at_{rate}")] = phase["p99"].clone();
        result["detail"][format!("latency_at_{rate}")] = phase;
    }
    let load = load(&args, 10_000, seconds(20, 5), seconds(120, 10)).await.context("at 10000 events/s")?;
    result["fps_at_10000"] = load["fps"].clone();
    result["memory_growth_percent"] = load["memory_growth_percent"].clone();
    result["detail"]["load"] = load;
    say(&result);
    Ok(())
}

/// A gateway and a window that follows it, both new.
struct Stage {
    window: Window,
    gateway: Gateway,
    _data: tempfile::TempDir,
}

impl Stage {
    async fn set(args: &Args) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let gateway = Gateway::start(&args.gateway, &data.path().join("gateway")).await?;
        let flags =
            ["--data-dir".to_owned(), data.path().join("console").to_string_lossy().into_owned(), "--connect".into(), gateway.websocket()];
        let window = Window::open(&args.console, &flags).await?;
        let live = async {
            loop {
                let recent = window.call("recent", &json!({ "rows": 1 })).await;
                if recent.is_ok_and(|recent| recent["frame"]["sources"][0]["state"]["kind"] == "live") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), live).await.context("the console did not become live")?;
        Ok(Self { window, gateway, _data: data })
    }
}

async fn latency(args: &Args, rate: u64, time: Duration) -> Result<Value> {
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

async fn load(args: &Args, rate: u64, warm_up: Duration, time: Duration) -> Result<Value> {
    let stage = Stage::set(args).await?;
    let http = stage.gateway.http();
    let publishing = tokio::spawn(async move { publish(&http, rate, warm_up + time).await });
    tokio::time::sleep(warm_up).await;
    let before = memory::of_tree(stage.window.driver_id())?;
    stage.window.run("window.__frames = 0; window.__since = performance.now(); const frame = () => { window.__frames += 1; requestAnimationFrame(frame); }; requestAnimationFrame(frame);").await?;
    let (mut rates, mut sizes) = (Vec::new(), Vec::new());
    let started = std::time::Instant::now();
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
    let published = publishing.await??;
    let after = *sizes.last().context("at least one look")?;
    let health = stage.window.call("health", &json!({})).await?;
    stage.window.close().await?;
    Ok(json!({
        "fps": rates.iter().sum::<f64>() / rates.len() as f64,
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

/// A gateway of its own on a free port.
struct Gateway {
    program: Child,
    address: String,
}

impl Gateway {
    async fn start(binary: &Path, data: &Path) -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let program = Command::new(binary)
            .args(["--listen", &address, "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the gateway did not start")?;
        let gateway = Self { program, address };
        let healthy = async {
            while reqwest::get(format!("{}/healthz", gateway.http())).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), healthy).await.context("the gateway does not answer")?;
        Ok(gateway)
    }

    fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    fn websocket(&self) -> String {
        format!("ws://{}/ws", self.address)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Both fail only when it has ended already; its data is thrown away in any case.
        drop(self.program.kill());
        drop(self.program.wait());
    }
}
