//! How often each stage of an event asks for memory, from the frame to the row. Apart from the clock's program, because counting takes time.

use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use watchdeck_bench::{
    say,
    stages::{self, Meter},
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Parser)]
struct Args {
    /// How many events each stage takes.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut counter = Counter(Vec::new());
    stages::all(args.events, &mut counter)?;
    say(&json!({ "events": args.events, "cases": counter.0 }));
    Ok(())
}

struct Counter(Vec<Value>);

impl Meter for Counter {
    fn stage<T, O>(&mut self, name: &str, mut prepare: impl FnMut() -> Result<T>, mut run: impl FnMut(T) -> Result<O>) -> Result<()> {
        let input = prepare()?;
        let region = Region::new(ALLOCATOR);
        let output = run(input)?;
        let change = region.change();
        drop(output);
        self.0.push(json!({
            "case": name, "allocations": change.allocations + change.reallocations, "bytes": change.bytes_allocated,
        }));
        Ok(())
    }
}
