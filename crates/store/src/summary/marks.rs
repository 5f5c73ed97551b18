//! In which frames of a block a text may stand, for whoever knows that the block may hold it: a table of bytes, in which each piece has left the frames
//! that it was met in at [`PROBES`] places. Like the summary it may say *perhaps* for nothing, and never *no* for something.
//!
//! Kept as: version 1; when the events occurred, from and to; the lengths and bytes of the tables for ASCII and for other text.

use super::{
    bloom::Set,
    pieces::{Piece, Wanted},
    wire::{Reader, Writer},
};
use std::ops::RangeInclusive;

const VERSION: u8 = 1;
/// Places of each piece.
const PROBES: u32 = 2;
/// Bytes of a table at least.
const FEWEST_BYTES: usize = 64;
/// Frames that are told apart; a block with more has several for one bit.
const FRAMES: usize = 8;

/// What is known of the frames of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    occurred: RangeInclusive<i64>,
    ascii: Table,
    wide: Table,
}

/// None: it rules nothing out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Table(Vec<u8>);

impl Marks {
    pub(super) const fn new(occurred: RangeInclusive<i64>, ascii: Table, wide: Table) -> Self {
        Self { occurred, ascii, wide }
    }

    /// The bit of a frame.
    pub(crate) const fn bit(frame: usize) -> u8 {
        1 << (frame % FRAMES)
    }

    /// The frames that may hold a text.
    pub(crate) fn may_say(&self, wanted: &Wanted) -> u8 {
        wanted.pieces.iter().fold(u8::MAX, |frames, (piece, numbers)| {
            let held = match piece {
                Piece::Ascii(piece) => self.ascii.frames(*piece),
                Piece::Wide(piece) => self.wide.frames(*piece),
            };
            if numbers.iter().any(|number| number.may_be_time(&self.occurred)) { frames } else { frames & held }
        })
    }

    /// As it is kept.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer(vec![VERSION]);
        writer.signed(*self.occurred.start());
        writer.signed(*self.occurred.end());
        writer.bytes(&self.ascii.0);
        writer.bytes(&self.wide.0);
        writer.0
    }

    /// The inverse of [`Marks::encode`]; `None` for what is of another version or broken.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let VERSION = reader.byte()? else { return None };
        let occurred = reader.signed()?..=reader.signed()?;
        let marks = Self { occurred, ascii: Table(reader.bytes()?.to_vec()), wide: Table(reader.bytes()?.to_vec()) };
        reader.0.is_empty().then_some(marks)
    }
}

impl Table {
    /// With so many bytes for each hash, and `most` at most.
    pub(super) fn of(set: &Set, bytes_each: usize, most: usize) -> Self {
        let mut table = vec![0; (set.len() * bytes_each).max(FEWEST_BYTES).min(most)];
        for (hash, frames) in set.iter().filter(|(_, frames)| *frames != 0) {
            places(hash, table.len()).for_each(|at| table[at] |= frames);
        }
        Self(table)
    }

    fn frames(&self, hash: u64) -> u8 {
        if self.0.is_empty() { u8::MAX } else { places(hash.max(1), self.0.len()).fold(u8::MAX, |frames, at| frames & self.0[at]) }
    }
}

fn places(hash: u64, bytes: usize) -> impl Iterator<Item = usize> {
    let (first, step) = (hash as u32, (hash >> 32) as u32 | 1);
    (0..PROBES).map(move |probe| ((u64::from(first.wrapping_add(step.wrapping_mul(probe))) * bytes as u64) >> 32) as usize)
}
