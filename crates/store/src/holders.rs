//! Which blocks may hold an event with an id, and what is known of the ids at an opening.

use crate::{
    StoreError,
    ids::{Candidate, Ids, ReadAt, SEGMENT, key, lookup},
    letting::gone,
    packed::Packed,
};
use rusqlite::{Connection, blob::Blob, params};
use std::{collections::BTreeSet, sync::RwLock};

/// The numbers of the blocks that may hold an event with this id.
pub(crate) fn holders(connection: &Connection, ids: &RwLock<Ids>, id: &str) -> Result<Vec<u64>, StoreError> {
    let mut there = Vec::new();
    for number in numbers(connection, ids, id)? {
        if is_there(connection, number)? {
            there.push(number);
        }
    }
    Ok(there)
}

/// Whether there is such a block: a number may be one that no block has yet, or any more.
pub(crate) fn is_there(connection: &Connection, number: u64) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM blocks WHERE number = ?1")?.exists([number])?)
}

/// The numbers of the blocks that may hold, or may have held, an event with this id.
pub(crate) fn numbers(connection: &Connection, ids: &RwLock<Ids>, id: &str) -> Result<Vec<u64>, StoreError> {
    let candidates = ids.read().expect("no code panics while holding the ids").maybe(id);
    let mut found = Vec::new();
    if candidates.is_empty() {
        return Ok(found);
    }
    for candidate in candidates {
        match candidate {
            Candidate::Block(number) => found.push(number),
            Candidate::Segment(segment) => match connection.blob_open("main", "segments", "prints", segment.cast_signed(), true) {
                Ok(prints) => {
                    found.extend(lookup(&Prints(prints), key(id))?.into_iter().map(|within| segment * SEGMENT + u64::from(within)))
                }
                Err(_) => found.extend(segment * SEGMENT..(segment + 1) * SEGMENT),
            },
            Candidate::Unreadable(segment) => found.extend(segment * SEGMENT..(segment + 1) * SEGMENT),
        }
    }
    Ok(found)
}

struct Prints<'a>(Blob<'a>);

impl ReadAt for Prints<'_> {
    type Error = StoreError;

    fn read_at(&self, at: usize, into: &mut [u8]) -> Result<(), StoreError> {
        Ok(self.0.read_at_exact(into, at)?)
    }
}

/// The ids of all blocks: of closed segments by what was kept of them, of the others by reading the blocks.
pub(crate) fn load(connection: &Connection) -> Result<Ids, StoreError> {
    let mut ids = Ids::default();
    let mut kept = connection.prepare("SELECT number, filter FROM segments")?;
    let mut rows = kept.query([])?;
    while let Some(row) = rows.next()? {
        ids.load(row.get(0)?, row.get_ref(1)?.as_blob().unwrap_or_default());
    }
    let packed = Packed::new(connection, true);
    // What was let go first: a block may have lost some of its events.
    let mut open = BTreeSet::new();
    gone::each(connection, |number, hashes| {
        if open.contains(&number) || !ids.knows(number) {
            open.insert(number);
            ids.add_hashes(number, hashes.iter().copied());
        }
    })?;
    for run in packed.runs()? {
        if open.contains(&run.number) || !ids.knows(run.number) {
            // One that cannot be read holds nothing that could be told apart.
            match packed.ids(run.number) {
                Ok(of_block) => ids.add_block(run.number, of_block.iter().map(|id| &**id)),
                Err(StoreError::Damaged(words)) => tracing::warn!(words, number = run.number, "The ids of a block cannot be read."),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(ids)
}

/// Keep what is to be known of segments that are complete, so that the next opening need not read their blocks.
pub(crate) fn close(connection: &Connection, ids: &RwLock<Ids>) -> Result<(), StoreError> {
    loop {
        let closed = {
            let ids = ids.read().expect("no code panics while holding the ids");
            ids.complete().and_then(|segment| Some((segment, ids.close(segment)?)))
        };
        let Some((segment, kept)) = closed else { return Ok(()) };
        let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3)")?;
        insert.execute(params![segment, kept.filter, kept.prints])?;
        ids.write().expect("no code panics while holding the ids").load(segment, &kept.filter);
    }
}
