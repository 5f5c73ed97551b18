//! Whose turn it is: one lane for each subject, in each lane one event at a time. Pure: time is an argument, and whoever asks makes the tries.

use crate::{Delivery, Failure, Origin, Policy};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use tokio::time::Instant;
use watchdeck_events::Millis;
use watchdeck_store::Stored;

/// Events that may wait or be tried at once. Full: nothing more is read.
const MOST: usize = 1_024;
/// Bytes that they may take together; one is always taken.
const ROOM: usize = 16 << 20;

/// An event that is not done yet.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) stored: Stored,
    pub(crate) origin: Origin,
    /// Tries that failed.
    pub(crate) failures: u32,
    /// When the first of them did.
    pub(crate) first_at: Option<Millis>,
    /// What the last of them said.
    pub(crate) words: String,
    lane: String,
}

impl Job {
    /// A new one; `failures` where it was tried in another run.
    pub(crate) fn new(stored: Stored, origin: Origin, failures: u32, first_at: Option<Millis>) -> Self {
        let lane = stored.event.subject.as_deref().map_or_else(|| format!("#{}", stored.event.channel.as_str()), str::to_owned);
        Self { stored, origin, failures, first_at, words: String::new(), lane }
    }
}

/// What came of a failure.
#[derive(Debug)]
pub(crate) enum Next {
    /// It is tried again.
    Again,
    /// That was the last try.
    Parked(Box<Job>),
}

/// See the [module docs](self). Jobs are told apart by the number of their coming.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    jobs: BTreeMap<u64, Job>,
    lanes: HashMap<String, VecDeque<u64>>,
    /// Heads of their lanes that may be tried now.
    ready: BTreeSet<u64>,
    /// Heads of their lanes that wait after a failure.
    waiting: BTreeSet<(Instant, u64)>,
    came: u64,
    bytes: usize,
}

impl Lanes {
    /// Whether another is taken.
    pub(crate) fn has_room(&self) -> bool {
        self.jobs.len() < MOST && self.bytes < ROOM
    }

    /// Take one that comes after all before it.
    pub(crate) fn offer(&mut self, job: Job) {
        self.came += 1;
        self.bytes += job.stored.bytes();
        let lane = self.lanes.entry(job.lane.clone()).or_default();
        if lane.is_empty() {
            self.ready.insert(self.came);
        }
        lane.push_back(self.came);
        self.jobs.insert(self.came, job);
    }

    /// The next to try, earliest first. It is being tried from here on.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(u64, Delivery)> {
        while let Some((due, number)) = self.waiting.first().copied()
            && due <= now
        {
            self.waiting.remove(&(due, number));
            self.ready.insert(number);
        }
        let number = self.ready.pop_first()?;
        let Job { stored, origin, failures, .. } = self.jobs.get(&number)?;
        Some((number, Delivery { stored: stored.clone(), origin: *origin, attempt: failures + 1 }))
    }

    /// When the next of those that wait after a failure is due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// A try succeeded: the job, which is no more.
    pub(crate) fn succeeded(&mut self, number: u64) -> Option<Job> {
        let job = self.jobs.remove(&number)?;
        self.bytes -= job.stored.bytes();
        if let Some(lane) = self.lanes.get_mut(&job.lane) {
            lane.pop_front();
            match lane.front() {
                Some(next) => drop(self.ready.insert(*next)),
                None => drop(self.lanes.remove(&job.lane)),
            }
        }
        Some(job)
    }

    /// A try failed.
    pub(crate) fn failed(&mut self, number: u64, failure: Failure, policy: &Policy, now: Instant, at: Millis) -> Option<Next> {
        let job = self.jobs.get_mut(&number)?;
        job.failures = job.failures.saturating_add(1);
        job.first_at.get_or_insert(at);
        job.words = failure.words;
        match policy.wait_after(job.failures).filter(|_| failure.again) {
            Some(wait) => {
                self.waiting.insert((now + wait, number));
                Some(Next::Again)
            }
            None => self.succeeded(number).map(|job| Next::Parked(Box::new(job))),
        }
    }

    /// How many are not done.
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// How many failed and wait for another try.
    pub(crate) fn retrying(&self) -> usize {
        self.waiting.len()
    }

    /// What is not done, in the order of its coming.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values()
    }

    /// The number in the store of the first that is not done.
    pub(crate) fn first_open(&self) -> Option<u64> {
        self.jobs.values().next().map(|job| job.stored.seq)
    }
}

#[cfg(test)]
#[path = "lanes/tests.rs"]
mod tests;
