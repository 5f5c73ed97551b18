//! One event as one row, and what can go wrong when it is written.

use crate::{
    Placed, StoreError,
    error::{is_clash, is_of_the_value},
    schema::INSERT_EVENT,
    shared::Shared,
    types::Lent,
};
use rusqlite::{CachedStatement, Connection, Statement, params};
use std::sync::Arc;
use watchdeck_events::Event;

/// Why nothing of a transaction was stored.
pub(crate) enum Failed {
    /// One batch holds what the file cannot keep; the others can go without it.
    Batch { index: usize, error: StoreError },
    /// Somebody else has written into the file: what the writer knows of it is no longer so.
    Clash(String),
    /// The file or its disk.
    All(StoreError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        if is_clash(&error) { Self::Clash(error.to_string()) } else { Self::All(error.into()) }
    }
}

impl Failed {
    /// An error that came while an event of a batch, or what else is in it, was written.
    pub(crate) fn at(index: usize, event: Option<usize>, error: rusqlite::Error) -> Self {
        if is_of_the_value(&error) {
            Self::Batch { index, error: StoreError::Refused { event, reason: error.to_string() } }
        } else {
            error.into()
        }
    }
}

/// Carry out [`INSERT_EVENT`], with the numbers of the event's source, channel and kind.
pub(crate) fn row(insert: &mut Statement<'_>, lent: Lent<'_>, [source, channel, kind]: [i64; 3]) -> rusqlite::Result<usize> {
    let Lent { seq, offset, event } = lent;
    insert.execute(params![
        seq,
        &*event.id,
        source,
        channel,
        kind,
        offset,
        event.occurred_at.0,
        event.received_at.0,
        event.severity.code(),
        event.subject.as_deref(),
        event.actor.as_deref(),
        event.payload.as_str(),
    ])
}

/// The insert statement with the numbers of the names it used last: in a burst they hardly change.
pub(crate) struct Insert<'a> {
    statement: CachedStatement<'a>,
    pub(crate) connection: &'a Connection,
    shared: &'a Shared,
    fresh: &'a mut Vec<(i64, Arc<str>)>,
    last: [Option<(Arc<str>, i64)>; 3],
}

impl<'a> Insert<'a> {
    pub(crate) fn new(connection: &'a Connection, shared: &'a Shared, fresh: &'a mut Vec<(i64, Arc<str>)>) -> rusqlite::Result<Self> {
        Ok(Self { statement: connection.prepare_cached(INSERT_EVENT)?, connection, shared, fresh, last: Default::default() })
    }

    /// The numbers of an event's source, channel and kind.
    pub(crate) fn names(&mut self, event: &Event) -> rusqlite::Result<[i64; 3]> {
        Ok([self.number(0, &event.source)?, self.number(1, event.channel.as_str())?, self.number(2, event.kind.as_str())?])
    }

    /// Whether the event was new.
    pub(crate) fn event(&mut self, seq: u64, offset: u64, event: &Event) -> rusqlite::Result<bool> {
        let names = self.names(event)?;
        Ok(row(&mut self.statement, Lent { seq, offset, event }, names)? == 1)
    }

    pub(crate) fn existing(&self, id: &str) -> rusqlite::Result<Placed> {
        let mut query = self.connection.prepare_cached("SELECT seq, offset FROM events WHERE id = ?1")?;
        query.query_row([id], |row| Ok(Placed { seq: row.get(0)?, offset: row.get(1)?, duplicate: true }))
    }

    fn number(&mut self, column: usize, name: &str) -> rusqlite::Result<i64> {
        if let Some((last, number)) = &self.last[column]
            && **last == *name
        {
            return Ok(*number);
        }
        let known = self.shared.names.read().expect("no code panics while holding the names").number(name);
        let known = known.or_else(|| self.fresh.iter().find(|(_, fresh)| **fresh == *name).map(|(number, _)| *number));
        let number = match known {
            Some(number) => number,
            None => {
                self.connection.execute("INSERT INTO names(name) VALUES (?1)", [name])?;
                let number = self.connection.last_insert_rowid();
                self.fresh.push((number, name.into()));
                number
            }
        };
        self.last[column] = Some((name.into(), number));
        Ok(number)
    }
}
