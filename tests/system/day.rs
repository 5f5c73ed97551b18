//! Some hours of a day that needs people, with the real core, store and link, a clock that is moved, and real kills.

use anyhow::{Result, ensure};
use std::path::Path;
use watchdeck_tests::noticing::{Day, Plan, live};

/// A fraction of the day that `cargo xtask bench noticing` measures.
async fn lived(seed: u64) -> Result<()> {
    let day = Day::of(Plan { seed, events: 1_500, situations: 15, hours: 3 });
    let measured = live(&day, Path::new(env!("CARGO_BIN_EXE_watchdeck-noticing"))).await?;
    let told = || format!("seed {seed}: {}", measured.to_json());
    ensure!(measured.recall >= 1.0, "somebody is told of each in time: {}", told());
    ensure!(measured.interruptions_per_situation <= 1.2, "and rarely twice: {}", told());
    ensure!(measured.after_acknowledgement == 0, "who has something is left in peace: {}", told());
    ensure!(measured.worst_10_min <= 10, "nobody is flooded: {}", told());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_with_its_night_its_sleep_and_its_kills_is_noticed_and_disturbs_nobody_in_vain() -> Result<()> {
    let (one, two, three) = tokio::join!(lived(1), lived(2), lived(3));
    one.and(two).and(three)
}
