//! `--backup` and `--restore`: a copy of a data directory's store, and the way back, without a window.

use std::{io::Write as _, path::Path, process::ExitCode};
use tauri::async_runtime::block_on;
use watchdeck_console::{Tongue, back_up, restore};

/// Make one, or put one in place, and say what was done.
pub(crate) fn run(data_dir: &Path, to: Option<&Path>, from: Option<&Path>) -> ExitCode {
    let tongue = Tongue::of(sys_locale::get_locale().as_deref());
    let done = block_on(async {
        match (to, from) {
            (Some(to), _) => back_up(data_dir, to, tongue).await,
            (None, Some(from)) => restore(data_dir, from, tongue).await,
            (None, None) => Ok(String::new()),
        }
    });
    match done {
        Ok(text) if std::io::stdout().write_all(text.as_bytes()).is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing better is left when the terminal is gone too.
            writeln!(std::io::stderr(), "{error:#}").ok();
            ExitCode::FAILURE
        }
    }
}
