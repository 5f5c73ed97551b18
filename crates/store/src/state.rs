//! What the writer knows of the file without asking it.

use crate::{Bounds, Profile, StoreError};
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};
use watchdeck_events::Channel;

/// See the [module docs](self).
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) head: u64,
    /// Log profile: newest offset per channel.
    pub(crate) offsets: HashMap<Channel, u64>,
    /// Console profile: what was noted in the block at hand. A subject that is missing here is noted again, which does no harm.
    pub(crate) subjects: Noted,
}

impl State {
    pub(crate) fn load(connection: &Connection, profile: Profile, bounds: &HashMap<Channel, Bounds>) -> Result<Self, StoreError> {
        let head: Option<u64> = connection.query_row("SELECT max(seq) FROM events", [], |row| row.get(0))?;
        let offsets = bounds.iter().map(|(channel, bounds)| (channel.clone(), bounds.last)).collect();
        Ok(Self { profile, head: head.unwrap_or(0), offsets, subjects: Noted::default() })
    }
}

/// The subjects of one block.
#[derive(Default)]
pub(crate) struct Noted {
    block: u64,
    subjects: HashSet<Box<str>>,
}

impl Noted {
    /// Whether `subject` was not noted in `block` before.
    pub(crate) fn is_news(&mut self, block: u64, subject: &str) -> bool {
        if block != self.block {
            self.block = block;
            self.subjects.clear();
        }
        !self.subjects.contains(subject) && self.subjects.insert(subject.into())
    }
}
