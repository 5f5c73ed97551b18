//! What noticing is measured with: a day, and the console that sits in it. `cargo xtask bench noticing` starts it.

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde_json::json;
use std::{io::Write as _, path::PathBuf};
use watchdeck_tests::noticing::{self, Day, Plan};

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
    /// Live through a day.
    Day {
        /// The luck.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Events, about.
        #[arg(long, default_value_t = 50_000)]
        events: usize,
        /// Situations that need a person.
        #[arg(long, default_value_t = 60)]
        situations: usize,
        /// How long it is.
        #[arg(long, default_value_t = 24)]
        hours: i64,
        /// Others beside it: a notification for each event, and Alertmanager where it is installed.
        #[arg(long)]
        beside: bool,
    },
    /// A console core without a window, under a clock that standard input moves, until that ends.
    Console {
        /// Where its store lies.
        #[arg(long)]
        folder: PathBuf,
        /// What its clock shows, ms since 1970.
        #[arg(long)]
        at: i64,
        /// A change of its settings, as JSON.
        #[arg(long)]
        settings: Option<String>,
    },
}

fn main() -> Result<()> {
    // Time is moved by hand in the console, which one thread is for.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        match Args::parse().command {
            Command::Day { seed, events, situations, hours, beside } => {
                let day = Day::of(Plan { seed, events, situations, hours });
                let ours = noticing::live(&day, &std::env::current_exe()?).await?;
                let mut all = json!({ "ours": ours.to_json() });
                if beside {
                    all["naive"] = noticing::naive(&day).to_json();
                    if noticing::installed().is_some() {
                        all["alertmanager"] = noticing::alertmanager(&day).await?.to_json();
                    }
                }
                writeln!(std::io::stdout(), "{all}")?;
                Ok(())
            }
            Command::Console { folder, at, settings } => {
                noticing::sit(&folder, at, settings.map(|settings| serde_json::from_str(&settings)).transpose()?).await
            }
        }
    });
    // Whoever reads the input may read on.
    runtime.shutdown_background();
    outcome
}
