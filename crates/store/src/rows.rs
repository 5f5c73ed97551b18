//! Events as rows: the newest ones of a console, and all of a log.

use crate::{Limit, StoreError, Stored, names::Lookup, types::OVERHEAD};
use rusqlite::{Connection, Row};
use std::sync::{Arc, RwLock};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};

pub(crate) const COLUMNS: &str = "seq, id, source, channel, kind, offset, occurred_at, received_at, severity, subject, actor, payload";
/// The largest number that SQLite can hold, for *to the end*.
pub(crate) const END: u64 = i64::MAX as u64;

/// Some events, and the words of the damage that ended them.
pub(crate) type Page = (Vec<Stored>, Option<String>);

/// Events that are gathered up to a limit. One is always taken, however large it is.
pub(crate) struct Gathered {
    pub(crate) events: Vec<Stored>,
    bytes: usize,
    limit: Limit,
}

impl Gathered {
    pub(crate) fn new(limit: Limit) -> Self {
        Self { events: Vec::new(), bytes: 0, limit }
    }

    /// Whether another event with so many bytes of payload is wanted.
    pub(crate) fn has_room(&self, payload: usize) -> bool {
        self.events.len() < self.limit.events && (self.events.is_empty() || self.bytes + payload + OVERHEAD <= self.limit.bytes)
    }

    pub(crate) fn push(&mut self, stored: Stored) {
        self.bytes += stored.bytes();
        self.events.push(stored);
    }
}

/// The table of rows, as one connection sees it.
pub(crate) struct Rows<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) names: &'a RwLock<crate::names::Names>,
}

impl Rows<'_> {
    /// The first rows that `rest` asks for, as far as `limit` allows, and why there are no more when a page of the file is broken.
    pub(crate) fn select(&self, rest: &str, params: impl rusqlite::Params, limit: Limit) -> Result<Page, StoreError> {
        let mut gathered = Gathered::new(limit);
        let broken = self.gather(&mut gathered, rest, params)?.err();
        Ok((gathered.events, broken))
    }

    /// As [`Rows::select`], into what was gathered before: whether all of them were taken, or the words of the damage.
    pub(crate) fn gather(
        &self,
        into: &mut Gathered,
        rest: &str,
        params: impl rusqlite::Params,
    ) -> Result<Result<bool, String>, StoreError> {
        match self.fill(into, rest, params) {
            Err(StoreError::Damaged(words)) => Ok(Err(words)),
            filled => filled.map(Ok),
        }
    }

    fn fill(&self, into: &mut Gathered, rest: &str, params: impl rusqlite::Params) -> Result<bool, StoreError> {
        let mut names = Lookup::new(self.names);
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM events {rest}"))?;
        let mut rows = query.query(params)?;
        while let Some(row) = rows.next()? {
            if !into.has_room(row.get_ref(11)?.as_bytes_or_null().ok().flatten().map_or(0, <[u8]>::len)) {
                return Ok(false);
            }
            into.push(stored(row, &mut names)?);
        }
        Ok(true)
    }

    /// Whether there is a row between two numbers, both of them left out.
    pub(crate) fn any_between(&self, after: u64, before: u64) -> Result<bool, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT 1 FROM events WHERE seq > ?1 AND seq < ?2 LIMIT 1")?;
        Ok(before > after + 1 && query.exists([after.min(END), before.min(END)])?)
    }

    /// How many rows there are of each source, channel, kind and severity, and when the first and the last of them occurred.
    pub(crate) fn tally(&self, mut visit: impl FnMut(TallyKey, u64, i64, i64)) -> Result<(), StoreError> {
        let mut names = Lookup::new(self.names);
        let text = "SELECT source, channel, kind, severity, count(*), min(occurred_at), max(occurred_at) FROM events GROUP BY 1, 2, 3, 4";
        let mut query = self.connection.prepare_cached(text)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let [source, channel, kind] = [row.get(0)?, row.get(1)?, row.get(2)?].map(|number| names.name(number));
            visit((source, Channel::from(channel), Kind::from(kind), row.get(3)?), row.get(4)?, row.get(5)?, row.get(6)?);
        }
        Ok(())
    }
}

/// Source, channel, kind, and the code of the severity.
pub(crate) type TallyKey = (Arc<str>, Channel, Kind, u8);

/// The event of a row of [`COLUMNS`].
pub(crate) fn stored(row: &Row<'_>, names: &mut Lookup<'_>) -> Result<Stored, rusqlite::Error> {
    let text = |index: usize| Ok::<_, rusqlite::Error>(Box::<str>::from(row.get_ref(index)?.as_str()?));
    let optional = |index: usize| Ok::<_, rusqlite::Error>(row.get_ref(index)?.as_str_or_null()?.map(Box::<str>::from));
    Ok(Stored {
        seq: row.get(0)?,
        offset: row.get(5)?,
        event: Event {
            id: text(1)?,
            source: names.name(row.get(2)?),
            channel: Channel::from(names.name(row.get(3)?)),
            kind: Kind::from(names.name(row.get(4)?)),
            occurred_at: Millis(row.get(6)?),
            received_at: Millis(row.get(7)?),
            severity: Severity::from_code(row.get(8)?),
            subject: optional(9)?,
            actor: optional(10)?,
            payload: Payload::from_json(text(11)?),
        },
    })
}
