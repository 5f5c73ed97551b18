//! One event from the frame to the row: nanoseconds and allocations of each stage, frames of each dialect by themselves.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Stdio;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-bench", &["bench-decode", "bench-allocations"])])?;
    let events: u64 = if quick { 20_000 } else { 200_000 };
    let (timed, counted) = (cases("bench-decode", events)?, cases("bench-allocations", events)?);
    let mut report = Report::new("decode");
    for case in &timed {
        let name = case["case"].as_str().context("a case has a name")?;
        let seconds = case["seconds"].as_f64().filter(|seconds| *seconds > 0.0).context("a case takes time")?;
        report.case(name, events as f64 / seconds, "events/s");
        report.case(&format!("{name}_ns"), seconds * 1e9 / events as f64, "ns/event");
    }
    for case in &counted {
        let name = case["case"].as_str().context("a case has a name")?;
        let of = |what: &str| case[what].as_f64().with_context(|| format!("{name} says its {what}"));
        report.case(&format!("{name}_allocations"), of("allocations")? / events as f64, "allocations/event");
        report.case(&format!("{name}_bytes"), of("bytes")? / events as f64, "bytes/event");
    }
    report.detail(json!({ "events": events, "timed": timed, "counted": counted }));
    report.finish()
}

fn cases(program: &str, events: u64) -> Result<Vec<Value>> {
    let mut command = process::command(paths::binary("release", program));
    let output = command.args(["--events", &events.to_string()]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    Ok(measured["cases"].as_array().context("a list of cases")?.clone())
}
