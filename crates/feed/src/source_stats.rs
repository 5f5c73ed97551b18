//! What is known of one source beyond the life of one link: counters, latencies, clocks, its timeline, frames that could not be read.
//!
//! Its inbox and the follower of its link write it, Feed health reads it. Events that came from a backlog are counted, and are no measure of latency.

use crate::{latency::Latency, malformed::Frames, rhythm::Rhythm, skew::Reading, source_clock::SourceClock, timeline::Timeline};
use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, Ordering},
};
use watchdeck_client::Status;
use watchdeck_contain::Hold as _;
use watchdeck_events::{Event, Millis};
use watchdeck_wire::link::LinkState;
use watchdeck_world::arrival::Arrival;

/// A server's clock may be set to another zone, or to tomorrow, ms.
const FAR: i64 = 2 * 86_400_000;
/// Seconds over which the rate is taken.
const RATE_OVER: i64 = 5;

/// See the [module docs](self).
#[derive(Debug, Default)]
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
    pub(crate) fn with(clock: SourceClock, timeline: Timeline, frames: Frames, rhythm: Rhythm) -> Self {
        Self {
            clock: Mutex::new(clock),
            timeline: Mutex::new(timeline),
            frames: Mutex::new(frames),
            rhythm: Mutex::new(rhythm),
            ..Self::default()
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
        *self.rhythm() = Rhythm::default();
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
mod tests {
    use super::*;
    use watchdeck_events::{Catalogue, Channel, Incoming, Payload};

    const BASE: i64 = 1_795_248_000_000;
    const HOUR: i64 = 3_600_000;

    fn at(up: i64) -> Reading {
        Reading { up, wall: Millis(BASE + up) }
    }

    fn event(stated: Option<i64>, sent: i64, received: i64) -> (Option<Millis>, Event) {
        let payload = stated.map_or_else(|| "{}".to_owned(), |at| format!(r#"{{"timestamp":{at}}}"#));
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: None,
            server_at: Some(Millis(sent)),
            kind: None,
            payload: Payload::from_json(payload),
        };
        let mut event = Catalogue::builtin().normalise(incoming, &"s".into(), Millis(received));
        // As with a clock that is known: it is taken at its word.
        event.occurred_at = Millis(stated.unwrap_or(sent));
        (Some(Millis(sent)), event)
    }

    fn take(stats: &SourceStats, received: i64, events: &[(Option<Millis>, Event)]) -> Option<Receipt> {
        stats.received(Millis(received), at(received - BASE), events.iter().map(|(sent, event)| (*sent, event)))
    }

    #[test]
    fn each_stage_is_measured_by_itself_and_the_clocks_difference_is_in_none() {
        let stats = SourceStats::default();
        stats.handshake(2 * HOUR, 500, at(0));
        stats.link(&Status { round_trip: Some(std::time::Duration::from_millis(20)), ..Status::default() }, &LinkState::Live, at(1));
        for n in 1..200 {
            let received = BASE + n * 100;
            // Published 30 ms before it was forwarded, 10 ms on the way, by a clock two hours ahead.
            let sent = received - 10 + 2 * HOUR;
            let receipt = take(&stats, received, &[event(Some(sent - 30), sent, received)]).expect("it came live");
            stats.committed(&[receipt], at(n * 100 + 4));
        }
        let latencies = stats.latencies();
        let (forwarded, travelled, committed) =
            (latencies.forwarded.percentiles(), latencies.travelled.percentiles(), latencies.committed.percentiles());
        assert_eq!((forwarded.count, forwarded.p50, committed.count, committed.p50), (199, 30.0, 199, 4.0));
        assert!(travelled.count == 199 && travelled.p50 < 60.0, "{travelled:?}");
    }

    #[test]
    fn a_backlog_is_counted_and_not_measured() {
        let stats = SourceStats::default();
        stats.link(&Status::default(), &LinkState::CatchingUp { done: 0, total: 9 }, at(0));
        assert_eq!(take(&stats, BASE + 500, &[event(Some(BASE), BASE, BASE + 500)]), None);
        stats.link(&Status::default(), &LinkState::Live, at(1_000));
        let receipt = take(&stats, BASE + 2_000, &[event(Some(BASE - HOUR), BASE - HOUR, BASE + 2_000)]).expect("the link is live");
        assert_eq!(receipt.live, 0, "an hour old");
        stats.committed(&[receipt], at(2_010));
        assert_eq!(stats.received.load(Ordering::Relaxed), 2);
        let latencies = stats.latencies();
        assert_eq!((latencies.forwarded.percentiles().count, latencies.committed.percentiles().count), (0, 0));
    }

    #[test]
    fn a_time_that_is_years_off_says_nothing_of_a_servers_clock() {
        let stats = SourceStats::default();
        stats.link(&Status::default(), &LinkState::Live, at(0));
        for (n, sent) in [i64::MAX, i64::MIN, BASE * 1_000, BASE + 1_000, 0].into_iter().enumerate() {
            take(&stats, BASE + 1_010 + n as i64, &[event(None, sent, BASE + 1_010 + n as i64)]);
        }
        let skew = stats.clock().estimate().expect("one event said the time").skew;
        assert!(skew.abs() < 1_000.0, "{skew}");
    }

    #[test]
    fn an_event_without_a_time_of_its_own_says_nothing_of_its_way_to_the_server() {
        let stats = SourceStats::default();
        stats.link(&Status::default(), &LinkState::Unconfirmed, at(0));
        take(&stats, BASE + 500, &[event(None, BASE + 490, BASE + 500)]);
        assert_eq!(stats.latencies().forwarded.percentiles().count, 0);
        take(&stats, BASE + 600, &[event(Some(BASE + 590), BASE + 590, BASE + 600)]);
        assert_eq!(stats.latencies().forwarded.percentiles().count, 1, "forwarded within the millisecond");
    }

    #[test]
    fn a_link_that_answers_and_brings_nothing_is_stale_and_live_again_with_the_next_event() {
        let stats = SourceStats::default();
        stats.rhythm().expect(Some(10));
        let partly = LinkState::Partly { refused: 1, asked: 3 };
        for state in [LinkState::Live, LinkState::Unconfirmed, partly] {
            stats.link(&Status::default(), &LinkState::Connecting { attempt: 0 }, at(0));
            stats.link(&Status::default(), &state, at(1_000));
            assert!(!stats.tick(at(601_000)), "ten minutes are not over");
            assert!(stats.tick(at(601_001)), "a step of the timeline");
            let stale = LinkState::Stale { since: Millis(BASE + 1_000), usual_ms: 600_000, learned: false };
            assert_eq!(stats.judged(state.clone(), at(601_001)), stale);
            assert!(!stats.tick(at(700_000)), "the same again");
            take(&stats, BASE + 700_001, &[event(None, BASE + 700_000, BASE + 700_001)]);
            assert!(stats.tick(at(700_002)) && stats.judged(state.clone(), at(700_002)) == state, "it speaks again");
        }
        let kinds: Vec<_> = stats.timeline().steps().into_iter().map(|step| step.state).collect();
        assert!(matches!(kinds.last_chunk(), Some([LinkState::Stale { .. }, LinkState::Partly { .. }])), "{kinds:?}");
    }

    #[test]
    fn worse_than_stale_is_said_instead_and_a_link_that_owes_an_answer_does_not_begin_anew() {
        let stats = SourceStats::default();
        stats.rhythm().expect(Some(10));
        stats.link(&Status::default(), &LinkState::Live, at(0));
        let silent = LinkState::Silent { since: Millis(BASE + 500_000) };
        stats.link(&Status::default(), &silent, at(510_000));
        assert!(!stats.tick(at(900_000)) && stats.judged(silent.clone(), at(900_000)) == silent);
        stats.link(&Status::default(), &LinkState::Live, at(901_000));
        assert!(matches!(stats.judged(LinkState::Live, at(901_000)), LinkState::Stale { since: Millis(BASE), .. }), "nothing came since");
        let down = LinkState::UpstreamDown { since: Millis(BASE), detail: String::new() };
        stats.link(&Status::default(), &down, at(902_000));
        assert_eq!(stats.judged(down.clone(), at(903_000)), down);
        stats.link(&Status::default(), &LinkState::Live, at(904_000));
        assert_eq!(stats.judged(LinkState::Live, at(905_000)), LinkState::Live, "nothing could come until now");
        stats.link_ended();
        assert!(!stats.tick(at(9_000_000)), "nobody listens");
    }

    #[test]
    fn the_rate_is_of_the_last_whole_seconds() {
        let mut pace = Pace::default();
        for second in 0..20 {
            pace.add(second * 1000 + 500, 10);
        }
        assert_eq!((pace.per_second(20_000), pace.per_second(22_000), pace.per_second(60_000)), (10.0, 6.0, 0.0));
    }
}
