//! A day of fifty thousand events and sixty situations that need a person, with doubles, flapping, a burst, a night, a sleep of the machine, a lost connection
//! and kills: who was told, and how often somebody was disturbed. `cargo xtask bench noticing` starts it.

mod alertmanager;
mod count;
mod day;
mod erp;
mod naive;
mod run;
mod seat;
mod sorts;

pub use alertmanager::installed;
pub use count::Measured;
pub use day::{Day, Plan};
pub use seat::sit;

use anyhow::{Context as _, Result};
use std::path::Path;

/// Live through a day; `program` sits in it.
///
/// # Errors
/// When the console does not start or does not answer.
pub async fn live(day: &Day, program: &Path) -> Result<Measured> {
    Ok(count::ours(day, &run::live(day, program).await?))
}

/// The same with a notification for each event that needs somebody.
#[must_use]
pub fn naive(day: &Day) -> Measured {
    naive::live(day)
}

/// The same with Alertmanager.
///
/// # Errors
/// When it is not installed, does not start or takes nothing.
pub async fn alertmanager(day: &Day) -> Result<Measured> {
    alertmanager::live(day, installed().context("prometheus-alertmanager is not installed")?).await
}
