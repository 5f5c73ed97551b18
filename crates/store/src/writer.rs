//! The one thread that writes.
//!
//! It takes every batch that waits, up to [`GROUP`] events or [`GROUP_BYTES`], into one transaction: under load the cost of a commit is shared,
//! and alone a batch does not wait for company. A batch that holds what the file cannot keep is handed back alone, and the others are
//! committed without it. Subscribers are woken after the commit, never before.

use crate::{
    Bounds, StoreError, Stored,
    command::{Command, Job, Packing},
    direct,
    failures::Failures,
    holders,
    insert::Failed,
    keeper::Keeper,
    letting::carry,
    lock::Lock,
    names::Names,
    recent::Recent,
    schema::{self, INSERT_SUMMARY, Profile},
    shared::Shared,
    state::State,
    summary::Summary,
    transaction::{self, Outcome},
};
use rusqlite::{Connection, params};
use std::{path::Path, sync::Arc, time::Instant};
use tokio::sync::mpsc;

/// Events per transaction at which no more batches join.
const GROUP: usize = 8_192;
/// Bytes at which no more batches join.
const GROUP_BYTES: usize = 8 << 20;

pub(crate) struct Writer {
    connection: Connection,
    state: State,
    shared: Arc<Shared>,
    failures: Failures,
    keeper: Keeper,
    /// Let go of after the connection.
    lock: Lock,
}

impl Writer {
    pub(crate) fn new(connection: Connection, state: State, shared: Arc<Shared>, keeper: Keeper, lock: Lock) -> Self {
        connection.set_prepared_statement_cache_capacity(32);
        Self { connection, state, shared, failures: Failures::default(), keeper, lock }
    }

    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(command) = queue.blocking_recv() else { break };
            let (mut jobs, mut others, mut events, mut bytes) = (Vec::new(), Vec::new(), 0, 0);
            let mut next = Some(command);
            while let Some(command) = next.take() {
                match command {
                    Command::Append(job) => {
                        events += job.batch.events.len();
                        bytes += job.batch.bytes();
                        jobs.push(job);
                    }
                    Command::Lost(path) => self.lose(&path),
                    Command::Close { reply } => closing = Some(reply),
                    other => others.push(other),
                }
                if closing.is_none() && events < GROUP && bytes < GROUP_BYTES {
                    next = queue.try_recv().ok();
                }
            }
            self.commit(jobs);
            others.into_iter().for_each(|other| self.attend(other));
            self.close_segments();
        }
        // Nothing more is taken from the queue, and the keeper's connection must be closed before this one folds the log in.
        drop(queue);
        self.keeper.stop();
        self.shared.readers.close();
        if let Err(error) = self.connection.pragma_update(None, "wal_checkpoint", "truncate") {
            tracing::debug!(%error, "The write-ahead log was not folded in.");
        }
        drop(self.connection);
        drop(self.lock);
        if let Some(reply) = closing {
            // Nobody waits any more when the handle was dropped; that is fine.
            reply.send(()).ok();
        }
    }

    /// What is done for the file while no events wait. Nobody may wait any more for an answer; that is fine.
    fn attend(&mut self, command: Command) {
        match command {
            Command::Pack(packing) => self.pack(&packing),
            Command::Summary { summary, events } => self.keep(&summary, events),
            Command::LetGo(letting) => {
                let done = carry::carry_out(&mut self.connection, &mut self.state, &self.shared, &letting);
                letting.reply.send(done).ok();
            }
            Command::Shrink { reply } => drop(reply.send(carry::shrink(&self.connection))),
            Command::Compact { reply } => drop(reply.send(schema::compact(&self.connection))),
            Command::Append(_) | Command::Lost(_) | Command::Close { .. } => {}
        }
    }

    /// Commit all jobs, or as many of them as can be.
    fn commit(&mut self, mut jobs: Vec<Job>) {
        if let Some(words) = self.failures.lost() {
            // It would go into a file that nobody can open any more.
            let error = StoreError::Unavailable(words.to_owned());
            return jobs.into_iter().for_each(|job| job.refuse(error.clone()));
        }
        while !jobs.is_empty() {
            let batches = jobs.iter().map(|job| &job.batch);
            match transaction::run(&mut self.connection, &mut self.state, &self.shared, batches) {
                Ok(outcome) => return self.succeed(jobs, outcome),
                Err(Failed::Batch { index, error }) => {
                    let job = jobs.remove(index);
                    tracing::warn!(%error, "A batch was refused; the others go without it.");
                    job.refuse(error);
                }
                // What is small may still fit, and must not wait for what is large.
                Err(Failed::All(StoreError::Full(_))) if jobs.len() > 1 => return jobs.into_iter().for_each(|job| self.commit(vec![job])),
                Err(Failed::All(error)) => {
                    if let StoreError::Damaged(words) = &error {
                        self.shared.damage.note(0..0, words);
                    }
                    return self.fail(jobs, &error);
                }
                Err(Failed::Clash(words)) => {
                    let error = StoreError::Unavailable(format!("another program has written into it ({words}); close that program"));
                    if let Err(error) = self.reload() {
                        tracing::warn!(%error, "What another program has written cannot be read.");
                    }
                    return self.fail(jobs, &error);
                }
            }
        }
    }

    fn succeed(&mut self, jobs: Vec<Job>, outcome: Outcome) {
        let now = Instant::now();
        jobs.iter().for_each(|job| self.failures.stored(&job.batch, now));
        self.tell_failures();
        let mut events = Vec::with_capacity(outcome.places.len());
        let mut replies = Vec::with_capacity(jobs.len());
        for job in jobs {
            events.extend(job.batch.events);
            replies.push((job.reply, job.room));
        }
        let stored = events.into_iter().zip(&outcome.places);
        self.announce(stored.filter_map(|(new, place)| place.map(|(seq, offset)| Stored { seq, offset, event: new.event })).collect());
        for ((reply, _room), answer) in replies.into_iter().zip(outcome.answers) {
            drop(reply.send(Ok(answer)));
        }
    }

    fn fail(&mut self, jobs: Vec<Job>, error: &StoreError) {
        tracing::warn!(%error, "A commit failed; nothing of it was stored.");
        let now = Instant::now();
        jobs.iter().for_each(|job| self.failures.refused(&job.batch, error, now));
        self.tell_failures();
        jobs.into_iter().for_each(|job| job.refuse(error.clone()));
    }

    /// What cannot be packed now stays what it is, and is tried again.
    fn pack(&mut self, packing: &Packing) {
        match direct::pack(&mut self.connection, &mut self.state, &self.shared, packing) {
            Ok(true) => {}
            Ok(false) => tracing::debug!("Some rows are not what they were, and stay rows."),
            Err(error) => tracing::debug!(%error, "Rows were not packed."),
        }
    }

    /// Without it the next opening reads more.
    fn close_segments(&self) {
        if let Err(error) = holders::close(&self.connection, &self.shared.ids) {
            tracing::debug!(%error, "A segment of ids was not kept.");
        }
    }

    /// A summary is worth nothing to anybody but a search: where it cannot be kept, the block is read. One of a block that was let go meanwhile, or has lost
    /// events, is none.
    fn keep(&self, summary: &Summary, events: u64) {
        let kept = (|| {
            let mut whole = self.connection.prepare_cached("SELECT 1 FROM blocks WHERE number = ?1 AND events = ?2")?;
            if whole.exists(params![summary.block, events])? {
                self.connection.prepare_cached(INSERT_SUMMARY)?.execute(params![summary.block, summary.encode()])?;
            }
            Ok::<_, rusqlite::Error>(())
        })();
        if let Err(error) = kept {
            tracing::debug!(%error, "A summary was not kept.");
        }
    }

    fn lose(&mut self, path: &Path) {
        let words = format!(
            "{} was deleted or replaced while it was open; what is written now would be lost. Put it back or move it away, and start again",
            path.display()
        );
        tracing::error!("{words}");
        self.failures.lose(words);
        self.tell_failures();
    }

    fn tell_failures(&self) {
        let words = self.failures.words();
        self.shared.failure.send_if_modified(|told| {
            let changed = *told != words;
            *told = words;
            changed
        });
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

    /// Look at the file again. What was written behind the writer's back is read from the disk.
    fn reload(&mut self) -> Result<(), StoreError> {
        let names = Names::load(&self.connection)?;
        let bounds = schema::load_bounds(&self.connection, &names, self.state.profile)?;
        self.state = State::load(&self.connection, self.state.profile, &bounds)?;
        if self.shared.packs {
            *self.shared.ids.write().expect("no code panics while holding the ids") = holders::load(&self.connection)?;
        }
        *self.shared.names.write().expect("no code panics while holding the names") = names;
        *self.shared.bounds.write().expect("no code panics while holding the bounds") = bounds;
        *self.shared.recent.lock().expect("no code panics while holding the recent commits") = Recent::new(self.state.head);
        self.shared.head.send_replace(self.state.head);
        Ok(())
    }
}
