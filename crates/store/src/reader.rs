//! The questions that a read-only connection answers.

use crate::{
    BLOCK, Bounds, Inspection, Limit, Stats, StoreError, Stored, damage::next_readable, names::Lookup, schema, shared::Shared,
    sieve::Tests, summary::Summary, types::OVERHEAD,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::{collections::HashMap, ops::Range};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_protocol::Position;

/// Some rows, and the words of the damage that ended them.
type Page = (Vec<Stored>, Option<String>);

/// Offsets between two looks at a channel's times.
const STRIDE: u64 = 1_024;

/// One borrowed connection.
pub(crate) struct Reader<'a> {
    connection: &'a Connection,
    shared: &'a Shared,
}

const COLUMNS: &str = "seq, id, source, channel, kind, offset, occurred_at, received_at, severity, subject, actor, payload";

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection, shared: &'a Shared) -> Self {
        Self { connection, shared }
    }

    /// Events after `seq`. Where pages of the file cannot be read, what can be read behind them comes next, and the hole is noted.
    pub(crate) fn after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        let page = |first: u64, limit| self.select("WHERE seq >= ?1 ORDER BY seq", params![first], limit);
        self.around(seq, limit, self.shared.newest(), page, |seq| Ok(self.get(seq)?.is_some()), |range| range)
    }

    pub(crate) fn newest(&self) -> u64 {
        self.shared.newest()
    }

    pub(crate) fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        let mut found = Vec::new();
        self.fill(&mut found, "WHERE seq = ?1", params![seq], Limit::from(1))?;
        Ok(found.pop())
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
                let rest = "WHERE seq >= ?1 AND seq < ?2 AND subject = ?3 ORDER BY seq DESC";
                let rows = params![block * BLOCK, (block + 1) * BLOCK, subject];
                found.extend(self.select(rest, rows, Limit::from(limit - found.len()))?.0);
            }
        }
        Ok(found)
    }

    /// As [`Reader::after`], by the channel's offsets.
    pub(crate) fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        let newest = self.bounds(channel).last;
        let Some(channel) = self.number(channel.as_str()) else { return Ok(Vec::new()) };
        let page = |offset: u64, limit| self.select("WHERE channel = ?1 AND offset >= ?2 ORDER BY offset", params![channel, offset], limit);
        let readable = |offset: u64| {
            let one = self.select("WHERE channel = ?1 AND offset = ?2", params![channel, offset], Limit::from(1));
            one.map(|(found, _)| !found.is_empty())
        };
        self.around(offset, limit, newest, page, readable, |_| 0..0)
    }

    /// Read a page after `cursor`, or the first page behind what cannot be read. `page` begins at a number that is certainly wanted: looking for what
    /// comes after another would touch the page of that one.
    /// `noted` says which sequence numbers a hole stands for.
    fn around(
        &self,
        cursor: u64,
        limit: Limit,
        newest: u64,
        page: impl Fn(u64, Limit) -> Result<Page, StoreError>,
        readable: impl Fn(u64) -> Result<bool, StoreError>,
        noted: impl Fn(Range<u64>) -> Range<u64>,
    ) -> Result<Vec<Stored>, StoreError> {
        let words = match page(cursor.saturating_add(1), limit)? {
            // What was read before the broken page is a page of its own; the next one begins at the break.
            (found, broken) if !found.is_empty() || broken.is_none() => return Ok(found),
            (_, broken) => broken.unwrap_or_default(),
        };
        let next = next_readable(cursor, newest, readable)?;
        let hole = cursor + 1..next.unwrap_or(newest + 1);
        if hole.is_empty() {
            return Err(StoreError::Damaged(words));
        }
        self.shared.damage.note(noted(hole), &words);
        let Some(next) = next else { return Ok(Vec::new()) };
        match page(next, limit)? {
            (found, _) if !found.is_empty() => Ok(found),
            // A page may be found by its number and not in its row; one event is progress.
            _ => Ok(page(next, Limit::from(1))?.0),
        }
    }

    pub(crate) fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        let bounds = self.bounds(channel);
        let Some(channel) = self.number(channel.as_str()) else { return Ok(0) };
        // Times of receipt ascend with offsets as far as the machine's clock does, so go back from the end: in strides, then row by row. Where the
        // clock was set back this may go back further than it had to, which costs a longer history and loses nothing.
        let mut newest: u64 = bounds.last;
        let mut one = self.connection.prepare_cached("SELECT received_at FROM events WHERE channel = ?1 AND offset = ?2")?;
        while let Some(probe) = newest.checked_sub(STRIDE).filter(|probe| *probe >= bounds.first)
            && one.query_row(params![channel, probe], |row| row.get::<_, i64>(0)).optional()?.is_some_and(|at| at >= since.0)
        {
            newest = probe;
        }
        let rows = "SELECT offset, received_at FROM events WHERE channel = ?1 AND offset <= ?2 ORDER BY offset DESC";
        let mut query = self.connection.prepare_cached(rows)?;
        let mut rows = query.query(params![channel, newest])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? < since.0 {
                return Ok(row.get(0)?);
            }
        }
        Ok(0)
    }

    /// The events of a range within one block, newest first, as far as `visit` wants more: answers where it stopped. Rows that `tests` do not take
    /// are not built. What cannot be read is passed over and noted.
    pub(crate) fn backwards(
        &self,
        range: Range<u64>,
        tests: &Tests,
        mut visit: impl FnMut(Stored) -> bool,
    ) -> Result<Option<u64>, StoreError> {
        let mut below = range.end;
        match self.rows(&range, tests, &mut below, &mut visit) {
            Err(StoreError::Damaged(words)) => {
                // Row by row: each by itself can be read or cannot.
                for seq in (range.start..below).rev() {
                    match self.get(seq) {
                        Ok(Some(stored)) => {
                            if !visit(stored) {
                                return Ok(Some(seq));
                            }
                        }
                        Ok(None) => {}
                        Err(StoreError::Damaged(_)) => self.shared.damage.note(seq..seq + 1, &words),
                        Err(error) => return Err(error),
                    }
                }
                Ok(None)
            }
            done => done,
        }
    }

    fn rows(
        &self,
        range: &Range<u64>,
        tests: &Tests,
        below: &mut u64,
        visit: &mut impl FnMut(Stored) -> bool,
    ) -> Result<Option<u64>, StoreError> {
        let mut names = Lookup::new(&self.shared.names);
        let text = format!("SELECT {COLUMNS} FROM events WHERE seq >= ?1 AND seq < ?2 ORDER BY seq DESC");
        let mut query = self.connection.prepare_cached(&text)?;
        let mut rows = query.query(params![range.start, range.end])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            if tests.takes([row.get(2)?, row.get(3)?, row.get(4)?], Severity::from_code(row.get(8)?), row.get(6)?)
                && !visit(stored(row, &mut names)?)
            {
                return Ok(Some(seq));
            }
            *below = seq;
        }
        Ok(None)
    }

    /// The first block without a summary, as far as blocks were summarised in order.
    pub(crate) fn next_unsummarised(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT coalesce(max(block) + 1, 0) FROM summaries", [], |row| row.get(0))?)
    }

    /// Every event of a block with the numbers of its source, channel and kind.
    pub(crate) fn block(&self, block: u64, mut visit: impl FnMut(&Stored, [i64; 3])) -> Result<(), StoreError> {
        let mut names = Lookup::new(&self.shared.names);
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM events WHERE seq >= ?1 AND seq < ?2"))?;
        let mut rows = query.query(params![block * BLOCK, (block + 1) * BLOCK])?;
        while let Some(row) = rows.next()? {
            visit(&stored(row, &mut names)?, [row.get(2)?, row.get(3)?, row.get(4)?]);
        }
        Ok(())
    }

    /// What is known of a block; `None` where it was not summarised (yet).
    pub(crate) fn summary(&self, block: u64) -> Result<Option<Summary>, StoreError> {
        // A file that is only looked at may be older than summaries are.
        if self.shared.look || self.shared.profile == schema::Profile::Log {
            return Ok(None);
        }
        let mut query = self.connection.prepare_cached("SELECT summary FROM summaries WHERE block = ?1")?;
        let found = query.query_row([block], |row| Ok(Summary::decode(block, row.get_ref(0)?.as_blob()?)));
        Ok(found.optional()?.flatten())
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

    fn bounds(&self, channel: &Channel) -> Bounds {
        self.shared.bounds.read().expect("no code panics while holding the bounds").get(channel).copied().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.shared.names.read().expect("no code panics while holding the names").number(name)
    }

    /// The first rows, as far as `limit` allows (one at least, if there is one), and why there are no more when a page of the file is broken.
    fn select(&self, rest: &str, params: impl rusqlite::Params, limit: Limit) -> Result<Page, StoreError> {
        let mut found = Vec::new();
        match self.fill(&mut found, rest, params, limit) {
            Err(StoreError::Damaged(words)) => Ok((found, Some(words))),
            filled => filled.map(|()| (found, None)),
        }
    }

    fn fill(&self, found: &mut Vec<Stored>, rest: &str, params: impl rusqlite::Params, limit: Limit) -> Result<(), StoreError> {
        let mut names = Lookup::new(&self.shared.names);
        let mut query = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM events {rest}"))?;
        let mut rows = query.query(params)?;
        let mut bytes = 0;
        while found.len() < limit.events
            && let Some(row) = rows.next()?
        {
            let next = row.get_ref(11)?.as_bytes_or_null().ok().flatten().map_or(0, <[u8]>::len) + OVERHEAD;
            if !found.is_empty() && bytes + next > limit.bytes {
                break;
            }
            bytes += next;
            found.push(stored(row, &mut names)?);
        }
        Ok(())
    }
}

fn stored(row: &Row<'_>, names: &mut Lookup<'_>) -> Result<Stored, rusqlite::Error> {
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
