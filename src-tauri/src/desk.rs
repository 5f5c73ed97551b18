//! `watchdeck approvals`, `approve` and `reject`: asked of the console that runs, answered on the terminal, without a window.
//!
//! The exit code is 1 when the console refuses, and 2 when none runs.

use crate::place::usual_data_dir;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use tauri::async_runtime::block_on;
use watchdeck_console::{Ask, Told, Tongue, ask};

/// Ask, and print what was said.
pub(crate) fn run(data_dir: Option<&Path>, asked: Ask, json: bool) -> ExitCode {
    let tongue = Tongue::of(sys_locale::get_locale().as_deref());
    let told = match data_dir.map(Path::to_path_buf).or_else(usual_data_dir) {
        Some(data_dir) => block_on(ask(&data_dir, asked, json, tongue)),
        None => Told::NobodyThere("no home directory: say --data-dir".to_owned()),
    };
    match told {
        Told::Done(text) if writeln!(std::io::stdout(), "{}", text.trim_end()).is_ok() => ExitCode::SUCCESS,
        Told::Done(_) => ExitCode::FAILURE,
        Told::Refused(why) => fail(&why, 1),
        Told::NobodyThere(why) => fail(&why, 2),
    }
}

fn fail(why: &str, code: u8) -> ExitCode {
    // Nothing better is left when the terminal is gone too.
    writeln!(std::io::stderr(), "{why}").ok();
    ExitCode::from(code)
}
