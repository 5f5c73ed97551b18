//! Where a handler's parts write what they are at, and whoever asks reads it.

use crate::{Errand, Health, LastError, Report, report::Wish};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;

/// Seconds over which a rate is said.
const SECONDS: i64 = 10;

/// Shared by a handler's runner, its errand and the registry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Figures>>);

#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) wish: Wish,
    /// Its task runs.
    pub(crate) runs: bool,
    pub(crate) floor: u64,
    /// Everything up to here was looked at.
    pub(crate) seen: u64,
    /// Looked at and not done.
    pub(crate) open: usize,
    pub(crate) retrying: usize,
    /// What was done is not taken by the store.
    pub(crate) stuck: bool,
    handled: u64,
    failures: u64,
    rate: Rate,
    pub(crate) last_error: Option<LastError>,
    pub(crate) errand: Option<Errand>,
}

impl Board {
    pub(crate) fn look(&self) -> MutexGuard<'_, Figures> {
        self.0.hold()
    }
}

impl Figures {
    pub(crate) fn done(&mut self, at: Millis) {
        self.handled += 1;
        self.rate.count(at);
    }

    pub(crate) fn failed(&mut self, words: &str, at: Millis) {
        self.failures += 1;
        self.said(words, at);
    }

    pub(crate) fn said(&mut self, words: &str, at: Millis) {
        self.last_error = Some(LastError { at, words: words.to_owned() });
    }

    pub(crate) fn report(&self, name: &str, head: u64, letters: u64, at: Millis) -> Report {
        let unread = head.saturating_sub(self.seen);
        Report {
            name: name.to_owned(),
            health: match self.wish {
                Wish::Pause => Health::Paused,
                Wish::Stop => Health::Stopped,
                Wish::Run if !self.runs => Health::Stopped,
                Wish::Run if self.retrying > 0 || self.stuck => Health::Failing,
                Wish::Run => Health::Running,
            },
            checkpoint: self.floor,
            behind: self.open as u64 + unread,
            about: unread > 0,
            retrying: self.retrying,
            handled: self.handled,
            failures: self.failures,
            rate: self.rate.per_second(at),
            last_error: self.last_error.clone(),
            letters,
            errand: self.errand.clone(),
        }
    }
}

/// Events by second.
#[derive(Debug, Default)]
struct Rate(VecDeque<(i64, u64)>);

impl Rate {
    fn count(&mut self, at: Millis) {
        let second = at.0.div_euclid(1_000);
        match self.0.back_mut() {
            // A clock that was set back counts on where it was.
            Some((newest, count)) if *newest >= second => *count += 1,
            _ => self.0.push_back((second, 1)),
        }
        while self.0.len() > SECONDS as usize + 1 {
            self.0.pop_front();
        }
    }

    /// Over whole seconds: the one that runs is not over.
    fn per_second(&self, at: Millis) -> f64 {
        let second = at.0.div_euclid(1_000);
        let within = self.0.iter().filter(|(when, _)| (second - SECONDS..second).contains(when));
        within.map(|(_, count)| *count).sum::<u64>() as f64 / SECONDS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_last_ten_whole_seconds() {
        let mut rate = Rate::default();
        for second in 0..100 {
            (0..second).for_each(|_| rate.count(Millis(second * 1_000 + 5)));
        }
        assert_eq!(rate.per_second(Millis(100_000)), (90..100).sum::<i64>() as f64 / 10.0);
        assert_eq!(rate.per_second(Millis(200_000)), 0.0, "what stands still is at rest");
        assert!(rate.0.len() <= 11, "however long it runs");
    }
}
