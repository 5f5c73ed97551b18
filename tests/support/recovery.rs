//! How long it takes until everything is there again: after a long absence, and after a sleep.

use crate::{gateway::Gateway, watch::Kept};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use watchdeck_console::seams::Seams;
use watchdeck_testkit::{
    clock::{TestClock, now},
    console::Bench,
    link::Link,
    patience::{PATIENCE, eventually},
};

/// What an ERP publishes most, and where.
const CHANNELS: [&str; 4] = ["inventory", "orders", "approvals", "finance"];
/// Often enough not to blur a measurement of a second, seldom enough not to be one of its costs.
const LOOK: Duration = Duration::from_millis(5);
/// In one request.
const AT_ONCE: u64 = 1_000;
/// How long the machine is said to sleep.
const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3600);
/// Of no interest here.
const PING_MS: u64 = 25_000;

/// From the dial to the last of `count` missed events committed in the console's store, milliseconds.
///
/// The console is stopped while they are published. The clock runs from before its start, so opening the store and connecting are in it.
///
/// # Errors
/// When not everything comes, or something comes twice.
pub async fn catch_up(count: u64) -> Result<f64> {
    let (log, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let gateway = Gateway::on(log.path(), None, PING_MS).await?;
    // One event on every channel, so that there is a position to go on from.
    publish(&gateway, 0, CHANNELS.len() as u64).await?;
    let before = CHANNELS.len() as u64;
    let bench = Bench::start(folder.path()).await?;
    bench.connect(&gateway.ws()).await?;
    bench.stored(before).await?;
    bench.live().await?;
    bench.console.shutdown().await;
    publish(&gateway, before, before + count).await?;

    let started = Instant::now();
    let bench = Bench::start(folder.path()).await?;
    until(&bench, |recent| recent["cursor"].as_u64() >= Some(before + count)).await?;
    let took = started.elapsed();
    bench.console.shutdown().await;
    let numbers = Kept::read(folder.path()).await?.numbers()?;
    ensure!(numbers.len() as u64 == before + count, "{} of {} events are stored", numbers.len(), before + count);
    Ok(took.as_secs_f64() * 1e3)
}

/// From waking up to live again, milliseconds, once per round.
///
/// The sleep is simulated: the clock that every link lives on jumps by eight hours, the time of day with it, and from the moment of
/// falling asleep the old connection is dead without a word. The timers do not jump, as on Linux, where they stand still during a sleep: they fire as
/// late as they would. Each round begins at another place in the console's own rhythm.
///
/// # Errors
/// When it does not come back.
pub async fn wake(rounds: u32) -> Result<Vec<f64>> {
    let (log, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let gateway = Gateway::on(log.path(), None, PING_MS).await?;
    let link = Link::to(gateway.addr.clone()).await?;
    let clock = Arc::new(TestClock::default());
    let bench = Bench::start_with(folder.path(), Seams { clock: Arc::clone(&clock) as _, ..Seams::default() }).await?;
    bench.connect(&format!("ws://{}/ws", link.addr)).await?;
    bench.live().await?;
    let mut all = Vec::new();
    for round in 0..rounds {
        // A share of the longest pause between two looks at the clock.
        tokio::time::sleep(Duration::from_millis(u64::from(round % 8) * 650)).await;
        publish(&gateway, u64::from(round), u64::from(round) + 1).await?;
        link.freeze();
        let connections = reconnects(&bench).await?;
        clock.sleep(EIGHT_HOURS);
        let woke = Instant::now();
        eventually("the link to be live again", || async {
            Ok((reconnects(&bench).await? > connections && bench.health().await?["state"]["kind"] == "live").then_some(()))
        })
        .await?;
        all.push(woke.elapsed().as_secs_f64() * 1e3);
    }
    bench.console.shutdown().await;
    Ok(all)
}

async fn reconnects(bench: &Bench) -> Result<u64> {
    bench.health().await?["reconnects"].as_u64().context("a count")
}

async fn until(bench: &Bench, enough: impl Fn(&Value) -> bool) -> Result<()> {
    let started = Instant::now();
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        let recent = bench.call("recent", json!({ "rows": 0 })).await?;
        if enough(&recent) {
            return Ok(());
        }
        ensure!(started.elapsed() < PATIENCE, "not in time: {}", recent["cursor"]);
    }
}

async fn publish(gateway: &Gateway, from: u64, to: u64) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut next = from;
    while next < to {
        let end = to.min(next + AT_ONCE);
        let events: Vec<_> = (next..end).map(event).collect();
        let answer = client.post(format!("http://{}/api/publish", gateway.addr)).json(&json!({ "events": events })).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.text().await?);
        next = end;
    }
    Ok(())
}

/// About 300 bytes, on one channel after the other.
fn event(n: u64) -> Value {
    let old = 200 + n % 900;
    let data = json!({
        "type": "inventory:change", "timestamp": now(), "userId": format!("u-{}", n % 40), "action": "outbound",
        "productId": format!("P-{:04}", n % 500), "productName": "青岛纯生啤酒 500ml", "variantId": "V-01", "warehouseId": "WH-01", "oldQuantity": old,
        "newQuantity": old - 1 - n % 9, "changeAmount": -1 - i64::try_from(n % 9).expect("below 9"), "reason": "订单拣货出库", "operator": "张三", "n": n,
    });
    json!({ "channel": CHANNELS[usize::try_from(n % 4).expect("below 4")], "data": data })
}
