//! Read-only connections and the questions they answer.

use crate::{BLOCK, Inspection, Scan, Stats, StoreError, Stored, names::Names};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, RwLock},
    time::Duration,
};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_protocol::Position;

/// Idle read-only connections. More are opened as needed and at most [`KEPT`] are kept.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

const KEPT: usize = 4;

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    pub(crate) fn take(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().expect("no code panics while holding the readers").pop() {
            return Ok(connection);
        }
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "cache_size", -8 * 1024)?;
        Ok(connection)
    }

    pub(crate) fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().expect("no code panics while holding the readers");
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    pub(crate) fn close(&self) {
        self.idle.lock().expect("no code panics while holding the readers").clear();
    }
}

/// One borrowed connection.
pub(crate) struct Reader<'a> {
    connection: &'a Connection,
    names: &'a RwLock<Names>,
}

const COLUMNS: &str = "seq, id, source, channel, kind, offset, occurred_at, received_at, severity, subject, actor, payload";

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection, names: &'a RwLock<Names>) -> Self {
        Self { connection, names }
    }

    pub(crate) fn after(&self, seq: u64, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.select("WHERE seq > ?1 ORDER BY seq LIMIT ?2", params![seq, limit])
    }

    pub(crate) fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        Ok(self.select("WHERE seq = ?1", params![seq])?.pop())
    }

    pub(crate) fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let newest: Option<u64> = self.connection.query_row("SELECT max(block) FROM subjects", [], |row| row.get(0))?;
        let mut occurs = self.connection.prepare_cached("SELECT 1 FROM subjects WHERE block = ?1 AND subject = ?2")?;
        let mut found = Vec::new();
        for block in (0..=newest.unwrap_or(0)).rev() {
            if found.len() >= limit {
                break;
            }
            if occurs.exists(params![block, subject])? {
                let rest = "WHERE seq >= ?1 AND seq < ?2 AND subject = ?3 ORDER BY seq DESC LIMIT ?4";
                found.extend(self.select(rest, params![block * BLOCK, (block + 1) * BLOCK, subject, limit - found.len()])?);
            }
        }
        Ok(found)
    }

    pub(crate) fn channel_after(&self, channel: &Channel, offset: u64, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let Some(channel) = self.number(channel.as_str()) else { return Ok(Vec::new()) };
        self.select("WHERE channel = ?1 AND offset > ?2 ORDER BY offset LIMIT ?3", params![channel, offset, limit])
    }

    pub(crate) fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        let Some(channel) = self.number(channel.as_str()) else { return Ok(0) };
        // Times of receipt ascend with offsets as far as the machine's clock does, so walk back from the end.
        let mut query = self.connection.prepare_cached("SELECT offset, received_at FROM events WHERE channel = ?1 ORDER BY offset DESC")?;
        let mut rows = query.query([channel])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? < since.0 {
                return Ok(row.get(0)?);
            }
        }
        Ok(0)
    }

    pub(crate) fn scan_before(
        &self,
        before: Option<u64>,
        limit: usize,
        max_scan: u64,
        keep: impl Fn(&Stored) -> bool,
    ) -> Result<Scan, StoreError> {
        let names = self.names.read().expect("no code panics while holding the names");
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM events WHERE seq < ?1 ORDER BY seq DESC"))?;
        let mut rows = query.query([before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX))])?;
        let mut scan = Scan { hits: Vec::new(), next_before: None, scanned: 0 };
        while let Some(row) = rows.next()? {
            let stored = stored(row, &names)?;
            let seq = stored.seq;
            scan.scanned += 1;
            if keep(&stored) {
                scan.hits.push(stored);
            }
            if scan.hits.len() >= limit || scan.scanned >= max_scan {
                scan.next_before = (seq > 1).then_some(seq);
                break;
            }
        }
        Ok(scan)
    }

    pub(crate) fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT channel, epoch, offset FROM positions WHERE source = ?1")?;
        let rows = query.query_map([source], |row| {
            Ok((Channel::from(row.get::<_, String>(0)?.as_str()), Position { epoch: row.get(1)?, offset: row.get(2)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn checkpoint(&self, name: &str) -> Result<u64, StoreError> {
        let seq = self.connection.query_row("SELECT seq FROM checkpoints WHERE name = ?1", [name], |row| row.get(0)).optional()?;
        Ok(seq.unwrap_or(0))
    }

    pub(crate) fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT key, body FROM documents WHERE collection = ?1 ORDER BY key")?;
        let rows = query.query_map([collection], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn stats(&self) -> Result<Stats, StoreError> {
        let (first, last): (Option<u64>, Option<u64>) =
            self.connection.query_row("SELECT (SELECT min(seq) FROM events), (SELECT max(seq) FROM events)", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let oldest: Option<i64> =
            self.connection.query_row("SELECT received_at FROM events ORDER BY seq LIMIT 1", [], |row| row.get(0)).optional()?;
        let bytes = self.connection.path().map_or(0, |path| {
            ["", "-wal"].iter().filter_map(|suffix| std::fs::metadata(format!("{path}{suffix}")).ok()).map(|file| file.len()).sum()
        });
        Ok(Stats { events: first.zip(last).map_or(0, |(first, last)| last - first + 1), bytes, oldest_at: oldest.map(Millis) })
    }

    pub(crate) fn inspect(&self) -> Result<Inspection, StoreError> {
        let version = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let list = |query: &str| -> Result<Vec<String>, StoreError> {
            Ok(self.connection.prepare(query)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        };
        let found = list("PRAGMA quick_check(20)")?;
        Ok(Inspection {
            version,
            sqlite: rusqlite::version().to_owned(),
            tables: list("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")?,
            problems: found.into_iter().filter(|line| line != "ok").collect(),
        })
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.names.read().expect("no code panics while holding the names").number(name)
    }

    fn select(&self, rest: &str, params: impl rusqlite::Params) -> Result<Vec<Stored>, StoreError> {
        let names = self.names.read().expect("no code panics while holding the names");
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM events {rest}"))?;
        let mut rows = query.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row, &names)?);
        }
        Ok(found)
    }
}

fn stored(row: &Row<'_>, names: &Names) -> Result<Stored, rusqlite::Error> {
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
