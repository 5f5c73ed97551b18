//! The console's whole core, without a window: connects to the blaster like to any gateway and says when everything was committed,
//! and when every projection and rule had seen it too.
//!
//! It is driven through the same calls as a window, so nothing is left out that a user would have.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};
use watchdeck_bench::{CHANNEL, EPOCH, clock_us, say};
use watchdeck_console::{Badge, Config, Console, Host, Toast};
use watchdeck_events::Severity;
use watchdeck_wire::settings::Settings;

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// Where the blaster listens.
    #[arg(long)]
    url: String,
    /// How many events it will send.
    #[arg(long)]
    count: u64,
    /// Where the store goes; must be empty.
    #[arg(long)]
    data_dir: PathBuf,
    /// So many rules beside the shipped ones.
    #[arg(long, default_value_t = 0)]
    rules: usize,
}

/// Often enough not to blur a measurement of seconds, seldom enough not to be one of its costs.
const LOOK: Duration = Duration::from_millis(10);
/// Well above the slowest machine that this makes sense on.
const PATIENCE: Duration = Duration::from_secs(300);

/// A machine without a desktop.
struct Nobody;

impl Host for Nobody {
    fn notify(&self, _: Toast) {}
    fn retract(&self, _: &str) {}
    fn play(&self, _: Severity) {}
    fn badge(&self, _: Badge) {}
    fn apply(&self, _: &Settings) {}
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.data_dir)?;
    let config = Config { data_dir: args.data_dir, host_name: "browser", system_language: Some("en".into()) };
    let console = Console::start(config, Arc::new(Nobody), None).await?;
    let mut settings = call(&console, "hello", json!({})).await?["settings"].take();
    settings["sources"] = json!([{ "id": "bench", "name": "bench", "url": args.url, "dialect": "native", "channels": [CHANNEL], "token": null, "paused": false, "demo": false }]);
    settings["rules"] = json!(watchdeck_bench::rules(args.rules));
    call(&console, "save_settings", json!({ "settings": settings })).await?;

    let measured = tokio::time::timeout(PATIENCE, measure(&console, args.count)).await.context("not all events came in time")?;
    let (done_us, projected_us, events) = measured?;
    console.shutdown().await;
    say(&json!({ "events": events, "done_us": done_us, "projected_us": projected_us }));
    Ok(())
}

async fn measure(console: &Console, count: u64) -> Result<(u64, u64, u64)> {
    let mut look = tokio::time::interval(LOOK);
    let done_us = loop {
        look.tick().await;
        let recent = call(console, "recent", json!({ "rows": 1 })).await?;
        if recent["frame"]["events_stored"].as_u64().context("the frame says how many events are stored")? >= count {
            break clock_us();
        }
    };
    let (projected_us, health) = loop {
        let health = call(console, "health", json!({})).await?;
        let lag = health["lag"].as_object().context("the health view says how far subscribers are behind")?;
        ensure!(!lag.is_empty(), "nothing follows the store");
        if lag.values().all(|behind| behind.as_u64() == Some(0)) {
            break (clock_us(), health);
        }
        look.tick().await;
    };
    // The position is committed with the events, so it is the count that cannot be mistaken.
    let position = health["sources"][0]["positions"][CHANNEL].as_str().context("the source has a committed position")?;
    let offset = position.strip_prefix(EPOCH).and_then(|rest| rest.strip_prefix(':')).context("the position is of the blaster's epoch")?;
    Ok((done_us, projected_us, offset.parse()?))
}

async fn call(console: &Console, name: &str, args: Value) -> Result<Value> {
    let bytes = console.call(name, args).await.map_err(|error| anyhow::anyhow!("{name}: {error:?}"))?;
    Ok(serde_json::from_slice(&bytes)?)
}
