//! What an engine promises, whatever it keeps its events in: SQLite here, PostgreSQL in a crate of its own. [`suite`] holds every engine to it.
//!
//! * A batch is committed whole or not at all, and answered after it is as durable as the engine was opened for.
//! * Sequence numbers ascend in the order of the commits and *may have holes*: nothing counts, and nobody waits, by computing with them.
//! * An event is told apart by its id: it is stored once, however often it comes.
//! * Whoever reads holds nothing that the writer needs, and sees what was committed, never a part of it.
//! * Which events are meant is data ([`Plan`]), so that an engine can answer by what it knows without reading.

mod condition;
mod query;
#[cfg(feature = "suite")]
pub mod suite;
mod tally;

pub use condition::Condition;
pub use query::{Order, Page, Query};
pub use tally::Tally;

use crate::{Appended, Batch, Bounds, Chunk, Damage, Histogram, Inspection, Limit, Pending, Stats, StoreError, Stored};
use async_trait::async_trait;
use std::{collections::HashMap, fmt::Debug};
use tokio::sync::watch;
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Plan;
use watchdeck_protocol::Position;

/// A durable log of events. See the [module docs](self) for what every one promises.
#[async_trait]
pub trait Engine: Debug + Send + Sync {
    /// Names the life of the log: made when it was, kept with it. Positions of another life mean nothing here.
    fn epoch(&self) -> &str;

    /// Sequence number of the newest committed event; 0 before the first.
    fn head(&self) -> u64;

    /// Follows [`Engine::head`].
    fn watch_head(&self) -> watch::Receiver<u64>;

    /// Follows the newest failure of whatever the engine writes to, in words, until it is over.
    fn watch_failure(&self) -> watch::Receiver<Option<String>>;

    /// Follows what cannot be read any more.
    fn watch_damage(&self) -> watch::Receiver<Damage>;

    /// Hand a batch over without waiting for the commit. Waits for room: what is not committed yet is bounded by batches and by bytes.
    ///
    /// # Errors
    /// [`StoreError::Closed`].
    async fn enqueue(&self, batch: Batch) -> Result<Pending, StoreError>;

    /// Commit a batch: all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its condition does not hold; [`StoreError::Refused`] when it holds what cannot be kept, which another try does not
    /// change; [`StoreError::Full`], [`StoreError::Unavailable`] or [`StoreError::Damaged`]. Nothing of it is stored then.
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        self.enqueue(batch).await?.outcome().await.map_err(|refused| refused.error)
    }

    /// Events after `seq`, oldest first, at most `limit`: go on after the last one, the page may be shorter than the number of events asked for.
    ///
    /// # Errors
    /// [`StoreError`] as the engine meets it.
    async fn read_after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError>;

    /// The events after `seq` that are at hand without reading, one at least; `None` where the engine has to be asked.
    fn at_hand(&self, seq: u64) -> Option<Chunk> {
        let _ = seq;
        None
    }

    /// A page of the events that are meant.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn page(&self, query: Query) -> Result<Page, StoreError>;

    /// How many events are meant, of those after `after`.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn count(&self, plan: Plan, after: u64) -> Result<u64, StoreError>;

    /// How many events of which source, channel, kind and severity there are, and from when to when they occurred.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn tally(&self) -> Result<Vec<Tally>, StoreError>;

    /// How many events of which domain occurred when, in cells of so many minutes (UTC).
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn histogram(&self, minutes: u32) -> Result<Histogram, StoreError>;

    /// One event; `None` where there is none (any more).
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError>;

    /// The event with this id.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError>;

    /// Events about `subject`, exactly as written, newest first, at most `limit`.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError>;

    /// Log: events of `channel` after `offset`, oldest first. Offsets have no holes but for what was let go of or cannot be read.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError>;

    /// Log: the offset of the last event of `channel` that was received before `since`; 0 when none was.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError>;

    /// Log: the oldest kept and the newest offset of `channel`; both 0 when it is empty.
    fn channel_bounds(&self, channel: &Channel) -> Bounds;

    /// Log: every channel that has ever held an event, in order.
    fn channels(&self) -> Vec<Channel>;

    /// Log: how many channels have ever held an event. Never falls.
    fn channel_count(&self) -> usize {
        self.channels().len()
    }

    /// The committed positions of `source`, by channel.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError>;

    /// How far every subscriber has come that said so, by name.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// How far the subscriber `name` has come; 0 when it never said.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn checkpoint(&self, name: &str) -> Result<u64, StoreError> {
        let all = self.checkpoints().await?;
        Ok(all.into_iter().find(|(known, _)| known == name).map_or(0, |(_, seq)| seq))
    }

    /// Every document of a collection, by key.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError>;

    /// Size and age of what is stored.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn stats(&self) -> Result<Stats, StoreError>;

    /// What the engine keeps its events in, and whether it is whole. May take a while.
    ///
    /// # Errors
    /// As [`Engine::read_after`].
    async fn inspect(&self) -> Result<Inspection, StoreError>;

    /// Finish what is queued and let go of everything. Later appends answer [`StoreError::Closed`].
    async fn close(&self);
}
