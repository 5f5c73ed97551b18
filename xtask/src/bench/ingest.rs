//! WebSocket → committed in the store, 300-byte events, the whole pipeline, beside two others on the same machine in the same run:
//! a Node peer as an Electron developer would write it, and a loop that does nothing but insert the same rows.
//!
//! The three take turns, so that a machine which gets slower or faster on the way does so for all of them; each case is the median of
//! its rounds. Console and peer are served by the same program with the same bytes, and both clocks run from the first byte sent to the
//! last row committed.

use super::{
    median::median,
    programs::{build, result},
    report::{Report, folder},
};
use crate::{
    paths,
    process::{self, Background},
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, Stdio},
};

pub(super) fn run(quick: bool) -> Result<()> {
    build(&[("watchdeck-bench", &["bare-insert", "blaster", "ingest-console"])])?;
    let (count, rounds): (u64, usize) = if quick { (100_000, 1) } else { (500_000, 5) };
    let mut blaster = Blaster::start(count)?;
    let (mut console, mut peer, mut bare, mut projected) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        let scratch = Scratch::new()?;
        let (committed, caught_up) = measure_console(&mut blaster, &scratch, count, 0)?;
        console.push(committed);
        projected.push(caught_up);
        peer.push(measure_peer(&mut blaster, &scratch, count)?);
        bare.push(measure_bare(&scratch, count)?);
        let last = |values: &[f64]| values.last().copied().unwrap_or_default();
        println!(
            "round {round} of {rounds}: console {:.0}, node peer {:.0}, bare insert {:.0} events/s",
            last(&console),
            last(&peer),
            last(&bare)
        );
    }
    let mut report = Report::new("ingest");
    report.case("console", median(&console), "events/s");
    report.case("node_peer", median(&peer), "events/s");
    report.case("bare_insert", median(&bare), "events/s");
    report.case("console_projected", median(&projected), "events/s");
    report.ratio("vs_node_peer", median(&console) / median(&peer));
    report.ratio("vs_bare_insert", median(&console) / median(&bare));
    report.detail(json!({
        "events": count, "bytes_per_frame": blaster.bytes_per_frame, "console": console, "node_peer": peer, "bare_insert": bare,
        "console_projected": projected,
    }));
    report.finish()
}

/// The source of events, and the ear on what it says.
struct Blaster {
    _program: Background,
    output: BufReader<ChildStdout>,
    url: String,
    bytes_per_frame: u64,
}

impl Blaster {
    fn start(count: u64) -> Result<Self> {
        let mut command = process::command(paths::binary("release", "blaster"));
        command.args(["--count", &count.to_string()]);
        let mut program = Background::start(&command, Stdio::piped(), Stdio::null())?;
        let mut output = BufReader::new(program.stdout().context("its output was piped")?);
        let hello = read_line(&mut output)?;
        let url = hello["url"].as_str().context("the blaster says where it listens")?.to_owned();
        Ok(Self { _program: program, output, url, bytes_per_frame: hello["bytes_per_frame"].as_u64().unwrap_or_default() })
    }

    /// When the first byte of the last blast left, microseconds.
    fn started(&mut self) -> Result<u64> {
        read_line(&mut self.output)?["started_us"].as_u64().context("the blaster says when it started")
    }
}

fn read_line(output: &mut BufReader<ChildStdout>) -> Result<Value> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    serde_json::from_str(&line).with_context(|| format!("not a JSON line: {line:?}"))
}

/// Events per second to the last projection and rule, with so many rules beside the shipped ones.
pub(super) fn console_rate(count: u64, rules: usize) -> Result<f64> {
    let mut blaster = Blaster::start(count)?;
    Ok(measure_console(&mut blaster, &Scratch::new()?, count, rules)?.1)
}

/// Events per second to the last commit, and to the last projection.
fn measure_console(blaster: &mut Blaster, scratch: &Scratch, count: u64, rules: usize) -> Result<(f64, f64)> {
    let mut command = process::command(paths::binary("release", "ingest-console"));
    command.args(["--url", &blaster.url, "--count", &count.to_string(), "--rules", &rules.to_string(), "--data-dir"]);
    command.arg(scratch.path("console"));
    let done = output(&mut command)?;
    let started = blaster.started()?;
    Ok((rate(&done, "done_us", started, count)?, rate(&done, "projected_us", started, count)?))
}

fn measure_peer(blaster: &mut Blaster, scratch: &Scratch, count: u64) -> Result<f64> {
    let file = scratch.path("peer.db");
    let mut prepare = process::command(paths::binary("release", "bare-insert"));
    if !prepare.arg("--prepare").arg("--file").arg(&file).status()?.success() {
        bail!("the peer's tables were not made");
    }
    let mut command = process::command("node");
    command.arg("bench/node-peer/peer.mjs").arg(&blaster.url).arg(&file).arg(count.to_string());
    let done = output(&mut command)?;
    rate(&done, "done_us", blaster.started()?, count)
}

fn measure_bare(scratch: &Scratch, count: u64) -> Result<f64> {
    let mut command = process::command(paths::binary("release", "bare-insert"));
    let done = output(command.args(["--count", &count.to_string(), "--file"]).arg(scratch.path("bare.db")))?;
    let seconds = done["seconds"].as_f64().context("the loop says how long it took")?;
    Ok(done["events"].as_f64().context("the loop says how many")? / seconds)
}

fn rate(done: &Value, name: &str, started: u64, count: u64) -> Result<f64> {
    let events = done["events"].as_u64().context("a receiver says how many it stored")?;
    if events != count {
        bail!("{events} of {count} events were stored");
    }
    let until = done[name].as_u64().with_context(|| format!("a receiver says {name}"))?;
    let micros =
        until.checked_sub(started).filter(|micros| *micros > 0).context("it ended before it began: the clock was set meanwhile")?;
    Ok(count as f64 * 1e6 / micros as f64)
}

fn output(command: &mut Command) -> Result<Value> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("`{}` did not start", process::line(command)))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", process::line(command), output.status);
    }
    result(&String::from_utf8_lossy(&output.stdout))
}

/// A folder for one round, on the disk that the build is on, removed with its databases afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = folder()?.join("scratch");
        // A run that was broken off leaves it.
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(&self.0).join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} was left behind: {error}", self.0.display());
        }
    }
}
