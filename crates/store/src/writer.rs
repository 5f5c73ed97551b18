//! The one thread that writes.
//!
//! It takes every batch that waits, up to [`GROUP`] events, into one transaction: under load the cost of a commit is shared, and alone a
//! batch does not wait for company. Subscribers are woken after the commit, never before.

use crate::{
    Appended, Batch, Bounds, NewEvent, Placed, Refused, Shared, StoreError, Stored,
    schema::{BLOCK, INSERT_EVENT, INSERT_SUBJECT, Profile},
};
use rusqlite::{CachedStatement, Connection, params};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};
use watchdeck_events::{Channel, Event};

pub(crate) enum Command {
    Append { batch: Batch, reply: Reply },
    Close { reply: oneshot::Sender<()> },
}

/// A refused batch goes back to whoever sent it: nobody has to keep a copy in order to try again.
pub(crate) type Reply = oneshot::Sender<Result<Appended, Box<Refused>>>;

/// Events per transaction at which no more batches join.
const GROUP: usize = 5_000;

/// What the writer knows of the file without asking it.
pub(crate) struct State {
    profile: Profile,
    head: u64,
    /// Log profile: newest offset per channel.
    offsets: HashMap<Channel, u64>,
    /// Console profile: what was noted in the block at hand. A subject that is missing here is noted again, which does no harm.
    subjects: Noted,
}

impl State {
    pub(crate) fn load(connection: &Connection, profile: Profile) -> Result<Self, StoreError> {
        let head: Option<u64> = connection.query_row("SELECT max(seq) FROM events", [], |row| row.get(0))?;
        Ok(Self { profile, head: head.unwrap_or(0), offsets: HashMap::new(), subjects: Noted::default() })
    }

    pub(crate) fn head(&self) -> u64 {
        self.head
    }
}

pub(crate) struct Writer {
    connection: Connection,
    state: State,
    shared: Arc<Shared>,
}

/// A batch, who waits for it, and what came of it.
struct Job {
    batch: Batch,
    reply: Reply,
}

impl Writer {
    pub(crate) fn new(connection: Connection, mut state: State, shared: Arc<Shared>) -> Self {
        state.offsets = shared
            .bounds
            .read()
            .expect("no code panics while holding the bounds")
            .iter()
            .map(|(channel, bounds)| (channel.clone(), bounds.last))
            .collect();
        connection.set_prepared_statement_cache_capacity(32);
        Self { connection, state, shared }
    }

    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(command) = queue.blocking_recv() else { break };
            let mut jobs = Vec::new();
            let mut events = 0;
            let mut next = Some(command);
            while let Some(command) = next.take() {
                match command {
                    Command::Append { batch, reply } => {
                        events += batch.events.len();
                        jobs.push(Job { batch, reply });
                    }
                    Command::Close { reply } => closing = Some(reply),
                }
                if closing.is_none() && events < GROUP {
                    next = queue.try_recv().ok();
                }
            }
            self.commit(jobs);
        }
        self.shared.readers.close();
        if let Err(error) = self.connection.pragma_update(None, "wal_checkpoint", "truncate") {
            tracing::debug!(%error, "The write-ahead log was not folded in.");
        }
        drop(self.connection);
        if let Some(reply) = closing {
            // Nobody waits any more when the handle was dropped; that is fine.
            reply.send(()).ok();
        }
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let (batches, replies): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.batch, job.reply)).unzip();
        match self.transaction(&batches) {
            Ok(outcome) => {
                self.shared.failure.send_if_modified(|failure| failure.take().is_some());
                self.announce(stored(batches, &outcome.places));
                for (reply, answer) in replies.into_iter().zip(outcome.answers) {
                    drop(reply.send(Ok(answer)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "A commit failed; nothing of it was stored.");
                self.shared.failure.send_replace(Some(error.to_string()));
                for (reply, batch) in replies.into_iter().zip(batches) {
                    drop(reply.send(Err(Box::new(Refused { error: error.clone(), batch }))));
                }
            }
        }
    }

    fn announce(&mut self, stored: Vec<Stored>) {
        if stored.is_empty() {
            return;
        }
        if self.state.profile == Profile::Log {
            let mut bounds = self.shared.bounds.write().expect("no code panics while holding the bounds");
            for stored in &stored {
                let entry = bounds.entry(stored.event.channel.clone()).or_insert(Bounds { first: stored.offset, last: stored.offset });
                entry.last = stored.offset;
            }
        }
        self.shared.recent.lock().expect("no code panics while holding the recent commits").push(Arc::new(stored));
        self.shared.head.send_replace(self.state.head);
    }

    fn transaction(&mut self, batches: &[Batch]) -> Result<Outcome, StoreError> {
        // Kept apart from `state` until the commit, so that a failed transaction leaves the state as it was.
        let mut head = self.state.head;
        let mut offsets: HashMap<Channel, u64> = HashMap::new();
        let log = self.state.profile == Profile::Log;
        let mut places = Vec::with_capacity(batches.iter().map(|batch| batch.events.len()).sum());
        let mut answers = Vec::with_capacity(batches.len());
        let mut fresh = Vec::new();
        // Given back only by a transaction that was committed.
        let mut subjects = std::mem::take(&mut self.state.subjects);
        let transaction = self.connection.transaction()?;
        {
            let mut insert = Insert {
                statement: transaction.prepare_cached(INSERT_EVENT)?,
                connection: &transaction,
                shared: &self.shared,
                fresh: &mut fresh,
                last: Default::default(),
            };
            let mut note = (!log).then(|| transaction.prepare_cached(INSERT_SUBJECT)).transpose()?;
            for batch in batches {
                let (before, mut placed) = (head, Vec::new());
                for NewEvent { event, offset } in &batch.events {
                    let offset = if log { next_offset(&offsets, &self.state.offsets, &event.channel) } else { offset.unwrap_or(0) };
                    let new = insert.event(head + 1, offset, event)?;
                    if new {
                        head += 1;
                        if let (Some(note), Some(subject)) = (&mut note, event.subject.as_deref())
                            && subjects.is_news(head / BLOCK, subject)
                        {
                            note.execute(params![head / BLOCK, subject])?;
                        }
                        places.push(Some((head, offset)));
                    } else {
                        places.push(None);
                    }
                    if log {
                        placed.push(if new { Placed { seq: head, offset, duplicate: false } } else { insert.existing(&event.id)? });
                        if new {
                            match offsets.get_mut(&event.channel) {
                                Some(newest) => *newest = offset,
                                None => drop(offsets.insert(event.channel.clone(), offset)),
                            }
                        }
                    }
                }
                keep_books(&transaction, batch)?;
                let inserted = (head - before) as usize;
                answers.push(Appended { head, inserted, duplicates: batch.events.len() - inserted, placed });
            }
        }
        // Announced before the commit, or a reader could meet a number without a name; taken back when the commit fails.
        for (number, name) in &fresh {
            self.shared.names.write().expect("no code panics while holding the names").insert(*number, Arc::clone(name));
        }
        if let Err(error) = transaction.commit() {
            let mut names = self.shared.names.write().expect("no code panics while holding the names");
            fresh.iter().for_each(|(number, name)| names.forget(*number, name));
            return Err(error.into());
        }
        self.state.head = head;
        self.state.subjects = subjects;
        self.state.offsets.extend(offsets);
        Ok(Outcome { answers, places })
    }
}

/// The subjects of one block.
#[derive(Default)]
struct Noted {
    block: u64,
    subjects: HashSet<Box<str>>,
}

impl Noted {
    /// Whether `subject` was not noted in `block` before.
    fn is_news(&mut self, block: u64, subject: &str) -> bool {
        if block != self.block {
            self.block = block;
            self.subjects.clear();
        }
        !self.subjects.contains(subject) && self.subjects.insert(subject.into())
    }
}

/// What a transaction did: per batch, and per event where it went (`None`: it was there already).
struct Outcome {
    answers: Vec<Appended>,
    places: Vec<Option<(u64, u64)>>,
}

fn stored(batches: Vec<Batch>, places: &[Option<(u64, u64)>]) -> Vec<Stored> {
    let events = batches.into_iter().flat_map(|batch| batch.events);
    events.zip(places).filter_map(|(new, place)| place.map(|(seq, offset)| Stored { seq, offset, event: new.event })).collect()
}

/// Positions, checkpoints and documents of a batch.
fn keep_books(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    for update in &batch.positions {
        connection
            .prepare_cached(
                "INSERT INTO positions VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, offset = excluded.offset",
            )?
            .execute(params![&*update.source, update.channel.as_str(), update.position.epoch, update.position.offset])?;
    }
    for (name, seq) in &batch.checkpoints {
        connection
            .prepare_cached("INSERT INTO checkpoints VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seq = excluded.seq")?
            .execute(params![name, seq])?;
    }
    for document in &batch.documents {
        match &document.body {
            Some(body) => connection
                .prepare_cached("INSERT INTO documents VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = excluded.body")?
                .execute(params![document.collection, document.key, body])?,
            None => connection
                .prepare_cached("DELETE FROM documents WHERE collection = ?1 AND key = ?2")?
                .execute(params![document.collection, document.key])?,
        };
    }
    Ok(())
}

fn next_offset(pending: &HashMap<Channel, u64>, committed: &HashMap<Channel, u64>, channel: &Channel) -> u64 {
    pending.get(channel).or_else(|| committed.get(channel)).map_or(1, |newest| newest + 1)
}

/// The insert statement with the numbers of the names it used last: in a burst they hardly change.
struct Insert<'a> {
    statement: CachedStatement<'a>,
    connection: &'a Connection,
    shared: &'a Shared,
    fresh: &'a mut Vec<(i64, Arc<str>)>,
    last: [Option<(Arc<str>, i64)>; 3],
}

impl Insert<'_> {
    /// Whether the event was new.
    fn event(&mut self, seq: u64, offset: u64, event: &Event) -> Result<bool, StoreError> {
        let source = self.number(0, &event.source)?;
        let channel = self.number(1, event.channel.as_str())?;
        let kind = self.number(2, event.kind.as_str())?;
        let changed = self.statement.execute(params![
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
        ])?;
        Ok(changed == 1)
    }

    fn existing(&self, id: &str) -> Result<Placed, StoreError> {
        let mut query = self.connection.prepare_cached("SELECT seq, offset FROM events WHERE id = ?1")?;
        Ok(query.query_row([id], |row| Ok(Placed { seq: row.get(0)?, offset: row.get(1)?, duplicate: true }))?)
    }

    fn number(&mut self, column: usize, name: &str) -> Result<i64, StoreError> {
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
