//! The newest part of every channel's log, in memory and ready to be sent.
//!
//! Sessions are cursors over the log. A cursor near the end reads here, a cursor that fell behind reads from disk; neither holds up the
//! other, and nobody is dropped. This is why there is no queue per session that could be full.

use crate::wire::Entry;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_events::Channel;
use watchdeck_store::{Store, StoreError, Subscription};

/// Entries kept in memory, over all channels.
const MOST_ENTRIES: usize = 20_000;
/// Bytes kept in memory, over all channels.
const MOST_BYTES: usize = 32 << 20;
/// Before the log is read again after it could not be.
const RETRY: Duration = Duration::from_secs(1);

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Tail {
    store: Store,
    recent: RwLock<Recent>,
    /// Counts commits; sessions wait on it.
    commits: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Recent {
    channels: HashMap<Channel, VecDeque<Arc<Entry>>>,
    /// The channels of all entries, oldest first: what to forget next.
    order: VecDeque<Channel>,
    bytes: usize,
}

impl Tail {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, recent: RwLock::default(), commits: watch::Sender::new(0) }
    }

    /// Changes with every commit that [`Tail::after`] can see.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Follow the store until `stop`.
    pub(crate) async fn follow(&self, mut subscription: Subscription, stop: CancellationToken) {
        loop {
            let chunk = tokio::select! {
                chunk = subscription.next() => chunk,
                () = stop.cancelled() => return,
            };
            match chunk {
                Ok(chunk) => {
                    {
                        let mut recent = self.recent.write().expect("no code panics while holding the tail");
                        chunk.iter().for_each(|stored| recent.push(&stored.event.channel, Entry::of(stored)));
                    }
                    self.commits.send_modify(|count| *count += 1);
                }
                Err(error) => {
                    tracing::warn!(%error, "The log cannot be followed; trying again.");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = stop.cancelled() => return,
                    }
                }
            }
        }
    }

    /// Up to `limit` entries of `channel` after `offset`; empty when there is nothing new.
    pub(crate) async fn after(&self, channel: &Channel, offset: u64, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        if let Some(near) = self.recent.read().expect("no code panics while holding the tail").after(channel, offset, limit) {
            return Ok(near);
        }
        // Not in memory: fell behind, or nothing was logged since the start. Offsets tell which, without touching the disk.
        if offset >= self.store.channel_bounds(channel).last {
            return Ok(Vec::new());
        }
        Ok(self.store.channel_after(channel, offset, limit).await?.iter().map(Entry::of).collect())
    }
}

impl Recent {
    fn push(&mut self, channel: &Channel, entry: Arc<Entry>) {
        self.bytes += entry.size();
        self.order.push_back(channel.clone());
        self.channels.entry(channel.clone()).or_default().push_back(entry);
        while self.order.len() > MOST_ENTRIES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            let entries = self.channels.get_mut(&oldest).expect("an ordered entry has its channel");
            if let Some(gone) = entries.pop_front() {
                self.bytes -= gone.size();
            }
            if entries.is_empty() {
                self.channels.remove(&oldest);
            }
        }
    }

    /// `None` when memory does not reach back to `offset`.
    fn after(&self, channel: &Channel, offset: u64, limit: usize) -> Option<Vec<Arc<Entry>>> {
        let entries = self.channels.get(channel)?;
        let first = entries.front()?.offset;
        // Offsets have no holes, so the index is a subtraction.
        let skip = usize::try_from((offset + 1).checked_sub(first)?).ok()?;
        Some(entries.iter().skip(skip).take(limit).cloned().collect())
    }
}
