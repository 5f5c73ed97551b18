//! A run against bad luck: publishers, a gateway, a wire and a console, of which everything but the publishers fails again and again.
//!
//! A plan is made from a seed: when each connection dies and how, when the gateway and the console are killed, what is published when,
//! and what is published twice. What the machine makes of the plan differs from run to run; the end must not: whatever was published is in the
//! console's store once and in order, and the positions are where the log ends.

mod chaos;
mod compare;
mod console;
mod publish;

pub use compare::Comparison;
pub use console::{Child, serve};

use crate::gateway::Gateway;
use anyhow::{Context as _, Result, ensure};
use chaos::Chaos;
use publish::{CHANNELS, Feed};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use std::{path::Path, time::Instant};
use tokio::sync::watch;
use watchdeck_testkit::{
    patience::{PATIENCE, eventually},
    redis::Redis,
};

/// How often the gateway pings while everything fails: a half-open connection is noticed soon after.
const PING_MS: u64 = 150;

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The luck.
    pub seed: u64,
    /// Connections after the first one, at least.
    pub reconnects: u64,
    /// How often the gateway is killed and started again on the same log. Only possible without Redis: what is published there meanwhile is lost.
    pub gateway_kills: u64,
    /// How often the console is killed and started again on the same store.
    pub console_kills: u64,
    /// Publish over a real Redis, as an ERP does, instead of HTTP.
    pub over_redis: bool,
}

impl Plan {
    /// What a full run is.
    #[must_use]
    pub const fn full(seed: u64) -> Self {
        Self { seed, reconnects: 1_000, gateway_kills: 12, console_kills: 12, over_redis: false }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// The luck it was.
    pub seed: u64,
    /// Events published and accepted.
    pub published: u64,
    /// Connections of the console that reached the gateway, after the first one.
    pub reconnects: u64,
    /// How connections ended and what was done to what they carried, by name.
    pub faults: std::collections::BTreeMap<&'static str, u64>,
    /// Published again although it was logged already.
    pub published_again: u64,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// What the store holds beside what it should.
    pub comparison: Comparison,
}

/// Runs a plan. `console` is the program that [`serve`]s.
///
/// # Errors
/// When something that must work does not; what the store holds is in the outcome.
pub async fn run(plan: Plan, console: &Path) -> Result<Outcome> {
    run_inner(plan, console).await.with_context(|| format!("seed {}", plan.seed))
}

async fn run_inner(plan: Plan, program: &Path) -> Result<Outcome> {
    ensure!(!plan.over_redis || plan.gateway_kills == 0, "what is published over Redis while no gateway listens is lost");
    let started = Instant::now();
    let (log, store) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let redis = if plan.over_redis { Some(Redis::start().await?) } else { None };
    let redis_url = redis.as_ref().map(|redis| redis.url.clone());
    let mut gateway = Gateway::on(log.path(), redis_url.as_deref(), PING_MS).await?;
    let address = watch::Sender::new(gateway.addr.clone());
    let chaos = Chaos::start(plan.seed, address.subscribe()).await?;
    let url = format!("ws://{}/ws", chaos.addr);
    let mut console = Some(Child::start(program, store.path(), &url).await?);
    // A first look without a position starts at the newest history, so the position must be there before the storm.
    eventually("the console to subscribe", || async { Ok((gateway.connections().await? > 0).then_some(())) }).await?;

    let stop = watch::Sender::new(false);
    let feed = match redis {
        Some(redis) => Feed::redis(redis),
        None => Feed::http(address.subscribe())?,
    };
    let publishers = publish::start(plan.seed, &feed, &stop);
    let mut luck = StdRng::seed_from_u64(plan.seed);
    chaos.calm(false);
    let mut schedule = schedule(plan, &mut luck);
    let mut reconnects = chaos.reconnects();
    while let Some((at, victim)) = schedule.pop() {
        reached(&mut reconnects, at, console.as_mut()).await?;
        match victim {
            Victim::Gateway => {
                // Dropping either is SIGKILL: no farewell, no flush.
                drop(gateway);
                gateway = Gateway::on(log.path(), redis_url.as_deref(), PING_MS).await?;
                address.send_replace(gateway.addr.clone());
            }
            Victim::Console => {
                drop(console.take());
                console = Some(Child::start(program, store.path(), &url).await?);
            }
        }
    }
    reached(&mut reconnects, plan.reconnects, console.as_mut()).await?;

    stop.send_replace(true);
    let (published, published_again) = publish::join(publishers).await?;
    chaos.calm(true);
    let total: u64 = published.iter().sum();
    let mut console = console.context("a console runs")?;
    // Not an error yet: the comparison says better what is missing.
    let held = console.holds(total).await;
    console.terminate().await?;
    let reached = chaos.count();
    let wanted = CHANNELS.into_iter().zip(published).collect();
    let comparison = Comparison::of(store.path(), log.path(), &wanted).await?;
    held.or_else(|error| if comparison.is_exact() { Err(error) } else { Ok(()) })?;
    let took_ms = u64::try_from(started.elapsed().as_millis())?;
    Ok(Outcome { seed: plan.seed, published: total, reconnects: reached, faults: chaos.faults(), published_again, took_ms, comparison })
}

#[derive(Debug, Clone, Copy)]
enum Victim {
    Gateway,
    Console,
}

/// After how many reconnects who is killed; the next one last.
fn schedule(plan: Plan, luck: &mut StdRng) -> Vec<(u64, Victim)> {
    let mut all: Vec<_> = (0..plan.gateway_kills)
        .map(|_| Victim::Gateway)
        .chain((0..plan.console_kills).map(|_| Victim::Console))
        .map(|victim| (luck.random_range(0..plan.reconnects.max(1)), victim))
        .collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all
}

/// Waits until the console has reconnected that often. Gives up when nothing moves for long, or when the console is gone.
async fn reached(reconnects: &mut watch::Receiver<u64>, at: u64, console: Option<&mut Child>) -> Result<()> {
    let console = console.context("a console runs")?;
    loop {
        // The first connection is not a reconnect.
        let now = reconnects.borrow_and_update().saturating_sub(1);
        if now >= at {
            return Ok(());
        }
        let moved = tokio::time::timeout(PATIENCE, reconnects.changed()).await;
        moved.with_context(|| format!("stuck after {now} reconnects; the console says {}", json!(console.last())))??;
    }
}
