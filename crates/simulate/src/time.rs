//! The one clock. It moves with the simulation's ticks; the thread that simulates sees no other (see `stand_in`), and inside of a tick a console's links
//! see Tokio's paused one.

use std::{cell::Cell, time::Duration};
use watchdeck_events::Millis;

/// When every simulation begins: a Monday noon, so that hours either way are the same day.
pub(crate) const BEGINNING: Duration = Duration::from_secs(1_772_452_800);

thread_local! {
    static ELAPSED: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// How long this thread has simulated, by the simulation's clock; `None` where it does not.
#[must_use]
pub fn elapsed() -> Option<Duration> {
    ELAPSED.get()
}

/// The time of day that this thread sees; `None` where it does not simulate.
#[must_use]
pub fn since_1970() -> Option<Duration> {
    elapsed().map(|elapsed| BEGINNING + elapsed)
}

/// It is so late now.
pub(crate) fn set(elapsed: Duration) {
    ELAPSED.set(Some(elapsed));
}

/// The time of day.
pub(crate) fn wall() -> Millis {
    millis(since_1970().unwrap_or(BEGINNING))
}

/// So long after the beginning of 1970.
pub(crate) fn millis(since: Duration) -> Millis {
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
