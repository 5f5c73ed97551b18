//! The questions that a read-only connection answers.

use crate::{
    BLOCK, Bounds, Inspection, Limit, Stats, StoreError, Stored,
    damage::next_readable,
    direct, holders,
    names::Lookup,
    packed::Packed,
    rows::{END, Gathered, Page, Rows},
    schema,
    shared::Shared,
    sieve::Tests,
    summary::Summary,
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::{collections::HashMap, ops::Range, sync::RwLock};
use watchdeck_events::{Channel, Event, Millis};
use watchdeck_protocol::Position;

/// Offsets between two looks at a channel's times.
const STRIDE: u64 = 1_024;

/// One borrowed connection.
pub(crate) struct Reader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) shared: &'a Shared,
    rows: Rows<'a>,
    pub(crate) packed: Packed<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection, shared: &'a Shared) -> Self {
        let rows = Rows { connection, names: &shared.names };
        Self { connection, shared, rows, packed: Packed::new(connection, shared.packs) }
    }

    /// One state of the file for several questions: events move from rows to blocks meanwhile.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'a>, StoreError> {
        Ok(self.connection.unchecked_transaction()?)
    }

    /// Events after `seq`. Where pages of the file cannot be read, what can be read behind them comes next, and the hole is noted.
    pub(crate) fn after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        let _snapshot = self.snapshot()?;
        let readable = |seq| Ok(self.event(seq)?.is_some());
        self.around(seq, limit, self.shared.newest(), |first, limit| self.page(first, limit), readable, |range| range)
    }

    /// Events from `first` on out of rows and blocks, up to what cannot be read.
    fn page(&self, first: u64, limit: Limit) -> Result<Page, StoreError> {
        let (mut found, mut at) = (Gathered::new(limit), first);
        loop {
            let run = self.packed.from(at)?;
            let upto = run.map_or(END, |run| run.first);
            let rows = if at < upto {
                self.rows.gather(&mut found, "WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", params![at, upto])?
            } else {
                Ok(true)
            };
            let taken = match (rows, run) {
                (Ok(true), Some(run)) => {
                    let from = at.max(run.first);
                    at = run.last + 1;
                    self.packed.gather(&mut found, run, from)?
                }
                (taken, _) => taken.map(|_| false),
            };
            match taken {
                Ok(true) => {}
                taken => return Ok((found.events, taken.err())),
            }
        }
    }

    pub(crate) fn newest(&self) -> u64 {
        self.shared.newest()
    }

    pub(crate) fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        let _snapshot = self.snapshot()?;
        self.event(seq)
    }

    fn event(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        match self.packed.from(seq)? {
            Some(run) if run.holds(seq) => self.packed.event(run, seq),
            _ => {
                let mut found = Gathered::new(Limit::from(1));
                match self.rows.gather(&mut found, "WHERE seq = ?1", params![seq.min(END)])? {
                    Ok(_) => Ok(found.events.pop()),
                    Err(words) => Err(StoreError::Damaged(words)),
                }
            }
        }
    }

    /// The event with this id.
    pub(crate) fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        let _snapshot = self.snapshot()?;
        let (mut row, broken) = self.rows.select("WHERE id = ?1", params![id], Limit::from(1))?;
        if let Some(words) = broken {
            return Err(StoreError::Damaged(words));
        }
        if row.is_empty() && !self.shared.packs {
            return Ok(None);
        }
        if let Some(stored) = row.pop() {
            return Ok(Some(stored));
        }
        // Whoever only looks is told of no new block.
        let looked = self.shared.look.then(|| holders::load(self.connection)).transpose()?.map(RwLock::new);
        for number in holders::holders(self.connection, looked.as_ref().unwrap_or(&self.shared.ids), id)? {
            if let Some(stored) = self.packed.with_id(number, id)? {
                return Ok(Some(stored));
            }
        }
        Ok(None)
    }

    pub(crate) fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let _snapshot = self.snapshot()?;
        let mut found = Gathered::new(Limit::from(limit));
        let mut below = END;
        while below > 0 && found.has_room(0) {
            let run = self.packed.upto(below - 1)?;
            let from = run.map_or(0, |run| run.last + 1);
            let rows = "WHERE seq >= ?1 AND seq < ?2 AND subject = ?3 ORDER BY seq DESC";
            // What cannot be read is no reason to show nothing of the rest.
            drop(self.rows.gather(&mut found, rows, params![from, below, subject])?);
            let Some(run) = run else { break };
            if self.summary(run.number)?.is_none_or(|summary| summary.may_be_about(subject)) {
                drop(self.packed.gather_subject(&mut found, run, subject)?);
            }
            below = run.first;
        }
        Ok(found.events)
    }

    /// As [`Reader::after`], by the channel's offsets.
    pub(crate) fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        let newest = self.bounds(channel).last;
        let Some(channel) = self.number(channel.as_str()) else { return Ok(Vec::new()) };
        let page =
            |offset: u64, limit| self.rows.select("WHERE channel = ?1 AND offset >= ?2 ORDER BY offset", params![channel, offset], limit);
        let readable = |offset: u64| {
            let one = self.rows.select("WHERE channel = ?1 AND offset = ?2", params![channel, offset], Limit::from(1));
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

    /// The events of a range, newest first, as far as `visit` wants more: answers where it stopped. Those that `tests` do not take are not built. What
    /// cannot be read is passed over and noted.
    pub(crate) fn backwards(
        &self,
        range: Range<u64>,
        tests: &Tests,
        mut visit: impl FnMut(Stored) -> bool,
    ) -> Result<Option<u64>, StoreError> {
        let _snapshot = self.snapshot()?;
        let mut end = range.end;
        while end > range.start {
            let run = self.packed.upto(end - 1)?;
            let part = match run {
                Some(run) if run.holds(end - 1) => run.first.max(range.start)..end,
                Some(run) => (run.last + 1).max(range.start)..end,
                None => range.start..end,
            };
            end = part.start;
            let mut below = part.end;
            let read = match run {
                Some(run) if run.holds(part.start) => self.packed.backwards(run, &part, tests, &mut below, &mut visit),
                _ => self.rows.backwards(&part, tests, &mut below, &mut visit),
            };
            let stopped = match read {
                Err(StoreError::Damaged(words)) => self.one_by_one(part.start..below, &words, &mut visit)?,
                read => read?,
            };
            if stopped.is_some() {
                return Ok(stopped);
            }
        }
        Ok(None)
    }

    /// Each by itself can be read or cannot.
    fn one_by_one(&self, range: Range<u64>, words: &str, visit: &mut impl FnMut(Stored) -> bool) -> Result<Option<u64>, StoreError> {
        for seq in range.rev() {
            match self.event(seq) {
                Ok(Some(stored)) => {
                    if !visit(stored) {
                        return Ok(Some(seq));
                    }
                }
                Ok(None) => {}
                Err(StoreError::Damaged(_)) => self.shared.damage.note(seq..seq + 1, words),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The range that ends below `below` and is read at once: a block, or as many rows as a block has events.
    pub(crate) fn stretch(&self, below: u64) -> Result<(Range<u64>, Option<u64>), StoreError> {
        let Some(newest) = below.checked_sub(1) else { return Ok((0..0, None)) };
        let rows = below.saturating_sub(BLOCK);
        Ok(match self.packed.upto(newest)? {
            Some(run) if run.holds(newest) => (run.first..below, Some(run.number)),
            Some(run) => (rows.max(run.last + 1)..below, None),
            None => (rows..below, None),
        })
    }

    /// When each row's event occurred, and its kind.
    pub(crate) fn row_times(&self, mut visit: impl FnMut(i64, &str)) -> Result<(), StoreError> {
        let mut names = Lookup::new(&self.shared.names);
        let mut query = self.connection.prepare_cached("SELECT occurred_at, kind FROM events")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            visit(row.get(0)?, &names.name(row.get(1)?));
        }
        Ok(())
    }

    /// Rows from the oldest one after `seq` on, up to the next block and as many as one block takes; and whether no more will come among them.
    pub(crate) fn oldest_rows(&self, seq: u64) -> Result<Option<(Vec<Stored>, bool)>, StoreError> {
        let _snapshot = self.snapshot()?;
        let first: Option<u64> = self.connection.query_row("SELECT min(seq) FROM events WHERE seq > ?1", [seq], |row| row.get(0))?;
        let Some(first) = first else { return Ok(None) };
        let run = self.packed.from(first)?;
        let upto = run.map_or(END, |run| run.first);
        let mut found = Gathered::new(Limit { events: BLOCK as usize, bytes: direct::MOST_BYTES });
        let all = self.rows.gather(&mut found, "WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", params![first, upto])?;
        Ok(Some((found.events, run.is_some() || !matches!(all, Ok(true)))).filter(|(events, _)| !events.is_empty()))
    }

    /// The first block from a number on.
    pub(crate) fn block_from(&self, number: u64) -> Result<Option<u64>, StoreError> {
        Ok(self.connection.query_row("SELECT min(number) FROM blocks WHERE number >= ?1", [number], |row| row.get(0))?)
    }

    /// The first block without a summary, as far as blocks were summarised in order.
    pub(crate) fn next_unsummarised(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT coalesce(max(block) + 1, 0) FROM summaries", [], |row| row.get(0))?)
    }

    /// Every event of a block with the numbers of its source, channel and kind.
    pub(crate) fn block(&self, number: u64, mut visit: impl FnMut(&Stored, [i64; 3])) -> Result<(), StoreError> {
        self.packed.each(number, |stored| visit(stored, self.numbers(&stored.event)))
    }

    /// The numbers of an event's source, channel and kind.
    pub(crate) fn numbers(&self, event: &Event) -> [i64; 3] {
        [&*event.source, event.channel.as_str(), event.kind.as_str()].map(|name| self.number(name).unwrap_or_default())
    }

    /// Bytes of the file that are in use.
    pub(crate) fn used_bytes(&self) -> Result<u64, StoreError> {
        let ask = |pragma| self.connection.pragma_query_value(None, pragma, |row| row.get::<_, u64>(0));
        Ok(ask("page_count")?.saturating_sub(ask("freelist_count")?) * ask("page_size")?)
    }

    /// What is known of a block; `None` where it was not summarised (yet).
    pub(crate) fn summary(&self, block: u64) -> Result<Option<Summary>, StoreError> {
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
        let _snapshot = self.snapshot()?;
        let mut events: u64 = self.connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
        let first = |question: &str| {
            let found = self.connection.query_row(question, [], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, i64>(1)?)));
            found.optional()
        };
        let mut oldest = first("SELECT seq, received_at FROM events ORDER BY seq LIMIT 1")?;
        if self.shared.packs {
            events += self.connection.query_row("SELECT coalesce(sum(events), 0) FROM blocks", [], |row| row.get::<_, u64>(0))?;
            oldest = oldest.into_iter().chain(first("SELECT first, received_at FROM blocks ORDER BY last LIMIT 1")?).min();
        }
        let bytes = self.connection.path().map_or(0, |path| {
            ["", "-wal"].iter().filter_map(|suffix| std::fs::metadata(format!("{path}{suffix}")).ok()).map(|file| file.len()).sum()
        });
        let gives_back = schema::gives_back(self.connection)?;
        Ok(Stats { events, bytes, oldest_at: oldest.map(|(_, at)| Millis(at)), gives_back })
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
            problems: found.into_iter().filter(|line| line != "ok").chain(self.packed.problems(20)?).collect(),
        })
    }

    fn bounds(&self, channel: &Channel) -> Bounds {
        self.shared.bounds.read().expect("no code panics while holding the bounds").get(channel).copied().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.shared.names.read().expect("no code panics while holding the names").number(name)
    }
}
