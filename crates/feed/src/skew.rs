//! How far a server's clock is from ours, from what its messages say.
//!
//! Pure: readings of our two clocks are arguments. Everything is reckoned on the clock that counts time since some fixed moment ([`Reading::up`]), and not on
//! the time of day: when somebody sets our clock, what is known of the server's stays right, and only the difference changes.
//!
//! Two witnesses, kept as bounds. The handshake's `Date` says the server's time to a second either way. A live event that carries the time at which the
//! server sent it cannot have arrived earlier: the largest `sent − received` of the last minute is the difference less the shortest way, and the shortest
//! way is no longer than a round trip. Where a newer witness contradicts an older one, the server's clock was set, and the older one is forgotten.
//!
//! Deliberately not here: whose events are asked (see `source_stats`), and what a row shows of it.

use std::{collections::VecDeque, time::Duration};
use watchdeck_client::Clock;
use watchdeck_events::Millis;

/// Clocks of healthy machines run apart by less than this: 100 ms in 1,000 s.
const DRIFT: f64 = 1e-4;
/// Length of a bucket of samples, ms.
const BUCKET: i64 = 10_000;
/// Buckets kept: the last minute in which events came.
const BUCKETS: usize = 6;
/// Below this many samples the shortest way may not have been among them.
const FEW: u32 = 8;
/// What few samples may be off by, ms.
const FEW_ERROR: f64 = 500.0;
/// A way is taken to be at most this long while no round trip is known, ms.
const WAY: f64 = 100.0;
/// A server that says an earlier time than it said before, by more than this, has set its clock back, ms.
const BACK: i64 = 5_000;
/// So has one whose events all seem to be late by more than this, and by the same, ms.
const LATE: f64 = watchdeck_world::arrival::LATE_MS as f64;
/// It must do so this often, over this time, and agree with itself within this, ms.
const STEPS: (u32, i64, f64) = (3, 1_000, 1_000.0);

/// One reading of our two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Since some fixed moment, sleep counted, ms.
    pub up: i64,
    /// The time of day.
    pub wall: Millis,
}

impl Reading {
    /// Read both.
    pub fn of(clock: &dyn Clock) -> Self {
        Self { up: millis(clock.elapsed()), wall: clock.wall() }
    }

    /// The time of day at `up` zero. It changes only when somebody sets the clock.
    #[must_use]
    pub const fn base(self) -> i64 {
        self.wall.0.saturating_sub(self.up)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A server's clock less ours, ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Positive: the server is ahead.
    pub skew: f64,
    /// How far off that may be, either way.
    pub error: f64,
}

/// What is known of one server's clock. Differences are kept as *server less `up`*.
#[derive(Debug, Default)]
pub struct Skew {
    handshake: Option<Handshake>,
    round_trip: Option<f64>,
    /// Oldest first.
    buckets: VecDeque<Bucket>,
    /// The latest time that the server has said.
    newest: Option<Millis>,
    /// Samples in a row that fit only a clock that was set back.
    odd: Option<Odd>,
}

#[derive(Debug, Clone, Copy)]
struct Handshake {
    at: i64,
    offset: f64,
    error: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// `up` of its first sample.
    from: i64,
    /// When the largest came.
    at: i64,
    largest: f64,
    samples: u32,
    /// The server says whole seconds only.
    coarse: bool,
}

#[derive(Debug, Clone, Copy)]
struct Odd {
    since: i64,
    count: u32,
    least: f64,
    most: f64,
}

impl Skew {
    /// A handshake said that the server's time of day is `ahead` of ours, give or take `error`.
    pub fn handshake(&mut self, ahead: f64, error: f64, now: Reading) {
        let fresh = Handshake { at: now.up, offset: ahead + now.base() as f64, error };
        // Events cannot have been received before they were sent: if they seem to, the clock was set since.
        if self.largest(now.up).is_some_and(|largest| largest > fresh.offset + fresh.error + 1.0)
            || self.highest(now.up).is_some_and(|highest| highest + FEW_ERROR < fresh.offset - fresh.error)
        {
            self.forget_events();
        }
        self.handshake = Some(fresh);
    }

    /// From a ping to its pong.
    pub fn round_trip(&mut self, took: Duration) {
        self.round_trip = Some(took.as_secs_f64() * 1000.0);
    }

    /// A live event: when the server sent it by its own clock, and when it was received by ours.
    pub fn event(&mut self, sent: Millis, received_up: i64) {
        let sample = (sent.0 - received_up) as f64;
        if self.is_step_back(sent, sample, received_up) {
            self.forget_events();
            self.handshake = None;
        }
        self.newest = self.newest.max(Some(sent));
        let coarse = sent.0 % 1000 == 0;
        match self.buckets.back_mut() {
            Some(last) if received_up < last.from + BUCKET => {
                last.samples += 1;
                last.coarse &= coarse;
                if sample > last.largest - (received_up - last.at) as f64 * DRIFT {
                    (last.largest, last.at) = (sample, received_up);
                }
            }
            _ => {
                if self.buckets.len() == BUCKETS {
                    self.buckets.pop_front();
                }
                self.buckets.push_back(Bucket { from: received_up, at: received_up, largest: sample, samples: 1, coarse });
            }
        }
    }

    fn is_step_back(&mut self, sent: Millis, sample: f64, at: i64) -> bool {
        let earlier = self.newest.is_some_and(|newest| newest.since(sent) > BACK);
        let late = self.largest(at).is_some_and(|largest| largest - sample > LATE);
        if !earlier && !late {
            self.odd = None;
            return false;
        }
        let odd = self.odd.get_or_insert(Odd { since: at, count: 0, least: sample, most: sample });
        odd.count += 1;
        odd.least = odd.least.min(sample);
        odd.most = odd.most.max(sample);
        let (count, span, spread) = STEPS;
        if odd.most - odd.least > spread {
            // A queue that drains: each comes sooner than the one before it.
            self.odd = None;
            return false;
        }
        odd.count >= count && at - odd.since >= span
    }

    fn forget_events(&mut self) {
        self.buckets.clear();
        self.newest = None;
        self.odd = None;
    }

    /// The server's clock is at least this far ahead of `up`.
    fn largest(&self, up: i64) -> Option<f64> {
        self.buckets.iter().map(|bucket| bucket.largest - aged(up, bucket.at)).reduce(f64::max)
    }

    /// And by the events' word at most this far.
    fn highest(&self, up: i64) -> Option<f64> {
        let newest = self.buckets.iter().max_by(|a, b| a.largest.total_cmp(&b.largest))?;
        let samples: u32 = self.buckets.iter().map(|bucket| bucket.samples).sum();
        let grain = if self.buckets.iter().all(|bucket| bucket.coarse) { 1000.0 } else { 1.0 };
        let doubt = if samples < FEW { FEW_ERROR } else { 0.0 };
        Some(newest.largest + aged(up, newest.at) + self.round_trip.unwrap_or(WAY) + grain + doubt)
    }

    /// What is known now. `None` while nothing was said.
    #[must_use]
    pub fn estimate(&self, now: Reading) -> Option<Estimate> {
        let handshake = self.handshake.map(|said| {
            let error = said.error + aged(now.up, said.at);
            (said.offset - error, said.offset + error)
        });
        let events = self.largest(now.up).zip(self.highest(now.up));
        let (low, high) = match (handshake, events) {
            (None, None) => return None,
            (Some(only), None) | (None, Some(only)) => only,
            // They contradict each other when the clock was set after the handshake; events are newer than it.
            (Some((_, said)), Some((low, high))) if low > said + 1.0 => (low, high),
            (Some((said, _)), Some((low, high))) if high < said => (low, high.max(low)),
            (Some((low, high)), Some((least, most))) => (low.max(least), high.min(most)),
        };
        // With few events the sum of their ways is unknown; a short way is far more likely than a long one.
        let offset = match events {
            Some((least, _)) if least >= low => low + ((high - low) / 2.0).min(self.round_trip.unwrap_or(WAY) / 2.0),
            _ => f64::midpoint(low, high),
        };
        Some(Estimate { skew: offset - now.base() as f64, error: (high - offset).max(offset - low) + 1.0 })
    }
}

/// What clocks that run apart may have come to, ms.
fn aged(up: i64, since: i64) -> f64 {
    up.saturating_sub(since).max(0) as f64 * DRIFT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Our clock at `up` ms after the start, set to `base`.
    fn at(up: i64, base: i64) -> Reading {
        Reading { up, wall: Millis(base + up) }
    }

    const BASE: i64 = 1_795_248_000_000;
    const HOUR: i64 = 3_600_000;

    /// A server that is `ahead` of `up`, running faster by `drift`.
    #[derive(Clone, Copy)]
    struct Server {
        ahead: f64,
        drift: f64,
    }

    impl Server {
        fn clock(self, up: i64) -> f64 {
            up as f64 * (1.0 + self.drift) + self.ahead
        }
    }

    /// Events every `every` ms with the given ways there, in the order of arrival; answers when the last one arrived.
    fn play(skew: &mut Skew, server: Server, from: i64, every: i64, ways: &[i64]) -> i64 {
        let sent = ways.iter().enumerate().map(|(n, way)| (from + n as i64 * every, way));
        let mut arrivals: Vec<_> = sent.map(|(sent, way)| (sent + way, sent)).collect();
        arrivals.sort_unstable();
        for (up, sent) in &arrivals {
            skew.event(Millis(server.clock(*sent) as i64), *up);
        }
        arrivals.last().map_or(from, |(up, _)| *up)
    }

    fn within(estimate: Option<Estimate>, truth: f64) -> Result<(), TestCaseError> {
        let estimate = estimate.expect("something was said");
        prop_assert!((estimate.skew - truth).abs() <= estimate.error, "{estimate:?} but the truth is {truth}");
        Ok(())
    }

    proptest! {
        #[test]
        fn the_estimate_holds_the_truth(hours in -12.0f64..12.0, drift in -9e-5f64..9e-5, shortest in 0i64..60, ways in prop::collection::vec(0i64..2_000, 12..200), every in 50i64..5_000) {
            let mut skew = Skew::default();
            let server = Server { ahead: BASE as f64 + hours * HOUR as f64, drift };
            // A `Date` header: whole seconds, half a second of doubt.
            let said = (server.clock(0) / 1000.0).floor() * 1000.0 + 500.0;
            skew.handshake(said - BASE as f64, 501.0, at(0, BASE));
            within(skew.estimate(at(0, BASE)), server.clock(0) - BASE as f64)?;
            skew.round_trip(Duration::from_millis(2 * shortest.unsigned_abs() + 1));
            // Among the ways there is one as short as half the round trip, now and then.
            let ways: Vec<i64> = ways.iter().enumerate().map(|(n, way)| if n % 8 == 3 { shortest } else { shortest + way }).collect();
            let end = play(&mut skew, server, 0, every, &ways);
            let estimate = skew.estimate(at(end, BASE));
            within(estimate, server.clock(end) - (BASE + end) as f64)?;
            prop_assert!(estimate.is_some_and(|estimate| estimate.error < 600.0), "events never make it worse than the handshake: {estimate:?}");
        }

        #[test]
        fn setting_our_own_clock_changes_the_difference_and_nothing_else(jump in -24 * HOUR..24 * HOUR, hours in -5i64..5) {
            let mut skew = Skew::default();
            let server = Server { ahead: (BASE + hours * HOUR) as f64, drift: 0.0 };
            let end = play(&mut skew, server, 0, 100, &[20; 40]);
            let before = skew.estimate(at(end, BASE)).expect("forty events");
            let after = skew.estimate(at(end, BASE + jump)).expect("forty events");
            prop_assert_eq!(after.skew, before.skew - jump as f64);
            prop_assert_eq!(after.error, before.error);
        }

        #[test]
        fn a_server_whose_clock_is_set_is_followed(step in prop_oneof![-20 * HOUR..-120_000, 120_000..20 * HOUR]) {
            let mut skew = Skew::default();
            let mut server = Server { ahead: BASE as f64, drift: 0.0 };
            skew.handshake(0.0, 501.0, at(0, BASE));
            skew.round_trip(Duration::from_millis(40));
            let end = play(&mut skew, server, 0, 200, &[20; 50]);
            server.ahead += step as f64;
            let end = play(&mut skew, server, end + 200, 200, &[20; 30]);
            within(skew.estimate(at(end, BASE)), server.clock(end) - (BASE + end) as f64)?;
        }
    }

    #[test]
    fn a_minute_of_events_is_far_better_than_a_header() {
        let mut skew = Skew::default();
        let server = Server { ahead: (BASE + 2 * HOUR) as f64, drift: 0.0 };
        skew.handshake(2.0 * HOUR as f64 + 400.0, 501.0, at(0, BASE));
        skew.round_trip(Duration::from_millis(30));
        let end = play(&mut skew, server, 0, 100, &[15, 40, 25, 90, 15, 33, 18, 70, 15, 16]);
        let estimate = skew.estimate(at(end, BASE)).expect("something was said");
        assert!((estimate.skew - 2.0 * HOUR as f64).abs() < 5.0 && estimate.error < 40.0, "{estimate:?}");
    }

    #[test]
    fn a_backlog_that_drains_is_no_clock_that_was_set() {
        let mut skew = Skew::default();
        let server = Server { ahead: BASE as f64, drift: 0.0 };
        let end = play(&mut skew, server, 0, 100, &[10; 50]);
        // Two hours later everything held back comes within seconds, the oldest first.
        for n in 0..100 {
            skew.event(Millis(BASE + end + n * 60_000), end + 2 * HOUR + n * 20);
        }
        let estimate = skew.estimate(at(end + 2 * HOUR + 2_000, BASE)).expect("something was said");
        assert!(estimate.skew.abs() <= estimate.error && estimate.error < 2_000.0, "{estimate:?}");
    }

    #[test]
    fn a_server_that_says_whole_seconds_is_not_trusted_to_the_millisecond() {
        let mut skew = Skew::default();
        skew.round_trip(Duration::from_millis(2));
        for n in 0..20 {
            // It is 700 ms into its second each time.
            skew.event(Millis(BASE + n * 1000), n * 1000 + 700);
        }
        let estimate = skew.estimate(at(20_000, BASE)).expect("something was said");
        assert!(estimate.skew.abs() <= estimate.error, "{estimate:?}");
    }

    #[test]
    fn nothing_said_is_nothing_known() {
        assert_eq!(Skew::default().estimate(at(0, BASE)), None);
    }
}
