//! Frames → events, each dialect by itself, and events → rows for the store.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::process::Stdio;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&["watchdeck-bench"])?;
    let events: u64 = if quick { 100_000 } else { 1_000_000 };
    let mut command = process::command(paths::binary("release", "bench-decode"));
    let output = command.args(["--events", &events.to_string()]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    let mut report = Report::new("decode");
    let cases = measured["cases"].as_array().context("a list of cases")?;
    for case in cases {
        let name = case["case"].as_str().context("a case has a name")?;
        let seconds = case["seconds"].as_f64().filter(|seconds| *seconds > 0.0).context("a case takes time")?;
        report.case(name, events as f64 / seconds, "events/s");
        report.case(&format!("{name}_ns"), seconds * 1e9 / events as f64, "ns/event");
    }
    report.detail(json!({ "events": events, "cases": cases }));
    report.finish()
}
