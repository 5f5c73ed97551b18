//! The desktop shell: wiring between the core and one desktop. No rule of the business lives here.
//!
//! The order of a start matters: the second instance ends before it touches the data, the core runs before the window asks it, and what is missing on this
//! machine (notifications, sound, tray) never keeps any of it from starting.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod args;
mod bus;
mod commands;
mod copies;
mod desk;
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
mod place;
mod quiet;
mod refusal;
mod sound;
mod summary;
mod tone;
mod tray;
mod window;
mod words;

use args::{Args, Command};
use clap::Parser as _;
use std::path::Path;
use std::process::ExitCode;

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    if args.summary {
        return summary::print(args.data_dir.as_deref().unwrap_or_else(|| Path::new(".")));
    }
    if let (Some(data_dir), true) = (&args.data_dir, args.backup.is_some() || args.restore.is_some()) {
        return copies::run(data_dir, args.backup.as_deref(), args.restore.as_deref());
    }
    if let Some(Command::Doctor(options)) = &args.command {
        return doctor::run(args.data_dir.as_deref(), args.no_keychain, options);
    }
    if let Some((ask, json)) = args.command.as_ref().and_then(Command::ask) {
        return desk::run(args.data_dir.as_deref(), ask, json);
    }
    display::fit();
    if let Err(error) = refusal::unless_there_is_a_screen() {
        refusal::say(&error);
        return ExitCode::FAILURE;
    }
    lifecycle::run(args)
}
