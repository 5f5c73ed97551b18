//! What was committed is told: to whoever sent it, to whoever follows, and to whoever watches for failures.
//!
//! Where a commit has to outlast a power cut, it is told after the disk has it, and the disk is waited for on a thread of its own: meanwhile the writer
//! makes the next one. What was committed while the disk was busy is brought to it at once, and told in order.

use crate::{Bounds, Profile, StoreError, Stored, command::Job, failures::Failures, shared::Shared, transaction::Outcome};
use std::{
    fs::{File, OpenOptions},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Instant,
};

/// Commits that may wait for the disk. Then the writer waits, too.
const WAITING: usize = 4;

/// A commit that was not told yet.
pub(crate) struct Committed {
    pub(crate) jobs: Vec<Job>,
    pub(crate) outcome: Outcome,
    /// Newest sequence number after it.
    pub(crate) head: u64,
}

/// Who tells.
#[derive(Clone)]
pub(crate) struct Teller {
    shared: Arc<Shared>,
    profile: Profile,
    failures: Arc<Mutex<Failures>>,
}

impl Teller {
    pub(crate) fn new(shared: Arc<Shared>, profile: Profile) -> Self {
        Self { shared, profile, failures: Arc::default() }
    }

    pub(crate) fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().expect("no code panics while holding the failures")
    }

    /// That it was stored.
    fn tell(&self, Committed { jobs, outcome, head }: Committed) {
        let now = Instant::now();
        jobs.iter().for_each(|job| self.failures().stored(&job.batch, now));
        self.tell_failures();
        let mut events = Vec::with_capacity(outcome.places.len());
        let mut replies = Vec::with_capacity(jobs.len());
        for job in jobs {
            events.extend(job.batch.events);
            replies.push((job.reply, job.room));
        }
        let stored = events.into_iter().zip(&outcome.places);
        self.announce(
            stored.filter_map(|(new, place)| place.map(|(seq, offset)| Stored { seq, offset, event: new.event })).collect(),
            head,
        );
        for ((reply, _room), answer) in replies.into_iter().zip(outcome.answers) {
            drop(reply.send(Ok(answer)));
        }
    }

    /// That nothing of it was stored.
    pub(crate) fn fail(&self, jobs: Vec<Job>, error: &StoreError) {
        tracing::warn!(%error, "A commit failed; nothing of it was stored.");
        let now = Instant::now();
        jobs.iter().for_each(|job| self.failures().refused(&job.batch, error, now));
        self.tell_failures();
        jobs.into_iter().for_each(|job| job.refuse(error.clone()));
    }

    /// That nothing can be stored any more.
    pub(crate) fn lose(&self, words: String) {
        tracing::error!("{words}");
        self.failures().lose(words);
        self.tell_failures();
    }

    fn tell_failures(&self) {
        let words = self.failures().words();
        self.shared.failure.send_if_modified(|told| {
            let changed = *told != words;
            *told = words;
            changed
        });
    }

    fn announce(&self, stored: Vec<Stored>, head: u64) {
        if stored.is_empty() {
            return;
        }
        if self.profile == Profile::Log {
            let mut bounds = self.shared.bounds.write().expect("no code panics while holding the bounds");
            for stored in &stored {
                let entry = bounds.entry(stored.event.channel.clone()).or_insert(Bounds { first: stored.offset, last: stored.offset });
                entry.last = stored.offset;
            }
        }
        self.shared.recent.lock().expect("no code panics while holding the recent commits").push(Arc::new(stored));
        self.shared.head.send_replace(head);
    }
}

pub(crate) enum Word {
    Committed(Committed),
    /// Everything before it was told.
    Settled(SyncSender<()>),
}

/// The way of a commit to whoever waits for it.
pub(crate) enum Telling {
    /// As soon as it is committed.
    AtOnce(Teller),
    /// As soon as the disk has it.
    Synced { words: SyncSender<Word>, thread: JoinHandle<()> },
}

impl Telling {
    /// By way of the disk, to which `log` (the write-ahead log beside the file) is brought.
    pub(crate) fn synced(teller: Teller, log: PathBuf) -> Result<Self, StoreError> {
        let (words, queue) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("store-disk".into()).spawn(move || Disk { teller, log, file: None }.run(&queue));
        Ok(Self::Synced { words, thread: thread.map_err(|error| StoreError::Unavailable(error.to_string()))? })
    }

    pub(crate) fn tell(&self, committed: Committed) {
        match self {
            Self::AtOnce(teller) => teller.tell(committed),
            Self::Synced { words, .. } => {
                // It ends when this end is dropped, and not before.
                if words.send(Word::Committed(committed)).is_err() {
                    tracing::error!("Nobody waits for the disk any more.");
                }
            }
        }
    }

    /// Returns when everything that was committed was told.
    pub(crate) fn settle(&self) {
        if let Self::Synced { words, .. } = self {
            let (told, settled) = sync_channel(1);
            if words.send(Word::Settled(told)).is_ok() {
                settled.recv().ok();
            }
        }
    }

    /// As [`Telling::settle`], for the last time.
    pub(crate) fn end(self) {
        if let Self::Synced { words, thread } = self {
            drop(words);
            if thread.join().is_err() {
                tracing::error!("Whoever waits for the disk has failed.");
            }
        }
    }
}

struct Disk {
    teller: Teller,
    log: PathBuf,
    file: Option<File>,
}

impl Disk {
    fn run(mut self, queue: &Receiver<Word>) {
        while let Ok(first) = queue.recv() {
            let (mut commits, mut settled) = (Vec::new(), Vec::new());
            for word in std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok())) {
                match word {
                    Word::Committed(committed) => commits.push(committed),
                    Word::Settled(told) => settled.push(told),
                }
            }
            if !commits.is_empty() {
                match self.sync() {
                    Ok(()) => commits.into_iter().for_each(|committed| self.teller.tell(committed)),
                    Err(error) => self.give_up(commits, &error),
                }
            }
            // Whoever waited has gone: that is fine.
            settled.into_iter().for_each(|told| {
                told.send(()).ok();
            });
        }
    }

    fn sync(&mut self) -> std::io::Result<()> {
        if self.teller.failures().lost().is_some() {
            return Err(std::io::Error::other("it has failed before"));
        }
        if self.file.is_none() {
            self.file = Some(OpenOptions::new().read(true).write(true).open(&self.log)?);
        }
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// What the system could not bring to the disk once it may have forgotten: trying again would say *yes* for nothing.
    fn give_up(&self, commits: Vec<Committed>, error: &std::io::Error) {
        let words = format!("what was written could not be brought to the disk ({error}); look after the disk, and start again");
        let error = StoreError::Unavailable(words.clone());
        commits.into_iter().flat_map(|committed| committed.jobs).for_each(|job| job.refuse(error.clone()));
        self.teller.lose(words);
    }
}
