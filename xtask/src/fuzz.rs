//! Bad days on request: garbage for the decoders, and servers that do on command what servers do.

use crate::{paths, process};
use anyhow::Result;
use std::{path::PathBuf, process::Stdio};

/// What to fuzz.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this decoder: native, erp, socketio, hub, history, fields, time, pack, whole.
    target: Option<String>,
    /// How long each is fuzzed.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The luck of an earlier run, to have it again.
    #[arg(long)]
    seed: Option<u64>,
    /// Try this one input, which an earlier run left.
    #[arg(long, requires = "target")]
    file: Option<PathBuf>,
}

/// `cargo xtask fuzz`. In a profile of its own: fast, with overflows and broken assertions to be found.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut fuzz = process::cargo();
    fuzz.args(["run", "--quiet", "--profile", "fuzz", "-p", "watchdeck-fuzz", "--"]).args(&args.target);
    fuzz.arg("--seconds").arg(args.seconds.to_string()).arg("--out").arg(paths::target().join("fuzz"));
    if let Some(seed) = args.seed {
        fuzz.arg("--seed").arg(seed.to_string());
    }
    if let Some(file) = &args.file {
        fuzz.arg("--file").arg(std::path::absolute(file)?);
    }
    process::check(&mut fuzz)
}

/// `cargo xtask scripted`.
pub(crate) fn scripted(dialect: &str) -> Result<()> {
    let mut server = process::cargo();
    server.args(["run", "--quiet", "-p", "watchdeck-tests", "--bin", "watchdeck-scripted", "--", dialect]);
    process::check(server.stdin(Stdio::inherit()))
}
