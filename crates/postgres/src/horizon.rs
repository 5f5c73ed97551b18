//! How far this process sees: the newest number, the ends of each channel, and the newest events at hand. All of it moves together, and only to what is
//! committed.

use crate::row::number;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::watch;
use tokio_postgres::Row;
use watchdeck_events::Channel;
use watchdeck_store::{Bounds, Chunk, Stored};

/// Bytes of events at hand; the oldest go first.
const MOST_BYTES: usize = 16 << 20;

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Horizon {
    inner: Mutex<Inner>,
    head: watch::Sender<u64>,
}

#[derive(Debug)]
struct Inner {
    head: u64,
    /// How often events were let go of, as far as is known.
    let_go: i64,
    bounds: HashMap<Channel, Bounds>,
    at_hand: VecDeque<Page>,
    bytes: usize,
}

/// All events after one number, up to the last of them.
#[derive(Debug)]
struct Page {
    after: u64,
    events: Arc<Vec<Stored>>,
    bytes: usize,
}

impl Horizon {
    /// From the rows of [`SEEN`].
    pub(crate) fn new(rows: &[Row]) -> Self {
        let Seen { head, let_go, bounds } = Seen::of(rows);
        let inner = Inner { head, let_go, bounds, at_hand: VecDeque::new(), bytes: 0 };
        Self { inner: Mutex::new(inner), head: watch::Sender::new(head) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no code panics while holding the horizon")
    }

    pub(crate) fn head(&self) -> u64 {
        *self.head.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    pub(crate) fn let_go(&self) -> i64 {
        self.inner().let_go
    }

    /// Take in all events that follow `after`. Answers whether they adjoin what was known; where they do not, somebody else's lie between.
    pub(crate) fn extend(&self, after: u64, mut events: Vec<Stored>) -> bool {
        let mut inner = self.inner();
        if after > inner.head {
            return false;
        }
        let known = inner.head;
        events.retain(|stored| stored.seq > known);
        let Some(newest) = events.last().map(|last| last.seq) else { return true };
        for stored in &events {
            let Bounds { first, last } = inner.bounds.entry(stored.event.channel.clone()).or_default();
            *first = if *last == 0 { stored.offset } else { *first };
            *last = stored.offset;
        }
        let bytes = events.iter().map(Stored::bytes).sum();
        inner.bytes += bytes;
        inner.at_hand.push_back(Page { after: known, events: Arc::new(events), bytes });
        while inner.bytes > MOST_BYTES && inner.at_hand.len() > 1 {
            inner.bytes -= inner.at_hand.pop_front().map_or(0, |oldest| oldest.bytes);
        }
        inner.head = newest;
        // Within the lock: whoever sees the number finds the ends of the channels.
        self.head.send_replace(newest);
        true
    }

    /// Events were let go of: the channels begin later. From the rows of [`SEEN`], of which nothing is taken that is not known yet.
    pub(crate) fn cut(&self, rows: &[Row]) {
        let seen = Seen::of(rows);
        let mut inner = self.inner();
        inner.let_go = seen.let_go;
        for (channel, ends) in &mut inner.bounds {
            if let Some(now) = seen.bounds.get(channel) {
                ends.first = now.first.min(ends.last + 1);
            }
        }
    }

    /// Everything beyond what was known was let go of before it was read.
    pub(crate) fn skip(&self, rows: &[Row]) {
        let seen = Seen::of(rows);
        let mut inner = self.inner();
        if seen.head > inner.head {
            *inner = Inner { head: seen.head, let_go: seen.let_go, bounds: seen.bounds, at_hand: VecDeque::new(), bytes: 0 };
            self.head.send_replace(seen.head);
        }
    }

    /// The events after `seq`, as far as they are at hand.
    pub(crate) fn at_hand(&self, seq: u64) -> Option<Chunk> {
        let inner = self.inner();
        let place = inner.at_hand.partition_point(|page| page.events.last().is_none_or(|last| last.seq <= seq));
        let page = inner.at_hand.get(place).filter(|page| page.after <= seq)?;
        Some(Chunk::new(Arc::clone(&page.events), page.events.partition_point(|stored| stored.seq <= seq)))
    }

    pub(crate) fn bounds(&self, channel: &Channel) -> Bounds {
        self.inner().bounds.get(channel).copied().unwrap_or_default()
    }

    pub(crate) fn channels(&self) -> Vec<Channel> {
        let mut channels: Vec<_> = self.inner().bounds.keys().cloned().collect();
        channels.sort_unstable();
        channels
    }

    pub(crate) fn channel_count(&self) -> usize {
        self.inner().bounds.len()
    }
}

/// The newest number, and how often events were let go of.
pub(crate) const HEAD: &str = "SELECT seq, let_go FROM head";
/// The same with the ends of all channels, as they are at one moment.
pub(crate) const SEEN: &str = "SELECT seq, let_go, channel, first, last FROM head LEFT JOIN channels ON true";

/// The rows of [`SEEN`].
struct Seen {
    head: u64,
    let_go: i64,
    bounds: HashMap<Channel, Bounds>,
}

impl Seen {
    fn of(rows: &[Row]) -> Self {
        let (head, let_go) = rows.first().map_or((0, 0), |row| (number(row.get(0)), row.get(1)));
        let ends = |row: &Row| {
            let channel = Channel::from(row.get::<_, Option<&str>>(2)?);
            Some((channel, Bounds { first: number(row.get(3)), last: number(row.get(4)) }))
        };
        Self { head, let_go, bounds: rows.iter().filter_map(ends).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_store::suite;

    fn horizon() -> Horizon {
        Horizon::new(&[])
    }

    fn events(range: std::ops::Range<u64>) -> Vec<Stored> {
        range.map(|seq| Stored { seq, offset: seq, event: suite::event(seq * 5) }).collect()
    }

    #[test]
    fn only_what_adjoins_is_taken_in_and_nothing_twice() {
        let horizon = horizon();
        assert!(horizon.extend(0, events(1..4)));
        assert!(!horizon.extend(5, events(6..7)), "4 and 5 are somebody else's");
        assert!(horizon.extend(2, events(3..9)), "a part of it was known");
        let seqs = |after| horizon.at_hand(after).map(|chunk| chunk.iter().map(|stored| stored.seq).collect::<Vec<_>>());
        assert_eq!((seqs(0), seqs(2), seqs(3)), (Some(vec![1, 2, 3]), Some(vec![3]), Some(vec![4, 5, 6, 7, 8])));
        assert_eq!((seqs(8), horizon.head()), (None, 8));
        let channel = suite::event(0).channel;
        assert_eq!(horizon.bounds(&channel), Bounds { first: 1, last: 8 });
    }
}
