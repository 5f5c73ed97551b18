//! Every test of every kind, and one line at the end.
//!
//! Every part runs, whatever failed before it. A part that cannot run is a failure, not a silence.

pub(crate) mod bindings;
mod count;
mod parts;

use crate::{packages::Need, setup};
use anyhow::{Result, bail};
use count::Count;
use std::time::Instant;

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// TypeScript's types and style, and the window's unit tests.
    Ui,
    /// Every Rust crate and the whole system, but not the window; and that ui/src/bindings is up to date.
    Rust,
    /// The real window on a virtual screen.
    Desktop,
    /// The window in a browser.
    Browser,
    /// Rust's formatting, clippy, and the examples in the documentation.
    Lint,
}

impl Part {
    /// In the order in which they run: what costs little and what others wait for first.
    const ALL: [Self; 5] = [Self::Ui, Self::Rust, Self::Desktop, Self::Browser, Self::Lint];

    fn name(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Rust => "rust",
            Self::Desktop => "desktop",
            Self::Browser => "browser",
            Self::Lint => "lint",
        }
    }
}

/// Set up and run all parts, or one.
pub(crate) fn run(only: Option<Part>) -> Result<()> {
    let mut total = Count::default();
    let mut summary = Vec::new();
    let mut book = |name: &str, started: Instant, result: Result<Count>| {
        let count = result.unwrap_or_else(|error| {
            eprintln!("error: {name}: {error:#}");
            Count { passed: 0, failed: 1 }
        });
        total += count;
        summary.push(format!("{name:<8} {:>6} passed {:>4} failed {:>6.0} s", count.passed, count.failed, started.elapsed().as_secs_f64()));
    };

    let started = Instant::now();
    // Without what it installs, the parts say themselves what they miss; here only the reason would be lost.
    if let Err(error) = setup::all(&[Need::Build, Need::VirtualScreen, Need::Test]) {
        book("set-up", started, Err(error));
    }
    let mut built = false;
    for part in Part::ALL.into_iter().filter(|part| only.is_none_or(|only| only == *part)) {
        if part != Part::Ui && !built {
            built = true;
            let started = Instant::now();
            if let Err(error) = parts::build() {
                book("build", started, Err(error));
            }
        }
        println!("\n== {} ==", part.name());
        let started = Instant::now();
        book(part.name(), started, parts::run(part));
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
