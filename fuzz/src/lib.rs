//! Garbage for every decoder.
//!
//! A [`Target`] takes any bytes, feeds them to a decoder and checks what must hold whatever they are. The [`engine`] makes the bytes: it starts
//! from real frames (`corpus/`), damages them in the ways that servers, proxies and attackers do, and keeps what made a decoder behave in a new way,
//! so that the next damage starts from there. What was found once stays in `regressions/` and is tried first, for ever.
//!
//! It needs neither a nightly compiler nor instrumented code: "a new way" is told by what a decoder hands on, not by the branches it took.

pub mod engine;
pub mod targets;
mod whole;

pub use engine::{Finding, Luck, Run};
pub use targets::{TARGETS, Target};

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// The folder of a target's real inputs, one file each. Packs have their own home.
#[must_use]
pub fn corpus(target: &Target) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if target.name == "pack" { here.join("../crates/events/packs") } else { here.join("corpus").join(target.name) }
}

/// The folder of what once broke a target.
#[must_use]
pub fn regressions(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(target.name)
}

/// Every file of a folder, in the order of names; none when there is no such folder.
///
/// # Errors
/// When a file cannot be read.
pub fn files(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))).collect()
}
