//! How long a search takes in a long history, page by page as the window asks for it; and what the summaries that make it fast cost the intake.
//!
//! Half of the searches find nothing: that is when all of the history would have to be read.

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use serde_json::json;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use watchdeck_bench::{CHANNEL, event, now, say};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_filter::Filter;
use watchdeck_store::{Batch, NewEvent, Options, Query, Store};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// How many events the history holds.
    #[arg(long, default_value_t = 1_500_000)]
    events: u64,
}

/// Events per batch.
const BATCH: u64 = 5_000;
/// Rows of a page, and events that it reads at most: as the console's API has them.
const ROWS: usize = 200;
const READ: u64 = 200_000;
/// Of each search; the fastest counts.
const ROUNDS: usize = 3;
/// Name and filter.
const SEARCHES: [(&str, &str); 8] = [
    ("no_such_word", "zebra"),
    ("no_such_words_zh", "盘库存"),
    ("no_such_product", "P-9999"),
    ("no_such_number", "newQuantity>99999"),
    ("no_such_kind", "kind:nobody:*"),
    ("rare_words", "severity>=critical \"Pallet\""),
    ("first_page", "Pallet"),
    ("negated", "-outbound"),
];

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("events.db");
    let store = Store::open(&path, Options::CONSOLE)?;
    let filled = fill(&store, args.events).await?;
    let began = Instant::now();
    let mut cases = vec![json!({ "case": "fill", "seconds": filled.as_secs_f64() })];
    for when in ["unsummarised", "summarised"] {
        if when == "summarised" {
            summarised(&path).await?;
            cases.push(json!({ "case": "summarise", "seconds": began.elapsed().as_secs_f64() }));
        }
        for (name, filter) in SEARCHES {
            let mut fastest = Duration::MAX;
            let mut hits = 0;
            for _ in 0..ROUNDS {
                let began = Instant::now();
                hits = all(&store, filter, if name == "first_page" { ROWS } else { usize::MAX }).await?;
                fastest = fastest.min(began.elapsed());
            }
            cases.push(json!({ "case": format!("{when}_{name}"), "seconds": fastest.as_secs_f64(), "hits": hits }));
        }
    }
    let bytes = std::fs::metadata(&path)?.len();
    store.close().await;
    say(&json!({ "events": args.events, "bytes": bytes, "cases": cases }));
    Ok(())
}

async fn fill(store: &Store, count: u64) -> Result<Duration> {
    let (at, source) = (now().0, Arc::from("bench"));
    let mut took = Duration::ZERO;
    for first in (1..=count).step_by(BATCH as usize) {
        let one = |n: u64| {
            let published = event(n, at);
            let incoming = Incoming {
                channel: Channel::from(CHANNEL),
                offset: Some(n),
                id: Some(published.id.into()),
                server_at: Some(Millis(published.ts)),
                kind: None,
                payload: Payload::from_json(published.data),
            };
            NewEvent { event: Catalogue::builtin().normalise(incoming, &source, Millis(published.ts)), offset: Some(n) }
        };
        let events = (first..=count.min(first + BATCH - 1)).map(one).collect();
        let began = Instant::now();
        store.append(Batch { events, ..Batch::default() }).await?;
        took += began.elapsed();
    }
    ensure!(store.head() == count, "{} of {count} events are stored", store.head());
    Ok(took)
}

async fn summarised(path: &Path) -> Result<()> {
    let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let left = "SELECT (SELECT count(*) FROM blocks) - (SELECT count(*) FROM summaries) + (SELECT count(*) / 4096 FROM events)";
    while connection.query_row(left, [], |row| row.get::<_, i64>(0))? > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Page after page until the history ends or `wanted` rows were found.
async fn all(store: &Store, filter: &str, wanted: usize) -> Result<usize> {
    let filter = Filter::parse(filter, now()).ok().context("a filter")?;
    let (mut hits, mut query) = (0, Some(Query { limit: ROWS, max_read: READ, ..Query::of(filter.plan().clone()) }));
    while let Some(next) = query.filter(|_| hits < wanted) {
        let page = store.page(next.clone()).await?;
        hits += page.events.len();
        query = next.behind(&page);
    }
    Ok(hits)
}
