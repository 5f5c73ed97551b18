//! What decisions are measured with. `cargo xtask bench decisions` starts it.

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::io::Write as _;
use watchdeck_tests::decisions::{Plan, quiet, storm};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kills, an ERP in trouble, three consoles.
    Storm {
        /// Decisions, at least.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// The luck.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Nobody is killed.
    Quiet {
        /// Decisions.
        #[arg(long, default_value_t = 2_000)]
        count: usize,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let measured = match Args::parse().command {
        Command::Storm { count, seed } => storm(Plan { decisions: count, seed }).await?,
        Command::Quiet { count } => quiet(count).await?,
    };
    writeln!(std::io::stdout(), "{measured}")?;
    Ok(())
}
