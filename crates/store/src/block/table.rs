//! What a block begins with: what it is, how much it holds, and where; all numbers little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 3 | `wdb` |
//! | 1 | version |
//! | 2 | events |
//! | 2 | sections |
//! | 8, 8 | first and last sequence number |
//! | 16 each | per section: packed bytes (4), plain bytes (4), xxh3 of the packed (8) |
//! | 8 | xxh3 of all before |
//!
//! The sections follow without a space between them: head, ids, the wide columns of the ids, then frames of payloads. Of version 2 the payloads are
//! in the order of their kinds, and of one kind in the order of the events; of version 1 all are in the order of the events.

use super::{
    MOST_EVENTS, MOST_PLAIN,
    broken::{Broken, Section},
    packer::Packed,
};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

const MAGIC: [u8; 3] = *b"wdb";
const VERSION: u8 = 2;
/// What older versions wrote: payloads in the order of the events.
const BY_TIME: u8 = 1;
/// Bytes before the first section's entry.
const FIXED: usize = 24;
const ENTRY: usize = 16;
const SUM: usize = 8;

/// Entries of a table. Sections before the frames.
pub(super) const HEAD: usize = 0;
pub(super) const IDS: usize = 1;
pub(super) const WIDE_IDS: usize = 2;
pub(super) const FRAMES: usize = 3;

/// The table of a block.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) events: usize,
    pub(super) first: u64,
    pub(super) last: u64,
    /// The payloads are in the order of their kinds.
    pub(super) by_kind: bool,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Where in the block.
    range: Range<usize>,
    /// Bytes when it is unpacked.
    plain: usize,
    sum: u64,
}

/// Write a block of sections that are each not longer than [`MOST_PLAIN`].
pub(super) fn write(events: usize, first: u64, last: u64, sections: &[Packed]) -> Vec<u8> {
    let packed: usize = sections.iter().map(|section| section.bytes.len()).sum();
    let mut out = Vec::with_capacity(FIXED + sections.len() * ENTRY + SUM + packed);
    out.extend_from_slice(&MAGIC);
    out.push(VERSION);
    out.extend_from_slice(&(events as u16).to_le_bytes());
    out.extend_from_slice(&(sections.len() as u16).to_le_bytes());
    out.extend_from_slice(&first.to_le_bytes());
    out.extend_from_slice(&last.to_le_bytes());
    for section in sections {
        out.extend_from_slice(&(section.bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&(section.plain as u32).to_le_bytes());
        out.extend_from_slice(&xxh3_64(&section.bytes).to_le_bytes());
    }
    let sum = xxh3_64(&out);
    out.extend_from_slice(&sum.to_le_bytes());
    sections.iter().for_each(|section| out.extend_from_slice(&section.bytes));
    out
}

impl Table {
    /// Read the table of a block. Sections may lie beyond its end: whoever wants them is told.
    pub(super) fn read(block: &[u8]) -> Result<Self, Broken> {
        const fn broken(why: &'static str) -> Broken {
            Broken::at(Section::Table, why)
        }
        if block.len() < FIXED {
            return Err(broken("it is cut off"));
        }
        match block[3] {
            _ if block[..3] != MAGIC => return Err(broken("this is no block")),
            VERSION | BY_TIME => {}
            0 => return Err(broken("there is no version 0")),
            newer => return Err(Broken::Newer(newer)),
        }
        let events = usize::from(u16::from_le_bytes([block[4], block[5]]));
        let sections = usize::from(u16::from_le_bytes([block[6], block[7]]));
        let end = FIXED + sections * ENTRY;
        let sum = block.get(end..end + SUM).ok_or(broken("it is cut off"))?;
        if long(sum) != xxh3_64(&block[..end]) {
            return Err(broken("it is not what was written"));
        }
        let (first, last) = (long(&block[8..16]), long(&block[16..24]));
        if events == 0 || events > MOST_EVENTS || sections <= FRAMES || first > last {
            return Err(broken("it says what cannot be"));
        }
        let (mut entries, mut at) = (Vec::with_capacity(sections), end + SUM);
        for entry in block[FIXED..end].chunks_exact(ENTRY) {
            let (packed, plain) = (short(&entry[..4]), short(&entry[4..8]));
            if plain > MOST_PLAIN || packed > plain {
                return Err(broken("it says what cannot be"));
            }
            entries.push(Entry { range: at..at + packed, plain, sum: long(&entry[8..]) });
            at += packed;
        }
        Ok(Self { events, first, last, by_kind: block[3] != BY_TIME, entries })
    }

    /// Frames of payloads.
    pub(super) fn frames(&self) -> usize {
        self.entries.len() - FRAMES
    }

    /// Bytes of a frame when it is unpacked.
    pub(super) fn frame_plain(&self, frame: usize) -> usize {
        self.entries[FRAMES + frame].plain
    }

    /// The packed bytes of an entry as they were written, and how many they are when they are unpacked.
    pub(super) fn packed<'b>(&self, block: &'b [u8], entry: usize) -> Result<(&'b [u8], usize), &'static str> {
        let Entry { range, plain, sum } = &self.entries[entry];
        let packed = block.get(range.clone()).ok_or("it is cut off")?;
        if xxh3_64(packed) == *sum { Ok((packed, *plain)) } else { Err("it is not what was written") }
    }
}

fn short(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| (number << 8) | usize::from(*byte))
}

fn long(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
