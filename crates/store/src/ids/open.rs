//! The ids of the blocks of a segment that is not closed yet: an open table of entries, key above and block below. 16 bytes an id at most.

use super::fuse::BLOCK_BITS;

/// Slots to begin with.
const FEWEST: usize = 1 << 10;

#[derive(Debug)]
pub(super) struct Open {
    /// Bit `n` for the block `n` of the segment.
    pub(super) blocks: u64,
    /// Half of them empty at least; an empty one is 0. A power of two.
    slots: Vec<u64>,
    taken: usize,
}

impl Open {
    /// With as many slots as another one had; 0 for the first.
    pub(super) fn with_room(slots: usize) -> Self {
        Self { blocks: 0, slots: vec![0; slots.max(FEWEST)], taken: 0 }
    }

    /// A key is in a block of the segment (0 to 63). Keys are never 0.
    pub(super) fn add(&mut self, key: u64, block: u8) {
        self.put((key << BLOCK_BITS) | u64::from(block));
        if self.taken * 2 > self.slots.len() {
            let larger = vec![0; self.slots.len() * 2];
            let smaller = std::mem::replace(&mut self.slots, larger);
            self.taken = 0;
            smaller.into_iter().filter(|entry| *entry != 0).for_each(|entry| self.put(entry));
        }
    }

    fn put(&mut self, entry: u64) {
        let mut at = self.home(entry);
        while self.slots[at] != 0 {
            if self.slots[at] == entry {
                return;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = entry;
        self.taken += 1;
    }

    /// The blocks that hold a key.
    pub(super) fn blocks_of(&self, key: u64) -> impl Iterator<Item = u8> + '_ {
        let home = self.home(key << BLOCK_BITS);
        let (before, from) = self.slots.split_at(home);
        let run = from.iter().chain(before).take_while(|entry| **entry != 0);
        run.filter(move |entry| **entry >> BLOCK_BITS == key).map(|entry| (entry & ((1 << BLOCK_BITS) - 1)) as u8)
    }

    /// All entries, in the order of their keys.
    pub(super) fn entries(&self) -> Vec<u64> {
        let mut entries: Vec<u64> = self.slots.iter().copied().filter(|entry| *entry != 0).collect();
        entries.sort_unstable();
        entries
    }

    /// Slots, of 8 bytes.
    pub(super) fn room(&self) -> usize {
        self.slots.len()
    }

    /// Where a key is, if nobody else is there: keys are hashes.
    fn home(&self, entry: u64) -> usize {
        (entry >> (u64::BITS - self.slots.len().ilog2())) as usize
    }
}
