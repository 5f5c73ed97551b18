//! A thousand reconnects, and nothing lost and nothing twice.

use anyhow::{Result, ensure};
use std::path::Path;
use watchdeck_tests::randomised::{Plan, run};

/// The luck of the run, unless `WATCHDECK_SEED` names another.
const SEED: u64 = 20_261_121;

fn seed() -> Result<u64> {
    Ok(std::env::var("WATCHDECK_SEED").map_or(Ok(SEED), |seed| seed.parse())?)
}

async fn survives(plan: Plan) -> Result<()> {
    let outcome = run(plan, Path::new(env!("CARGO_BIN_EXE_watchdeck-recovery"))).await?;
    let said = serde_json::to_string_pretty(&outcome)?;
    ensure!(outcome.reconnects >= plan.reconnects, "fewer reconnects than planned: {said}");
    for fault in ["cut", "cut_in_a_frame", "half_open", "refused", "delayed", "doubled", "overtaken"] {
        ensure!(outcome.faults.contains_key(fault), "{fault} never happened, so the run shows nothing about it: {said}");
    }
    ensure!(
        outcome.comparison.is_exact() && outcome.comparison.stored == outcome.published,
        "what was published must be stored once and in order, and nothing else; try again with WATCHDECK_SEED={}: {said}",
        outcome.seed
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_reconnects_with_kills_restarts_and_repeats_lose_nothing_and_double_nothing() -> Result<()> {
    survives(Plan::full(seed()?)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_erp_publishes_over_redis_survives_the_same() -> Result<()> {
    survives(Plan { seed: seed()?, reconnects: 150, gateway_kills: 0, console_kills: 3, over_redis: true }).await
}
