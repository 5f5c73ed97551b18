//! How a handler is tried, as data.

use std::time::Duration;

/// See the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries before an event is parked. `None`: until one succeeds, and its subject waits as long.
    pub attempts: Option<u32>,
    /// Wait after the first failure; each later one is twice as long.
    pub first_wait: Duration,
    /// Longest wait.
    pub longest_wait: Duration,
    /// A try that takes longer has failed.
    pub time_out: Duration,
    /// Tries at once.
    pub parallel: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: Some(6),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            time_out: Duration::from_secs(30),
            parallel: 8,
        }
    }
}

impl Policy {
    /// How long to wait after so many failures; `None`: that was the last try.
    #[must_use]
    pub fn wait_after(&self, failures: u32) -> Option<Duration> {
        if self.attempts.is_some_and(|most| failures >= most) {
            return None;
        }
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        Some(self.first_wait.saturating_mul(doubled).min(self.longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end_with_the_last_try() {
        let policy = Policy { attempts: Some(5), longest_wait: Duration::from_secs(3), ..Policy::default() };
        let waits: Vec<_> = (1..=5).map(|failures| policy.wait_after(failures).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(3), Some(3), None]);
        let patient = Policy { attempts: None, ..policy };
        assert_eq!(patient.wait_after(u32::MAX), Some(Duration::from_secs(3)), "no shift is too far");
    }
}
