//! The release programs that measure: making them, and reading what they found.

use crate::{process, ui};
use anyhow::{Context, Result};

/// Build release programs, each of its package. The packages decide the features that what they share has, and so whether it is built again; of their programs only
/// those are linked that are asked for, since each of them takes minutes.
pub(super) fn build(programs: &[(&str, &[&str])]) -> Result<()> {
    if programs.iter().any(|(package, _)| *package == "watchdeck") {
        ui::build()?;
    }
    let mut build = process::cargo();
    build.args(["build", "--release"]);
    for (package, names) in programs {
        build.args(["-p", package]);
        names.iter().for_each(|name| _ = build.args(["--bin", name]));
    }
    process::check(&mut build)
}

/// The last line of a program's output, which is its result.
pub(super) fn result(text: &str) -> Result<serde_json::Value> {
    let line = text.lines().next_back().context("the program said nothing")?;
    serde_json::from_str(line).with_context(|| format!("not a result: {line}"))
}
