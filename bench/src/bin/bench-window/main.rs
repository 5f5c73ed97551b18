//! The real window against a real gateway: how long from publishing to the pixels, how many frames a second, how much memory and processor time.

mod calm;
mod latency;
mod load;
mod stage;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};
use watchdeck_bench::say;

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
        let phase = latency::latency(&args, rate, seconds(20, 6)).await.with_context(|| format!("at {rate} events/s"))?;
        result[format!("p50_ms_at_{rate}")] = phase["p50"].clone();
        result[format!("p99_ms_at_{rate}")] = phase["p99"].clone();
        result["detail"][format!("latency_at_{rate}")] = phase;
    }
    let load = load::load(&args, 10_000, seconds(20, 5), seconds(120, 10)).await.context("at 10000 events/s")?;
    take(&mut result, &load, &["fps_at_10000", "memory_growth_percent", "click_p95_ms_at_10000"]);
    result["detail"]["load"] = load;
    let calm = calm::calm(&args, seconds(60, 8), seconds(600, 20)).await.context("at 5 events/s")?;
    take(&mut result, &calm, &["cpu_percent_at_0", "cpu_percent_at_5", "cpu_percent_hidden_at_5", "core_rss_mb", "webview_rss_mb"]);
    result["detail"]["calm"] = calm;
    say(&result);
    Ok(())
}

fn take(result: &mut Value, phase: &Value, cases: &[&str]) {
    for case in cases {
        result[*case] = phase[*case].clone();
    }
}
