//! The log: one file in the data directory, begun anew when it has grown large. `WATCHDECK_LOG` sets what is written (`debug`, `watchdeck_client=trace`).

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// From this size on the file is begun anew at the next start.
const LARGE: u64 = 10 * 1024 * 1024;

/// Starts logging into `data_dir`. Without a writable file nothing is logged: that must not keep the console from starting.
pub(crate) fn start(data_dir: &Path) {
    let Ok(file) = open(&data_dir.join("watchdeck.log")) else { return };
    let filter = EnvFilter::try_from_env("WATCHDECK_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Fails only when a log is set up already, which then goes on.
    let _started = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Mutex::new(file)).try_init();
}

fn open(path: &Path) -> std::io::Result<File> {
    let large = path.metadata().is_ok_and(|file| file.len() > LARGE);
    if large {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
