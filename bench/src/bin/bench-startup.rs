//! Launch → the first event painted, again and again, each time as if for the first time: with an empty data folder and the built-in
//! simulator. The clock is this program's, from before the process is made until the console's log says that the window has painted.

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use watchdeck_bench::{memory, say};

#[derive(Parser)]
struct Args {
    /// The console's release binary.
    #[arg(long)]
    console: PathBuf,
    /// Fewer launches.
    #[arg(long)]
    quick: bool,
}

/// What the core writes into its log when the window reports its first painted rows.
const PAINTED: &str = "First live rows painted.";
const PATIENCE: Duration = Duration::from_secs(60);
/// Until memory is read: the window has filled its caches by then.
const SETTLE: Duration = Duration::from_secs(10);

fn main() -> Result<()> {
    let args = Args::parse();
    let launches = if args.quick { 2 } else { 5 };
    let (mut first, mut pss, mut rss) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..launches {
        let data = tempfile::tempdir()?;
        let started = Instant::now();
        let mut console = Stopped(
            Command::new(&args.console)
                .arg("--demo")
                .arg("--data-dir")
                .arg(data.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .context("the console did not start")?,
        );
        let painted = painted(&mut console.0, &data.path().join("watchdeck.log"), started)?;
        std::thread::sleep(SETTLE);
        let memory = memory::of_tree(console.0.id())?;
        first.push(painted.as_secs_f64() * 1e3);
        pss.push(memory.pss);
        rss.push(memory.rss);
    }
    say(&json!({
        "first_event_ms": median(&mut first.clone(), f64::total_cmp),
        "binary_bytes": args.console.metadata()?.len(),
        "rss_bytes": median(&mut pss.clone(), u64::cmp),
        "detail": {
            "launches": launches,
            "first_event_ms": first,
            "rss_bytes_is": "Pss summed over the console and its web processes, 10 s after the first paint on the simulator",
            "pss_bytes": pss,
            "resident_bytes_with_shared_pages_counted_per_process": rss,
        },
    }));
    Ok(())
}

fn painted(console: &mut Child, log: &Path, started: Instant) -> Result<Duration> {
    while started.elapsed() < PATIENCE {
        if std::fs::read_to_string(log).is_ok_and(|text| text.contains(PAINTED)) {
            return Ok(started.elapsed());
        }
        if let Some(status) = console.try_wait()? {
            bail!("the console ended by itself with {status}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    bail!("nothing was painted within {} s", PATIENCE.as_secs())
}

fn median<T: Copy>(values: &mut [T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    values.sort_by(order);
    values.get(values.len() / 2).copied()
}

/// A console that is asked to end, and made to when it does not.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let until = Instant::now() + Duration::from_secs(5);
        while asked.is_ok() && Instant::now() < until {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Both fail only when it has ended meanwhile.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
