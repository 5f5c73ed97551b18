//! Listens for what others commit. A notification only wakes; without one the log is looked at once a second.

use crate::{failure::Io, shared::Shared};
use std::{convert::Infallible, sync::Arc, time::Duration};
use watchdeck_events::Millis;
use watchdeck_store::StoreError;

/// What every commit notifies.
pub(crate) const WAKE: &str = "watchdeck";
/// Between two looks that nobody asked for.
const LOOK: Duration = Duration::from_secs(1);
/// A look that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two tries to reach the server, at first and at most.
const RETRY: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(3)];
/// Looks between two at the partitions: every ten minutes.
const TENDING: u32 = 600;

/// Follow the log until it is closed.
pub(crate) async fn follow(shared: Arc<Shared>) {
    let mut tries = 0u32;
    loop {
        let lost = tokio::select! {
            Err(lost) = listen(&shared, &mut tries) => lost,
            () = shared.stop.cancelled() => return,
        };
        if tries == 0 {
            tracing::warn!(error = %lost, "The log's database cannot be reached; trying again.");
        }
        shared.met(&lost);
        let wait = RETRY[0].saturating_mul(2u32.saturating_pow(tries.min(8))).min(RETRY[1]);
        tries = tries.saturating_add(1);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

async fn listen(shared: &Shared, tries: &mut u32) -> Result<Infallible, StoreError> {
    let mut session = shared.server.session(Some(Arc::clone(&shared.woken))).await?;
    session.client.batch_execute(&format!("LISTEN {WAKE}")).await.io()?;
    let mut looks = 0u32;
    loop {
        // After the listening began: what was committed before is found, what comes later wakes.
        look(shared).await?;
        if *tries > 0 {
            tracing::info!(tries, "The log's database is there again.");
            *tries = 0;
        }
        if looks.is_multiple_of(TENDING) {
            shared.weeks.make(&mut session.client, now(), []).await?;
        }
        // A burst of wakes only makes it sooner.
        looks = looks.wrapping_add(1);
        if session.client.is_closed() {
            return Err(StoreError::Unavailable("the connection that listens was closed".into()));
        }
        drop(tokio::time::timeout(LOOK, shared.woken.notified()).await);
    }
}

async fn look(shared: &Shared) -> Result<(), StoreError> {
    let looking = tokio::time::timeout(PATIENCE, shared.catch_up()).await;
    looking.unwrap_or_else(|_| Err(StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs()))))?;
    shared.failures.reached();
    Ok(())
}

/// The wall clock.
pub(crate) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
