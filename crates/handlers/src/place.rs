//! Where in the store somebody means.

use watchdeck_events::Millis;
use watchdeck_store::{Store, StoreError};

/// See the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the oldest event.
    Start,
    /// Before the event of this number.
    Seq(u64),
    /// Before the first event that came at this time or later.
    Time(Millis),
    /// Behind the newest event.
    Now,
}

impl Place {
    /// The number of the last event before it. By time it is found by halves: events are numbered as they came, but for a clock that was set.
    pub(crate) async fn after(self, store: &Store) -> Result<u64, StoreError> {
        let head = store.head();
        match self {
            Self::Start => Ok(0),
            Self::Now => Ok(head),
            Self::Seq(seq) => Ok(seq.saturating_sub(1).min(head)),
            Self::Time(at) => {
                let (mut low, mut high) = (0, head);
                while low < high {
                    let middle = low + (high - low) / 2;
                    match store.read_after(middle, 1).await?.first() {
                        Some(stored) if stored.event.received_at < at => low = stored.seq,
                        _ => high = middle,
                    }
                }
                Ok(low)
            }
        }
    }
}
