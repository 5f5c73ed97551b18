//! What the writer knows of the file without asking it.

use crate::{Bounds, Profile, StoreError, block::Sealer, ids::key, known::Known, letting::edges, schema, tables};
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};
use watchdeck_events::Channel;

/// See the [module docs](self).
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) head: u64,
    /// Log profile: newest offset per channel.
    pub(crate) offsets: HashMap<Channel, u64>,
    /// Number of the next block.
    pub(crate) next_block: u64,
    pub(crate) rows: Rows,
    pub(crate) sealer: Sealer,
    /// Whether runs of events may be blocks.
    pub(crate) packs: bool,
    pub(crate) known: Known,
}

impl State {
    pub(crate) fn load(connection: &Connection, profile: Profile, bounds: &HashMap<Channel, Bounds>) -> Result<Self, StoreError> {
        let one = |question: &str| connection.query_row(question, [], |row| row.get::<_, Option<u64>>(0));
        let let_go = edges::load(connection)?.iter().map(|edge| edge.seq).max().unwrap_or(0);
        let mut head = one("SELECT max(seq) FROM events")?.unwrap_or(0).max(let_go);
        let (mut next_block, mut rows) = (0, Rows(None));
        let packs = schema::packs(connection)?;
        if packs {
            head = head.max(one("SELECT max(last) FROM blocks")?.unwrap_or(0));
            let mut numbers = vec!["SELECT max(number) + 1 FROM blocks", "SELECT (max(number) + 1) * 64 FROM segments"];
            // A file that is only looked at may be older.
            if tables::has(connection, "gone")? {
                numbers.push("SELECT max(number) + 1 FROM gone");
            }
            for question in numbers {
                next_block = next_block.max(one(question)?.unwrap_or(0));
            }
            rows = Rows::load(connection)?;
        }
        let offsets = bounds.iter().map(|(channel, bounds)| (channel.clone(), bounds.last)).collect();
        Ok(Self { profile, head, offsets, next_block, rows, sealer: Sealer::default(), packs, known: Known::default() })
    }
}

/// Rows whose ids are kept in memory at most. A file of before there were blocks has more, until they are packed.
const MOST_ROWS: usize = 200_000;

/// The ids of all rows, by their keys; `None` where there are too many.
pub(crate) struct Rows(Option<HashSet<u64>>);

impl Rows {
    fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut keys = HashSet::new();
        let mut query = connection.prepare("SELECT id FROM events")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if keys.len() == MOST_ROWS {
                return Ok(Self(None));
            }
            // One that cannot be read is told of by whoever reads its event.
            keys.insert(row.get_ref(0)?.as_str().map_or(0, key));
        }
        Ok(Self(Some(keys)))
    }

    /// Whether a row may have this id.
    pub(crate) fn may_hold(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|keys| keys.contains(&key(id)))
    }

    pub(crate) fn add<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        if let Some(keys) = &mut self.0 {
            keys.extend(ids.map(key));
        }
    }

    /// These are rows no more.
    pub(crate) fn remove<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        if let Some(keys) = &mut self.0 {
            for id in ids {
                keys.remove(&key(id));
            }
        }
    }
}
