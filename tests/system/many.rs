//! Thousands of channels: a gateway's names reach a console, and of none of them an event is missing.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::collections::BTreeSet;
use watchdeck_store::{Profile, Store};
use watchdeck_tests::stage::Stage;

const CHANNELS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thousands_of_channels_none_is_left_out() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder } = Stage::open().await?;
    let name = |n: usize| format!("user:{n}:notifications");
    for round in 0..2 {
        let messages: Vec<_> = (0..CHANNELS)
            .map(|n| (format!("ws:{}", name(n)), json!({ "type": "notification", "notificationType": "info", "id": format!("{round}-{n}"), "title": "t", "message": "m" }).to_string()))
            .collect();
        redis.publish_all(&messages).await?;
        bench.stored(((round + 1) * CHANNELS) as u64).await?;
    }
    let health = bench.call("health", json!({})).await?;
    ensure!(health["gaps"] == json!([]), "nothing was missed: {}", health["gaps"]);
    bench.console.shutdown().await;

    let store = Store::look(&folder.path().join("events.db"), Profile::Console)?;
    let (mut cursor, mut channels, mut events) = (0, BTreeSet::new(), 0);
    loop {
        let page = store.read_after(cursor, 5_000).await?;
        let Some(last) = page.last() else { break };
        cursor = last.seq;
        events += page.len();
        channels.extend(page.iter().map(|stored| stored.event.channel.to_string()));
    }
    store.close().await;
    ensure!(events == 2 * CHANNELS, "each once: {events}");
    let missing = (0..CHANNELS).map(name).find(|name| !channels.contains(name));
    ensure!(missing.is_none(), "{}", missing.context("a name")?);
    Ok(())
}
