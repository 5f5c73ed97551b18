//! Fuzzes one decoder, or all in turn, for as long as asked. `cargo xtask fuzz` starts it.
#![allow(clippy::print_stdout, reason = "a command-line tool speaks on its standard streams")]

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use std::{path::PathBuf, time::Duration};
use watchdeck_fuzz::{TARGETS, Target, corpus, engine, files, regressions};

#[derive(Parser)]
struct Args {
    /// Which decoder; all in turn without.
    target: Option<String>,
    /// How long each is fuzzed.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The luck; a new one each time without.
    #[arg(long)]
    seed: Option<u64>,
    /// Try this one input instead.
    #[arg(long, requires = "target")]
    file: Option<PathBuf>,
    /// Where findings are put.
    #[arg(long, default_value = "target/fuzz")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let chosen: Vec<_> = TARGETS.iter().filter(|target| args.target.as_ref().is_none_or(|name| name == target.name)).collect();
    if chosen.is_empty() {
        bail!("there is no such target; there are {}", TARGETS.map(|target| target.name).join(", "));
    }
    if let Some(file) = &args.file {
        let input = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let way = engine::feed(chosen[0], &input).map_err(|finding| anyhow::anyhow!("it breaks: {}", finding.why))?;
        println!("{} holds (it behaves in the way {way:016x}).", chosen[0].name);
        return Ok(());
    }
    let seed = args.seed.unwrap_or_else(rand::random);
    // A panic is a finding here; it is told once, with the way to see it again.
    std::panic::set_hook(Box::new(|_| {}));
    let mut broken = 0;
    for target in chosen {
        broken += u32::from(!fuzz(target, seed, &args)?);
    }
    if broken > 0 {
        bail!("{broken} broke");
    }
    Ok(())
}

fn fuzz(target: &Target, seed: u64, args: &Args) -> Result<bool> {
    let mut seeds = files(&regressions(target))?;
    seeds.extend(files(&corpus(target))?);
    let run = engine::run(target, &seeds, seed, Duration::from_secs(args.seconds));
    let Some(finding) = run.finding else {
        println!("{:<10} {:>10} inputs, {:>5} ways of behaving, nothing broke (seed {seed})", target.name, run.tried, run.ways);
        return Ok(true);
    };
    let folder = args.out.join(target.name);
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&finding.input)));
    std::fs::write(&file, &finding.input)?;
    println!("{:<10} broke after {} inputs (seed {seed}): {}", target.name, run.tried, finding.why);
    println!("  again: cargo xtask fuzz {} --file {}", target.name, file.display());
    println!("  once it is mended, keep the file in fuzz/regressions/{}/", target.name);
    Ok(false)
}
