//! What recovery is measured and tested with: a console core that can be killed, and the run that kills it. `cargo xtask bench recovery` starts it.

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};
use std::{io::Write as _, path::PathBuf};
use watchdeck_tests::randomised::{self, Plan};

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
        /// Its only source.
        #[arg(long)]
        url: String,
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
        Command::Console { data_dir, url } => randomised::serve(&data_dir, &url).await,
        Command::Randomised { seed, reconnects } => {
            let full = Plan::full(seed);
            let outcome =
                randomised::run(Plan { reconnects: reconnects.unwrap_or(full.reconnects), ..full }, &std::env::current_exe()?).await?;
            writeln!(std::io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
            ensure!(outcome.comparison.is_exact(), "what is stored is not what was published");
            Ok(())
        }
    }
}
