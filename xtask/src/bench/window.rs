//! The real window of the release build, on a virtual screen.
//!
//! The measuring itself is done by programs of `bench/`, which may use libraries; here they get what they need and their results become
//! the report.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{
    display::Virtual,
    paths,
    process::{self, Background},
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::{io::Read as _, process::Stdio};

/// Published → painted, frames per second, clicks, memory, processor time of a calm day.
pub(super) fn window(quick: bool) -> Result<()> {
    programs("bench-window")?;
    let result = measure("bench-window", quick, &["--gateway", &paths::binary("release", "watchdeck-gateway").to_string_lossy()])?;
    let mut report = Report::new("window");
    for rate in ["100", "1000"] {
        for percentile in ["p50", "p99"] {
            take(&mut report, &result, &format!("{percentile}_ms_at_{rate}"), "ms")?;
        }
    }
    for (case, unit) in [
        ("fps_at_10000", "frames/s"),
        ("memory_growth_percent", "%"),
        ("click_p95_ms_at_10000", "ms"),
        ("cpu_percent_at_0", "% of a core"),
        ("cpu_percent_at_5", "% of a core"),
        ("cpu_percent_hidden_at_5", "% of a core"),
        ("core_rss_mb", "MB"),
        ("webview_rss_mb", "MB"),
    ] {
        take(&mut report, &result, case, unit)?;
    }
    report.detail(result["detail"].clone());
    report.finish()
}

/// Launch → first event painted, size of the binary, memory.
pub(super) fn startup(quick: bool) -> Result<()> {
    programs("bench-startup")?;
    let result = measure("bench-startup", quick, &[])?;
    let mut report = Report::new("startup");
    take(&mut report, &result, "first_event_ms", "ms")?;
    take(&mut report, &result, "binary_bytes", "bytes")?;
    take(&mut report, &result, "rss_bytes", "bytes")?;
    report.detail(result["detail"].clone());
    report.finish()
}

/// The same packages for both: another set of features would be another build.
fn programs(measuring: &str) -> Result<()> {
    build(&[("watchdeck", &["watchdeck"]), ("watchdeck-gateway", &["watchdeck-gateway"]), ("watchdeck-bench", &[measuring])])
}

fn take(report: &mut Report, result: &Value, case: &str, unit: &'static str) -> Result<()> {
    report.case(case, result[case].as_f64().with_context(|| format!("the result has no {case}"))?, unit);
    Ok(())
}

/// Run a program of bench/ on a virtual screen and read its result.
fn measure(program: &str, quick: bool, args: &[&str]) -> Result<Value> {
    let screen = Virtual::start("1400x900")?;
    let mut command = process::command(paths::binary("release", program));
    screen.apply(&mut command).arg("--console").arg(paths::binary("release", "watchdeck")).args(args);
    if quick {
        command.arg("--quick");
    }
    let mut running = Background::start(&command, Stdio::piped(), Stdio::inherit())?;
    let mut text = String::new();
    running.stdout().context("its output was piped")?.read_to_string(&mut text)?;
    let status = running.wait()?;
    anyhow::ensure!(status.success(), "`{program}` ended with {status}");
    result(&text)
}
