//! What a data directory holds, in words for a terminal.

use anyhow::{Context as _, Result};
use std::{collections::BTreeMap, fmt::Write as _, path::Path};
use watchdeck_store::{Profile, Store};

/// Counts per channel and kind of the store under `data_dir`. Works while a console runs on it.
///
/// # Errors
/// When there is no store, or it cannot be read.
pub async fn summary(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("events.db");
    anyhow::ensure!(path.is_file(), "there is no event store in {}; start Watchdeck there first", data_dir.display());
    let store = tokio::task::spawn_blocking(move || Store::look(&path, Profile::Console)).await??;
    let tally = store.tally().await.context("reading the event store")?;
    let stats = store.stats().await?;
    store.close().await;
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for tally in &tally {
        *counts.entry((tally.channel.as_str(), tally.kind.as_str())).or_default() += tally.events;
    }
    let mut text = format!("{:<32} {:<24} {:>9}\n", "channel", "kind", "events");
    for ((channel, kind), count) in &counts {
        writeln!(text, "{channel:<32} {kind:<24} {count:>9}")?;
    }
    writeln!(text, "{:<57} {:>9}", "in all", counts.values().sum::<u64>())?;
    writeln!(text, "{:.1} MiB on disk", stats.bytes as f64 / f64::from(1 << 20))?;
    Ok(text)
}
