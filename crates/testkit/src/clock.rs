//! The time of day for events that a test makes, and the machine's clocks with sleeps and jumps that a test adds. Time itself goes on as always: what
//! pauses it is `tokio::time`.

use std::{sync::Mutex, time::Duration};
use watchdeck_client::{BootClock, Clock};
use watchdeck_events::Millis;

/// The time of day, ms since 1970, as payloads have it.
#[must_use]
pub fn now() -> i64 {
    BootClock.wall().0
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct TestClock(Mutex<Added>);

#[derive(Debug, Default)]
struct Added {
    slept: Duration,
    jumped_ms: i64,
}

impl TestClock {
    /// The machine sleeps: both clocks go on, and nothing else does.
    pub fn sleep(&self, for_: Duration) {
        let mut added = self.0.lock().expect("no code panics while holding the clock");
        added.slept += for_;
        added.jumped_ms += i64::try_from(for_.as_millis()).expect("a test sleeps for hours");
    }

    /// Somebody sets the time of day.
    pub fn jump(&self, by_ms: i64) {
        self.0.lock().expect("no code panics while holding the clock").jumped_ms += by_ms;
    }
}

impl Clock for TestClock {
    fn elapsed(&self) -> Duration {
        BootClock.elapsed() + self.0.lock().expect("no code panics while holding the clock").slept
    }

    fn wall(&self) -> Millis {
        BootClock.wall().plus(self.0.lock().expect("no code panics while holding the clock").jumped_ms)
    }
}
