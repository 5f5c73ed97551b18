//! The ids of events that were let go, by the number of the block that they were in: rows that go get a number of their own.
//!
//! Which number an id has is told by the same filters as for blocks; here it is told whether that was so: a filter alone is wrong now and then, and
//! a new event would be lost.

use crate::{StoreError, ids::hash, tables};
use rusqlite::{Connection, OptionalExtension as _, params};
use watchdeck_events::Millis;

/// How long an id is known after its event was let go. Servers send again what they sent within hours, at most what their history holds.
pub(super) const REMEMBERED: u64 = 90 * 24 * 3_600_000;

/// The hashes of some ids, as they are kept: sorted, eight bytes each, little-endian.
pub(super) fn hashes<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<u64> {
    ids.map(hash).collect()
}

/// Remember ids, beside those that are known of the number already.
pub(super) fn remember(connection: &Connection, number: u64, hashes: &[u64], at: Millis) -> rusqlite::Result<()> {
    let mut all = known(connection, number)?;
    all.extend(hashes);
    all.sort_unstable();
    let bytes: Vec<u8> = all.iter().flat_map(|hash| hash.to_le_bytes()).collect();
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO gone(number, at, ids) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![number, at.0, bytes]).map(drop)
}

/// Whether an event with this id was let go from a block of this number.
pub(crate) fn has(connection: &Connection, number: u64, id: &str) -> Result<bool, StoreError> {
    let mut query = match connection.prepare_cached("SELECT ids FROM gone WHERE number = ?1") {
        Err(_) if !tables::has(connection, "gone")? => return Ok(false),
        query => query?,
    };
    let (mut rows, wanted) = (query.query([number])?, hash(id));
    let Some(row) = rows.next()? else { return Ok(false) };
    let (sorted, _) = row.get_ref(0)?.as_blob().unwrap_or_default().as_chunks::<8>();
    Ok(sorted.binary_search_by_key(&wanted, |eight| u64::from_le_bytes(*eight)).is_ok())
}

/// The hashes that are known of a number.
fn known(connection: &Connection, number: u64) -> rusqlite::Result<Vec<u64>> {
    let mut query = connection.prepare_cached("SELECT ids FROM gone WHERE number = ?1")?;
    let bytes: Option<Vec<u8>> = query.query_row([number], |row| row.get(0)).optional()?;
    Ok(bytes.map_or_else(Vec::new, |bytes| numbers(&bytes)))
}

fn numbers(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect()
}

/// Every number with its hashes. A file of before has none.
pub(crate) fn each(connection: &Connection, mut visit: impl FnMut(u64, &[u64])) -> Result<(), StoreError> {
    if !tables::has(connection, "gone")? {
        return Ok(());
    }
    let mut query = connection.prepare("SELECT number, ids FROM gone")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        visit(row.get(0)?, &numbers(row.get_ref(1)?.as_blob().unwrap_or_default()));
    }
    Ok(())
}

/// Forget what was let go before a time, and the filters that know of nothing else. The newest stays: the numbers go on behind it.
pub(super) fn forget(connection: &Connection, before: Millis) -> rusqlite::Result<()> {
    let forgotten = connection.execute("DELETE FROM gone WHERE at < ?1", [before.0])?;
    if forgotten > 0 {
        connection.execute(
            "DELETE FROM segments WHERE number < (SELECT max(number) FROM segments)
             AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.number BETWEEN segments.number * 64 AND segments.number * 64 + 63)
             AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.number BETWEEN segments.number * 64 AND segments.number * 64 + 63)",
            [],
        )?;
    }
    Ok(())
}
