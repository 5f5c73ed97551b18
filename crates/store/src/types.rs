//! What goes in and what comes out.

use crate::Condition;
use std::sync::Arc;
use watchdeck_events::{Channel, Event, Millis};
use watchdeck_protocol::Position;

/// One transaction: everything in it is committed, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// In order of arrival.
    pub events: Vec<NewEvent>,
    /// How far their sources are with them.
    pub positions: Vec<PositionUpdate>,
    /// How far subscribers are, by name.
    pub checkpoints: Vec<(String, u64)>,
    /// What subscribers keep beside the events.
    pub documents: Vec<Document>,
    /// What has to be so for it to be committed.
    pub condition: Option<Condition>,
}

/// What an event costs in memory beside its payload, about.
pub(crate) const OVERHEAD: usize = 200;

impl Batch {
    /// About how much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let events: usize = self.events.iter().map(|new| new.event.payload.bytes() + OVERHEAD).sum();
        let documents: usize = self.documents.iter().map(|document| document.body.as_ref().map_or(0, String::len) + OVERHEAD).sum();
        events + documents + (self.positions.len() + self.checkpoints.len()) * OVERHEAD
    }
}

/// How much one read brings at most. One event is always read, however large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Events.
    pub events: usize,
    /// Bytes of their payloads with what they cost beside them.
    pub bytes: usize,
}

impl Limit {
    /// Bytes of one page for whoever names a number of events only: a slow reader holds one page, and there may be a thousand of them.
    pub const BYTES: usize = 4 << 20;
}

impl From<usize> for Limit {
    fn from(events: usize) -> Self {
        Self { events, bytes: Self::BYTES }
    }
}

/// An event to store.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The event; its id tells whether it is already stored.
    pub event: Event,
    /// Its place in the server's log, where the server keeps one. Ignored in the log profile, where the store gives the offset.
    pub offset: Option<u64>,
}

/// The position in a source's channel that is reached with this batch.
#[derive(Debug, Clone)]
pub struct PositionUpdate {
    /// Profile id.
    pub source: Arc<str>,
    /// Channel.
    pub channel: Channel,
    /// Everything up to here is in the store.
    pub position: Position,
}

/// A keyed piece of JSON. `body: None` deletes it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Names the kind of document.
    pub collection: &'static str,
    /// Unique within the collection.
    pub key: String,
    /// JSON text.
    pub body: Option<String>,
}

/// An event in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Place in the store. Ascends from 1, and may have holes.
    pub seq: u64,
    /// Place in the channel's log; 0 where there is none.
    pub offset: u64,
    /// The event.
    pub event: Event,
}

impl Stored {
    /// About how much memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.event.payload.bytes() + OVERHEAD
    }
}

/// What [`Stored`] owns, lent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lent<'a> {
    pub(crate) seq: u64,
    pub(crate) offset: u64,
    pub(crate) event: &'a Event,
}

impl<'a> From<&'a Stored> for Lent<'a> {
    fn from(stored: &'a Stored) -> Self {
        Self { seq: stored.seq, offset: stored.offset, event: &stored.event }
    }
}

/// What the file looks like from inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Migrations that were applied.
    pub version: i64,
    /// SQLite's own version.
    pub sqlite: String,
    /// Tables and indexes.
    pub tables: Vec<String>,
    /// What SQLite found wrong; empty when the file is whole.
    pub problems: Vec<String>,
}

/// What an append did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Newest sequence number after it.
    pub head: u64,
    /// Events stored.
    pub inserted: usize,
    /// Events that were there already.
    pub duplicates: usize,
    /// Log profile only: one per event of the batch, in order.
    pub placed: Vec<Placed>,
}

/// Where the log put an event, or had it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Place in the store.
    pub seq: u64,
    /// Place in the channel's log.
    pub offset: u64,
    /// It was there already.
    pub duplicate: bool,
}

/// Oldest kept and newest offset of a channel; both 0 when it is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Oldest kept.
    pub first: u64,
    /// Newest.
    pub last: u64,
}

/// Size and age of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Events.
    pub events: u64,
    /// Bytes on disk, write-ahead log included.
    pub bytes: u64,
    /// When the oldest was received.
    pub oldest_at: Option<Millis>,
    /// Free space goes back to the disk by itself; see [`Store::compact`](crate::Store::compact).
    pub gives_back: bool,
}
