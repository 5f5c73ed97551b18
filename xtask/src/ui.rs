//! The window's JavaScript side: packages and build, each only when its input changed.

use crate::{paths, process, stamp::Stamp};
use anyhow::{Result, bail};
use std::{path::Path, process::Command};

/// The oldest Node that everything here runs on.
const NODE: u32 = 20;

/// npm, in a folder below the root.
pub(crate) fn npm(folder: &str) -> Command {
    let mut npm = process::command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(paths::root().join(folder));
    npm
}

/// A program of the window's packages.
pub(crate) fn npx(program: &str) -> Command {
    let mut npx = process::command(if cfg!(windows) { "npx.cmd" } else { "npx" });
    npx.current_dir(paths::root().join("ui")).args(["--no-install", program]);
    npx
}

/// Is Node there, and new enough?
pub(crate) fn node() -> Result<()> {
    let remedy = "install Node 20 or newer with npm (https://nodejs.org, or a version manager such as fnm), and try again";
    let Some(version) = process::read(process::command("node").arg("--version")) else {
        bail!("Node was not found: {remedy}");
    };
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE) {
        bail!("Node {} is too old: {remedy}", version.trim());
    }
    if process::read(npm(".").arg("--version")).is_none() {
        bail!("Node is there, but npm is not: {remedy}");
    }
    Ok(())
}

/// `npm ci` in a folder, when its lock file changed since the last time.
pub(crate) fn packages(folder: &str) -> Result<()> {
    let lock = format!("{folder}/package-lock.json");
    if !paths::root().join(&lock).is_file() {
        bail!("{lock} is missing; it belongs into the repository");
    }
    let stamp = Stamp::new(&format!("npm-{}", folder.replace('/', "-")), &[&lock], &[])?;
    if stamp.fresh() && paths::root().join(folder).join("node_modules").is_dir() {
        return Ok(());
    }
    println!("Installing the packages of {folder} (its lock file is new or changed).");
    let mut ci = npm(folder);
    ci.args(["ci", "--no-audit", "--no-fund"]);
    // Native packages are compiled against the headers that came with this Node, where it brought them; else npm fetches them.
    if let Some(prefix) = node_prefix().filter(|prefix| Path::new(prefix).join("include/node/node.h").is_file()) {
        ci.env("npm_config_nodedir", prefix);
    }
    process::check(&mut ci)?;
    stamp.set()
}

fn node_prefix() -> Option<String> {
    let script = "console.log(require('path').dirname(require('path').dirname(require('fs').realpathSync(process.execPath))))";
    process::read(process::command("node").args(["-e", script])).map(|prefix| prefix.trim().to_owned())
}

/// Build ui/dist, when one of its sources changed since the last time.
pub(crate) fn build() -> Result<()> {
    packages("ui")?;
    let stamp =
        Stamp::new("ui-build", &["ui"], &["node_modules", "dist", "tests", "e2e", "test-results", "playwright-report", "coverage"])?;
    if stamp.fresh() && paths::root().join("ui/dist/index.html").is_file() {
        return Ok(());
    }
    println!("Building the window (its sources are new or changed).");
    process::check(npm("ui").args(["run", "build"]))?;
    stamp.set()
}
