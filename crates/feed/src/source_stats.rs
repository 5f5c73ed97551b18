//! What is known of one source beyond the life of one link: counters, latencies, clocks, its timeline, frames that could not be read.
//!
//! Its inbox and the follower of its link write it, Feed health reads it. Events that came from a backlog are counted, and are no measure of latency.

use crate::{
    latency::Latency,
    malformed::Frames,
    rhythm::{Pauses, Rhythm},
    skew::Reading,
    source_clock::SourceClock,
    timeline::Timeline,
};
use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, Ordering},
};
use watchdeck_client::Status;
use watchdeck_contain::Hold as _;
use watchdeck_events::{Event, Millis};
use watchdeck_wire::link::LinkState;
use watchdeck_world::{arrival::Arrival, calendar::Calendar};

/// A server's clock may be set to another zone, or to tomorrow, ms.
const FAR: i64 = 2 * 86_400_000;
/// Seconds over which the rate is taken.
const RATE_OVER: i64 = 5;

/// See the [module docs](self).
#[derive(Debug)]
pub struct SourceStats {
    pub received: AtomicU64,
    pub duplicates: AtomicU64,
    pub malformed: AtomicU64,
    /// Of what was received, events that are in the store now and were not before.
    pub stored: AtomicU64,
    /// Of what was received, events that could not be read or kept: a marker stands for each.
    pub set_aside: AtomicU64,
    /// Why the store does not take this source's events, until it takes one.
    store_error: Mutex<Option<StoreRefusal>>,
    /// Deliveries that wait to be stored.
    pub queue: AtomicU32,
    latencies: Mutex<Latencies>,
    pace: Mutex<Pace>,
    clock: Mutex<SourceClock>,
    timeline: Mutex<Timeline>,
    frames: Mutex<Frames>,
    rhythm: Mutex<Rhythm>,
    /// What the link said last of itself.
    said: Mutex<Option<LinkState>>,
}

/// The store does not take what a source delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreRefusal {
    /// Tries since it took something.
    pub tries: u32,
    /// In the store's words.
    pub detail: String,
}

/// By stage. Only events that came as they happened.
#[derive(Debug, Default)]
pub struct Latencies {
    /// Publisher to server, both by their clocks.
    pub forwarded: Latency,
    /// Server to this machine, the difference of the clocks taken out.
    pub travelled: Latency,
    /// This machine to committed.
    pub committed: Latency,
}

/// Events of the last seconds.
#[derive(Debug, Default)]
struct Pace {
    /// By second of `up`.
    seconds: [(i64, u64); RATE_OVER as usize + 1],
}

impl Pace {
    fn add(&mut self, up: i64, events: u64) {
        let second = up.div_euclid(1000);
        let slot = &mut self.seconds[second.rem_euclid(RATE_OVER + 1) as usize];
        *slot = (second, if slot.0 == second { slot.1 + events } else { events });
    }

    fn per_second(&self, up: i64) -> f64 {
        let now = up.div_euclid(1000);
        let whole = self.seconds.iter().filter(|(second, _)| (now - RATE_OVER..now).contains(second));
        whole.map(|(_, events)| *events).sum::<u64>() as f64 / RATE_OVER as f64
    }
}

/// When events of a delivery were received, and how many of them came live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub up: i64,
    pub live: u64,
}

impl SourceStats {
    /// Of a source of which nothing is known yet.
    pub(crate) fn new(calendar: Calendar) -> Self {
        Self::with(SourceClock::default(), Timeline::default(), Frames::default(), Rhythm::load(calendar, Pauses::new()))
    }

    pub(crate) fn with(clock: SourceClock, timeline: Timeline, frames: Frames, rhythm: Rhythm) -> Self {
        Self {
            received: AtomicU64::default(),
            duplicates: AtomicU64::default(),
            malformed: AtomicU64::default(),
            stored: AtomicU64::default(),
            set_aside: AtomicU64::default(),
            store_error: Mutex::default(),
            queue: AtomicU32::default(),
            latencies: Mutex::default(),
            pace: Mutex::default(),
            clock: Mutex::new(clock),
            timeline: Mutex::new(timeline),
            frames: Mutex::new(frames),
            rhythm: Mutex::new(rhythm),
            said: Mutex::default(),
        }
    }

    pub fn clock(&self) -> MutexGuard<'_, SourceClock> {
        self.clock.hold()
    }

    pub fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.timeline.hold()
    }

    pub fn frames(&self) -> MutexGuard<'_, Frames> {
        self.frames.hold()
    }

    pub(crate) fn rhythm(&self) -> MutexGuard<'_, Rhythm> {
        self.rhythm.hold()
    }

    pub fn latencies(&self) -> MutexGuard<'_, Latencies> {
        self.latencies.hold()
    }

    /// The user removed the source.
    pub fn forget(&self) {
        *self.timeline() = Timeline::default();
        *self.frames() = Frames::default();
        self.rhythm().forget();
    }

    /// Events per second over the last whole seconds.
    pub fn rate(&self, now: Reading) -> f64 {
        self.pace.hold().per_second(now.up)
    }

    /// The link says something of itself. Answers whether it is a new step.
    pub fn link(&self, status: &Status, state: &LinkState, now: Reading) -> bool {
        {
            let mut clock = self.clock();
            if let Some(took) = status.round_trip {
                clock.round_trip(took);
            }
            clock.live(listens(state), now);
        }
        // One that owes a sign of life may have been deaf, or not: the pause goes on.
        if !matches!(state, LinkState::Silent { .. }) {
            self.rhythm().listens(listens(state), now);
        }
        *self.said.hold() = Some(state.clone());
        self.timeline().step(now.wall, self.judged(state.clone(), now))
    }

    /// What the link says of itself, unless nothing has come over it for suspiciously long.
    pub fn judged(&self, state: LinkState, now: Reading) -> LinkState {
        match self.rhythm().overdue(now).filter(|_| listens(&state)) {
            Some(overdue) => LinkState::Stale { since: overdue.since, usual_ms: overdue.usual_ms, learned: overdue.learned },
            None => state,
        }
    }

    /// Time passed. Answers whether that alone is a new step.
    pub fn tick(&self, now: Reading) -> bool {
        self.clock().tick(now);
        let said = self.said.hold().clone();
        said.is_some_and(|state| listens(&state) && self.timeline().step(now.wall, self.judged(state, now)))
    }

    /// There is no link any more.
    pub fn link_ended(&self) {
        self.clock().not_live();
        self.timeline().link_ended();
        *self.said.hold() = None;
        self.rhythm.hold().end();
        self.queue.store(0, Ordering::Relaxed);
        *self.store_error.hold() = None;
        // What was under way and not stored comes again, and is received again then.
        let settled = [&self.stored, &self.duplicates, &self.set_aside].map(|count| count.load(Ordering::Relaxed)).iter().sum();
        self.received.fetch_min(settled, Ordering::Relaxed);
    }

    /// A handshake said what time the server has.
    pub fn handshake(&self, ahead_ms: i64, error_ms: i64, now: Reading) {
        self.clock().handshake(ahead_ms as f64, error_ms as f64, now);
    }

    /// Events of one delivery: `sent` is the server's time of each, where it gave one.
    pub fn received<'a>(
        &self,
        received_at: Millis,
        now: Reading,
        events: impl ExactSizeIterator<Item = (Option<Millis>, &'a Event)>,
    ) -> Option<Receipt> {
        let count = events.len() as u64;
        self.received.fetch_add(count, Ordering::Relaxed);
        self.pace.hold().add(now.up, count);
        if count > 0 {
            self.rhythm().heard(now);
        }
        let mut clock = self.clock();
        clock.tick(now);
        let (Some(up), live) = clock.received(received_at) else { return None };
        if !live || count == 0 {
            return None;
        }
        let mut came = 0;
        let mut latencies = self.latencies();
        let skew = clock.estimate().map(|estimate| estimate.skew);
        for (sent, event) in events {
            // A server that is days off what is known of it is no server with another clock, but an event with another's time.
            let known = received_at.plus(skew.unwrap_or(0.0).round() as i64);
            if let Some(sent) = sent.filter(|sent| sent.since(known).saturating_abs() <= FAR) {
                clock.event(sent, up);
            }
            let arrival = Arrival { live: true, skew: skew.unwrap_or(0.0).round() as i64 };
            if arrival.lateness(event) > watchdeck_world::arrival::LATE_MS {
                continue;
            }
            came += 1;
            if let Some(sent) = sent {
                if skew.is_some() {
                    latencies.travelled.record(received_at.since(sent).saturating_add(arrival.skew) as f64, 1);
                }
                if says_its_own_time(event, sent) {
                    latencies.forwarded.record(sent.since(event.occurred_at) as f64, 1);
                }
            }
        }
        Some(Receipt { up, live: came })
    }

    /// What was received is committed.
    pub fn committed(&self, receipts: &[Receipt], now: Reading) {
        let mut latencies = self.latencies();
        for receipt in receipts.iter().filter(|receipt| receipt.live > 0) {
            latencies.committed.record((now.up - receipt.up) as f64, receipt.live);
        }
    }

    pub fn add_duplicates(&self, events: u64) {
        self.duplicates.fetch_add(events, Ordering::Relaxed);
    }

    /// Events of a batch that are in the store now.
    pub fn stored(&self, events: u64) {
        self.stored.fetch_add(events, Ordering::Relaxed);
        *self.store_error.hold() = None;
    }

    /// One could not be read or kept.
    pub fn set_aside(&self) {
        self.set_aside.fetch_add(1, Ordering::Relaxed);
    }

    /// The store did not take a batch.
    pub fn refused(&self, detail: &str) {
        let mut error = self.store_error.hold();
        let tries = error.as_ref().map_or(0, |known| known.tries) + 1;
        *error = Some(StoreRefusal { tries, detail: detail.to_owned() });
    }

    /// Why the store does not take this source's events.
    pub fn store_error(&self) -> Option<StoreRefusal> {
        self.store_error.hold().clone()
    }

    /// A frame could not be read.
    pub fn malformed(&self, at: Millis, bytes: u64, reason: &str, sample: &[u8]) {
        self.malformed.fetch_add(1, Ordering::Relaxed);
        self.frames().add(at, bytes, reason, sample);
    }
}

/// Whether an event that happens now would come over a link of which nothing worse is known.
fn listens(state: &LinkState) -> bool {
    matches!(state, LinkState::Live | LinkState::Partly { .. } | LinkState::Unconfirmed)
}

/// An event without a time of its own has the server's, and then says nothing of how long the way to the server was.
fn says_its_own_time(event: &Event, sent: Millis) -> bool {
    event.occurred_at != sent || event.payload.as_str().contains("\"timestamp\"")
}

#[cfg(test)]
mod tests;
