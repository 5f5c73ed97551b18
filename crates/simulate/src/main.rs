//! `watchdeck-simulate`: runs seeds, shrinks what fails, and measures itself by planted faults.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its standard streams")]

#[cfg(target_os = "linux")]
mod stand_in;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum as _};
use std::{process::ExitCode, time::Duration};
use watchdeck_simulate::{
    Fault, Plan,
    farm::{FOUND, Farm},
};

/// A simulation that takes longer than this by the real clock hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Store, gateway and client on one simulated clock, network and disk.
#[derive(Parser)]
#[command(name = "watchdeck-simulate", version)]
struct Cli {
    #[command(subcommand)]
    one: Option<One>,
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Plant this fault, or each of them in turn (`all`): after how many seeds is it found?
    #[arg(long)]
    fault: Option<String>,
    /// Print what happened in the first seed.
    #[arg(long)]
    log: bool,
}

#[derive(Subcommand)]
enum One {
    /// Run one seed in this process and print what happened.
    #[command(hide = true)]
    One(Seed),
}

#[derive(Args)]
struct Seed {
    seed: u64,
    #[arg(long)]
    fault: Option<Fault>,
    /// Steps to leave out.
    #[arg(long)]
    without: Vec<usize>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.one {
        Some(One::One(seed)) => return one(Plan { seed: seed.seed, fault: seed.fault, without: seed.without }),
        None => many(&cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// On a thread of its own, which sees the simulation's time and its chance only.
fn one(plan: Plan) -> ExitCode {
    std::thread::spawn(|| {
        std::thread::sleep(PATIENCE);
        eprintln!("It hangs.");
        std::process::exit(1);
    });
    let simulating = std::thread::spawn(move || {
        #[cfg(target_os = "linux")]
        stand_in::begin(plan.seed);
        watchdeck_simulate::run(&plan)
    });
    let Ok(outcome) = simulating.join() else { return ExitCode::FAILURE };
    print!("{}", outcome.log);
    if outcome.wrong.is_some() { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

fn many(cli: &Cli) -> Result<()> {
    let farm = Farm::new(&std::env::current_exe()?);
    let Cli { seeds, from, .. } = *cli;
    let faults = match cli.fault.as_deref() {
        None => return clean(cli, &farm),
        Some("all") => Fault::value_variants().iter().copied().filter(|fault| *fault != Fault::Nothing).collect(),
        Some(name) => vec![Fault::from_str(name, true).map_err(anyhow::Error::msg)?],
    };
    let mut wrong = Vec::new();
    println!("{:<26} {:>6}  what was wrong", "planted", "seeds");
    for fault in faults {
        let value = fault.to_possible_value();
        let name = value.as_ref().map_or("", |value| value.get_name());
        let found = farm.run(from, seeds, Some(fault), false)?;
        match found.first() {
            Some(failure) => println!("{name:<26} {:>6}  {}", failure.seed - from + 1, failure.wrong),
            None => println!("{name:<26} {:>6}  not found", "-"),
        }
        if found.is_empty() == (fault != Fault::Nothing) {
            wrong.push(name.to_owned());
        }
        if cli.log {
            print!("{}", farm.log(&Plan { seed: from, fault: Some(fault), without: Vec::new() })?);
        }
    }
    if !wrong.is_empty() {
        bail!("within {seeds} seeds this was not found, or found though it is nothing: {}", wrong.join(", "));
    }
    Ok(())
}

fn clean(cli: &Cli, farm: &Farm) -> Result<()> {
    let Cli { seeds, from, .. } = *cli;
    if cli.log {
        print!("{}", farm.log(&Plan { seed: from, ..Plan::default() })?);
    }
    let failures = farm.run(from, seeds, None, true)?;
    for failure in &failures {
        println!("seed {}: {}", failure.seed, failure.wrong);
    }
    let Some(first) = failures.first() else {
        println!("{seeds} seeds from {from} on: nothing is wrong.");
        return Ok(());
    };
    let (plan, wrong) = farm.shrink(first.seed, None)?;
    print!("{}", farm.log(&plan)?);
    let without: Vec<_> = plan.without.iter().map(|step| format!("--without {step}")).collect();
    bail!("seed {}: {wrong}; again with: watchdeck-simulate one {} {}", plan.seed, plan.seed, without.join(" "));
}
