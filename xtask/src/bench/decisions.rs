//! Decisions: what kills lose or double, how soon the others know, a thousand at once, and what a permission costs.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// The same luck each time, so that runs can be compared.
const SEED: &str = "20261127";

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[
        ("watchdeck-gateway", &["watchdeck-gateway"]),
        ("watchdeck-tests", &["watchdeck-decisions", "watchdeck-desk"]),
        ("watchdeck-bench", &["bench-permission"]),
    ])?;
    let quiet = said(&["quiet", "--count", if quick { "1000" } else { "4000" }])?;
    let permission = ended(&mut process::command(paths::binary("release", "bench-permission")))?;
    println!("three consoles, kills of the gateway and of the ERP: this takes some minutes");
    let storm = said(&["storm", "--seed", SEED, "--count", if quick { "1500" } else { "10000" }])?;
    let mut report = Report::new("decisions");
    for (name, unit) in
        [("lost", "decisions"), ("doubled", "decisions"), ("on_changed_content", "decisions"), ("untrue", "statements"), ("kills", "kills")]
    {
        report.case(name, number(&storm, name)?, unit);
    }
    for (name, unit) in [("loser_told_p99_ms", "ms"), ("loser_told_p50_ms", "ms"), ("bulk_1000_ms", "ms"), ("second_user_reads", "reads")] {
        report.case(name, number(&quiet, name)?, unit);
    }
    report.case("permission_check_ns", number(&permission, "permission_check_ns")?, "ns");
    report.detail(json!({ "storm": storm, "told_is": "from the change at the gateway to the frame at somebody else's link" }));
    report.finish()
}

fn number(measured: &Value, name: &str) -> Result<f64> {
    measured[name].as_f64().with_context(|| format!("a number for {name}"))
}

fn said(args: &[&str]) -> Result<Value> {
    let mut command = process::command(paths::binary("release", "watchdeck-decisions"));
    command.args(args);
    for (variable, name) in [("WATCHDECK_GATEWAY_BIN", "watchdeck-gateway"), ("WATCHDECK_DESK_BIN", "watchdeck-desk")] {
        command.env(variable, paths::binary("release", name));
    }
    ended(&mut command)
}

fn ended(command: &mut Command) -> Result<Value> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("`{}` did not start", process::line(command)))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("`{}` ended with {}: {}", process::line(command), output.status, text.lines().next_back().unwrap_or("it said nothing"));
    }
    result(&text)
}
