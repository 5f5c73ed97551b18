//! Which block holds an event with this id? Asked once for every event that comes, so that none is stored twice, and nearly always answered *none*.
//!
//! 64 consecutive blocks make a *segment*. The ids of a closed one are two byte strings of 2.3 bytes an id each: a *filter*, kept in memory, which
//! says *no* or *perhaps* (wrongly for one id in 65,536), and *prints*, which stay in the file and say the block in a few small reads (again wrongly for one
//! in 1,024). The ids of the blocks behind the last closed segment are kept as they are, and gathered anew at every opening.
//!
//! An index entry per event would touch a page of the file per event. Bloom filters of the same size are wrong seventy times as often, and each has to
//! be asked by itself; here all segments are asked at the same three places (see [`group`]), so that a *no* costs hardly more for ten million events
//! than for one.
//!
//! An answer is a place to look, never a proof: ids are told apart by 58 bits of their hash. What is damaged answers *perhaps, every block*.

mod fuse;
mod group;
mod open;
mod segment;
#[cfg(test)]
mod tests;

use group::Group;
use open::Open;
pub(crate) use segment::{ReadAt, SEGMENT, Segment, lookup};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::xxh3_64;

/// Where an id may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Candidate {
    /// In the block with this number.
    Block(u64),
    /// In a block of the segment with this number, which its prints tell: see [`lookup`].
    Segment(u64),
    /// In any block of the segment with this number: its filter cannot be read.
    Unreadable(u64),
}

/// The ids of a file's blocks.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    open: BTreeMap<u64, Open>,
    /// Filters of the same shape as often as possible in one.
    groups: Vec<Group>,
    /// Of each closed segment the blocks that its filter knows (bit `n` for the block `n`).
    closed: BTreeMap<u64, u64>,
    unreadable: BTreeSet<u64>,
    /// Slots that the last open segment needed.
    room: usize,
}

/// The hash of an id.
pub(crate) fn hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The part of an id's hash by which it is looked for; never 0.
pub(crate) fn key(id: &str) -> u64 {
    key_of(hash(id))
}

fn key_of(hash: u64) -> u64 {
    (hash >> fuse::BLOCK_BITS).max(1)
}

impl Ids {
    /// Take in the filter of a segment: one that was kept, at opening; one that was just closed, once it is kept, in place of its open ids. Whether it
    /// can be read; what cannot answers *perhaps* from now on. The blocks of such a segment can be added and closed anew.
    pub(crate) fn load(&mut self, segment: u64, filter: &[u8]) -> bool {
        let Some((head, prints)) = segment::read_filter(filter).filter(|(head, _)| head.first_block / SEGMENT == segment) else {
            if !self.closed.contains_key(&segment) {
                self.unreadable.insert(segment);
            }
            return false;
        };
        if !self.closed.contains_key(&segment) {
            let mut group = Group::of(head.shape, segment, prints);
            while let Some(at) = self.groups.iter().position(|other| other.fits(&group)) {
                group = self.groups.swap_remove(at).with(group);
            }
            self.groups.push(group);
            self.closed.insert(segment, head.blocks);
        }
        self.unreadable.remove(&segment);
        if self.open.get(&segment).is_some_and(|open| open.blocks & !self.closed[&segment] == 0) {
            // The next one will be as large.
            self.room = self.open.remove(&segment).map_or(0, |open| open.room());
        }
        true
    }

    /// Whether a block is in what was loaded or added. At opening, every block that is not has to be added.
    pub(crate) fn knows(&self, block: u64) -> bool {
        let bit = 1 << (block % SEGMENT);
        let known = [self.closed.get(&(block / SEGMENT)).copied(), self.open.get(&(block / SEGMENT)).map(|open| open.blocks)];
        known.into_iter().flatten().any(|blocks| blocks & bit != 0)
    }

    /// Take in a block with the ids of its events. In any order; blocks may be missing. One that is added late, to a segment that is closed
    /// already, is kept in memory and is no part of it.
    pub(crate) fn add_block<'a>(&mut self, block: u64, ids: impl Iterator<Item = &'a str>) {
        self.add_hashes(block, ids.map(hash));
    }

    /// The same, of ids whose hashes are known.
    pub(crate) fn add_hashes(&mut self, block: u64, hashes: impl Iterator<Item = u64>) {
        let open = self.open.entry(block / SEGMENT).or_insert_with(|| Open::with_room(self.room));
        let within = (block % SEGMENT) as u8;
        open.blocks |= 1 << within;
        hashes.for_each(|hash| open.add(key_of(hash), within));
    }

    /// The oldest open segment that no block will be added to any more, if blocks are added in order: its last one is there, or one of a later segment.
    pub(crate) fn complete(&self) -> Option<u64> {
        let newest = *self.open.keys().next_back()?;
        let is_complete = |segment: u64, open: &Open| segment < newest || open.blocks >> (SEGMENT - 1) != 0;
        let mut all = self.open.iter().filter(|(segment, _)| !self.closed.contains_key(segment));
        all.find(|(segment, open)| is_complete(**segment, open)).map(|(segment, _)| *segment)
    }

    /// What is to be kept of an open segment; it stays open until that is loaded. `None` when it is not open, or has too many ids. Takes some 30 ms.
    pub(crate) fn close(&self, segment: u64) -> Option<Segment> {
        segment::close(segment * SEGMENT, self.open.get(&segment)?)
    }

    /// Where an event with this id may be; nearly always nowhere. Never leaves out the block that holds it.
    pub(crate) fn maybe(&self, id: &str) -> Vec<Candidate> {
        let key = key(id);
        let mut found = Vec::new();
        let mut asked = None;
        for group in &self.groups {
            let places = match asked {
                Some((shape, places)) if shape == group.shape => places,
                _ => asked.insert((group.shape, group.shape.places(key))).1,
            };
            group.ask(&places, |segment| found.push(Candidate::Segment(segment)));
        }
        for (segment, open) in &self.open {
            found.extend(open.blocks_of(key).map(|block| Candidate::Block(segment * SEGMENT + u64::from(block))));
        }
        found.extend(self.unreadable.iter().map(|segment| Candidate::Unreadable(*segment)));
        found
    }

    /// Memory of what is kept of all ids, bytes.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.groups.iter().map(Group::bytes).chain(self.open.values().map(|open| open.room() * 8)).sum()
    }
}
