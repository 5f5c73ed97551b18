//! What must be there before anything is built.

use crate::{
    packages::{self, Need},
    process, ui,
};
use anyhow::Result;

/// System packages, Node, and the window's packages.
pub(crate) fn all(needs: &[Need]) -> Result<()> {
    packages::ensure(needs)?;
    ui::node()?;
    ui::packages("ui")?;
    if needs.contains(&Need::Bench) {
        ui::packages("bench/node-peer")?;
    }
    if needs.contains(&Need::Test) && !nextest() {
        println!("cargo-nextest is not installed: tests run under `cargo test`, one after the other per file. They are the same tests;");
        println!("`cargo install cargo-nextest --locked` makes them faster.");
    }
    Ok(())
}

/// Is cargo-nextest installed?
pub(crate) fn nextest() -> bool {
    process::read(process::cargo().args(["nextest", "--version"])).is_some()
}
