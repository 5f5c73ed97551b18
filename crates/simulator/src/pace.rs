//! Publishing at a rate, without drift: what is due is counted from the start, not from the last batch.

use crate::{Published, Simulator, Sink};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use watchdeck_events::Millis;

/// A world that a publisher and a decider share. The lock is held for a moment, never across an await.
pub type Shared = Arc<Mutex<Simulator>>;

/// Batches follow each other at this distance, or at the events' own where that is longer.
const BATCH_EVERY: Duration = Duration::from_millis(20);
/// Longest batch; after a pause of the machine the rest follows at once.
const LARGEST_BATCH: u64 = 5_000;
/// After a failure the same batch is tried again, this much later.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// How fast, and how many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Events a second, 0.1 to 50,000.
    pub rate: f64,
    /// Stop after this many.
    pub limit: Option<u64>,
}

/// Counts what is due. Pure: time is an argument.
#[derive(Debug, Clone, Copy)]
pub struct Pacer {
    rate: f64,
    started: Instant,
    sent: u64,
}

impl Pacer {
    /// Starts now; the first event is due after one distance.
    #[must_use]
    pub const fn new(rate: f64, started: Instant) -> Self {
        Self { rate, started, sent: 0 }
    }

    /// How many are due at `now` that were not sent.
    #[must_use]
    pub fn due(&self, now: Instant) -> u64 {
        // A whisker more, so that a thousand steps of a millisecond are a second in floating point too.
        let whole = (now.saturating_duration_since(self.started).as_secs_f64() * self.rate + 1e-6) as u64;
        whole.saturating_sub(self.sent)
    }

    /// `count` were sent.
    pub const fn sent(&mut self, count: u64) {
        self.sent += count;
    }
}

/// The wall clock.
#[must_use]
pub fn system_clock() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Publish the world's events at a rate until `stop`, or until the limit. Answers how many were published.
///
/// A sink that fails is tried again with the same events; the time this took is not made up for.
pub async fn run<S: Sink + ?Sized>(world: &Shared, pace: Pace, sink: &S, clock: impl Fn() -> Millis, stop: &CancellationToken) -> u64 {
    let mut pacer = Pacer::new(pace.rate, Instant::now());
    let mut timer = interval(BATCH_EVERY.max(Duration::from_secs_f64(1.0 / pace.rate.max(0.001))));
    timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut published = 0;
    while !stop.is_cancelled() && pace.limit.is_none_or(|limit| published < limit) {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = timer.tick() => {}
        }
        let left = pace.limit.map_or(u64::MAX, |limit| limit - published);
        let count = pacer.due(Instant::now()).min(LARGEST_BATCH).min(left);
        if count == 0 {
            continue;
        }
        let events = world.lock().unwrap_or_else(PoisonError::into_inner).take(clock(), count as usize);
        match deliver(sink, events, stop).await {
            Delivery::Straight => pacer.sent(count),
            Delivery::Delayed => pacer = Pacer::new(pace.rate, Instant::now()),
            Delivery::Stopped => break,
        }
        published += count;
    }
    published
}

enum Delivery {
    Straight,
    Delayed,
    Stopped,
}

async fn deliver<S: Sink + ?Sized>(sink: &S, events: Vec<Published>, stop: &CancellationToken) -> Delivery {
    let mut outcome = Delivery::Straight;
    loop {
        let sent = tokio::select! {
            () = stop.cancelled() => return Delivery::Stopped,
            sent = sink.publish(events.clone()) => sent,
        };
        let Err(error) = sent else { return outcome };
        warn!(%error, "Publishing failed; trying again.");
        outcome = Delivery::Delayed;
        tokio::select! {
            () = stop.cancelled() => return Delivery::Stopped,
            () = sleep(RETRY_AFTER) => {}
        }
    }
}
