//! The one thread that writes.
//!
//! It takes every batch that waits, up to [`GROUP`] events or [`GROUP_BYTES`], into one transaction: under load the cost of a commit is shared,
//! and alone a batch does not wait for company. A batch that holds what the file cannot keep is handed back alone, and the others are
//! committed without it. Subscribers are woken after the commit, never before; see [`crate::telling`].

use crate::{
    Durability, StoreError,
    command::{Command, Job, Packing},
    direct, holders,
    insert::Failed,
    keeper::{self, Keeper},
    letting::carry,
    lock::Lock,
    names::Names,
    recent::Recent,
    schema,
    shared::{Opened, Shared},
    state::State,
    summary::Summarised,
    telling::{Committed, Teller, Telling},
    transaction::{self, Outcome},
};
use rusqlite::{Connection, params};
use std::{path::Path, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// Events per transaction at which no more batches join.
const GROUP: usize = 8_192;
/// Bytes at which no more batches join.
const GROUP_BYTES: usize = 8 << 20;

pub(crate) struct Writer {
    connection: Connection,
    state: State,
    shared: Arc<Shared>,
    teller: Teller,
    telling: Telling,
    keeper: Keeper,
    /// Let go of after the connection.
    lock: Lock,
}

impl Writer {
    pub(crate) fn new(opened: Opened, keeper: Keeper, lock: Lock) -> Result<Self, StoreError> {
        let Opened { connection, state, shared, options } = opened;
        connection.set_prepared_statement_cache_capacity(32);
        let teller = Teller::new(Arc::clone(&shared), state.profile);
        let telling = if options.durability == Durability::Disk && !options.machine.is_simulated() {
            // Whoever tells waits for the disk, so that SQLite need not.
            connection.pragma_update(None, "synchronous", "normal")?;
            Telling::synced(teller.clone(), keeper::beside(&shared.path))?
        } else {
            Telling::AtOnce(teller.clone())
        };
        Ok(Self { connection, state, shared, teller, telling, keeper, lock })
    }

    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(command) = queue.blocking_recv() else { break };
            closing = self.round(command, &mut queue);
        }
        self.end(queue, closing);
    }

    /// The same, on the turns of a Tokio runtime.
    pub(crate) async fn run_in_turns(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(command) = queue.recv().await else { break };
            closing = self.round(command, &mut queue);
        }
        self.end(queue, closing);
    }

    /// Everything that waits, as far as it goes into one transaction. Answers who waits for the end, if it was asked for.
    fn round(&mut self, command: Command, queue: &mut mpsc::Receiver<Command>) -> Option<oneshot::Sender<()>> {
        let mut closing = None;
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
        self.commit_in_turn(jobs);
        others.into_iter().for_each(|other| self.attend(other));
        self.close_segments();
        closing
    }

    fn end(self, queue: mpsc::Receiver<Command>, closing: Option<oneshot::Sender<()>>) {
        // Nothing more is taken from the queue, and the keeper's connection must be closed before this one folds the log in.
        drop(queue);
        self.telling.end();
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

    /// Commit what waits together, and alone what has a condition: it is held against everything that came before it.
    fn commit_in_turn(&mut self, jobs: Vec<Job>) {
        let mut together = Vec::with_capacity(jobs.len());
        for job in jobs {
            if job.batch.condition.is_some() {
                self.commit(std::mem::take(&mut together));
                self.commit(vec![job]);
            } else {
                together.push(job);
            }
        }
        self.commit(together);
    }

    /// What is done for the file while no events wait. Nobody may wait any more for an answer; that is fine.
    fn attend(&mut self, command: Command) {
        match command {
            Command::Pack(packing) => self.pack(&packing),
            Command::Summary { summarised, events } => self.keep(&summarised, events),
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
        let lost = self.teller.failures().lost().map(str::to_owned);
        if let Some(words) = lost {
            // It would go into a file that nobody can open any more, or that nobody can rely on.
            let error = StoreError::Unavailable(words);
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
                    return self.teller.fail(jobs, &error);
                }
                Err(Failed::Clash(words)) => {
                    let error = StoreError::Unavailable(format!("another program has written into it ({words}); close that program"));
                    if let Err(error) = self.reload() {
                        tracing::warn!(%error, "What another program has written cannot be read.");
                    }
                    return self.teller.fail(jobs, &error);
                }
            }
        }
    }

    fn succeed(&self, jobs: Vec<Job>, outcome: Outcome) {
        self.telling.tell(Committed { jobs, outcome, head: self.state.head });
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
    fn keep(&self, summarised: &Summarised, events: u64) {
        let kept = (|| {
            let mut whole = self.connection.prepare_cached("SELECT 1 FROM blocks WHERE number = ?1 AND events = ?2")?;
            if whole.exists(params![summarised.summary.block, events])? {
                schema::keep_summary(&self.connection, summarised)?;
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
        self.teller.lose(words);
    }

    /// Look at the file again. What was written behind the writer's back is read from the disk.
    fn reload(&mut self) -> Result<(), StoreError> {
        self.telling.settle();
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
