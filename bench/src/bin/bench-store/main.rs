//! The event store by itself: how fast events go in beside the same events as bare rows, in PostgreSQL and in another embedded event store; what they take
//! on the disk; how long questions take in a long history, and how long an append waits while much of it is let go.

mod beside;
mod peer;
mod postgres;

use anyhow::{Context as _, Result, ensure};
use beside::compare;
use clap::Parser;
use peer::Peer;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use watchdeck_bench::{history::World, now, say};
use watchdeck_events::Millis;
use watchdeck_filter::{Filter, Plan};
use watchdeck_store::{BLOCK, Batch, Keep, Keeping, NewEvent, Options, Progress, Query, Store};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// How many events the history holds.
    #[arg(long, default_value_t = 10_000_000)]
    events: usize,
    /// Where the files are made: on a disk, not in memory.
    #[arg(long)]
    folder: std::path::PathBuf,
    /// Only how long an append waits while half of the history is let go.
    #[arg(long)]
    letting_go: bool,
    /// The program that does the same with another event store; left out without it.
    #[arg(long)]
    peer: Option<std::path::PathBuf>,
}

/// Events per transaction, on both sides.
const BATCH: usize = BLOCK as usize;
/// Events of one round of the comparison.
const ROUND: usize = 400_000;
/// Times that a question is asked.
const ASKED: usize = 200;
/// Rows of a page.
const ROWS: usize = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir_in(&args.folder)?;
    if args.letting_go {
        let (store, mut world, _) = history(&folder.path().join("events.db"), args.events).await?;
        let cases = letting_go(&store, &mut world, args.events).await?;
        store.close().await;
        say(&json!({ "events": args.events, "cases": cases }));
        return Ok(());
    }
    let compared = compare(&args.folder, ROUND.min(args.events), args.peer.map(Peer)).await?;
    let path = folder.path().join("events.db");
    let (store, mut world, filled) = history(&path, args.events).await?;
    let began = Instant::now();
    summarised(&path).await?;
    let summarised = began.elapsed();
    store.close().await;
    let bytes = std::fs::metadata(&path)?.len();
    let began = Instant::now();
    let store = Store::open(&path, Options::CONSOLE)?;
    let opened = began.elapsed();
    let mut cases = questions(&store, args.events).await?;
    cases.push(json!({ "case": "open_ms", "value": ms(opened) }));
    cases.push(json!({ "case": "bytes_per_event", "value": bytes as f64 / args.events as f64 }));
    cases.extend(compared.cases);
    cases.push(json!({ "case": "fill_per_s", "value": args.events as f64 / filled.as_secs_f64() }));
    cases.push(json!({ "case": "summarised_after_ms", "value": ms(summarised) }));
    cases.extend(searching(&store, &mut world).await?);
    cases.extend(letting_go(&store, &mut world, args.events).await?);
    store.close().await;
    say(&json!({ "events": args.events, "bytes": bytes, "cases": cases, "ratios": compared.ratios, "peer": compared.peer }));
    Ok(())
}

/// A store with so many events, the world that goes on behind them, and how long it took to write them.
async fn history(path: &Path, events: usize) -> Result<(Store, World, Duration)> {
    let store = Store::open(path, Options::CONSOLE)?;
    let mut world = World::default();
    let mut filled = Duration::ZERO;
    let mut left = events;
    while left > 0 {
        let mut batches = Vec::new();
        while batches.len() < 50 && left > 0 {
            let count = BATCH.min(left);
            batches.push(world.batch(count));
            left -= count;
        }
        filled += fill(&store, batches).await?;
    }
    Ok((store, world, filled))
}

/// How long appends take, one after the other, as long as something goes on, ms.
async fn appending(store: &Store, world: &mut World, goes_on: impl Fn() -> bool) -> Result<Vec<f64>> {
    let mut waits = Vec::new();
    while goes_on() {
        let asked = Instant::now();
        store.append(Batch { events: world.batch(20), ..Batch::default() }).await?;
        waits.push(ms(asked.elapsed()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(waits)
}

/// How long an append waits while everything is searched.
async fn searching(store: &Store, world: &mut World) -> Result<Vec<Value>> {
    let (searched, wanted) = (store.clone(), plan("瓷砖")?);
    let count = tokio::spawn(async move { searched.count(wanted, 0).await });
    let mut waits = appending(store, world, || !count.is_finished()).await?;
    count.await??;
    let longest = waits.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        json!({ "case": "append_stall_during_search_ms", "value": longest }),
        json!({ "case": "append_during_search_p95_ms", "value": p95(&mut waits) }),
    ])
}

/// How long an append waits while half of the history is let go, all of it but one channel: so every block is written anew.
async fn letting_go(store: &Store, world: &mut World, events: usize) -> Result<Vec<Value>> {
    let middle = store.get(events as u64 / 2).await?.context("the event is there")?.event.received_at;
    let default = Keep { age_ms: Some(1), bytes: None };
    let channels = vec![("approvals".to_owned(), Keep::default())];
    let keeping = Keeping { default, channels, upto: store.head(), now: middle, ..Keeping::default() };
    let began = Instant::now();
    let plan = Arc::new(store.plan_letting_go(keeping).await?);
    let planned = began.elapsed();
    let (going, (progress, ended)) = (store.clone(), tokio::sync::watch::channel(Progress::default()));
    let began = Instant::now();
    let letting = tokio::spawn(async move {
        let done = going.let_go(&plan, middle, &progress).await;
        drop(progress);
        done
    });
    let mut waits = appending(store, world, || ended.has_changed().is_ok()).await?;
    let (done, took) = (letting.await??, began.elapsed());
    let longest = waits.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        json!({ "case": "append_stall_during_retention_ms", "value": longest }),
        json!({ "case": "append_during_retention_p95_ms", "value": p95(&mut waits) }),
        json!({ "case": "retention_plan_ms", "value": ms(planned) }),
        json!({ "case": "retention_per_s", "value": done.events as f64 / took.as_secs_f64() }),
        json!({ "case": "retention_returned_bytes", "value": done.bytes_before as f64 - done.bytes_after as f64 }),
    ])
}

async fn fill(store: &Store, batches: Vec<Vec<NewEvent>>) -> Result<Duration> {
    let began = Instant::now();
    let mut before = None;
    for events in batches {
        let pending = store.enqueue(Batch { events, ..Batch::default() }).await?;
        // One is written while the next one waits.
        if let Some(before) = before.replace(pending) {
            stored(before).await?;
        }
    }
    if let Some(last) = before {
        stored(last).await?;
    }
    Ok(began.elapsed())
}

async fn stored(pending: watchdeck_store::Pending) -> Result<()> {
    pending.outcome().await.map_err(|refused| refused.error)?;
    Ok(())
}

async fn summarised(path: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    loop {
        let left: i64 =
            connection.query_row("SELECT (SELECT count(*) FROM blocks) - (SELECT count(*) FROM summaries)", [], |row| row.get(0))?;
        if left <= 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn questions(store: &Store, events: usize) -> Result<Vec<Value>> {
    let mut cases = Vec::new();
    let mut case = |name: &str, value: f64| cases.push(json!({ "case": name, "value": value }));
    let page = store.read_after(0, 1).await?;
    let first = page.first().context("there are events")?.event.occurred_at.0;
    let span = i64::try_from(events)? * 40;

    let mut times = Vec::new();
    for n in 0..ASKED {
        let seq = 1 + u64::try_from(pick(n, events))?;
        let id = store.get(seq).await?.context("the event is there")?.event.id;
        let began = Instant::now();
        ensure!(store.by_id(&id).await?.is_some_and(|found| found.seq == seq), "it is found by its id");
        times.push(ms(began.elapsed()));
    }
    case("by_id_p95_ms", p95(&mut times));

    let mut times = Vec::new();
    for n in 0..ASKED {
        let began = Instant::now();
        let found = store.by_subject(&format!("product:p{}", 101 + n % 60), 50).await?;
        ensure!(!found.is_empty(), "a product has events");
        times.push(ms(began.elapsed()));
    }
    case("by_subject_first_page_p95_ms", p95(&mut times));

    let mut times = Vec::new();
    for n in 0..ASKED {
        let at = first + i64::try_from(pick(n, 1_000))? * span / 1_000;
        let before = Plan::Occurred { from: None, before: Some(Millis(at)) };
        let wanted = plan("kind:finance:*")?.and(before);
        let began = Instant::now();
        search(store, wanted, ROWS).await?;
        times.push(ms(began.elapsed()));
    }
    case("page_kind_time_p95_ms", p95(&mut times));

    for (name, text) in [("common", "瓷砖"), ("rare", "维护"), ("absent", "鲸鱼")] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let began = Instant::now();
            search(store, plan(text)?, ROWS).await?;
            times.push(ms(began.elapsed()));
        }
        case(&format!("text_two_chars_{name}_p95_ms"), p95(&mut times));
    }
    let began = Instant::now();
    let hits = store.count(plan("瓷砖")?, 0).await?;
    case("text_count_ms", ms(began.elapsed()));
    case("text_count_hits", hits as f64);

    let began = Instant::now();
    let histogram = store.histogram(60).await?;
    case("histogram_all_ms", ms(began.elapsed()));
    ensure!(histogram.cells.values().sum::<u64>() == events as u64, "every event is counted");

    let began = Instant::now();
    let mut subscription = store.subscribe(0);
    let mut seen = 0;
    while seen < events {
        seen += subscription.next().await?.len();
    }
    case("replay_per_s", events as f64 / began.elapsed().as_secs_f64());
    Ok(cases)
}

/// Page after page until the history ends or `wanted` rows were found.
async fn search(store: &Store, plan: Plan, wanted: usize) -> Result<usize> {
    let (mut hits, mut query) = (0, Some(Query { limit: ROWS, ..Query::of(plan) }));
    while let Some(next) = query.filter(|_| hits < wanted) {
        let page = store.page(next.clone()).await?;
        hits += page.events.len();
        query = next.behind(&page);
    }
    Ok(hits)
}

fn plan(filter: &str) -> Result<Plan> {
    Ok(Filter::parse(filter, now()).ok().context("a filter")?.plan().clone())
}

/// Spread over `0..below`, the same each time.
fn pick(n: usize, below: usize) -> usize {
    n.wrapping_mul(2_654_435_761) % below
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

fn p95(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 95 / 100]
}
