//! A day of fifty thousand events and sixty situations that need a person, with doubles, flapping, a burst, a night, a sleep of the machine, a lost connection
//! and kills: who was told, and how often somebody was disturbed. `cargo xtask bench noticing` starts it.

mod count;
mod day;
mod erp;
mod run;
mod seat;
mod sorts;

pub use count::Measured;
pub use day::{Day, Plan};
pub use seat::sit;

use anyhow::Result;
use std::path::Path;

/// Live through a day; `program` sits in it.
///
/// # Errors
/// When the console does not start or does not answer.
pub async fn live(day: &Day, program: &Path) -> Result<Measured> {
    Ok(count::ours(day, &run::live(day, program).await?))
}
