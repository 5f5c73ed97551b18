//! The store by itself, beside bare rows of SQLite, PostgreSQL and another embedded event store.

use super::{
    programs::{build, result},
    report::{Report, folder},
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::{path::PathBuf, process::Stdio};

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-bench", &["bench-store"])])?;
    let events: u64 = if quick { 400_000 } else { 10_000_000 };
    let mut command = process::command(paths::binary("release", "bench-store"));
    command.args(["--events", &events.to_string()]).arg("--folder").arg(folder()?).stderr(Stdio::inherit());
    if let Some(peer) = peer()? {
        command.arg("--peer").arg(peer);
    }
    let output = command.output()?;
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
    for (name, ratio) in measured["ratios"].as_object().context("ratios")? {
        report.ratio(name, ratio.as_f64().context("a ratio")?);
    }
    report.detail(json!({ "events": events, "bytes": measured["bytes"], "peer": measured["peer"] }));
    report.finish()
}

/// The program that does the same with another event store; `None` when it cannot be built. It is no part of the workspace, nor is what it is built of.
fn peer() -> Result<Option<PathBuf>> {
    let (manifest, target) = (paths::root().join("bench/peer/Cargo.toml"), paths::target().join("peer"));
    let mut build = process::cargo();
    build.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&target);
    let program = target.join("release").join(format!("watchdeck-bench-peer{}", std::env::consts::EXE_SUFFIX));
    if process::status(&mut build)?.success() {
        return Ok(Some(program));
    }
    println!("The other event store is left out: it cannot be built.");
    Ok(None)
}
