//! Everything a developer types: set-up, run, test, bench, fuzz, simulate.
//!
//! It is the first thing that a fresh clone compiles, so it uses next to nothing, and it never needs the rest of the workspace to
//! build before it can say what is missing. Each subcommand says what it does before it does it, and does nothing twice.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its standard streams")]

mod bench;
mod display;
mod fuzz;
mod packages;
mod paths;
mod process;
mod run;
mod setup;
mod simulate;
mod stamp;
mod test;
mod ui;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Set-up, run, test, bench.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: for building and opening the console, and more with a flag.
    Setup {
        /// Only building and opening the console; this is the default.
        #[arg(long, conflicts_with_all = ["test", "bench"])]
        desktop: bool,
        /// What the tests need, too.
        #[arg(long)]
        test: bool,
        /// What the benchmarks need, too.
        #[arg(long)]
        bench: bool,
    },
    /// Set up, build, and open the console on the built-in ERP simulator.
    Run(run::Args),
    /// Set up and run every test of every kind, or one part.
    Test {
        /// Only this part.
        part: Option<test::Part>,
        /// With `architecture`: add a kind, a dialect and a command to a copy of the sources, and have the compilers look at it. Takes minutes.
        #[arg(long, requires = "part")]
        extend: bool,
    },
    /// Measure a release build; results go to target/bench/.
    Bench {
        /// What to measure.
        name: bench::Name,
        /// Shorter, for trying the benchmark itself; the numbers mean less.
        #[arg(long)]
        quick: bool,
    },
    /// Throw garbage at the decoders, for longer than the tests do.
    Fuzz(fuzz::Args),
    /// Run store, gateway and client through made-up days on a simulated clock, network and disk; the same seed is the same day.
    Simulate(simulate::Args),
    /// Start a scripted server of a foreign dialect (erp, socketio, hub), to point the console at.
    Scripted {
        /// Whose protocol.
        dialect: String,
    },
    /// Write ui/src/bindings anew from the Rust types.
    Bindings,
}

fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Setup { desktop: _, test, bench } => {
            let mut needs = vec![packages::Need::Build];
            if !display::present() || test || bench {
                needs.push(packages::Need::VirtualScreen);
            }
            if test {
                needs.push(packages::Need::Test);
            }
            if bench {
                needs.extend([packages::Need::Bench, packages::Need::Fan]);
            }
            setup::all(&needs)?;
            println!("Everything is there.");
            Ok(())
        }
        Command::Run(args) => run::run(&args),
        Command::Test { part, extend } => test::run(part, extend),
        Command::Bench { name, quick } => bench::run(name, quick),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Scripted { dialect } => fuzz::scripted(&dialect),
        Command::Bindings => test::bindings::regenerate(),
    }
}
