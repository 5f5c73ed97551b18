//! The same events into several stores, which take turns. Each waits for the disk before a batch counts as stored, and has one writer.

use crate::{BATCH, fill, peer::Peer, postgres::Postgres};
use anyhow::Result;
use rusqlite::params;
use serde_json::{Map, Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use watchdeck_bench::history::World;
use watchdeck_store::{Durability, INSERT_EVENT, NewEvent, Options, Store, open_connection};

const ROUNDS: usize = 3;
const DISK: Options = Options { durability: Durability::Disk, ..Options::CONSOLE };

/// What came of it.
pub(crate) struct Compared {
    pub(crate) cases: Vec<Value>,
    pub(crate) ratios: Map<String, Value>,
    /// Who the other event store is; `None` when it was left out.
    pub(crate) peer: Option<String>,
}

/// What one side took for a round.
pub(crate) struct Round {
    pub(crate) took: Duration,
    /// On the disk, when all was stored.
    pub(crate) bytes: u64,
}

/// The rounds of one side: events a second, and bytes an event.
#[derive(Default)]
struct Side {
    rates: Vec<f64>,
    bytes: Vec<f64>,
}

impl Side {
    fn add(&mut self, events: usize, round: &Round) {
        self.rates.push(events as f64 / round.took.as_secs_f64());
        self.bytes.push(round.bytes as f64 / events as f64);
    }

    fn rate(&self) -> f64 {
        median(&self.rates)
    }

    fn cases(&self, name: &str) -> [Value; 2] {
        [
            json!({ "case": format!("{name}_per_s"), "value": self.rate() }),
            json!({ "case": format!("{name}_bytes_per_event"), "value": median(&self.bytes) }),
        ]
    }
}

/// So many events a round. Who cannot be had is left out, and that is said.
pub(crate) async fn compare(folder: &Path, events: usize, peer: Option<Peer>) -> Result<Compared> {
    let (mut world, events) = (World::default(), events / BATCH * BATCH);
    let mut postgres = heard("PostgreSQL", Postgres::start(folder).await);
    let mut peer = heard("The other event store", peer.map(Peer::asked).transpose()).flatten();
    let [mut bare, mut blocks, mut rows_of_postgres, mut of_peer, mut by_id]: [Side; 5] = Default::default();
    for _ in 0..ROUNDS {
        let files = tempfile::tempdir_in(folder)?;
        let file = |name: &str| files.path().join(name).with_extension("db");
        let batches: Vec<_> = (0..events / BATCH).map(|_| world.batch(BATCH)).collect();
        bare.add(events, &rows(&file("bare"), &batches)?);
        if let Some(server) = &postgres {
            match server.round(&batches).await {
                Ok(round) => rows_of_postgres.add(events, &round),
                Err(error) => postgres = heard("PostgreSQL", Err(error)),
            }
        }
        if let Some((program, _)) = &peer {
            let both = || Ok((program.round(&file("peer"), false, &batches)?, program.round(&file("by-id"), true, &batches)?));
            match both() {
                Ok((round, with_ids)) => {
                    of_peer.add(events, &round);
                    by_id.add(events, &with_ids);
                }
                Err(error) => peer = heard("The other event store", Err(error)),
            }
        }
        blocks.add(events, &stored(&file("blocks"), batches).await?);
    }
    let mut compared = Compared { cases: Vec::new(), ratios: Map::new(), peer: peer.map(|(_, name)| name) };
    let mut told = |name: &str, ratio: &str, side: &Side| {
        compared.cases.extend(side.cases(name));
        compared.ratios.insert(ratio.to_owned(), json!(blocks.rate() / side.rate()));
    };
    told("bare", "append_vs_bare", &bare);
    if postgres.is_some() {
        told("postgres", "append_vs_postgres", &rows_of_postgres);
    }
    if compared.peer.is_some() {
        told("peer", "append_vs_peer", &of_peer);
        told("peer_by_id", "append_vs_peer_by_id", &by_id);
    }
    compared.cases.extend(blocks.cases("append"));
    Ok(compared)
}

/// As many bare rows, a transaction a batch, synced each.
fn rows(path: &Path, batches: &[Vec<NewEvent>]) -> Result<Round> {
    let mut connection = open_connection(path, DISK)?;
    let began = Instant::now();
    let mut seq = 0_u64;
    for batch in batches {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT_EVENT)?;
            for NewEvent { event, offset } in batch {
                seq += 1;
                insert.execute(params![
                    seq,
                    &*event.id,
                    1,
                    2,
                    3,
                    offset,
                    event.occurred_at.0,
                    event.received_at.0,
                    event.severity.code(),
                    event.subject.as_deref(),
                    event.actor.as_deref(),
                    event.payload.as_str(),
                ])?;
            }
        }
        transaction.commit()?;
    }
    let took = began.elapsed();
    drop(connection);
    Ok(Round { took, bytes: std::fs::metadata(path)?.len() })
}

/// Our own store.
async fn stored(path: &Path, batches: Vec<Vec<NewEvent>>) -> Result<Round> {
    let store = Store::open(path, DISK)?;
    let took = fill(&store, batches).await?;
    store.close().await;
    Ok(Round { took, bytes: std::fs::metadata(path)?.len() })
}

/// What can be had; otherwise it is said why not.
#[allow(clippy::print_stderr, reason = "a benchmark program's standard error is for the person who runs it")]
fn heard<T>(name: &str, result: Result<T>) -> Option<T> {
    result.inspect_err(|error| eprintln!("{name} is left out: {error:#}")).ok()
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
