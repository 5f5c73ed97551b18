//! `--summary`: the counts of a data directory on the terminal, without a window.

use std::{io::Write as _, path::Path, process::ExitCode};
use tauri::async_runtime::block_on;

/// Print them.
pub(crate) fn print(data_dir: &Path) -> ExitCode {
    match block_on(watchdeck_console::summary(data_dir)) {
        Ok(text) => match std::io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            // Nothing better is left when the terminal is gone too.
            writeln!(std::io::stderr(), "{error:#}").ok();
            ExitCode::FAILURE
        }
    }
}
