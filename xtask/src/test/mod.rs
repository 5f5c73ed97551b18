//! Every test of every kind, and one line at the end.
//!
//! Every part runs, whatever failed before it. A part that cannot run is a failure, not a silence.

pub(crate) mod bindings;
mod count;
mod part;
mod parts;

pub(crate) use part::Part;

use crate::{packages::Need, setup};
use anyhow::{Result, bail};
use count::Count;
use std::time::Instant;

/// Set up and run all parts, or one; `extend`: with what is only run when asked for.
pub(crate) fn run(only: Option<Part>, extend: bool) -> Result<()> {
    if extend && only != Some(Part::Architecture) {
        bail!("--extend is a part of `architecture`: cargo xtask test architecture --extend");
    }
    let mut total = Count::default();
    let mut summary = Vec::new();
    let mut book = |name: &str, started: Instant, result: Result<Count>| {
        let count = result.unwrap_or_else(|error| {
            eprintln!("error: {name}: {error:#}");
            Count { failed: 1, ..Count::default() }
        });
        summary.push(format!("{name:<8} {:>6} passed {:>4} failed {:>6.0} s", count.passed, count.failed, started.elapsed().as_secs_f64()));
        summary.extend(count.names.iter().map(|test| format!("    failed: {test}")));
        total += count;
    };

    let started = Instant::now();
    // Without what it installs, the parts say themselves what they miss; here only the reason would be lost.
    if let Err(error) = setup::all(&[Need::Build, Need::VirtualScreen, Need::Test]) {
        book("set-up", started, Err(error));
    }
    let mut built = false;
    for part in only.map_or_else(|| Part::ALL.to_vec(), |only| vec![only]) {
        if part != Part::Ui && !built {
            built = true;
            let started = Instant::now();
            if let Err(error) = parts::build() {
                book("build", started, Err(error));
            }
        }
        println!("\n== {} ==", part.name());
        let started = Instant::now();
        book(part.name(), started, parts::run(part, extend));
    }

    println!();
    for line in summary {
        println!("{line}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        // The line above is the last of standard output; this one goes to standard error.
        bail!("not everything passed");
    }
    Ok(())
}
