//! Seeds, planted faults, and that a seed is a seed. The program is run, because a simulation has a process for itself.

use clap::ValueEnum as _;
use std::path::Path;
use watchdeck_simulate::{Fault, Plan, farm::Farm};

/// Seeds that every run of the tests looks at.
const SEEDS: u64 = 200;
/// Seeds within which each planted fault is found. Most are within three.
const PATIENCE: u64 = 100;

fn farm() -> Farm {
    Farm::new(Path::new(env!("CARGO_BIN_EXE_watchdeck-simulate")))
}

#[test]
fn in_two_hundred_simulated_days_nothing_is_lost_and_nothing_lies() {
    let failures = farm().run(1, SEEDS, None, true).unwrap();
    assert!(failures.is_empty(), "`cargo xtask simulate --from SEED --seeds 1` shows each of {failures:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_same_seed_makes_the_same_log_down_to_every_byte_on_the_disks() {
    for seed in 1..=10 {
        let logs = [(); 2].map(|()| farm().log(&Plan { seed, ..Plan::default() }).unwrap());
        assert_eq!(logs[0], logs[1], "seed {seed}");
    }
}

#[test]
fn every_planted_fault_is_found_and_where_nothing_is_planted_nothing_is() {
    for fault in Fault::value_variants() {
        let seeds = if *fault == Fault::Nothing { 30 } else { PATIENCE };
        let found = farm().run(1, seeds, Some(*fault), false).unwrap();
        assert_eq!(found.is_empty(), *fault == Fault::Nothing, "{fault:?}: {found:?}");
    }
}

#[test]
fn a_failing_day_is_shrunk_to_the_few_steps_that_matter() {
    let seed = farm().run(1, PATIENCE, Some(Fault::WindowTooSmall), false).unwrap()[0].seed;
    let (plan, wrong) = farm().shrink(seed, Some(Fault::WindowTooSmall)).unwrap();
    let left = watchdeck_simulate::run::steps(seed) - plan.without.len();
    assert!(!wrong.is_empty() && (2..=8).contains(&left), "{left} steps are left, and it is wrong that {wrong}");
}
