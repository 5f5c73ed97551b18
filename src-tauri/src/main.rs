//! The desktop shell: wiring between the core and one desktop. No rule of the business lives here.
//!
//! The order of a start matters: the second instance ends before it touches the data, the core runs before the window asks it, and what is missing on this
//! machine (notifications, sound, tray) never keeps any of it from starting.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod bus;
mod commands;
mod display;
mod doctor;
mod hints;
mod host;
mod keep;
mod lifecycle;
mod log;
mod login;
mod mark;
mod notify;
mod parts;
mod refusal;
mod sound;
mod summary;
mod tone;
mod tray;
mod window;
mod words;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Watches an ERP while it works.
#[derive(Debug, Clone, Parser)]
#[command(name = "watchdeck", version)]
struct Args {
    /// Watch the built-in ERP simulator.
    #[arg(long)]
    demo: bool,
    /// Keep events, settings and the log here.
    #[arg(long, env = "WATCHDECK_DATA_DIR", value_name = "DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// Watch this server too (`ws://` or `wss://`; what it speaks is found out).
    #[arg(long, value_name = "URL")]
    connect: Option<String>,
    /// The token or the session cookie for `--connect`.
    #[arg(long, env = "WATCHDECK_TOKEN", hide_env_values = true, value_name = "TOKEN", requires = "connect")]
    token: Option<String>,
    /// Keep tokens and passwords in a file of the data directory that only you can read, not in the system's keychain.
    #[arg(long, env = "WATCHDECK_NO_KEYCHAIN", value_parser = clap::builder::FalseyValueParser::new(), global = true)]
    no_keychain: bool,
    /// Start in the tray, without a window.
    #[arg(long)]
    hidden: bool,
    /// Say what the data directory holds, per channel and kind, and end. Works while Watchdeck runs.
    #[arg(long, requires = "data_dir")]
    summary: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Say what works on this machine and what does not, and end. Works without a display and while Watchdeck runs.
    Doctor(doctor::Options),
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.summary {
        return summary::print(args.data_dir.as_deref().unwrap_or_else(|| Path::new(".")));
    }
    if let Some(Command::Doctor(options)) = &args.command {
        return doctor::run(args.data_dir.as_deref(), args.no_keychain, options);
    }
    display::avoid_empty_window();
    if let Err(error) = refusal::unless_there_is_a_screen() {
        refusal::say(&error);
        return ExitCode::FAILURE;
    }
    lifecycle::run(args)
}
