//! Many days in seconds: store, gateway and client on a simulated clock, network and disk.

use crate::process;
use anyhow::Result;

/// What to simulate.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seeds; each is one story.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Plant this fault, or each of them in turn (`all`), and say after how many seeds it is found.
    #[arg(long)]
    fault: Option<String>,
    /// Print what happened in the first seed.
    #[arg(long)]
    log: bool,
}

/// `cargo xtask simulate`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut simulate = process::cargo();
    simulate.args(["run", "--quiet", "-p", "watchdeck-simulate", "--"]);
    simulate.args(["--seeds", &args.seeds.to_string(), "--from", &args.from.to_string()]);
    if let Some(fault) = &args.fault {
        simulate.args(["--fault", fault]);
    }
    if args.log {
        simulate.arg("--log");
    }
    process::check(&mut simulate)
}
