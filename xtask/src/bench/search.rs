//! Searches in a long history, before and after its blocks were summarised.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::process::Stdio;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-bench", &["bench-search"])])?;
    let events: u64 = if quick { 200_000 } else { 1_500_000 };
    let mut command = process::command(paths::binary("release", "bench-search"));
    let output = command.args(["--events", &events.to_string()]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    let mut report = Report::new("search");
    let cases = measured["cases"].as_array().context("a list of cases")?;
    for case in cases {
        let name = case["case"].as_str().context("a case has a name")?;
        let seconds = case["seconds"].as_f64().context("a case takes time")?;
        report.case(&format!("{name}_ms"), seconds * 1e3, "ms");
    }
    report.detail(json!({ "events": events, "bytes": measured["bytes"], "cases": cases }));
    report.finish()
}
