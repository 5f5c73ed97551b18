//! The newest part of every channel's log, in memory and ready to be sent.
//!
//! Sessions are cursors over the log. A cursor near the end reads here, a cursor that fell behind reads from disk; neither holds up the
//! other, and nobody is dropped. This is why there is no queue per session that could be full.

use crate::{holes, listeners::Listeners, names::Names, wire::Entry};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, RwLock, Weak},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Channel;
use watchdeck_store::{Engine, Limit, StoreError, Stored, Subscription};

/// Entries kept in memory, over all channels.
const MOST_ENTRIES: usize = 20_000;
/// Bytes kept in memory, over all channels.
const MOST_BYTES: usize = 32 << 20;
/// Entries in one page.
const PAGE_ITEMS: usize = 1_000;
/// A page ends when it has this many bytes; one entry is always in it.
const PAGE_BYTES: usize = 512 << 10;
/// An entry of at least this size that is read from disk is shared by all who read it.
const SHARED_BYTES: usize = 16 << 10;
/// Before the log is read again after it could not be.
const RETRY: Duration = Duration::from_secs(1);

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Tail {
    store: Arc<dyn Engine>,
    recent: RwLock<Recent>,
    /// Large entries that a reader holds which fell behind, by sequence number.
    large: Mutex<HashMap<u64, Weak<Entry>>>,
    /// Who is to be told of commits.
    pub(crate) listeners: Listeners,
    /// The channels there are.
    pub(crate) names: Names,
}

#[derive(Debug)]
struct Recent {
    most_entries: usize,
    most_bytes: usize,
    channels: HashMap<Channel, VecDeque<Arc<Entry>>>,
    /// The channels of all entries, oldest first: what to forget next.
    order: VecDeque<Channel>,
    bytes: usize,
}

impl Tail {
    pub(crate) fn new(store: Arc<dyn Engine>) -> Self {
        let names = Names::new(store.channels());
        Self {
            store,
            recent: RwLock::new(Recent::new(MOST_ENTRIES, MOST_BYTES)),
            large: Mutex::default(),
            listeners: Listeners::default(),
            names,
        }
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
                    // Serialised before the lock is taken: sessions wait for a push, not for text.
                    let entries: Vec<_> = chunk.iter().map(|stored| (stored.event.channel.clone(), Entry::of(stored))).collect();
                    self.recent.write().expect("no code panics while holding the tail").extend(entries);
                    let channels: HashSet<&Channel> = chunk.iter().map(|stored| &stored.event.channel).collect();
                    self.names.learn(channels.iter().copied());
                    self.listeners.tell(channels.into_iter());
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

    /// A page of entries of `channel` after `offset`, bounded by number and by bytes; empty when there is nothing new.
    pub(crate) async fn after(&self, channel: &Channel, offset: u64) -> Result<Vec<Arc<Entry>>, StoreError> {
        if let Some(near) =
            self.recent.read().expect("no code panics while holding the tail").after(channel, offset, PAGE_ITEMS, PAGE_BYTES)
        {
            return Ok(near);
        }
        // Not in memory: fell behind, or nothing was logged since the start. Offsets tell which, without touching the disk.
        let bounds = self.store.channel_bounds(channel);
        if offset >= bounds.last {
            return Ok(Vec::new());
        }
        let page = self.store.channel_after(channel, offset, Limit { events: PAGE_ITEMS, bytes: PAGE_BYTES }).await?;
        Ok(holes::bridged(&*self.store, channel, offset, bounds, page).await.iter().map(|stored| self.shared(stored)).collect())
    }

    /// An entry that was read from disk. Several slow readers of the same large one hold it once.
    fn shared(&self, stored: &Stored) -> Arc<Entry> {
        if stored.event.payload.as_str().len() < SHARED_BYTES {
            return Entry::of(stored);
        }
        if let Some(held) = self.large.lock().expect("no code panics while holding the large ones").get(&stored.seq).and_then(Weak::upgrade)
        {
            return held;
        }
        let entry = Entry::of(stored);
        let mut large = self.large.lock().expect("no code panics while holding the large ones");
        if large.len() == large.capacity() {
            large.retain(|_, entry| entry.strong_count() > 0);
        }
        large.insert(stored.seq, Arc::downgrade(&entry));
        entry
    }
}

impl Recent {
    fn new(most_entries: usize, most_bytes: usize) -> Self {
        Self { most_entries, most_bytes, channels: HashMap::new(), order: VecDeque::new(), bytes: 0 }
    }

    /// Take in what was committed, in order, and forget the oldest of any channel beyond the limits.
    fn extend(&mut self, entries: Vec<(Channel, Arc<Entry>)>) {
        for (channel, entry) in entries {
            self.bytes += entry.size();
            self.order.push_back(channel.clone());
            self.channels.entry(channel).or_default().push_back(entry);
        }
        while self.order.len() > self.most_entries || self.bytes > self.most_bytes {
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
    fn after(&self, channel: &Channel, offset: u64, limit: usize, most_bytes: usize) -> Option<Vec<Arc<Entry>>> {
        let entries = self.channels.get(channel)?;
        let first = entries.front()?.offset;
        // Offsets have no holes, so the index is a subtraction.
        let skip = usize::try_from((offset + 1).checked_sub(first)?).ok()?;
        let mut bytes = 0;
        let within = |entry: &&Arc<Entry>| {
            let fits = bytes < most_bytes;
            bytes += entry.size();
            fits
        };
        Some(entries.iter().skip(skip).take(limit).take_while(within).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::testing::entry;
    use proptest::prelude::*;

    proptest! {
        /// A reader either gets exactly what follows its offset, or is sent to the disk. Never a part, never a hole.
        #[test]
        fn memory_answers_whole_or_not_at_all(commits in prop::collection::vec(prop::collection::vec(0..3usize, 0..9), 0..12), most in 0..20usize, limit in 1..6usize) {
            let names = ["a", "b", "c"].map(Channel::from);
            let mut last = [0u64; 3];
            let mut recent = Recent::new(most, usize::MAX);
            for commit in commits {
                recent.extend(commit.iter().map(|&channel| {
                    last[channel] += 1;
                    (names[channel].clone(), entry(last[channel], "1"))
                }).collect());
            }
            let kept: usize = recent.channels.values().map(VecDeque::len).sum();
            prop_assert!(kept <= most && kept == recent.order.len());
            prop_assert_eq!(recent.bytes, recent.channels.values().flatten().map(|entry| entry.size()).sum::<usize>());
            for (channel, last) in names.iter().zip(last) {
                for offset in 0..=last {
                    if let Some(found) = recent.after(channel, offset, limit, usize::MAX) {
                        let found: Vec<u64> = found.iter().map(|entry| entry.offset).collect();
                        prop_assert_eq!(found, (offset + 1..=last).take(limit).collect::<Vec<_>>());
                    } else {
                        let kept = recent.channels.get(channel).map_or(0, VecDeque::len) as u64;
                        prop_assert!(offset < last - kept || kept == 0, "offset {} of {} is in memory ({} kept)", offset, last, kept);
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut recent = Recent::new(usize::MAX, 10_000);
        let big = format!("\"{}\"", "x".repeat(1_000));
        recent.extend((1..=100).map(|n| (Channel::from("a"), entry(n, &big))).collect());
        assert!(recent.bytes <= 10_000 && recent.order.len() >= 8, "{} entries of {} bytes", recent.order.len(), recent.bytes);
        let page = recent.after(&Channel::from("a"), 95, 100, 2_500).unwrap();
        assert_eq!(page.len(), 3, "a page ends when it has its bytes");
        assert_eq!(recent.after(&Channel::from("a"), 95, 100, 1).unwrap().len(), 1, "and is never empty where there is something");
    }
}
