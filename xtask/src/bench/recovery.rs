//! Away and back: the time to catch up with 100,000 missed events, the time from waking to live, and what a thousand reconnects lose.

use super::{
    median::median,
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Stdio;

/// The same luck each time, so that runs can be compared.
const SEED: u64 = 20_261_121;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-gateway", &["watchdeck-gateway"]), ("watchdeck-tests", &["watchdeck-recovery"])])?;
    let rounds: usize = if quick { 1 } else { 5 };
    let mut catch_up = Vec::new();
    for round in 1..=rounds {
        let ms = said(&["catch-up", "--count", "100000"])?["ms"].as_f64().context("a time")?;
        println!("catching up, round {round} of {rounds}: {ms:.0} ms");
        catch_up.push(ms);
    }
    let wakes = said(&["wake", "--rounds", if quick { "3" } else { "16" }])?;
    let wakes: Vec<f64> = wakes["ms"].as_array().context("times")?.iter().filter_map(Value::as_f64).collect();
    println!("waking, {} rounds: median {:.0} ms", wakes.len(), median(&wakes));
    let (seed, reconnects) = (SEED.to_string(), if quick { "200" } else { "1000" });
    let storm = said(&["randomised", "--seed", &seed, "--reconnects", reconnects])?;
    let number = |value: &Value| value.as_f64().context("a number of the randomised run");

    let mut report = Report::new("recovery");
    report.case("catch_up_100k_ms", median(&catch_up), "ms");
    report.case("wake_to_live_ms", median(&wakes), "ms");
    report.case("wake_to_live_worst_ms", wakes.iter().copied().fold(0.0, f64::max), "ms");
    report.case("randomised_lost", number(&storm["comparison"]["lost"])?, "events");
    report.case("randomised_twice", number(&storm["comparison"]["twice"])?, "events");
    report.case("randomised_reconnects", number(&storm["reconnects"])?, "reconnects");
    report.detail(json!({ "catch_up_ms": catch_up, "wake_ms": wakes, "wake_is": "a jump of the clock that the links live on; timers do not jump", "randomised": storm }));
    report.finish()
}

fn said(args: &[&str]) -> Result<Value> {
    let mut command = process::command(paths::binary("release", "watchdeck-recovery"));
    command.args(args).env("WATCHDECK_GATEWAY_BIN", paths::binary("release", "watchdeck-gateway")).stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("`{}` did not start", process::line(&command)))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("`{}` ended with {}: {}", process::line(&command), output.status, text.lines().next_back().unwrap_or("it said nothing"));
    }
    result(&text)
}
