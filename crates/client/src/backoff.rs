//! How long to wait before the next try.

use std::time::Duration;

/// Exponential, with full jitter: a thousand consoles that lost one gateway must not come back in one wave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// Ceiling of the first delay.
    pub(crate) first: Duration,
    /// Ceiling of every delay.
    pub(crate) cap: Duration,
}

impl Backoff {
    /// The delay after failure number `attempt` (from 1). `roll` is uniform in `0.0..1.0`. `not_before` is the server's own
    /// wish; the jitter comes on top of it.
    pub(crate) fn delay(self, attempt: u32, roll: f64, not_before: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
        let jitter = doubled.min(self.cap).mul_f64(roll.clamp(0.0, 1.0));
        jitter.saturating_add(not_before.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(500), cap: Duration::from_secs(20) };

    #[test]
    fn the_ceiling_doubles_from_half_a_second_to_twenty() {
        let ceilings = [1, 2, 3, 6, 7, u32::MAX].map(|attempt| BACKOFF.delay(attempt, 1.0, None).as_millis());
        assert_eq!(ceilings, [500, 1000, 2000, 16_000, 20_000, 20_000]);
    }

    #[test]
    fn jitter_is_full_and_the_servers_wish_comes_first() {
        assert_eq!(BACKOFF.delay(5, 0.0, None), Duration::ZERO);
        assert_eq!(BACKOFF.delay(1, 0.5, Some(Duration::from_secs(3))), Duration::from_millis(3250));
    }
}
