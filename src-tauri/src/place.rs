//! Where the data lies, for commands that start no console.

use serde_json::Value;
use std::path::PathBuf;

/// Where a console without `--data-dir` keeps its data: the system's folder for it, under the program's identifier.
pub(crate) fn usual_data_dir() -> Option<PathBuf> {
    let config: Value = serde_json::from_str(include_str!("../tauri.conf.json")).ok()?;
    Some(dirs::data_local_dir()?.join(config["identifier"].as_str()?))
}
