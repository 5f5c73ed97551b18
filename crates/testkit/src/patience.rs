//! Waiting for what must happen, with one patience for all tests: a slow machine is no failure, and what never comes is one with a name.
//!
//! It measures nothing: a test that is about how long something takes says so itself.

use anyhow::{Result, bail};
use std::{
    future::Future,
    time::{Duration, Instant},
};

/// How long anything on a busy machine may take before a test gives up. What works is never waited for so long, so it may be long.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// Pause between two looks.
pub const LOOK: Duration = Duration::from_millis(20);

/// Awaits something that must happen.
///
/// # Panics
/// When [`PATIENCE`] is over.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("in vain awaited: {what}"))
}

/// Looks again and again until `look` finds something.
///
/// # Panics
/// When [`PATIENCE`] is over.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(pause(started).await, "in vain awaited: {what}");
    }
}

/// Looks again and again until `look` finds something; a look that fails is not the last.
///
/// # Errors
/// When [`PATIENCE`] is over, with `what` was waited for and why the last look failed.
pub async fn eventually<T, F>(what: &str, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let started = Instant::now();
    loop {
        let last = look().await;
        if let Ok(Some(found)) = last {
            return Ok(found);
        }
        if !pause(started).await {
            return match last {
                Err(error) => Err(error.context(format!("waited in vain for {what}"))),
                Ok(_) => bail!("waited in vain for {what}"),
            };
        }
    }
}

/// Until the next look; `false` when there is none.
pub(crate) async fn pause(started: Instant) -> bool {
    tokio::time::sleep(LOOK).await;
    started.elapsed() < PATIENCE
}
