//! The ids of the blocks that were last asked for, unpacked: whoever sends again what he has sent, sends all of a block again.

use crate::{StoreError, packed::Packed};
use foldhash::{HashMap, HashMapExt as _};
use rusqlite::Connection;
use std::collections::VecDeque;

/// Blocks that are kept.
const MOST: usize = 4;

/// See the [module docs](self).
#[derive(Default)]
pub(crate) struct Known(VecDeque<(u64, Ids)>);

/// Sequence number and offset of each event of a block, by id.
type Ids = HashMap<Box<str>, (u64, u64)>;

impl Known {
    /// Sequence number and offset of the event of a block with this id.
    pub(crate) fn place_of(&mut self, connection: &Connection, number: u64, id: &str) -> Result<Option<(u64, u64)>, StoreError> {
        let at = match self.0.iter().position(|(known, _)| *known == number) {
            Some(at) => at,
            None => {
                self.0.truncate(MOST - 1);
                self.0.push_front((number, read(connection, number)?));
                0
            }
        };
        Ok(self.0[at].1.get(id).copied())
    }

    /// Blocks are no longer what they were.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

fn read(connection: &Connection, number: u64) -> Result<Ids, StoreError> {
    let packed = Packed::new(connection, true);
    let (block, ids) = (packed.block(number)?, packed.ids(number)?);
    let mut all = Ids::with_capacity(ids.len());
    for (at, id) in ids.into_iter().enumerate() {
        // Of two with one id the first is meant.
        all.entry(id).or_insert((block.seq(at), block.offset(at)));
    }
    Ok(all)
}
