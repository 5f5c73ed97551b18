//! Who listens to which channel, so that an event costs as much as has ears for it.
//!
//! A session has one [`Ear`]. A commit marks its channels on the ears of those who follow them, and wakes only these; a session then
//! looks at what is marked and at nothing else.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;
use watchdeck_events::Channel;

/// What one session has been told of and has not looked at yet.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    marked: Mutex<HashSet<Channel>>,
    woken: Notify,
}

impl Ear {
    /// Wait until something is marked.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Everything marked since the last look.
    pub(crate) fn take(&self) -> HashSet<Channel> {
        std::mem::take(&mut *self.marked.lock().expect("no code panics while holding an ear"))
    }

    /// Whether this was the first mark since the last look, which is the one that wakes.
    fn mark(&self, channel: &Channel) -> bool {
        let mut marked = self.marked.lock().expect("no code panics while holding an ear");
        let first = marked.is_empty();
        marked.insert(channel.clone());
        drop(marked);
        if first {
            self.woken.notify_one();
        }
        first
    }
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    channels: RwLock<HashMap<Channel, Vec<Arc<Ear>>>>,
    wakes: AtomicU64,
}

impl Listeners {
    /// Listen; answers the channel's shared name. A commit after this is heard.
    pub(crate) fn follow(&self, channel: &Channel, ear: &Arc<Ear>) -> Channel {
        let mut channels = self.channels.write().expect("no code panics while holding the listeners");
        let shared = channels.get_key_value(channel).map_or_else(|| channel.clone(), |(name, _)| name.clone());
        channels.entry(shared.clone()).or_default().push(Arc::clone(ear));
        shared
    }

    /// Listen no longer to any of `gone`.
    pub(crate) fn leave<'a>(&self, gone: impl Iterator<Item = &'a Channel>, ear: &Arc<Ear>) {
        let mut channels = self.channels.write().expect("no code panics while holding the listeners");
        for channel in gone {
            let Some(ears) = channels.get_mut(channel) else { continue };
            if let Some(place) = ears.iter().position(|one| Arc::ptr_eq(one, ear)) {
                ears.swap_remove(place);
            }
            if ears.is_empty() {
                channels.remove(channel);
            }
        }
    }

    /// Something was committed in these channels, each named once.
    pub(crate) fn tell<'a>(&self, committed: impl Iterator<Item = &'a Channel>) {
        let channels = self.channels.read().expect("no code panics while holding the listeners");
        let wakes = committed.filter_map(|channel| channels.get_key_value(channel));
        let wakes = wakes.flat_map(|(name, ears)| ears.iter().map(move |ear| ear.mark(name))).filter(|woke| *woke).count();
        self.wakes.fetch_add(wakes as u64, Ordering::Relaxed);
    }

    /// How often a session was woken by commits since the start.
    pub(crate) fn wakes(&self) -> u64 {
        self.wakes.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_wakes_only_who_listens_and_only_once() {
        let listeners = Listeners::default();
        let [orders, stock] = ["orders", "stock"].map(Channel::from);
        let (a, b) = (Arc::new(Ear::default()), Arc::new(Ear::default()));
        listeners.follow(&orders, &a);
        listeners.follow(&stock, &b);
        for _ in 0..3 {
            listeners.tell([&orders].into_iter());
        }
        assert_eq!((a.take(), b.take()), (HashSet::from([orders.clone()]), HashSet::new()));
        assert_eq!(listeners.wakes(), 1, "three commits that one look will see are one wake-up");
        listeners.tell([&orders, &stock].into_iter());
        assert_eq!((a.take().len(), b.take().len(), listeners.wakes()), (1, 1, 3));
    }

    #[test]
    fn who_left_is_not_told_and_leaves_nothing_behind() {
        let listeners = Listeners::default();
        let ears: Vec<_> = (0..50).map(|_| Arc::new(Ear::default())).collect();
        let names: Vec<_> = (0..200).map(|n| Channel::from(&*format!("user:{n}:notifications"))).collect();
        let shared: Vec<_> = ears.iter().map(|ear| names.iter().map(|name| listeners.follow(name, ear)).collect::<Vec<_>>()).collect();
        assert!(std::ptr::eq(shared[0][7].as_str(), shared[49][7].as_str()), "one name, however many follow it");
        listeners.leave(names.iter(), &ears[3]);
        listeners.tell([&names[0]].into_iter());
        assert_eq!((listeners.wakes(), ears[3].take().len()), (49, 0));
        ears.iter().for_each(|ear| listeners.leave(names.iter(), ear));
        assert!(listeners.channels.read().unwrap().is_empty());
    }
}
