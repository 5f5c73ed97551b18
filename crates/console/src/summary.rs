//! What a data directory holds, in words for a terminal.

use anyhow::{Context as _, Result};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::Path,
    sync::{Arc, Mutex},
};
use watchdeck_contain::Hold as _;
use watchdeck_store::{Profile, Search, Store};

/// Newest events counted; beyond that the summary says so.
const COUNTED: u64 = 1_000_000;

/// Counts per channel and kind of the store under `data_dir`. Works while a console runs on it.
///
/// # Errors
/// When there is no store, or it cannot be read.
pub async fn summary(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("events.db");
    anyhow::ensure!(path.is_file(), "there is no event store in {}; start Watchdeck there first", data_dir.display());
    let store = tokio::task::spawn_blocking(move || Store::look(&path, Profile::Console)).await??;
    let counts: Arc<Mutex<BTreeMap<(String, String), u64>>> = Arc::default();
    let scan = store
        .search(Search { max_read: COUNTED, ..Search::default() }, {
            let counts = Arc::clone(&counts);
            move |stored| {
                let key = (stored.event.channel.to_string(), stored.event.kind.to_string());
                *counts.hold().entry(key).or_default() += 1;
                false
            }
        })
        .await
        .context("reading the event store")?;
    let stats = store.stats().await?;
    store.close().await;
    let counts = counts.hold();
    let mut text = format!("{:<32} {:<24} {:>9}\n", "channel", "kind", "events");
    for ((channel, kind), count) in counts.iter() {
        writeln!(text, "{channel:<32} {kind:<24} {count:>9}")?;
    }
    writeln!(text, "{:<57} {:>9}", if scan.next_before.is_some() { "newest" } else { "in all" }, scan.scanned)?;
    writeln!(text, "{:.1} MiB on disk", stats.bytes as f64 / f64::from(1 << 20))?;
    Ok(text)
}
