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

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Publish,
    Decide,
    Subscribe,
    Send,
}

/// One user's shares.
#[derive(Debug)]
pub(crate) struct Shares {
    publishes: DefaultDirectRateLimiter,
    decisions: DefaultDirectRateLimiter,
    subscriptions: DefaultDirectRateLimiter,
    bytes: DefaultDirectRateLimiter,
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
        }
    }

    /// Take `count`, or how long to wait until it can be had. More than a share holds takes all of it.
    pub(crate) fn take(&self, what: Use, count: usize) -> Result<(), Duration> {
        let limiter = match what {
            Use::Publish => &self.publishes,
            Use::Decide => &self.decisions,
            Use::Subscribe => &self.subscriptions,
            Use::Send => &self.bytes,
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
}
