//! Events from the standard input into UmaDB, embedded: through the writer that its server has, without the network in between. Each batch is one commit,
//! which it brings to the disk, and one batch waits while another is written.
//!
//! `FILE BATCH [--by-id]`. The last line says how many seconds that took and how many bytes it takes; `--name` says only who this is.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    io::BufRead,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, watch};
use umadb_core::{
    mvcc::{DEFAULT_PAGE_SIZE, Mvcc, StorageOptions},
    writer_thread_blocking::writer_thread_blocking,
    writer_thread_request::WriterThreadRequest,
};
use umadb_dcb::{DcbEvent, DcbResult};

const NAME: &str = "UmaDB 0.7.8, embedded";
/// Pages that it may keep in memory, MB: all that it touches again.
const CACHE_MB: usize = 512;

#[derive(Deserialize)]
struct Line {
    id: String,
    kind: String,
    subject: Option<String>,
    beside: BTreeMap<String, String>,
    payload: String,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let first = args.next().context("a file")?;
    if first == "--name" {
        println!("{NAME}");
        return Ok(());
    }
    let (file, batch) = (PathBuf::from(first), args.next().context("events of a batch")?.parse()?);
    let by_id = args.any(|arg| arg == "--by-id");
    let events = std::io::stdin().lock().lines().map(|line| event(&line?, by_id)).collect::<Result<Vec<_>>>()?;
    let mut left = events.into_iter();
    let batches: Vec<Vec<_>> =
        std::iter::from_fn(|| Some(left.by_ref().take(batch).collect()).filter(|batch: &Vec<_>| !batch.is_empty())).collect();
    let (took, bytes) = store(&file, batch, batches)?;
    println!("{}", serde_json::json!({ "seconds": took.as_secs_f64(), "bytes": bytes }));
    Ok(())
}

/// With what an event is found by as its tags.
fn event(line: &str, by_id: bool) -> Result<DcbEvent> {
    let Line { id, kind, subject, beside, payload } = serde_json::from_str(line)?;
    let uuid = uuid::Uuid::parse_str(&id)?;
    let tags = subject.into_iter().chain(by_id.then_some(id)).collect::<Vec<_>>();
    Ok(DcbEvent::new().event_type(kind).data(payload).tags(tags).uuid(uuid).metadata(beside))
}

/// How long it took, and the bytes of all pages in use: the file is made larger beforehand.
fn store(file: &Path, most: usize, batches: Vec<Vec<DcbEvent>>) -> Result<(Duration, u64)> {
    let mvcc = Arc::new(Mvcc::new(false, StorageOptions::default().db_path(file).page_cache_max_mb(CACHE_MB))?);
    let (requests, queue) = mpsc::channel(2);
    let (head, _) = watch::channel(None);
    let count: usize = batches.iter().map(Vec::len).sum();
    let of_writer = Arc::clone(&mvcc);
    let writer = std::thread::spawn(move || writer_thread_blocking(of_writer, queue, head, most));
    let began = Instant::now();
    let (mut before, mut newest) = (None, 0);
    for events in batches {
        let (response_tx, answer) = oneshot::channel();
        requests.blocking_send(WriterThreadRequest::Append { events, condition: None, tracking_info: None, response_tx, cancel: None })?;
        if let Some(before) = before.replace(answer) {
            newest = stored(before)?;
        }
    }
    if let Some(last) = before {
        newest = stored(last)?;
    }
    let took = began.elapsed();
    ensure!(newest == count as u64, "{newest} of {count} events are stored");
    drop(requests);
    ensure!(writer.join().is_ok(), "its writer failed");
    Ok((took, mvcc.writer()?.next_page_id.0 * DEFAULT_PAGE_SIZE as u64))
}

fn stored(answer: oneshot::Receiver<DcbResult<u64>>) -> Result<u64> {
    Ok(answer.blocking_recv()??)
}
