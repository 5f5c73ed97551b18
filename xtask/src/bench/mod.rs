//! Measurements of a release build. Each prints a table and writes target/bench/NAME.json.

mod decode;
mod fan;
mod ingest;
mod machine;
mod recovery;
mod report;
mod search;
mod window;

use crate::{packages::Need, process, setup, ui};
use anyhow::{Context, Result};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Name {
    /// WebSocket to committed, beside a Node peer and the bare limit.
    Ingest,
    /// Frames to events, each dialect by itself, and events to rows.
    Decode,
    /// Searches in a long history.
    Search,
    /// Away and back: what was missed, a sleep, and a thousand cuts.
    Recovery,
    /// Published to painted, frames per second, memory.
    Window,
    /// One channel, many listeners, beside Socket.IO and NATS: how late, and how large.
    Fan,
    /// Launch to the first event painted, size, memory.
    Startup,
}

/// `cargo xtask bench NAME`.
pub(crate) fn run(name: Name, quick: bool) -> Result<()> {
    let needs: &[Need] = match name {
        Name::Ingest | Name::Recovery => &[Need::Build, Need::Bench],
        Name::Decode | Name::Search => &[Need::Build],
        Name::Fan => &[Need::Build, Need::Bench, Need::Fan],
        Name::Window | Name::Startup => &[Need::Build, Need::VirtualScreen, Need::Bench],
    };
    setup::all(needs)?;
    if quick {
        println!("A quick run: good for trying the benchmark, not for quoting its numbers.");
    }
    match name {
        Name::Ingest => ingest::run(quick),
        Name::Decode => decode::run(quick),
        Name::Search => search::run(quick),
        Name::Recovery => recovery::run(quick),
        Name::Fan => fan::run(quick),
        Name::Window => window::window(quick),
        Name::Startup => window::startup(quick),
    }
}

/// Build the release programs of the packages named.
fn build(packages: &[&str]) -> Result<()> {
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
fn result(text: &str) -> Result<serde_json::Value> {
    let line = text.lines().next_back().context("the program said nothing")?;
    serde_json::from_str(line).with_context(|| format!("not a result: {line}"))
}

/// The value in the middle; the mean of both middles of an even number.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_median_is_not_moved_by_one_bad_round() {
        assert_eq!(super::median(&[3.0, 1_000.0, 1.0]), 3.0);
        assert_eq!(super::median(&[1.0, 3.0]), 2.0);
        assert!(super::median(&[]).is_nan());
    }
}
