//! What somebody made a handler do beside its live events: a stretch of the past once more, or dead letters once more. It ends with the program.

use crate::{
    Errand, ErrandKind, Handler, Letter, Origin, Pace, Policy,
    board::Board,
    books::Books,
    desk::{Desk, Tried},
    lanes::{Job, Next},
    letter,
    pace::Beat,
    runner::{End, Now, until},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use watchdeck_store::{Store, StoreError};

/// Events read at once.
const PAGE: usize = 512;
/// Between tries to read the store.
const RETRY: Duration = Duration::from_secs(1);

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task {
    /// The events after one number and up to another.
    Replay { after: u64, upto: u64, pace: Pace },
    /// The letters of these keys.
    Letters(Vec<String>),
}

/// Where an errand gets its events from.
struct Feed {
    store: Store,
    task: Task,
    beat: Beat,
    page: VecDeque<Job>,
    /// How much was looked at.
    at: u64,
    /// The letters that are under way, by number in the store.
    letters: HashMap<u64, Letter>,
}

impl Feed {
    fn total(&self) -> u64 {
        match &self.task {
            Task::Replay { after, upto, .. } => upto.saturating_sub(*after),
            Task::Letters(keys) => keys.len() as u64,
        }
    }

    fn is_at_its_end(&self) -> bool {
        self.page.is_empty() && self.at >= self.total()
    }

    /// The next event, when it is due; `None`: there was none where it looked. Dropping it pending loses nothing.
    async fn next(&mut self, handler: &dyn Handler) -> Result<Option<Job>, StoreError> {
        if self.page.is_empty() {
            self.read(handler).await?;
        }
        let Some(next) = self.page.front() else { return Ok(None) };
        let due = self.beat.due(next.stored.event.received_at, Instant::now());
        tokio::time::sleep_until(due).await;
        Ok(self.page.pop_front())
    }

    async fn read(&mut self, handler: &dyn Handler) -> Result<(), StoreError> {
        match &self.task {
            Task::Replay { after, upto, .. } => {
                let mut page = self.store.read_after(after + self.at, PAGE).await?;
                page.retain(|stored| stored.seq <= *upto);
                self.at = page.last().map_or(*upto, |last| last.seq) - after;
                let wanted = page.into_iter().filter(|stored| handler.wants(&stored.event));
                self.page.extend(wanted.map(|stored| Job::new(stored, Origin::Replay, 0, None)));
            }
            Task::Letters(keys) => {
                let Some(key) = keys.get(self.at as usize) else { return Ok(()) };
                let found = letter::find(&self.store, key).await?;
                self.at += 1;
                if let Some(letter) = found {
                    self.page.push_back(Job::new(letter.stored.clone(), Origin::Letter, letter.attempts, Some(letter.first_at)));
                    self.letters.insert(letter.stored.seq, letter);
                }
            }
        }
        Ok(())
    }
}

/// See the [module docs](self).
pub(crate) struct Run {
    handler: Arc<dyn Handler>,
    now: Now,
    board: Board,
    desk: Desk,
    books: Books,
    feed: Feed,
    errand: Errand,
    /// Since when it rests.
    resting: Option<Instant>,
}

impl Run {
    pub(crate) fn new(store: Store, handler: Arc<dyn Handler>, now: Now, board: Board, task: Task) -> Self {
        let policy = match &task {
            Task::Replay { .. } => handler.policy(),
            // Whoever wants another try wants one, and hears of it.
            Task::Letters(_) => Policy { attempts: Some(0), ..handler.policy() },
        };
        let (kind, pace) = match &task {
            Task::Replay { pace, .. } => (ErrandKind::Replay, *pace),
            Task::Letters(_) => (ErrandKind::Redelivery, Pace::Full),
        };
        let books = Books::new(store.clone());
        let feed = Feed { store, task, beat: Beat::new(pace), page: VecDeque::new(), at: 0, letters: HashMap::new() };
        let errand = Errand { kind, pace, total: feed.total(), at: 0, done: 0, failed: 0, paused: false, ended: false };
        board.look().errand = Some(errand.clone());
        Self { desk: Desk::new(Arc::clone(&handler), policy), handler, now, board, books, feed, errand, resting: None }
    }

    /// Until it is done or stopped; what is being tried is finished and noted in either case.
    pub(crate) async fn run(mut self, mut paused: watch::Receiver<bool>, end: End) {
        loop {
            let stopping = end.stop.is_cancelled();
            let rests = *paused.borrow_and_update();
            self.rest(rests, Instant::now());
            let goes = !rests && !stopping && !self.books.stuck;
            if goes {
                self.desk.begin(Instant::now());
            }
            if self.books.is_due(Instant::now(), stopping && !self.desk.is_busy()) {
                self.books.commit(None, None);
            }
            let over = stopping || (self.feed.is_at_its_end() && self.desk.lanes.len() == 0);
            self.errand.ended = over && !self.desk.is_busy() && (!self.books.is_open() || (stopping && self.books.stuck));
            (self.errand.at, self.errand.paused) = (self.feed.at, rests);
            self.board.look().errand = Some(self.errand.clone());
            if self.errand.ended {
                return;
            }
            let reads = goes && self.desk.lanes.has_room() && !self.feed.is_at_its_end();
            let (note, again) = (self.books.due(), self.desk.lanes.due());
            tokio::select! {
                biased;
                () = end.stop.cancelled(), if !stopping => {}
                () = end.off.cancelled(), if stopping && self.desk.is_busy() => self.desk.break_off().await,
                Ok(()) = paused.changed() => {}
                tried = self.desk.ended() => self.settle(tried),
                outcome = self.books.ended() => self.stored(outcome),
                () = until(note) => {}
                () = until(again), if goes => {}
                next = self.feed.next(&*self.handler), if reads => match next {
                    Ok(job) => job.into_iter().for_each(|job| self.desk.lanes.offer(job)),
                    Err(error) => self.unread(&error).await,
                },
            }
        }
    }

    fn rest(&mut self, rests: bool, now: Instant) {
        match (rests, self.resting) {
            (true, None) => self.resting = Some(now),
            (false, Some(since)) => {
                self.feed.beat.rested(now - since);
                self.resting = None;
            }
            _ => {}
        }
    }

    fn settle(&mut self, Tried { number, outcome }: Tried) {
        let (now, at) = (Instant::now(), (self.now)());
        match outcome {
            Ok(documents) => {
                self.errand.done += 1;
                let done = self.desk.lanes.succeeded(number);
                let letter = done.and_then(|job| self.feed.letters.remove(&job.stored.seq));
                self.books.add(documents.into_iter().chain(letter.map(|letter| letter::gone(letter.key()))), now);
            }
            Err(failure) => {
                self.board.look().said(&failure.words, at);
                let policy = self.desk.policy;
                if let Some(Next::Parked(job)) = self.desk.lanes.failed(number, failure, &policy, now, at) {
                    self.errand.failed += 1;
                    self.feed.letters.remove(&job.stored.seq);
                    self.books.add([Letter::of(self.handler.name(), *job, at).document()], now);
                }
            }
        }
    }

    fn stored(&self, outcome: Result<u64, StoreError>) {
        if let Err(error) = outcome {
            tracing::warn!(%error, handler = self.handler.name(), "What came of a replay could not be stored; trying again.");
            self.board.look().said(&error.to_string(), (self.now)());
        }
    }

    async fn unread(&mut self, error: &StoreError) {
        tracing::warn!(%error, handler = self.handler.name(), "Events could not be read for a replay; trying again.");
        tokio::time::sleep(RETRY).await;
    }
}
