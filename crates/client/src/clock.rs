//! Time, from outside.
//!
//! `std::time::Instant` stands still while a Linux machine sleeps, so a link that died during the night would look fresh in
//! the morning; the wall clock jumps when somebody sets it, and would kill healthy links. Hence two clocks.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use watchdeck_events::Millis;

/// Both clocks.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment, never backwards, sleep of the machine included. Every time-out is measured on it.
    fn elapsed(&self) -> Duration;
    /// The time of day. Only ever shown and stored, never measured with.
    fn wall(&self) -> Millis;
}

/// The machine's own clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct BootClock;

impl Clock for BootClock {
    fn elapsed(&self) -> Duration {
        static START: OnceLock<boot_time::Instant> = OnceLock::new();
        START.get_or_init(boot_time::Instant::now).elapsed()
    }

    fn wall(&self) -> Millis {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) up: Duration,
    pub(crate) wall: Millis,
}

impl Now {
    pub(crate) fn read(clock: &dyn Clock) -> Self {
        Self { up: clock.elapsed(), wall: clock.wall() }
    }
}
