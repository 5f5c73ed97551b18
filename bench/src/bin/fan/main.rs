//! Many connections that all listen to one channel, and one publisher: how long an event takes to reach each of them, and what an idle
//! connection costs the server. The same load for each server; only the few lines that speak its protocol differ (`peers.rs`).
//!
//! Prints one JSON line.

mod peers;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use hdrhistogram::Histogram;
use peers::{Peer, Publisher, Reader};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet, time::MissedTickBehavior};
use watchdeck_bench::{memory, say};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections being made at a time.
const DIALLING: usize = 64;
/// What is published before the measurement.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long after the last publish everything must have arrived.
const PATIENCE: Duration = Duration::from_secs(20);
/// Everything that starts and ends with a connection has been done after this.
const SETTLE: Duration = Duration::from_millis(1_500);

#[derive(Parser)]
struct Args {
    #[arg(long, value_enum)]
    peer: Peer,
    #[arg(long)]
    addr: SocketAddr,
    /// The server's process, whose memory is looked at.
    #[arg(long)]
    pid: u32,
    #[arg(long)]
    connections: usize,
    /// Events a second.
    #[arg(long)]
    rate: u32,
    #[arg(long)]
    seconds: u32,
}

/// What the readers count together.
struct Arrivals {
    began: Instant,
    /// Microseconds since `began` before which nothing is counted.
    counted_from: AtomicU64,
    arrived: AtomicU64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    raise_descriptors()?;
    let before = memory::of_tree(args.pid)?.rss;
    let arrivals = Arc::new(Arrivals { began: Instant::now(), counted_from: AtomicU64::new(u64::MAX), arrived: AtomicU64::new(0) });
    let mut readers = connect(&args, &arrivals).await?;
    tokio::time::sleep(SETTLE).await;
    let idle = memory::of_tree(args.pid)?.rss.saturating_sub(before);
    let published = publish(&args, &arrivals).await?;
    let expected = published * args.connections as u64;
    let waiting = async {
        while arrivals.arrived.load(Ordering::Acquire) < expected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        bail!("{} of {expected} events arrived", arrivals.arrived.load(Ordering::Acquire));
    }
    readers.abort_all();
    let mut all = Histogram::<u64>::new(3)?;
    while let Some(reader) = readers.join_next().await {
        match reader {
            Ok(ended) => bail!("a connection ended: {:?}", ended.err()),
            Err(stopped) => ensure!(stopped.is_cancelled(), "a reader failed"),
        }
    }
    for part in HISTOGRAMS.lock().map_err(|_| anyhow::anyhow!("a reader panicked"))?.drain(..) {
        all.add(&*part.lock().map_err(|_| anyhow::anyhow!("a reader panicked"))?)?;
    }
    ensure!(all.len() == expected, "{} of {expected} events were measured", all.len());
    let ms = |quantile| all.value_at_quantile(quantile) as f64 / 1e3;
    say(&serde_json::json!({
        "p50_ms": ms(0.5), "p99_ms": ms(0.99), "max_ms": all.max() as f64 / 1e3, "events": published,
        "kb_per_connection": idle as f64 / 1e3 / args.connections as f64,
    }));
    Ok(())
}

type Shared = Arc<std::sync::Mutex<Histogram<u64>>>;

/// One histogram for each thread's worth of readers, so that counting does not become what is measured.
static HISTOGRAMS: std::sync::Mutex<Vec<Shared>> = std::sync::Mutex::new(Vec::new());

async fn connect(args: &Args, arrivals: &Arc<Arrivals>) -> Result<JoinSet<Result<()>>> {
    let dialling = Arc::new(Semaphore::new(DIALLING));
    let mut dials = JoinSet::new();
    for _ in 0..args.connections {
        let (permit, peer, addr) = (Arc::clone(&dialling).acquire_owned().await?, args.peer, args.addr);
        dials.spawn(async move {
            let reader = Reader::open(peer, addr).await;
            drop(permit);
            reader
        });
    }
    let shards: Vec<Shared> =
        (0..16).map(|_| Histogram::new(3).map(|one| Arc::new(std::sync::Mutex::new(one)))).collect::<Result<_, _>>()?;
    HISTOGRAMS.lock().map_err(|_| anyhow::anyhow!("a reader panicked"))?.extend(shards.iter().cloned());
    let mut readers = JoinSet::new();
    while let Some(reader) = dials.join_next().await {
        let reader = reader?.context("a connection could not be made")?;
        readers.spawn(read(reader, Arc::clone(arrivals), Arc::clone(&shards[readers.len() % shards.len()])));
    }
    Ok(readers)
}

async fn read(mut reader: Reader, arrivals: Arc<Arrivals>, histogram: Shared) -> Result<()> {
    let mut sent = Vec::new();
    loop {
        reader.next(&mut sent).await?;
        let now = micros(arrivals.began);
        let from = arrivals.counted_from.load(Ordering::Acquire);
        sent.retain(|sent| *sent >= from);
        {
            let mut histogram = histogram.lock().map_err(|_| anyhow::anyhow!("a reader panicked"))?;
            for sent in &sent {
                histogram.record(now.saturating_sub(*sent).max(1))?;
            }
        }
        arrivals.arrived.fetch_add(sent.len() as u64, Ordering::Release);
        sent.clear();
    }
}

/// Publish at an even pace; answers how many events count.
async fn publish(args: &Args, arrivals: &Arrivals) -> Result<u64> {
    let mut publisher = Publisher::open(args.peer, args.addr).await?;
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / args.rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let warming = Instant::now();
    let mut counted = None;
    let count = u64::from(args.rate * args.seconds);
    loop {
        ticks.tick().await;
        let now = micros(arrivals.began);
        if counted.is_none() && warming.elapsed() >= WARM_UP {
            arrivals.counted_from.store(now, Ordering::Release);
            counted = Some(0u64);
        }
        publisher.publish(now).await?;
        if let Some(counted) = &mut counted {
            *counted += 1;
            if *counted == count {
                return Ok(count);
            }
        }
    }
}

fn micros(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Two thousand connections are more than the usual limit of open files.
#[cfg(unix)]
fn raise_descriptors() -> Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
fn raise_descriptors() -> Result<()> {
    Ok(())
}
