//! The two byte strings of a closed segment, and how the second is looked into where it lies.
//!
//! Both begin with the same head, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 2 | shape: capacity as a power of two, seed |
//! | 1 | 0 for a filter, 1 for prints |
//! | 4 | ids that have more than one block: entries at the end of the prints |
//! | 8 | first block |
//! | 8 | bit `n` for the block `n` of the segment |
//! | 8 | xxh3 of a filter's body, or of the entries at the end |
//! | 8 | xxh3 of the 32 bytes before |
//!
//! *Filter*: per slot a print of 16 bits. *Prints*: per slot a value of 16 bits, in pieces of up to 1,024 slots with the xxh3 of each behind it; then the
//! entries for what has more than one block. Broken bytes are recognised: whoever cannot be read says *perhaps* and never *no*.

use super::{
    fuse::{BLOCK_BITS, Fuse, Shape},
    open::Open,
};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Blocks of a segment. Block `n` belongs to the segment `n / SEGMENT`.
pub(crate) const SEGMENT: u64 = 64;

const VERSION: u8 = 1;
pub(super) const HEAD: usize = 40;
/// Slots of a piece at most: a piece is read whole, 2,056 bytes.
const PIECE: usize = 1 << 10;
/// Bytes of one read at most.
const READ: usize = 4 << 10;

/// Something that is read in small parts, as a BLOB of SQLite.
pub(crate) trait ReadAt {
    /// Why it cannot be read.
    type Error;

    /// Fill `into` with the bytes from `at` on.
    ///
    /// # Errors
    /// What stands behind it could not be read, or ends sooner.
    fn read_at(&self, at: usize, into: &mut [u8]) -> Result<(), Self::Error>;
}

/// A closed segment, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The number of its first block.
    pub(crate) first_block: u64,
    /// For [`Ids::load`](super::Ids::load), at every opening. 2.3 bytes an id.
    pub(crate) filter: Vec<u8>,
    /// For [`lookup`], in small reads. 2.3 bytes an id.
    pub(crate) prints: Vec<u8>,
}

/// What both byte strings say of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) shape: Shape,
    of_prints: bool,
    more: u32,
    pub(super) first_block: u64,
    pub(super) blocks: u64,
    check: u64,
}

impl Head {
    fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let [capacity, seed] = self.shape.bytes();
        bytes[..4].copy_from_slice(&[VERSION, capacity, seed, u8::from(self.of_prints)]);
        bytes[4..8].copy_from_slice(&self.more.to_le_bytes());
        for (number, into) in [self.first_block, self.blocks, self.check].into_iter().zip(bytes[8..32].chunks_exact_mut(8)) {
            into.copy_from_slice(&number.to_le_bytes());
        }
        let check = xxh3_64(&bytes[..32]);
        bytes[32..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// `None` for what is broken, of another version, or of the other kind.
    fn of(bytes: &[u8], of_prints: bool) -> Option<Self> {
        let (known, check) = bytes.get(..HEAD)?.split_at(32);
        let [VERSION, capacity, seed, kind, m0, m1, m2, m3, rest @ ..] = known else { return None };
        if number(check) != xxh3_64(known) || *kind != u8::from(of_prints) {
            return None;
        }
        Some(Self {
            shape: Shape::known(*capacity, *seed)?,
            of_prints,
            more: u32::from_le_bytes([*m0, *m1, *m2, *m3]),
            first_block: number(rest.get(..8)?),
            blocks: number(rest.get(8..16)?),
            check: number(rest.get(16..24)?),
        })
    }
}

/// Close: make both byte strings of what was gathered. `None` when the blocks hold more than 16 million ids: they stay open.
pub(super) fn close(first_block: u64, open: &Open) -> Option<Segment> {
    let (mut entries, mut more) = (open.entries(), Vec::new());
    entries.dedup_by(|next, first| {
        let again = *next >> BLOCK_BITS == *first >> BLOCK_BITS;
        if again {
            more.extend(next.to_le_bytes());
        }
        again
    });
    let fuse = Fuse::of(&entries)?;
    let filter_body = little(&fuse.prints);
    let head = Head { shape: fuse.shape, of_prints: false, more: 0, first_block, blocks: open.blocks, check: xxh3_64(&filter_body) };
    let filter = [&head.bytes()[..], &filter_body].concat();
    let head = Head { of_prints: true, more: (more.len() / 8) as u32, check: xxh3_64(&more), ..head };
    let mut prints = head.bytes().to_vec();
    for piece in fuse.values.chunks(piece(fuse.shape)) {
        let bytes = little(piece);
        let check = xxh3_64(&bytes);
        prints.extend(bytes);
        prints.extend(check.to_le_bytes());
    }
    prints.extend(more);
    Some(Segment { first_block, filter, prints })
}

/// The head and the prints of a filter; `None` for what is broken.
pub(super) fn read_filter(filter: &[u8]) -> Option<(Head, &[u8])> {
    let head = Head::of(filter, false)?;
    let body = filter.get(HEAD..).filter(|body| body.len() == head.shape.slots() * 2 && xxh3_64(body) == head.check)?;
    let is_segment = head.first_block.is_multiple_of(SEGMENT) && head.first_block.checked_add(SEGMENT).is_some();
    is_segment.then_some((head, body))
}

/// The blocks of a segment, counted from its first, that may hold an id with this [`key`](super::key): hardly ever more than the one that does, and
/// hardly ever one when none does (once in 60 million, of those that the filter lets pass once in 1,024). Four reads of at most 4 KiB. Where the
/// bytes are broken: every block.
///
/// # Errors
/// What `prints` answers.
pub(crate) fn lookup<P: ReadAt + ?Sized>(prints: &P, key: u64) -> Result<Vec<u8>, P::Error> {
    let mut head = [0; HEAD];
    prints.read_at(0, &mut head)?;
    let Some(head) = Head::of(&head, true) else { return Ok(every(u64::MAX)) };
    let places = head.shape.places(key);
    let piece = piece(head.shape);
    let (mut value, mut buffer) = (0, vec![0; piece * 2 + 8]);
    for slot in places.slots {
        prints.read_at(HEAD + slot / piece * buffer.len(), &mut buffer)?;
        let (values, check) = buffer.split_at(piece * 2);
        if number(check) != xxh3_64(values) {
            return Ok(every(head.blocks));
        }
        let at = slot % piece * 2;
        value ^= u16::from_le_bytes([values[at], values[at + 1]]);
    }
    let mut found: Vec<u8> = places.block(value).into_iter().collect();
    let Some(more) = others(prints, &head, key)? else { return Ok(every(head.blocks)) };
    found.extend(more);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The further blocks of a key that has more than one; `None` when the entries are broken. There are none, unless events were stored twice.
fn others<P: ReadAt + ?Sized>(prints: &P, head: &Head, key: u64) -> Result<Option<Vec<u8>>, P::Error> {
    let mut at = HEAD + head.shape.slots() / piece(head.shape) * (piece(head.shape) * 2 + 8);
    let (mut found, mut check, mut left) = (Vec::new(), Xxh3::new(), head.more as usize * 8);
    let mut buffer = vec![0; READ.min(left)];
    while left > 0 {
        let part = &mut buffer[..READ.min(left)];
        prints.read_at(at, part)?;
        check.update(part);
        let entries = part.chunks_exact(8).map(number).filter(|entry| entry >> BLOCK_BITS == key);
        found.extend(entries.map(|entry| (entry & (SEGMENT - 1)) as u8));
        (at, left) = (at + part.len(), left - part.len());
    }
    Ok((check.digest() == head.check).then_some(found))
}

fn piece(shape: Shape) -> usize {
    PIECE.min(shape.stretch())
}

fn every(blocks: u64) -> Vec<u8> {
    (0..SEGMENT as u8).filter(|block| blocks & (1 << block) != 0).collect()
}

fn little(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Eight bytes as a number.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
