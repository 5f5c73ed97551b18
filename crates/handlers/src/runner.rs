//! One handler at work on the store's live events: reads what it has room for, tries, parks, and moves its checkpoint.

use crate::{
    Handler, Letter, Origin,
    board::Board,
    books::Books,
    desk::{Desk, Tried},
    kept::{self, Begin},
    lanes::{Job, Next},
    report::Wish,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;
use watchdeck_store::{Chunk, Store, StoreError, Stored, Subscription};

/// What is done is noted this long after at the latest: a crash repeats no more.
const NOTE_AFTER: Duration = Duration::from_millis(200);
/// Events passed over after which the place is noted all the same.
const NOTE_EVERY: u64 = 50_000;
/// Events looked at before anybody else gets a turn.
const AT_ONCE: usize = 4_096;
/// Between tries to read the store.
const RETRY: Duration = Duration::from_secs(1);

/// The time of day, of whoever runs the registry.
pub(crate) type Now = Arc<dyn Fn() -> Millis + Send + Sync>;

/// How a task is ended.
#[derive(Debug, Clone)]
pub(crate) struct End {
    /// Nothing new is begun.
    pub(crate) stop: CancellationToken,
    /// What is being tried is not waited for either: it comes again.
    pub(crate) off: CancellationToken,
}

impl End {
    /// One that ends with this one, or before it.
    pub(crate) fn child(&self) -> Self {
        Self { stop: self.stop.child_token(), off: self.off.child_token() }
    }
}

/// What a runner is told while it runs.
#[derive(Debug)]
pub(crate) enum Order {
    /// Begin nothing new, or go on. Answered when it is stored.
    Wish(Wish, oneshot::Sender<()>),
    /// Go on from behind this number, whatever is done. Answered when it is stored.
    Move(u64, oneshot::Sender<()>),
}

/// See the [module docs](self).
pub(crate) struct Runner {
    pub(crate) store: Store,
    handler: Arc<dyn Handler>,
    now: Now,
    board: Board,
    desk: Desk,
    books: Books,
    begin: Begin,
    subscription: Subscription,
    /// A chunk that was not looked at to its end.
    rest: Option<(Chunk, usize)>,
    /// Everything up to here was looked at.
    seen: u64,
    /// The place that was noted last.
    noted: u64,
    /// Who waits until something is stored.
    waiting: Vec<oneshot::Sender<()>>,
    answering: Vec<oneshot::Sender<()>>,
}

impl Runner {
    pub(crate) fn new(store: Store, handler: Arc<dyn Handler>, now: Now, board: Board, begin: Begin) -> Self {
        let desk = Desk::new(Arc::clone(&handler), handler.policy());
        let subscription = store.subscribe(begin.floor);
        let books = Books::new(store.clone());
        let (seen, noted) = (begin.floor, begin.floor);
        Self {
            store,
            handler,
            now,
            board,
            desk,
            books,
            begin,
            subscription,
            rest: None,
            seen,
            noted,
            waiting: Vec::new(),
            answering: Vec::new(),
        }
    }

    /// Until it is stopped: what is being tried is finished, or broken off where that is wanted, and noted first.
    pub(crate) async fn run(mut self, orders: &mut mpsc::Receiver<Order>, end: &End) {
        loop {
            let stopping = end.stop.is_cancelled();
            if stopping && self.seen > self.noted {
                self.books.changed(Instant::now());
            }
            let goes = self.begin.wish == Wish::Run && !stopping && !self.books.stuck;
            if goes {
                self.look();
                self.desk.begin(Instant::now());
            }
            if self.books.is_due(Instant::now(), stopping && !self.desk.is_busy()) {
                self.commit();
            }
            self.tell();
            if stopping && !self.desk.is_busy() && (!self.books.is_open() || self.books.stuck) {
                return;
            }
            let reads = goes && self.rest.is_none() && self.desk.lanes.has_room();
            // What was read and not looked at yet has its turn at once.
            let more = goes && self.rest.is_some() && self.desk.lanes.has_room();
            let (note, again) = (self.books.due(), self.desk.lanes.due());
            tokio::select! {
                biased;
                () = end.stop.cancelled(), if !stopping => {}
                () = end.off.cancelled(), if stopping && self.desk.is_busy() => self.desk.break_off().await,
                Some(order) = orders.recv() => self.obey(order),
                tried = self.desk.ended() => self.settle(tried),
                outcome = self.books.ended() => self.stored(outcome),
                () = until(note) => {}
                () = until(again), if goes => {}
                () = tokio::task::yield_now(), if more => {}
                chunk = self.subscription.next(), if reads => self.came(chunk).await,
            }
        }
    }

    async fn came(&mut self, chunk: Result<Chunk, StoreError>) {
        match chunk {
            Ok(chunk) => {
                if let Some(first) = chunk.first()
                    && first.seq <= self.seen
                {
                    // The file was replaced: everything is new.
                    self.begin = Begin::at(0, self.begin.wish);
                }
                self.rest = Some((chunk, 0));
            }
            Err(error) => {
                tracing::warn!(%error, handler = self.handler.name(), "Events could not be read; trying again.");
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Look at what was read, as far as there is room.
    fn look(&mut self) {
        let Some((chunk, mut at)) = self.rest.take() else { return };
        let end = chunk.len().min(at + AT_ONCE);
        while at < end && self.desk.lanes.has_room() {
            self.take(&chunk[at]);
            at += 1;
        }
        if self.seen >= self.noted + NOTE_EVERY {
            self.books.changed(Instant::now());
        }
        if at < chunk.len() {
            self.rest = Some((chunk, at));
        }
    }

    fn take(&mut self, stored: &Stored) {
        self.seen = stored.seq;
        while let Some(unmet) = self.begin.open.first_entry().filter(|unmet| *unmet.key() < stored.seq) {
            tracing::warn!(handler = self.handler.name(), seq = unmet.key(), "The store let an event go before it was dealt with.");
            unmet.remove();
        }
        let unfinished = self.begin.open.remove(&stored.seq);
        let done_before = stored.seq <= self.begin.upto && unfinished.is_none();
        if !done_before && self.handler.wants(&stored.event) {
            let (failures, first_at) = unfinished.unwrap_or_default();
            self.desk.lanes.offer(Job::new(stored.clone(), Origin::Live, failures, first_at));
        }
    }

    fn settle(&mut self, Tried { number, outcome }: Tried) {
        let (now, at) = (Instant::now(), (self.now)());
        match outcome {
            Ok(documents) => {
                self.desk.lanes.succeeded(number);
                self.board.look().done(at);
                self.books.add(documents, now);
            }
            Err(failure) => {
                self.board.look().failed(&failure.words, at);
                tracing::debug!(handler = self.handler.name(), %failure, "A try failed.");
                let policy = self.desk.policy;
                if let Some(Next::Parked(job)) = self.desk.lanes.failed(number, failure, &policy, now, at) {
                    let letter = Letter::of(self.handler.name(), *job, at);
                    tracing::warn!(handler = letter.handler, seq = letter.stored.seq, attempts = letter.attempts, "An event was parked.");
                    self.books.add([letter.document()], now);
                }
            }
        }
        self.books.changed(now + NOTE_AFTER);
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Wish(wish, answer) => {
                self.begin.wish = wish;
                self.waiting.push(answer);
            }
            Order::Move(after, answer) => {
                self.begin = Begin::at(after, self.begin.wish);
                // What is being tried ends without a word, and is given again where it comes after the place.
                self.desk = Desk::new(Arc::clone(&self.handler), self.desk.policy);
                self.subscription = self.store.subscribe(after);
                (self.rest, self.seen, self.noted) = (None, after, after);
                self.waiting.push(answer);
            }
        }
        self.books.changed(Instant::now());
    }

    /// Up to where everything is done or parked.
    fn floor(&self) -> u64 {
        // What was not done in another run and was not met yet is not done now either.
        let first = self.desk.lanes.first_open().into_iter().chain(self.begin.open.keys().next().copied()).min();
        first.map_or(self.seen.max(self.begin.upto), |first| first.saturating_sub(1))
    }

    fn commit(&mut self) {
        let floor = self.floor();
        let upto = self.seen.max(self.begin.upto);
        let earlier = self.begin.open.iter().map(|(seq, (failures, first_at))| (*seq, *failures, *first_at));
        let open = self.desk.lanes.open().map(|job| (job.stored.seq, job.failures, job.first_at)).chain(earlier);
        let how_far = kept::document(self.handler.name(), self.begin.wish, upto, open);
        self.noted = self.seen;
        self.answering.append(&mut self.waiting);
        self.books.commit(Some((self.handler.name().to_owned(), floor)), Some(how_far));
    }

    fn stored(&mut self, outcome: Result<u64, StoreError>) {
        match outcome {
            Ok(floor) => {
                self.board.look().floor = floor;
                for answer in self.answering.drain(..) {
                    // Nobody waits any more where it cannot be delivered; that is fine.
                    answer.send(()).ok();
                }
            }
            Err(error) => {
                tracing::warn!(%error, handler = self.handler.name(), "What a handler has done could not be noted; trying again.");
                self.board.look().said(&error.to_string(), (self.now)());
                let waited = std::mem::take(&mut self.answering);
                self.waiting.splice(0..0, waited);
            }
        }
    }

    fn tell(&self) {
        let mut figures = self.board.look();
        figures.wish = self.begin.wish;
        figures.seen = self.seen.max(self.begin.upto);
        figures.open = self.desk.lanes.len() + self.begin.open.len();
        figures.retrying = self.desk.lanes.retrying();
        figures.stuck = self.books.stuck;
    }
}

/// Until then; never where there is no such time.
pub(crate) async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}
