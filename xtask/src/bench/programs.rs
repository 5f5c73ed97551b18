//! The release programs that measure: making them, and reading what they found.

use crate::{process, ui};
use anyhow::{Context, Result};

/// Build the release programs of the packages named.
pub(super) fn build(packages: &[&str]) -> Result<()> {
    if packages.contains(&"watchdeck") {
        ui::build()?;
    }
    let mut build = process::cargo();
    build.args(["build", "--release"]);
    for package in packages {
        build.args(["-p", package]);
    }
    process::check(&mut build)
}

/// The last line of a program's output, which is its result.
pub(super) fn result(text: &str) -> Result<serde_json::Value> {
    let line = text.lines().next_back().context("the program said nothing")?;
    serde_json::from_str(line).with_context(|| format!("not a result: {line}"))
}
