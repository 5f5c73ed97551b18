//! How much is happening: per second as it arrives, per minute and domain as it happened.

use crate::arrival::Arrival;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use watchdeck_events::{Catalogue, Domain, Event, Millis};
use watchdeck_wire::views::Histogram;

/// Bucket of the histogram.
const MINUTE: i64 = 60_000;
/// Minutes kept.
const MINUTES: i64 = 60;
/// Seconds kept.
const SECONDS: i64 = 300;

/// The stacked series, bottom to top.
pub const DOMAINS: [Domain; 11] = [
    Domain::Inventory,
    Domain::Orders,
    Domain::Approvals,
    Domain::Finance,
    Domain::System,
    Domain::People,
    Domain::Content,
    Domain::Social,
    Domain::Shop,
    Domain::Venue,
    Domain::Other,
];

/// Counters over the last hour.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rates {
    minutes: BTreeMap<i64, [u32; DOMAINS.len()]>,
    /// Newest event per domain.
    pub last_at: BTreeMap<String, Millis>,
    #[serde(skip)]
    seconds: VecDeque<(i64, u32)>,
}

/// The series that a domain is counted in.
fn series(domain: Domain) -> usize {
    DOMAINS.iter().position(|known| *known == domain).unwrap_or(DOMAINS.len() - 1)
}

impl Rates {
    /// Count one event. A backlog is in the history of minutes, and no part of the present rate.
    pub fn count(&mut self, event: &Event, arrival: Arrival) {
        let domain = Catalogue::current().domain(&event.kind, &event.channel);
        let occurred_at = arrival.occurred_at(event);
        let minute = occurred_at.0.div_euclid(MINUTE);
        let newest = self.minutes.last_key_value().map_or(minute, |(newest, _)| *newest);
        if minute > newest - MINUTES * 2 {
            self.minutes.entry(minute).or_default()[series(domain)] += 1;
            let newest = newest.max(minute);
            while self.minutes.first_key_value().is_some_and(|(first, _)| *first <= newest - MINUTES * 2) {
                self.minutes.pop_first();
            }
        }
        match self.last_at.get_mut(domain.as_str()) {
            Some(last) => *last = (*last).max(occurred_at),
            None => drop(self.last_at.insert(domain.as_str().to_owned(), occurred_at)),
        }
        if !arrival.live {
            return;
        }
        let second = event.received_at.0.div_euclid(1000);
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        while self.seconds.front().is_some_and(|(first, _)| *first <= second - SECONDS) {
            self.seconds.pop_front();
        }
    }

    /// Events per second, one value a second, oldest first, the current (unfinished) second left out.
    #[must_use]
    pub fn per_second(&self, now: Millis, seconds: usize) -> Vec<f64> {
        let end = now.0.div_euclid(1000);
        let start = end - seconds as i64;
        let mut values = vec![0.0; seconds];
        for (second, count) in &self.seconds {
            if (start..end).contains(second) {
                values[(second - start) as usize] = f64::from(*count);
            }
        }
        values
    }

    /// Mean of the last five whole seconds.
    #[must_use]
    pub fn current(&self, now: Millis) -> f64 {
        self.per_second(now, 5).iter().sum::<f64>() / 5.0
    }

    /// Events of one domain per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis, domain: Domain) -> Vec<f64> {
        self.window(now).map(|counts| f64::from(counts[series(domain)])).collect()
    }

    /// The last hour by minute and domain, the current minute last.
    #[must_use]
    pub fn histogram(&self, now: Millis) -> Histogram {
        Histogram {
            from: Millis((now.0.div_euclid(MINUTE) - MINUTES + 1) * MINUTE),
            bucket_ms: MINUTE as u64,
            domains: DOMAINS.iter().map(|domain| domain.as_str().to_owned()).collect(),
            counts: self.window(now).map(|counts| counts.to_vec()).collect(),
        }
    }

    fn window(&self, now: Millis) -> impl Iterator<Item = [u32; DOMAINS.len()]> {
        let last = now.0.div_euclid(MINUTE);
        (last - MINUTES + 1..=last).map(|minute| self.minutes.get(&minute).copied().unwrap_or_default())
    }
}
