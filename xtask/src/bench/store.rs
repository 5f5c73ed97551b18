//! The store by itself, beside bare rows of SQLite.

use super::{
    programs::{build, result},
    report::{Report, folder},
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::process::Stdio;

pub(super) fn run(quick: bool) -> Result<()> {
    build(&["watchdeck-bench"])?;
    let events: u64 = if quick { 400_000 } else { 10_000_000 };
    let mut command = process::command(paths::binary("release", "bench-store"));
    let output = command.args(["--events", &events.to_string()]).arg("--folder").arg(folder()?).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    let mut report = Report::new("store");
    for case in measured["cases"].as_array().context("a list of cases")? {
        let name = case["case"].as_str().context("a case has a name")?;
        let unit = if name.ends_with("_ms") {
            "ms"
        } else if name.ends_with("_per_s") {
            "events/s"
        } else {
            ""
        };
        report.case(name, case["value"].as_f64().context("a case has a value")?, unit);
    }
    report.ratio("append_vs_bare", measured["append_vs_bare"].as_f64().context("a ratio")?);
    report.detail(json!({ "events": events, "bytes": measured["bytes"] }));
    report.finish()
}
