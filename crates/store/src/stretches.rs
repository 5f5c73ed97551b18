//! Where the offsets of a log's channels lie: per block and channel, the first and the last of them. A channel's offsets ascend with the sequence numbers.

use crate::{StoreError, types::Lent};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;
use watchdeck_events::Channel;

/// Offsets of one channel in one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) block: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Write down what a block holds, in the place of what was known of it.
pub(crate) fn keep(connection: &Connection, block: u64, run: &[Lent<'_>]) -> rusqlite::Result<()> {
    forget(connection, block)?;
    let mut channels: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for lent in run {
        channels.entry(lent.event.channel.as_str()).or_insert((lent.offset, lent.offset)).1 = lent.offset;
    }
    let mut insert = connection.prepare_cached("INSERT INTO stretches(channel, last, first, block) VALUES (?1, ?2, ?3, ?4)")?;
    for (channel, (first, last)) in channels {
        insert.execute(params![channel, last, first, block])?;
    }
    Ok(())
}

/// A block that is no longer there.
pub(crate) fn forget(connection: &Connection, block: u64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM stretches WHERE block = ?1")?.execute([block]).map(drop)
}

/// The one that holds `offset`, else the next one above it.
pub(crate) fn from(connection: &Connection, channel: &Channel, offset: u64) -> Result<Option<Stretch>, StoreError> {
    find(connection, "last >= ?2 ORDER BY last", channel, offset)
}

/// The newest one that ends before `offset`.
pub(crate) fn before(connection: &Connection, channel: &Channel, offset: u64) -> Result<Option<Stretch>, StoreError> {
    find(connection, "last < ?2 ORDER BY last DESC", channel, offset)
}

fn find(connection: &Connection, which: &str, channel: &Channel, offset: u64) -> Result<Option<Stretch>, StoreError> {
    let text = format!("SELECT block, first, last FROM stretches WHERE channel = ?1 AND {which} LIMIT 1");
    let mut query = connection.prepare_cached(&text)?;
    let found = query.query_row(params![channel.as_str(), offset.min(crate::rows::END)], |row| {
        Ok(Stretch { block: row.get(0)?, first: row.get(1)?, last: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// The first and the last offset of each channel.
pub(crate) fn bounds(connection: &Connection) -> Result<Vec<(Channel, u64, u64)>, StoreError> {
    let mut query = connection.prepare("SELECT channel, min(first), max(last) FROM stretches GROUP BY channel")?;
    let bounds = query.query_map([], |row| Ok((Channel::from(row.get::<_, String>(0)?.as_str()), row.get(1)?, row.get(2)?)))?;
    Ok(bounds.collect::<Result<_, _>>()?)
}
