//! The questions that a read-only connection answers.

use crate::{
    BLOCK, Bounds, Inspection, Limit, Order, Stats, StoreError, Stored,
    block::{Block, MOST_TEXT},
    damage::next_readable,
    holders,
    names::Lookup,
    packed::{Packed, Run},
    rows::{END, Gathered, Page, Rows},
    schema,
    shared::Shared,
    summary::{Builder, Marks, Summarised, Summary},
};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use std::{
    cell::Cell,
    collections::HashMap,
    ops::{Range, RangeInclusive},
    sync::RwLock,
};
use watchdeck_events::{Channel, Event, Millis};
use watchdeck_protocol::Position;

/// What is wanted of many summaries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Nothing: they cannot be read.
    pub(crate) blind: bool,
    /// How many events their blocks have.
    pub(crate) counting: bool,
    /// Mostly their times only.
    pub(crate) by_time: bool,
}

/// A summary as it is kept.
pub(crate) struct KeptSummary<'r, 's> {
    /// When the events of the block occurred.
    pub(crate) occurred: RangeInclusive<i64>,
    /// `None` where it was not read with the times.
    row: Option<&'r Row<'s>>,
}

impl KeptSummary<'_, '_> {
    /// As [`Reader::summary`].
    pub(crate) fn ask<A>(&self, reader: &Reader<'_>, block: u64, ask: impl FnOnce(&Summary<'_>) -> A) -> Result<Option<A>, StoreError> {
        match self.row {
            Some(row) => {
                let bytes = row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?;
                Ok(Summary::decode(block, bytes).map(|summary| ask(&summary)))
            }
            None => reader.summary(block, ask),
        }
    }
}

/// One borrowed connection.
pub(crate) struct Reader<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) rows: Rows<'a>,
    pub(crate) packed: Packed<'a>,
    /// Events that were read for a search.
    pub(crate) read: Cell<u64>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection, shared: &'a Shared) -> Self {
        let rows = Rows { connection, names: &shared.names };
        Self { connection, shared, rows, packed: Packed::new(connection, shared.packs), read: Cell::new(0) }
    }

    /// One state of the file for several questions: events move from rows to blocks meanwhile. Whoever is within a transaction has it.
    pub(crate) fn snapshot(&self) -> Result<Option<Transaction<'a>>, StoreError> {
        Ok(if self.connection.is_autocommit() { Some(self.connection.unchecked_transaction()?) } else { None })
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

    pub(crate) fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        let _snapshot = self.snapshot()?;
        self.event(seq)
    }

    pub(crate) fn event(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
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
        let row = row.pop();
        if row.is_some() || !self.shared.packs {
            return Ok(row);
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
            if self.summary(run.number, |summary| summary.may_be_about(subject))? != Some(false) {
                drop(self.packed.gather_subject(&mut found, run, subject)?);
            }
            below = run.first;
        }
        Ok(found.events)
    }

    /// Read a page after `cursor`, or the first page behind what cannot be read. `page` begins at a number that is certainly wanted: looking for what
    /// comes after another would touch the page of that one.
    /// `noted` says which sequence numbers a hole stands for.
    pub(crate) fn around(
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
        // What can be read the second time was no hole.
        let is_hole = !hole.is_empty();
        if is_hole {
            self.shared.damage.note(noted(hole), &words);
        }
        let next = match next {
            Some(next) => next,
            None if is_hole => return Ok(Vec::new()),
            None => return Err(StoreError::Damaged(words)),
        };
        match page(next, limit)? {
            (found, _) if !found.is_empty() => Ok(found),
            // A page may be found by its number and not in its row; one event is progress.
            _ => Ok(page(next, Limit::from(1))?.0),
        }
    }

    /// The blocks that have something of these sequence numbers, in order, with how many events they hold if they are `counting` and what is kept of their
    /// summaries unless they are `blind`; so many at most. Most are passed over `by_time`: then the summaries themselves are not read with the times.
    pub(crate) fn summaries(
        &self,
        seqs: &Range<u64>,
        order: Order,
        Wanted { blind, counting, by_time }: Wanted,
        most: usize,
        mut visit: impl FnMut(Run, u64, Option<KeptSummary<'_, '_>>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if !self.shared.packs {
            return Ok(());
        }
        let kept = match (blind, by_time) {
            (true, _) => "NULL, NULL, NULL FROM blocks",
            // Of an index that holds nothing else.
            (_, true) => {
                "occurred_first, occurred_last, NULL FROM blocks LEFT JOIN summaries INDEXED BY summaries_by_time ON block = number"
            }
            _ => "occurred_first, occurred_last, summary FROM blocks LEFT JOIN summaries ON block = number",
        };
        let order = if order == Order::NewestFirst { "DESC" } else { "ASC" };
        // How many events a block has stands apart from where it is: asked for by whoever counts.
        let events = if counting { "events" } else { "0" };
        let text = format!("SELECT number, first, last, {events}, {kept} WHERE last >= ?1 AND first < ?2 ORDER BY last {order} LIMIT ?3");
        let mut query = self.connection.prepare_cached(&text)?;
        let mut rows = query.query(params![seqs.start.min(END), seqs.end.min(END), most])?;
        while let Some(row) = rows.next()? {
            let occurred: (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
            let row_of_it = (!by_time).then_some(row);
            let kept = occurred.0.zip(occurred.1).map(|(first, last)| KeptSummary { occurred: first..=last, row: row_of_it });
            visit(Run { number: row.get(0)?, first: row.get(1)?, last: row.get(2)? }, row.get(3)?, kept)?;
        }
        Ok(())
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
        let mut found = Gathered::new(Limit { events: BLOCK as usize, bytes: MOST_TEXT });
        let all = self.rows.gather(&mut found, "WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", params![first, upto])?;
        Ok(Some((found.events, run.is_some() || !matches!(all, Ok(true)))).filter(|(events, _)| !events.is_empty()))
    }

    /// The first block from a number on that was not summarised.
    pub(crate) fn unsummarised(&self, from: u64) -> Result<Option<u64>, StoreError> {
        let text = "SELECT min(number) FROM blocks WHERE number >= ?1 AND NOT EXISTS (SELECT 1 FROM summaries WHERE block = number)";
        Ok(self.connection.prepare_cached(text)?.query_row([from], |row| row.get(0))?)
    }

    /// A block as it is told to whoever searches, and how many events it has.
    pub(crate) fn summarise(&self, block: u64) -> Result<(Summarised, u64), StoreError> {
        let whole = self.packed.block(block)?;
        let summarised = self.summarise_block(block, &whole)?;
        Ok((summarised, whole.len() as u64))
    }

    /// The same of one that is not in the file yet.
    pub(crate) fn summarise_block(&self, number: u64, block: &Block) -> Result<Summarised, StoreError> {
        let mut scratch = self.packed.scratch.borrow_mut();
        let (mut reading, mut builder) = (block.read(&mut scratch), Builder::new(number));
        for at in 0..block.len() {
            let stored = reading.event(at)?;
            builder.add(&stored, self.numbers(&stored.event), block.frame_of(at));
        }
        Ok(builder.finish())
    }

    /// The numbers of an event's source, channel and kind.
    fn numbers(&self, event: &Event) -> [i64; 3] {
        [&*event.source, event.channel.as_str(), event.kind.as_str()].map(|name| self.number(name).unwrap_or_default())
    }

    /// Bytes of the file that are in use.
    pub(crate) fn used_bytes(&self) -> Result<u64, StoreError> {
        let ask = |pragma| self.connection.pragma_query_value(None, pragma, |row| row.get::<_, u64>(0));
        Ok(ask("page_count")?.saturating_sub(ask("freelist_count")?) * ask("page_size")?)
    }

    /// What is known of a block, asked; `None` where it was not summarised (yet).
    pub(crate) fn summary<A>(&self, block: u64, ask: impl FnOnce(&Summary<'_>) -> A) -> Result<Option<A>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT summary FROM summaries WHERE block = ?1")?;
        let found = query.query_row([block], |row| Ok(Summary::decode(block, row.get_ref(0)?.as_blob()?).map(|summary| ask(&summary))));
        Ok(found.optional()?.flatten())
    }

    /// What is known of the frames of a block; `None` where nothing is.
    pub(crate) fn marks(&self, block: u64) -> Result<Option<Marks>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT frames FROM summaries WHERE block = ?1")?;
        let found = query.query_row([block], |row| Ok(Marks::decode(row.get_ref(0)?.as_blob()?)));
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

    pub(crate) fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT name, seq FROM checkpoints ORDER BY name")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
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

    pub(crate) fn bounds(&self, channel: &Channel) -> Bounds {
        self.shared.bounds.read().expect("no code panics while holding the bounds").get(channel).copied().unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.shared.names.read().expect("no code panics while holding the names").number(name)
    }
}
