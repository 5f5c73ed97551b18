//! Noticing: a day of fifty thousand events and sixty situations, who was told and how often somebody was disturbed; beside it a notification for each event, and
//! Alertmanager.

use super::{
    programs::{build, result},
    report::Report,
};
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::Stdio;

/// The same luck each time, so that runs can be compared.
const SEED: &str = "20261127";

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-tests", &["watchdeck-noticing"])])?;
    println!("a day with a clock that is moved, and two minutes beside it: this takes some minutes");
    let (events, situations, hours) = if quick { ("4000", "20", "6") } else { ("50000", "60", "24") };
    let mut command = process::command(paths::binary("release", "watchdeck-noticing"));
    command.args(["day", "--beside", "--seed", SEED, "--events", events, "--situations", situations, "--hours", hours]);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("`{}` did not start", process::line(&command)))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(&command), output.status);
    }
    let measured = result(&String::from_utf8_lossy(&output.stdout))?;
    let mut report = Report::new("noticing");
    for (prefix, who) in [("", "ours"), ("naive_", "naive"), ("alertmanager_", "alertmanager")] {
        let one = &measured[who];
        if one.is_null() {
            println!("{who} is not installed (apt-get install prometheus-alertmanager): its rows are left out");
            continue;
        }
        for (name, unit) in [
            ("recall", "of all"),
            ("interruptions_per_situation", "each"),
            ("after_acknowledgement", "interruptions"),
            ("worst_10_min", "interruptions"),
        ] {
            report.case(&format!("{prefix}{name}"), number(one, name)?, unit);
        }
    }
    let ours = number(&measured["ours"], "interruptions_per_situation")?;
    for (prefix, who) in [("naive", "naive"), ("alertmanager", "alertmanager")] {
        if !measured[who].is_null() {
            report.ratio(&format!("{prefix}_interruptions_ratio"), number(&measured[who], "interruptions_per_situation")? / ours);
        }
    }
    report.detail(json!({
        "seed": SEED, "events": events, "situations": situations, "hours": hours, "measured": measured,
        "an_interruption_is": "what leaves the core at one moment: a notification or a digest and its tone are one",
        "alertmanager_is": "told of the same by the same rules with the labels that tell alerts apart, grouped by rule (group_wait 30s, group_interval 5m, repeat 4h); its day and all that it waits for pass 720 times as fast; it does not sleep with the machine and knows no night; who has an alert sets a silence",
    }));
    report.finish()
}

fn number(measured: &Value, name: &str) -> Result<f64> {
    measured[name].as_f64().with_context(|| format!("a number for {name}"))
}
