//! How much one user may ask for, over all of its sessions and requests.

use crate::config::LimitsConfig;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock as _};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Users whose use is remembered; beyond it, those are forgotten who have asked for nothing lately.
const MOST_USERS: usize = 10_000;
/// What was asked for longer ago than this has been made good.
const LATELY: Duration = Duration::from_secs(120);

/// What is counted before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Publish,
    Decide,
    Subscribe,
}

/// What was sent and is beyond the share of this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Debt {
    pub(crate) bytes: usize,
    /// Before the next try to pay it.
    pub(crate) wait: Duration,
}

/// One user's shares.
#[derive(Debug)]
pub(crate) struct Shares {
    publishes: DefaultDirectRateLimiter,
    decisions: DefaultDirectRateLimiter,
    subscriptions: DefaultDirectRateLimiter,
    bytes: DefaultDirectRateLimiter,
    /// The most bytes that can be paid at once.
    most_bytes: NonZeroU32,
}

impl Shares {
    fn of(config: LimitsConfig) -> Self {
        let second = |most: u32| RateLimiter::direct(Quota::per_second(at_least_one(most)));
        let minute = |most: u32| RateLimiter::direct(Quota::per_minute(at_least_one(most)));
        Self {
            publishes: second(config.publishes_per_second),
            decisions: minute(config.decisions_per_minute),
            subscriptions: minute(config.subscriptions_per_minute),
            bytes: second(config.bytes_per_second),
            most_bytes: at_least_one(config.bytes_per_second),
        }
    }

    /// Take `count`, or how long to wait until it can be had. More than a share holds takes all of it.
    pub(crate) fn take(&self, what: Use, count: usize) -> Result<(), Duration> {
        let limiter = match what {
            Use::Publish => &self.publishes,
            Use::Decide => &self.decisions,
            Use::Subscribe => &self.subscriptions,
        };
        let Some(count) = NonZeroU32::new(u32::try_from(count).unwrap_or(u32::MAX)) else { return Ok(()) };
        let taken = match limiter.check_n(count) {
            Ok(taken) => taken,
            Err(too_many) => match NonZeroU32::new(too_many.0) {
                Some(all) => limiter.check_n(all).unwrap_or(Ok(())),
                None => Ok(()),
            },
        };
        taken.map_err(|until| until.wait_time_from(limiter.clock().now()))
    }
}

impl Shares {
    /// Pay for bytes that were sent, as far as the share of this moment goes.
    pub(crate) fn pay(&self, mut bytes: usize) -> Result<(), Debt> {
        while let Some(some) = NonZeroU32::new(u32::try_from(bytes).unwrap_or(u32::MAX).min(self.most_bytes.get())) {
            if let Ok(Err(until)) = self.bytes.check_n(some) {
                return Err(Debt { bytes, wait: until.wait_time_from(self.bytes.clock().now()) });
            }
            bytes -= some.get() as usize;
        }
        Ok(())
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// Everybody's shares.
#[derive(Debug)]
pub(crate) struct Limits {
    config: LimitsConfig,
    by_user: Mutex<HashMap<String, (Arc<Shares>, Instant)>>,
}

impl Limits {
    pub(crate) fn new(config: LimitsConfig) -> Self {
        Self { config, by_user: Mutex::default() }
    }

    /// The shares of the user of this name, the same for all that it does.
    pub(crate) fn shares(&self, user: String) -> Arc<Shares> {
        let now = Instant::now();
        let mut users = self.by_user.lock().expect("no code panics while holding the shares");
        if users.len() >= MOST_USERS {
            users.retain(|_, (shares, last)| Arc::strong_count(shares) > 1 || now.duration_since(*last) < LATELY);
        }
        let (shares, last) = users.entry(user).or_insert_with(|| (Arc::new(Shares::of(self.config)), now));
        *last = now;
        Arc::clone(shares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_a_share_is_refused_with_a_time_to_wait() {
        let limits = Limits::new(LimitsConfig { decisions_per_minute: 2, publishes_per_second: 100, ..LimitsConfig::default() });
        let (one, other) = (limits.shares("jwt:a".into()), limits.shares("jwt:b".into()));
        assert!(one.take(Use::Decide, 1).is_ok() && limits.shares("jwt:a".into()).take(Use::Decide, 1).is_ok());
        let wait = one.take(Use::Decide, 1).unwrap_err();
        assert!(wait > Duration::from_secs(20) && wait <= Duration::from_secs(30), "{wait:?}");
        assert!(other.take(Use::Decide, 1).is_ok(), "one user's haste is not another's");
        assert!(one.take(Use::Publish, 100_000).is_ok(), "more than a share at once is one whole share");
        assert!(one.take(Use::Publish, 1).is_err() && one.take(Use::Publish, 0).is_ok());
    }

    #[test]
    fn what_was_sent_is_paid_for_to_the_last_byte() {
        let shares = Limits::new(LimitsConfig { bytes_per_second: 1_000, ..LimitsConfig::default() }).shares("jwt:a".into());
        let debt = shares.pay(2_700).unwrap_err();
        assert!(debt.bytes > 1_600 && debt.bytes <= 1_700 && debt.wait <= Duration::from_secs(1), "{debt:?}");
        assert!(shares.pay(0).is_ok());
    }
}
