//! Up to where each channel was let go: for whoever comes to the end of what is there, and so that no number is given twice.

use crate::{StoreError, tables};
use rusqlite::{Connection, params};
use watchdeck_events::{Channel, Millis};

/// Up to where a channel was let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The channel.
    pub channel: Channel,
    /// The newest event that was let go. What is held stays before it.
    pub seq: u64,
    /// Its place in the channel's log; 0 where there is none.
    pub offset: u64,
    /// When it was received.
    pub received_at: Millis,
    /// Events that were let go in all.
    pub events: u64,
    /// When that was done last.
    pub at: Millis,
}

/// All of them, by channel. A file of before has none.
pub(crate) fn load(connection: &Connection) -> Result<Vec<Edge>, StoreError> {
    if !tables::has(connection, "let_go")? {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare("SELECT channel, seq, offset, received_at, events, at FROM let_go ORDER BY channel")?;
    let edges = query.query_map([], |row| {
        Ok(Edge {
            channel: Channel::from(row.get::<_, String>(0)?.as_str()),
            seq: row.get(1)?,
            offset: row.get(2)?,
            received_at: Millis(row.get(3)?),
            events: row.get(4)?,
            at: Millis(row.get(5)?),
        })
    })?;
    Ok(edges.collect::<Result<_, _>>()?)
}

/// Move an edge: an edge never goes back.
pub(super) fn advance(connection: &Connection, edge: &Edge) -> rusqlite::Result<()> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO let_go VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET
         received_at = CASE WHEN excluded.seq > seq THEN excluded.received_at ELSE received_at END,
         seq = max(seq, excluded.seq), offset = max(offset, excluded.offset), events = events + excluded.events, at = excluded.at",
    )?;
    let Edge { channel, seq, offset, received_at, events, at } = edge;
    upsert.execute(params![channel.as_str(), seq, offset, received_at.0, events, at.0]).map(drop)
}
