//! The bare limit: the same rows into the store's own tables, by a loop that does nothing else.
//!
//! The rows lie in memory, decoded, before the clock starts. With `--prepare` it only makes the empty file, so that the other side of
//! the comparison writes into exactly the same tables and indexes.

use anyhow::{Result, ensure};
use clap::Parser;
use rusqlite::params;
use std::{path::PathBuf, sync::Arc, time::Instant};
use watchdeck_bench::{CHANNEL, event, now, say};
use watchdeck_events::{Catalogue, Channel, Event, Incoming, Millis, Payload};
use watchdeck_store::{INSERT_EVENT, Options, open_connection};

#[derive(Parser)]
struct Args {
    /// The file to make; it must not exist.
    #[arg(long)]
    file: PathBuf,
    /// How many rows.
    #[arg(long, default_value_t = 500_000)]
    count: u64,
    /// Rows per transaction, as the store's writer takes them.
    #[arg(long, default_value_t = 5_000)]
    batch: usize,
    /// Make the tables and stop.
    #[arg(long)]
    prepare: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(!args.file.exists(), "{} exists already", args.file.display());
    let mut connection = open_connection(&args.file, Options::CONSOLE)?;
    if args.prepare {
        return Ok(());
    }
    let rows = rows(args.count);
    let start = Instant::now();
    let mut seq: u64 = 0;
    for batch in rows.chunks(args.batch) {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT_EVENT)?;
            for event in batch {
                seq += 1;
                insert.execute(params![
                    seq,
                    event.id,
                    1,
                    2,
                    3,
                    seq,
                    event.occurred_at.0,
                    event.received_at.0,
                    event.severity.code(),
                    event.subject,
                    event.actor,
                    event.payload.as_str()
                ])?;
            }
        }
        transaction.commit()?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let stored: u64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
    ensure!(stored == args.count, "{stored} of {} rows are there", args.count);
    say(&serde_json::json!({ "events": stored, "seconds": seconds }));
    Ok(())
}

fn rows(count: u64) -> Vec<Event> {
    let now = now().0;
    let (catalogue, source) = (Catalogue::builtin(), Arc::from("bench"));
    let row = |n| {
        let published = event(n, now);
        let incoming = Incoming {
            channel: Channel::from(CHANNEL),
            offset: Some(n),
            id: Some(published.id.into()),
            server_at: Some(Millis(published.ts)),
            kind: None,
            payload: Payload::from_json(published.data),
        };
        catalogue.normalise(incoming, &source, Millis(published.ts))
    };
    (1..=count).map(row).collect()
}
