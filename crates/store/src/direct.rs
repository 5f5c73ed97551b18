//! A backlog goes into blocks at once: what comes by the thousand never is a row.

use crate::{
    BLOCK, Batch, StoreError,
    block::{MOST_TEXT, Sealer},
    command::Packing,
    insert::{Failed, Insert},
    schema::{INSERT_BLOCK, INSERT_BYTES, Profile},
    shared::Shared,
    state::{Rows, State},
    stretches,
    types::Lent,
};
use foldhash::{HashMap, HashMapExt as _};
use rusqlite::{Connection, params};
use std::collections::hash_map::Entry;
use watchdeck_events::Event;

/// Events of a transaction from which they become blocks. Fewer are rows, and packed when there are more of them.
const FEWEST: usize = 1_024;

/// The events of one transaction.
pub(crate) struct Direct<'a> {
    shared: &'a Shared,
    rows: &'a Rows,
    sealer: &'a mut Sealer,
    events: Vec<Lent<'a>>,
    /// Their places, by id.
    ids: HashMap<&'a str, (u64, u64)>,
    pub(crate) next_block: u64,
    /// From this one on some became rows.
    pub(crate) rows_from: u64,
}

impl<'a> Direct<'a> {
    /// `None` when they are to be rows.
    pub(crate) fn of(batches: &[&'a Batch], rows: &'a Rows, sealer: &'a mut Sealer, next_block: u64, shared: &'a Shared) -> Option<Self> {
        let count: usize = batches.iter().map(|batch| batch.events.len()).sum();
        let is_large = |batch: &&Batch| batch.events.iter().any(|new| weight(&new.event) > MOST_TEXT);
        if !shared.packs || count < FEWEST || batches.iter().any(is_large) {
            return None;
        }
        let (events, ids) = (Vec::with_capacity(count), HashMap::with_capacity(count));
        Some(Self { shared, rows, sealer, events, ids, next_block, rows_from: u64::MAX })
    }

    /// Whether the event is new, as far as rows and this transaction know.
    pub(crate) fn take(&mut self, insert: &mut Insert<'_>, lent: Lent<'a>) -> rusqlite::Result<bool> {
        let id = &*lent.event.id;
        let Entry::Vacant(place) = self.ids.entry(id) else { return Ok(false) };
        if self.rows.may_hold(id) && is_row(insert.connection, id)? {
            return Ok(false);
        }
        place.insert((lent.seq, lent.offset));
        insert.names(lent.event)?;
        self.events.push(lent);
        Ok(true)
    }

    /// Sequence number and offset of an event of this transaction.
    pub(crate) fn place_of(&self, id: &str) -> Option<(u64, u64)> {
        self.ids.get(id).copied()
    }

    /// Write blocks, and rows of what is too little for one or does not fit into one.
    pub(crate) fn write(&mut self, insert: &mut Insert<'_>) -> Result<(), Failed> {
        let events = std::mem::take(&mut self.events);
        let mut rest = &events[..];
        while !rest.is_empty() {
            let (run, after) = rest.split_at(length(rest));
            rest = after;
            let sealed = if run.len() < FEWEST / 2 { None } else { self.sealer.seal(run).ok() };
            if let Some(bytes) = sealed {
                write(insert.connection, self.shared, self.next_block, run, &bytes)?;
                self.next_block += 1;
                continue;
            }
            for Lent { seq, offset, event } in run {
                self.rows_from = self.rows_from.min(*seq);
                insert.event(*seq, *offset, event)?;
            }
        }
        Ok(())
    }
}

/// Bytes of its texts.
fn weight(event: &Event) -> usize {
    let optional = [&event.subject, &event.actor].into_iter().flatten().map(|text| text.len());
    event.payload.bytes() + event.id.len() + optional.sum::<usize>()
}

/// How many of some events become one block.
pub(crate) fn length(events: &[Lent<'_>]) -> usize {
    let mut bytes = 0;
    let fits = |lent: &&Lent<'_>| {
        bytes += weight(lent.event);
        bytes <= MOST_TEXT
    };
    events.iter().take(BLOCK as usize).take_while(fits).count().max(1)
}

/// Rows become a block, if they are still all that there is between the first and the last of them: whether they did.
pub(crate) fn pack(
    connection: &mut Connection,
    state: &mut State,
    shared: &Shared,
    Packing { events, bytes }: &Packing,
) -> Result<bool, StoreError> {
    let run: Vec<_> = events.iter().map(Lent::from).collect();
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(false) };
    let transaction = connection.transaction()?;
    let gone = transaction.prepare_cached("DELETE FROM events WHERE seq >= ?1 AND seq <= ?2")?.execute([first.seq, last.seq])?;
    if gone != run.len() {
        return Ok(false);
    }
    write(&transaction, shared, state.next_block, &run, bytes)?;
    transaction.commit()?;
    state.next_block += 1;
    state.rows.remove(run.iter().map(|lent| &*lent.event.id));
    Ok(true)
}

/// Write a block. Its ids are known before it is committed: whoever asks meanwhile looks into a block that is not there, and no harm is done.
pub(crate) fn write(connection: &Connection, shared: &Shared, number: u64, run: &[Lent<'_>], bytes: &[u8]) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Ok(()) };
    let row = params![number, first.seq, last.seq, run.len(), first.event.received_at.0];
    connection.prepare_cached(INSERT_BLOCK)?.execute(row)?;
    connection.prepare_cached(INSERT_BYTES)?.execute(params![number, bytes])?;
    if shared.profile == Profile::Log {
        stretches::keep(connection, number, run)?;
    }
    let mut ids = shared.ids.write().expect("no code panics while holding the ids");
    ids.add_block(number, run.iter().map(|lent| &*lent.event.id));
    Ok(())
}

fn is_row(connection: &Connection, id: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM events WHERE id = ?1")?.exists([id])
}
