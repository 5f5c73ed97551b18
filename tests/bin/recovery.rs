//! What recovery is measured and tested with: a console core that can be killed, and the run that kills it. `cargo xtask bench recovery` starts it.

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use std::{io::Write as _, path::PathBuf};
use watchdeck_tests::{
    randomised::{self, Plan},
    recovery,
};

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
    /// A console core without a window, until standard input ends.
    Console {
        /// Where its store lies.
        #[arg(long)]
        data_dir: PathBuf,
        /// Its only source, as JSON, as the settings hold it.
        #[arg(long)]
        source: String,
    },
    /// Miss events, and catch up.
    CatchUp {
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        count: u64,
    },
    /// Sleep for eight hours, and be live again.
    Wake {
        /// How often.
        #[arg(long)]
        rounds: u32,
    },
    /// Publish, cut, delay, double, reorder, restart and kill; then compare.
    Randomised {
        /// The luck.
        #[arg(long)]
        seed: u64,
        /// Reconnects, at least.
        #[arg(long)]
        reconnects: Option<u64>,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Args::parse().command {
        Command::Console { data_dir, source } => randomised::serve(&data_dir, &serde_json::from_str(&source)?).await,
        Command::CatchUp { count } => say(&json!({ "ms": recovery::catch_up(count).await? })),
        Command::Wake { rounds } => say(&json!({ "ms": recovery::wake(rounds).await? })),
        Command::Randomised { seed, reconnects } => {
            let full = Plan::full(seed);
            let outcome =
                randomised::run(Plan { reconnects: reconnects.unwrap_or(full.reconnects), ..full }, &std::env::current_exe()?).await?;
            say(&serde_json::to_value(&outcome)?)?;
            ensure!(outcome.comparison.is_exact(), "what is stored is not what was published");
            Ok(())
        }
    }
}

/// One JSON line for whoever started the program.
fn say(line: &Value) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
