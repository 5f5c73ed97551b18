//! When the machine's addresses change: a cable, a Wi-Fi, a VPN. Whoever holds links wakes them then ([`crate::Link::network_changed`]).

use futures_util::{Stream, StreamExt as _, stream};
use if_watch::tokio::IfWatcher;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Changes come in bunches (an address of each kind, one by one); this long after the first, the bunch is one.
const BUNCH: Duration = Duration::from_millis(300);

/// One item for each time the addresses of this machine changed, from now on. Where the system does not tell, there is never one: links
/// notice by themselves, only later. Needs a Tokio runtime.
pub fn changes() -> impl Stream<Item = ()> + Send {
    // What is there already comes first and is no change.
    stream::unfold(None, |watcher: Option<IfWatcher>| async move {
        let mut watcher = match watcher {
            Some(watcher) => watcher,
            None => started().await?,
        };
        bunch(&mut watcher).await?;
        Some(((), Some(watcher)))
    })
}

/// A watcher that has told what was there at its start.
async fn started() -> Option<IfWatcher> {
    match IfWatcher::new() {
        Ok(mut watcher) => {
            quiet(&mut watcher, Instant::now() + BUNCH).await?;
            Some(watcher)
        }
        Err(error) => {
            tracing::info!(%error, "Changes of the network cannot be watched here.");
            None
        }
    }
}

/// Wait for a bunch of changes. `None`: there will be no more.
async fn bunch(watcher: &mut IfWatcher) -> Option<()> {
    next(watcher).await?;
    quiet(watcher, Instant::now() + BUNCH).await
}

/// Take what comes until `until`.
async fn quiet(watcher: &mut IfWatcher, until: Instant) -> Option<()> {
    while let Ok(more) = timeout_at(until, next(watcher)).await {
        more?;
    }
    Some(())
}

async fn next(watcher: &mut IfWatcher) -> Option<()> {
    match watcher.next().await {
        Some(Ok(event)) => {
            tracing::debug!(?event, "The addresses of this machine changed.");
            Some(())
        }
        Some(Err(error)) => {
            tracing::info!(%error, "Changes of the network are not watched any more.");
            None
        }
        None => None,
    }
}
