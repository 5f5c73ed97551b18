//! The log: one file in the data directory, begun anew when it has grown large. `WATCHDECK_LOG` sets what is written (`debug`, `watchdeck_client=trace`).

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;

/// From this size on the file is begun anew at the next start.
const LARGE: u64 = 10 * 1024 * 1024;

/// Starts logging into `data_dir`. Without a writable file nothing is logged: that must not keep the console from starting.
pub(crate) fn start(data_dir: &Path) {
    let Ok(file) = open(&data_dir.join("watchdeck.log")) else { return };
    watchdeck_logline::start("WATCHDECK_LOG", Mutex::new(file), false);
}

fn open(path: &Path) -> std::io::Result<File> {
    let large = path.metadata().is_ok_and(|file| file.len() > LARGE);
    if large {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
