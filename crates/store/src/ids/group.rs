//! The filters of up to 32 segments side by side: what all of them have at one slot lies in one line of the processor's cache, so that an id is asked
//! of 32 segments (8 million events) by three reads of memory.

use super::fuse::{Places, Shape};

/// Segments of a full group.
const LANES: usize = 32;

/// What a processor reads at once.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Line([u16; LANES]);

#[derive(Debug)]
pub(super) struct Group {
    pub(super) shape: Shape,
    /// In the order of the lanes; 1, 2, 4, … or [`LANES`] of them.
    segments: Vec<u64>,
    /// Slot by slot the prints of all lanes.
    lines: Vec<Line>,
}

impl Group {
    /// One segment with its prints: two bytes, little-endian, for each slot of the shape.
    pub(super) fn of(shape: Shape, segment: u64, prints: &[u8]) -> Self {
        let line = |bytes: &[u8]| {
            let mut line = Line([0; LANES]);
            line.0.iter_mut().zip(bytes.as_chunks().0).for_each(|(slot, print)| *slot = u16::from_le_bytes(*print));
            line
        };
        Self { shape, segments: vec![segment], lines: prints.chunks(size_of::<Line>()).map(line).collect() }
    }

    /// Whether the two can be one.
    pub(super) fn fits(&self, other: &Self) -> bool {
        self.shape == other.shape && self.segments.len() == other.segments.len() && self.segments.len() < LANES
    }

    /// Both in one; they fit each other.
    pub(super) fn with(self, other: Self) -> Self {
        let side_by_side = match self.segments.len() {
            1 => side_by_side::<1, 2>,
            2 => side_by_side::<2, 4>,
            4 => side_by_side::<4, 8>,
            8 => side_by_side::<8, 16>,
            _ => side_by_side::<16, LANES>,
        };
        let lines = side_by_side(&self.lines, &other.lines);
        Self { segments: [self.segments, other.segments].concat(), lines, shape: self.shape }
    }

    /// Names the segments that may hold what has these places in this group's shape.
    pub(super) fn ask(&self, places: &Places, perhaps: impl FnMut(u64)) {
        match self.segments.len() {
            1 => self.ask_wide::<1>(places, perhaps),
            2 => self.ask_wide::<2>(places, perhaps),
            4 => self.ask_wide::<4>(places, perhaps),
            8 => self.ask_wide::<8>(places, perhaps),
            16 => self.ask_wide::<16>(places, perhaps),
            _ => self.ask_wide::<LANES>(places, perhaps),
        }
    }

    fn ask_wide<const WIDTH: usize>(&self, places: &Places, mut perhaps: impl FnMut(u64)) {
        let row = |slot: usize| &self.lines[slot / (LANES / WIDTH)].0.as_chunks::<WIDTH>().0[slot % (LANES / WIDTH)];
        let [a, b, c] = places.slots.map(row);
        let hits: [bool; WIDTH] = std::array::from_fn(|lane| a[lane] ^ b[lane] ^ c[lane] == places.print);
        // Nearly always none: looked at without a branch per lane.
        if hits.iter().fold(false, |any, hit| any | hit) {
            hits.iter().zip(&self.segments).filter(|(hit, _)| **hit).for_each(|(_, segment)| perhaps(*segment));
        }
    }

    /// Memory, bytes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.lines.len() * size_of::<Line>()
    }
}

/// Two groups of the same width in one twice as wide.
fn side_by_side<const WIDTH: usize, const TWICE: usize>(left: &[Line], right: &[Line]) -> Vec<Line> {
    let mut lines = vec![Line([0; LANES]); left.len() * 2];
    for (into, (left, right)) in lines.as_chunks_mut::<2>().0.iter_mut().zip(left.iter().zip(right)) {
        let into = into.iter_mut().flat_map(|line| line.0.as_chunks_mut::<TWICE>().0);
        for (into, (left, right)) in into.zip(left.0.as_chunks::<WIDTH>().0.iter().zip(right.0.as_chunks::<WIDTH>().0)) {
            into[..WIDTH].copy_from_slice(left);
            into[WIDTH..].copy_from_slice(right);
        }
    }
    lines
}
