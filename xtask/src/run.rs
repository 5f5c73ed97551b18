//! Set up, build, open.
//!
//! The development profile: dependencies are optimised a little, so the window is smooth, and a clean clone is open in half the time of
//! a release build. `--release` is there for those who want to stay.

use crate::{
    display::{self, Virtual},
    packages::Need,
    paths,
    process::{self, Background},
    setup, ui,
};
use anyhow::{Context, Result, bail};
use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

/// How to run the console.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Optimised: builds longer, runs faster.
    #[arg(long)]
    release: bool,
    /// Passed on to the console; without any, it starts on the built-in simulator.
    #[arg(last = true)]
    args: Vec<String>,
}

/// What the core writes into its log when the window reports its first painted rows.
const PAINTED: &str = "First live rows painted.";
/// From the first events to the picture.
const WATCH: Duration = Duration::from_secs(12);
/// Until events must have arrived. Long, because a machine that has just compiled everything may be busy writing it to disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo xtask run`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let screen = display::present();
    setup::all(if screen { &[Need::Build] } else { &[Need::Build, Need::VirtualScreen] })?;
    ui::build()?;
    println!("Building the console (the first time takes some minutes).");
    let mut build = process::cargo();
    build.args(["build", "-p", "watchdeck"]);
    if args.release {
        build.arg("--release");
    }
    process::check(&mut build)?;
    let console = paths::binary(if args.release { "release" } else { "debug" }, "watchdeck");
    let demo = vec!["--demo".to_owned()];
    let flags = if args.args.is_empty() { &demo } else { &args.args };
    if screen {
        println!("Opening the console. Closing its window leaves it in the tray; quit it there or with Ctrl+Q.");
        return process::check(process::command(console).args(flags));
    }
    on_virtual_screen(&console, flags)
}

fn on_virtual_screen(console: &Path, flags: &[String]) -> Result<()> {
    println!("There is no display here: opening the console on a virtual one.");
    let data = paths::target().join("xtask/run");
    if data.exists() {
        std::fs::remove_dir_all(&data).context("the data of the last run could not be removed")?;
    }
    std::fs::create_dir_all(&data)?;
    let screen = Virtual::start("1400x900")?;
    let log = std::fs::File::create(paths::target().join("xtask/run.log"))?;
    let mut command = process::command(console);
    screen.apply(&mut command).args(flags).env("WATCHDECK_DATA_DIR", &data).env_remove("WATCHDECK_LOG");
    let started = Instant::now();
    let mut window = Background::start(&command, log.try_clone()?.into(), log.into())?;

    wait_for_events(&data, &mut window, started).context("see target/xtask/run.log")?;
    println!("Events are live {:.1} s after the start; watching for {} s.", started.elapsed().as_secs_f64(), WATCH.as_secs());
    let until = Instant::now() + WATCH;
    while Instant::now() < until {
        window.running().context("see target/xtask/run.log")?;
        std::thread::sleep(Duration::from_millis(200));
    }
    let shot = paths::target().join("watchdeck.png");
    screen.screenshot(&shot)?;
    let summary = summary(console, &data).context("the console gave no summary of its streams")?;
    drop(window);
    println!("\n{}", summary.trim_end());
    println!("\nA picture of the window: {}", shot.display());
    Ok(())
}

fn wait_for_events(data: &Path, window: &mut Background, started: Instant) -> Result<()> {
    while started.elapsed() < PATIENCE {
        window.running()?;
        if std::fs::read_to_string(data.join("watchdeck.log")).is_ok_and(|log| log.contains(PAINTED)) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("no event arrived within {} s", PATIENCE.as_secs())
}

/// The console's own words about what is in its store; `None` when there is nothing.
fn summary(console: &Path, data: &Path) -> Option<String> {
    let mut summary = process::command(console);
    summary.args(["--summary", "--data-dir"]).arg(data).stderr(Stdio::null());
    process::read(&mut summary).filter(|text| !text.trim().is_empty())
}
