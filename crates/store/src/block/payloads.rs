//! Where the payloads of a block lie: by kind, so that whoever looks for what only some kinds say unpacks the frames of these alone, and what is alike
//! is packed together.

use super::{bytes::Input, table::Table};
use std::ops::Range;

/// The places of the payloads.
#[derive(Debug)]
pub(super) struct Payloads {
    /// Per event, its place among the payloads.
    places: Vec<u16>,
    /// The events in the order of their payloads.
    order: Vec<u16>,
    /// Per place, where the payload ends in its frame, bytes.
    ends: Vec<u32>,
    /// The first place of each frame, and behind the last one.
    frames: Vec<usize>,
}

/// Events in the order of their kinds, and of one kind in their own; `kinds` by label, `labels` by event.
pub(super) fn by_kind<'k>(kinds: impl Iterator<Item = &'k str>, labels: impl ExactSizeIterator<Item = usize> + Clone) -> Vec<u16> {
    let kinds: Vec<_> = kinds.collect();
    let mut sorted: Vec<_> = kinds.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let ranks: Vec<_> = kinds.iter().map(|kind| sorted.partition_point(|other| other < kind)).collect();
    // Where the next one of each kind goes.
    let mut next = vec![0_u16; sorted.len() + 1];
    labels.clone().for_each(|label| next[ranks[label] + 1] += 1);
    (1..next.len()).for_each(|rank| next[rank] += next[rank - 1]);
    let mut order = vec![0; labels.len()];
    for (event, label) in labels.enumerate() {
        let place = &mut next[ranks[label]];
        order[usize::from(*place)] = event as u16;
        *place += 1;
    }
    order
}

impl Payloads {
    /// Of events in this order, with so many bytes each; `None` when that contradicts the table.
    pub(super) fn take(table: &Table, order: Vec<u16>, lengths: &[u64], input: &mut Input<'_>) -> Option<Self> {
        let (mut ends, mut frames) = (Vec::with_capacity(order.len()), vec![0]);
        for frame in 0..table.frames() {
            let (payloads, mut end) = (input.number_below(order.len() - ends.len() + 1)?, 0_u64);
            for event in &order[ends.len()..][..payloads] {
                end = end.checked_add(lengths[usize::from(*event)])?;
                ends.push(u32::try_from(end).ok()?);
            }
            if end != table.frame_plain(frame) as u64 {
                return None;
            }
            frames.push(ends.len());
        }
        let mut places = vec![0; order.len()];
        for (place, event) in order.iter().enumerate() {
            places[usize::from(*event)] = place as u16;
        }
        (ends.len() == order.len()).then_some(Self { places, order, ends, frames })
    }

    /// How many frames there are.
    pub(super) fn frames(&self) -> usize {
        self.frames.len() - 1
    }

    /// The frame that holds the payload of an event.
    pub(super) fn frame_of(&self, event: usize) -> usize {
        let place = usize::from(self.places[event]);
        self.frames[1..].partition_point(|end| *end <= place)
    }

    /// The frame that holds the payload of an event, and where in it.
    pub(super) fn place(&self, event: usize) -> (usize, Range<usize>) {
        let (frame, place) = (self.frame_of(event), usize::from(self.places[event]));
        let start = if self.frames[frame] == place { 0 } else { self.ends[place - 1] };
        (frame, start as usize..self.ends[place] as usize)
    }

    /// The events of a frame, and where the payload of each ends in it.
    pub(super) fn frame(&self, frame: usize) -> (&[u16], &[u32]) {
        let places = self.frames[frame]..self.frames[frame + 1];
        (&self.order[places.clone()], &self.ends[places])
    }
}
