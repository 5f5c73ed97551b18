//! Makes a data folder with something of everything in it, as this version writes it: `cargo run -p watchdeck-tests --bin watchdeck-folder -- DIR`.
//! Kept under `tests/folders` with each release, so that every later version is tested on it.

use anyhow::{Context as _, Result, ensure};
use std::path::PathBuf;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("name the folder to make")?);
    ensure!(!folder.exists(), "{} is there already", folder.display());
    std::fs::create_dir_all(&folder)?;
    watchdeck_tests::folder::make(&folder).await
}
