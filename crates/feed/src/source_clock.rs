//! By which clocks an event of a source is to be judged: was it late, did it come live?
//!
//! Lateness compares a time of the server with a time of ours, and either clock may be set while events wait to be looked at. So what was true is kept per
//! stretch of our own time of day (an [`Era`]): a new one begins when our clock jumps and when the server's does. Eras outlive a restart, so that a row of
//! last week says the same latency today.

use crate::skew::{Estimate, Reading, Skew};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};
use watchdeck_events::{Event, Millis};
use watchdeck_world::arrival::Arrival;

/// Eras kept per source.
const ERAS: usize = 64;
/// Our clock was set when it moved by more than this against the one that counts time, ms. Less is a clock being steered.
const JUMP: i64 = 250;
/// The server's was, when the difference moved by more than this, ms.
const STEP: f64 = 1_000.0;
/// An era's ends are known to this, ms: the clock is read twice a second.
const SLACK: i64 = 1_000;
/// A difference that moved by this is worth writing down, ms.
const WORTH: f64 = 20.0;

/// A stretch of our time of day in which neither clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Era {
    from: Millis,
    to: Millis,
    /// The server's clock less ours, ms; `None` while nothing told it.
    skew: Option<f64>,
    /// See [`Reading::base`]. Means nothing in another run.
    #[serde(skip)]
    base: Option<i64>,
    /// Since when events come as they happen.
    #[serde(skip)]
    live: Option<Millis>,
}

/// What is known of one source's time.
#[derive(Debug, Default)]
pub struct SourceClock {
    skew: Skew,
    /// Oldest first.
    eras: VecDeque<Era>,
    last: Option<Reading>,
    /// The difference that was last written down.
    written: Option<f64>,
    dirty: bool,
}

/// The eras at one moment, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Eras(Vec<Era>);

impl Eras {
    /// How `event` came.
    pub fn arrival(&self, event: &Event) -> Arrival {
        let Some(era) = find(self.0.iter().rev(), event.received_at) else { return Arrival::default() };
        let arrival = Arrival { live: false, skew: era.skew.unwrap_or(0.0).round() as i64 };
        // A server whose clock is not yet known is taken at its word; a second is what a header may be off by.
        let live = era.live.is_some_and(|since| event.received_at >= since && arrival.occurred_at(event) >= since.plus(-SLACK));
        Arrival { live, ..arrival }
    }
}

/// The era that holds `at`, the newest first: after a jump back two may.
fn find<'a>(mut newest_first: impl Iterator<Item = &'a Era>, at: Millis) -> Option<&'a Era> {
    let newest = newest_first.next()?;
    if newest.from.plus(-SLACK) <= at && at <= newest.to.plus(SLACK) {
        return Some(newest);
    }
    let older = newest_first.find(|era| era.from <= at && at <= era.to.plus(SLACK));
    // The clock has not been read since it came.
    older.or_else(|| (at > newest.to).then_some(newest))
}

impl SourceClock {
    /// As it was written down.
    pub fn load(eras: Vec<Era>) -> Self {
        Self { written: eras.last().and_then(|era| era.skew), eras: eras.into(), ..Self::default() }
    }

    /// Both of our clocks were read: twice a second, and with everything that comes.
    pub fn tick(&mut self, now: Reading) {
        let before = self.last.replace(now);
        match (self.eras.back_mut(), before) {
            (Some(era), Some(before)) => {
                let jump = now.base() - era.base.unwrap_or(now.base());
                if jump.abs() > JUMP {
                    let elapsed = now.up.saturating_sub(before.up).max(0);
                    let live = era.live.map(|since| since.plus(jump));
                    self.begin(Era { from: now.wall.plus(-elapsed), to: now.wall, skew: None, base: Some(now.base()), live });
                } else {
                    era.to = era.to.max(now.wall);
                    era.base = Some(now.base());
                }
            }
            _ => self.begin(Era { from: now.wall, to: now.wall, skew: None, base: Some(now.base()), live: None }),
        }
        let Some(Estimate { skew, .. }) = self.skew.estimate(now) else { return };
        let Some(era) = self.eras.back_mut() else { return };
        if era.skew.is_some_and(|known| (known - skew).abs() > STEP) {
            let next = Era { from: now.wall, to: now.wall, skew: Some(skew), ..*era };
            self.begin(next);
        } else {
            era.skew = Some(skew);
        }
        if self.written.is_none_or(|written| (written - skew).abs() > WORTH) {
            self.dirty = true;
        }
    }

    fn begin(&mut self, era: Era) {
        self.eras.push_back(era);
        while self.eras.len() > ERAS {
            self.eras.pop_front();
        }
        self.dirty = true;
    }

    /// Events come as they happen from now on, or no longer.
    pub fn live(&mut self, live: bool, now: Reading) {
        self.tick(now);
        if let Some(era) = self.eras.back_mut() {
            // It is since when, not that it still is.
            era.live = if live { era.live.or(Some(now.wall)) } else { None };
        }
    }

    /// Nothing comes any more.
    pub fn not_live(&mut self) {
        if let Some(era) = self.eras.back_mut() {
            era.live = None;
        }
    }

    /// See [`Skew::handshake`].
    pub fn handshake(&mut self, ahead: f64, error: f64, now: Reading) {
        self.tick(now);
        self.skew.handshake(ahead, error, now);
        self.tick(now);
    }

    /// See [`Skew::round_trip`].
    pub fn round_trip(&mut self, took: Duration) {
        self.skew.round_trip(took);
    }

    /// The clock that counts time, when ours said `received_at`; and whether what came then came live.
    pub fn received(&self, received_at: Millis) -> (Option<i64>, bool) {
        let Some(era) = find(self.eras.iter().rev(), received_at) else { return (None, false) };
        (era.base.map(|base| received_at.0 - base), era.live.is_some_and(|since| received_at >= since))
    }

    /// A live event. See [`Skew::event`].
    pub fn event(&mut self, sent: Millis, received_up: i64) {
        self.skew.event(sent, received_up);
    }

    /// The difference now.
    pub fn estimate(&self) -> Option<Estimate> {
        self.last.and_then(|now| self.skew.estimate(now))
    }

    /// The difference that an earlier run knew.
    pub fn last_known(&self) -> Option<f64> {
        self.eras.iter().rev().find_map(|era| era.skew)
    }

    /// For judging many events without holding this.
    pub fn eras(&self) -> Eras {
        Eras(self.eras.iter().copied().collect())
    }

    /// What is to be written down, when it changed. `always` at the end of a run.
    pub fn take_dirty(&mut self, always: bool) -> Option<Vec<Era>> {
        if !std::mem::take(&mut self.dirty) && !always {
            return None;
        }
        self.written = self.eras.back().and_then(|era| era.skew);
        Some(self.eras.iter().copied().collect())
    }

    /// It was not written down.
    pub fn put_back(&mut self) {
        self.dirty = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use watchdeck_events::{Catalogue, Channel, Incoming, Payload};

    const BASE: i64 = 1_795_248_000_000;
    const HOUR: i64 = 3_600_000;

    fn at(up: i64, base: i64) -> Reading {
        Reading { up, wall: Millis(base + up) }
    }

    fn event(occurred: i64, received: i64) -> Event {
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: None,
            server_at: Some(Millis(occurred)),
            kind: None,
            payload: Payload::from_json("{}"),
        };
        // As with a clock that is known: it is taken at its word.
        Event { occurred_at: Millis(occurred), ..Catalogue::builtin().normalise(incoming, &"s".into(), Millis(received)) }
    }

    #[test]
    fn with_clocks_two_hours_apart_a_live_event_is_live_and_not_late() {
        for hours in [-2, 2] {
            let mut clock = SourceClock::default();
            clock.handshake((hours * HOUR) as f64, 500.0, at(0, BASE));
            clock.live(true, at(10, BASE));
            clock.tick(at(10_000, BASE));
            let event = event(BASE + 9_980 + hours * HOUR, BASE + 10_000);
            let arrival = clock.eras().arrival(&event);
            assert!(arrival.live, "{arrival:?}");
            assert!(arrival.lateness(&event).abs() < 1_100, "{}", arrival.lateness(&event));
        }
    }

    #[test]
    fn a_backlog_is_not_live_whatever_the_clocks_say() {
        let mut clock = SourceClock::default();
        clock.handshake(2.0 * HOUR as f64, 500.0, at(0, BASE));
        clock.live(true, at(5_000, BASE));
        clock.tick(at(5_500, BASE));
        let eras = clock.eras();
        assert!(!eras.arrival(&event(BASE + 2 * HOUR, BASE + 4_000)).live, "received while catching up");
        assert!(!eras.arrival(&event(BASE + HOUR, BASE + 5_200)).live, "an hour old");
    }

    proptest! {
        #[test]
        fn setting_our_own_clock_makes_no_history(jump in prop_oneof![-24 * HOUR..-2_000, 2_000..24 * HOUR], waiting in 0i64..400) {
            let mut clock = SourceClock::default();
            clock.handshake(0.0, 500.0, at(0, BASE));
            clock.live(true, at(10, BASE));
            for n in 1..20 { clock.tick(at(n * 500, BASE)); }
            // One event was received before the clock was set and is looked at after it.
            let before = event(BASE + 9_600, BASE + 9_600);
            // The server's clock was not set.
            let after = event(BASE + 9_600 + waiting, BASE + jump + 9_600 + waiting);
            clock.tick(at(9_600 + waiting + 1, BASE + jump));
            for event in [before, after] {
                let arrival = clock.eras().arrival(&event);
                prop_assert!(arrival.live && arrival.lateness(&event).abs() < 1_000, "{arrival:?} {}", arrival.lateness(&event));
            }
        }
    }

    #[test]
    fn a_row_of_the_past_is_judged_by_the_clocks_of_its_time() {
        let mut clock = SourceClock::default();
        clock.handshake(HOUR as f64, 500.0, at(0, BASE));
        clock.tick(at(60_000, BASE));
        let old = event(BASE + 30_000 + HOUR, BASE + 30_020);
        let lateness = clock.eras().arrival(&old).lateness(&old);
        // Somebody corrects our clock; and then Watchdeck is started anew.
        clock.tick(at(60_500, BASE + HOUR));
        assert_eq!(clock.eras().arrival(&old).lateness(&old), lateness);
        let kept = serde_json::to_string(&clock.take_dirty(true).unwrap()).unwrap();
        let mut clock = SourceClock::load(serde_json::from_str(&kept).unwrap());
        clock.tick(at(0, BASE + 3 * HOUR));
        assert_eq!(clock.eras().arrival(&old).lateness(&old), lateness);
    }
}
