//! Many days in seconds: store, gateway and client on a simulated clock, network and disk.

use crate::process;
use anyhow::Result;
use std::ffi::OsString;

/// What to simulate.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// What the program itself understands; `--help` tells.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// `cargo xtask simulate`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut simulate = process::cargo();
    simulate.args(["run", "--quiet", "-p", "watchdeck-simulate", "--"]).args(&args.args);
    process::check(&mut simulate)
}
