//! The head: all of the events but their ids and payloads, column by column. The sequence numbers begin with the table's first.
//!
//! Wide columns with their length before them, then: labels, subjects and actors; per event the number of its label; the numbers that the sequence
//! leaves out; offsets; times of receipt; times of occurrence; bytes of the payloads; events of each frame.

use super::{
    bytes::{self, Input, add, difference},
    column,
    names::{self, Label, Labels, Optional},
    table::Table,
};
use crate::types::Lent;

/// The columns of a block, each as long as it has events.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) labels: Vec<Label>,
    pub(super) label: Vec<u16>,
    pub(super) subjects: Optional,
    pub(super) actors: Optional,
    pub(super) seq: Vec<u64>,
    pub(super) offset: Vec<u64>,
    /// Milliseconds, as unsigned bits.
    pub(super) received_at: Vec<u64>,
    /// Likewise.
    pub(super) occurred_at: Vec<u64>,
    /// Where each payload ends in its frame, bytes.
    pub(super) ends: Vec<u32>,
    /// The first event of each frame.
    pub(super) frames: Vec<usize>,
}

/// The columns that are wanted twice: what ids may be near to.
pub(super) struct Clocks {
    pub(super) occurred_at: Vec<u64>,
    pub(super) received_at: Vec<u64>,
}

impl Clocks {
    pub(super) fn of(events: &[Lent<'_>]) -> Self {
        Self {
            occurred_at: events.iter().map(|stored| stored.event.occurred_at.0.cast_unsigned()).collect(),
            received_at: events.iter().map(|stored| stored.event.received_at.0.cast_unsigned()).collect(),
        }
    }
}

/// The head of a block whose frames hold so many events each.
pub(super) fn write(events: &[Lent<'_>], clocks: &Clocks, frames: &[usize]) -> Vec<u8> {
    let (mut narrow, mut wide) = (Vec::new(), Vec::new());
    let mut labels = Labels::new();
    let label: Vec<usize> = events.iter().map(|stored| labels.number(stored.event)).collect();
    labels.put(&mut narrow);
    names::put_optional(events, |event| event.subject.as_deref(), &mut narrow, &mut wide);
    names::put_optional(events, |event| event.actor.as_deref(), &mut narrow, &mut wide);
    label.iter().for_each(|number| bytes::put(&mut narrow, *number as u64));
    events.windows(2).for_each(|pair| bytes::put(&mut narrow, pair[1].seq - pair[0].seq - 1));
    put_offsets(events, &label, &mut narrow);
    column::put(&clocks.received_at, &[], &mut narrow, &mut wide);
    column::put(&clocks.occurred_at, &[&clocks.received_at], &mut narrow, &mut wide);
    events.iter().for_each(|stored| bytes::put(&mut narrow, stored.event.payload.as_str().len() as u64));
    frames.iter().for_each(|events| bytes::put(&mut narrow, *events as u64));
    let mut head = Vec::with_capacity(wide.len() + narrow.len() + 10);
    bytes::put_bytes(&mut head, &wide);
    head.append(&mut narrow);
    head
}

/// Offsets as differences: each from the one before it (0), or from the one before it with the same label (1), where that takes fewer bytes.
fn put_offsets(events: &[Lent<'_>], label: &[usize], out: &mut Vec<u8>) {
    let mut before = vec![0; events.len()];
    let mut way = |single: bool| {
        before.fill(0);
        let step = |(stored, label): (&Lent<'_>, &usize)| {
            let before = &mut before[if single { 0 } else { *label }];
            difference(stored.offset, std::mem::replace(before, stored.offset))
        };
        events.iter().zip(label).map(step).collect::<Vec<_>>()
    };
    let (plain, by_label) = (way(true), way(false));
    let length = |steps: &[u64]| steps.iter().map(|step| bytes::length(*step)).sum::<usize>();
    let is_plain = length(&plain) <= length(&by_label);
    out.push(u8::from(!is_plain));
    (if is_plain { plain } else { by_label }).into_iter().for_each(|step| bytes::put(out, step));
}

fn take_offsets(label: &[u16], input: &mut Input<'_>) -> Option<Vec<u64>> {
    let by_label = input.take(1)?[0] != 0;
    let mut before = vec![0; label.len()];
    let mut offsets = Vec::with_capacity(label.len());
    for label in label {
        let before = &mut before[if by_label { usize::from(*label) } else { 0 }];
        *before = add(*before, input.number()?);
        offsets.push(*before);
    }
    Some(offsets)
}

impl Head {
    /// The inverse of [`write`]; `None` when it contradicts itself or the table.
    pub(super) fn read(table: &Table, plain: &[u8]) -> Option<Self> {
        let (count, mut input) = (table.events, Input(plain));
        let (mut wide, input) = (Input(input.bytes()?), &mut input);
        let labels = names::take_labels(count, input)?;
        let subjects = Optional::take(count, input, &mut wide)?;
        let actors = Optional::take(count, input, &mut wide)?;
        let label = names::take_numbers(count, labels.len(), input)?;
        let mut seq = vec![table.first; count];
        for at in 1..count {
            seq[at] = seq[at - 1].checked_add(input.number()?)?.checked_add(1)?;
        }
        let offset = take_offsets(&label, input)?;
        let received_at = column::take(count, &[], input, &mut wide)?;
        let occurred_at = column::take(count, &[&received_at], input, &mut wide)?;
        let lengths = (0..count).map(|_| input.number()).collect::<Option<Vec<_>>>()?;
        let (ends, frames) = take_frames(table, &lengths, input)?;
        let is_whole = seq.last() == Some(&table.last) && input.0.is_empty() && wide.0.is_empty();
        is_whole.then_some(Self { labels, label, subjects, actors, seq, offset, received_at, occurred_at, ends, frames })
    }
}

/// Where payloads of such lengths end, and the first events of the frames.
fn take_frames(table: &Table, lengths: &[u64], input: &mut Input<'_>) -> Option<(Vec<u32>, Vec<usize>)> {
    let (mut ends, mut frames) = (Vec::with_capacity(lengths.len()), Vec::with_capacity(table.frames()));
    for frame in 0..table.frames() {
        frames.push(ends.len());
        let (events, mut end) = (input.number_below(lengths.len() - ends.len() + 1)?, 0_u64);
        for length in &lengths[ends.len()..][..events] {
            end = end.checked_add(*length)?;
            ends.push(u32::try_from(end).ok()?);
        }
        if end != table.frame_plain(frame) as u64 {
            return None;
        }
    }
    (ends.len() == lengths.len()).then_some((ends, frames))
}
