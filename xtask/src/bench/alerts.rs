//! Rules: what one takes of an event, a thousand beside the intake, a long past, and how soon people are told.

use super::{
    ingest::console_rate,
    median::median,
    programs::{build, result},
    report::{Report, folder},
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::process::Stdio;

/// Rules in force beside the shipped ones.
const RULES: usize = 1_000;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-bench", &["bench-alerts", "blaster", "ingest-console"])])?;
    let (events, told, count, rounds): (u64, u64, u64, usize) = if quick { (500_000, 5, 100_000, 1) } else { (10_000_000, 60, 500_000, 5) };
    let mut command = process::command(paths::binary("release", "bench-alerts"));
    command.args(["--events", &events.to_string(), "--told", &told.to_string(), "--folder"]).arg(folder()?);
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        without.push(console_rate(count, 0)?);
        with.push(console_rate(count, RULES)?);
    }
    let mut report = Report::new("alerts");
    for (name, unit) in [
        ("predicate_ns", "ns"),
        ("judge_ns", "ns/event"),
        ("judge_1000_rules_ns", "ns/event"),
        ("cpu_cores_at_10000", "cores"),
        ("committed_to_toast_p99_ms", "ms"),
        ("committed_to_sound_p99_ms", "ms"),
        ("backtest_10m_ms", "ms"),
    ] {
        report.case(name, measured[name].as_f64().with_context(|| format!("a number for {name}"))?, unit);
    }
    report.case("ingest_with_rules", median(&with), "events/s");
    report.case("ingest_without", median(&without), "events/s");
    report.ratio("ingest_ratio_with_rules", median(&with) / median(&without));
    report.detail(json!({
        "events": events, "told": told, "rules": RULES, "backtest_events": measured["backtest_events"], "backtest_fired": measured["backtest_fired"],
        "told_is": "from the server's send to the host's call: the wire and the commit are in it",
        "ingest_is": "to the last event that every projection and rule has seen",
    }));
    report.finish()
}
