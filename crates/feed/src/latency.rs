//! Percentiles over the last ten thousand or so samples.

use hdrhistogram::Histogram;
use watchdeck_wire::views::Percentiles;

/// Samples in one of the two windows; the older window is forgotten when the newer is full.
const WINDOW: u64 = 10_000;
/// Resolution: histograms count tenths of a millisecond.
const PER_MS: f64 = 10.0;

/// Two windows that take turns, so that what is shown is always recent and never empty.
#[derive(Debug)]
pub struct Latency {
    now: Histogram<u64>,
    before: Histogram<u64>,
}

impl Default for Latency {
    fn default() -> Self {
        let empty = || Histogram::new(3).expect("three significant digits are allowed");
        Self { now: empty(), before: empty() }
    }
}

impl Latency {
    /// `count` samples of `ms` each. Negative ones (clocks differ) count as zero.
    pub fn record(&mut self, ms: f64, count: u64) {
        // Saturates and auto-resizes; three digits of any u64 fit, so this cannot fail.
        self.now.record_n((ms.max(0.0) * PER_MS) as u64, count).expect("the histogram resizes itself");
        if self.now.len() >= WINDOW {
            std::mem::swap(&mut self.now, &mut self.before);
            self.now.reset();
        }
    }

    /// Nothing was measured yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.now.is_empty() && self.before.is_empty()
    }

    /// Take in what another measured.
    pub fn add(&mut self, other: &Self) {
        for window in [&other.before, &other.now] {
            self.now.add(window).expect("the histogram resizes itself");
        }
    }

    /// What was measured, for a page, ms.
    #[must_use]
    pub fn percentiles(&self) -> Percentiles {
        let mut all = self.before.clone();
        all.add(&self.now).expect("the histogram resizes itself");
        let at = |quantile| all.value_at_quantile(quantile) as f64 / PER_MS;
        if all.is_empty() {
            return Percentiles::default();
        }
        Percentiles { count: all.len(), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: all.max() as f64 / PER_MS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_recent_samples() {
        let mut latency = Latency::default();
        for _ in 0..30_000 {
            latency.record(900.0, 1);
        }
        for ms in 0..20_000 {
            latency.record(f64::from(ms % 100), 1);
        }
        let seen = latency.percentiles();
        assert!((49.0..=51.0).contains(&seen.p50) && (98.0..=100.0).contains(&seen.p99) && seen.max < 101.0, "{seen:?}");
    }
}
