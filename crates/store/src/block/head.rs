//! The head: all of the events but their ids and payloads, column by column. The sequence numbers begin with the table's first.
//!
//! Wide columns with their length before them, then: labels, subjects and actors; per event the number of its label; the numbers that the sequence
//! leaves out; offsets; times of receipt; times of occurrence; bytes of the payloads; payloads of each frame.

use super::{
    bytes::{self, Input, add, difference},
    column,
    names::{self, Label, Labels, Optional, Optionals},
    payloads::{self, Payloads},
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
    pub(super) payloads: Payloads,
}

/// The columns of a block that is being made. One pass over the events fills them all: where events lie in memory, each is far from the other.
#[derive(Default)]
pub(super) struct Columns<'a> {
    labels: Labels<'a>,
    subjects: Optionals<'a>,
    actors: Optionals<'a>,
    seq: Vec<u64>,
    offset: Vec<u64>,
    pub(super) received_at: Vec<u64>,
    pub(super) occurred_at: Vec<u64>,
    lengths: Vec<u64>,
    pub(super) payloads: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(super) fn add(&mut self, stored: Lent<'a>) {
        let event = stored.event;
        self.labels.add(event);
        self.subjects.add(event.subject.as_deref());
        self.actors.add(event.actor.as_deref());
        self.seq.push(stored.seq);
        self.offset.push(stored.offset);
        self.received_at.push(event.received_at.0.cast_unsigned());
        self.occurred_at.push(event.occurred_at.0.cast_unsigned());
        let payload = event.payload.as_str();
        self.lengths.push(payload.len() as u64);
        self.payloads.push(payload);
    }

    /// The events in the order of their payloads.
    pub(super) fn by_kind(&self) -> Vec<u16> {
        payloads::by_kind(self.labels.kinds(), self.labels.numbers.iter().copied())
    }

    /// The head of a block whose frames hold so many payloads each.
    pub(super) fn head(&self, frames: &[usize]) -> Vec<u8> {
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        self.labels.put(&mut narrow);
        self.subjects.put(&mut narrow, &mut wide);
        self.actors.put(&mut narrow, &mut wide);
        self.labels.numbers.iter().for_each(|number| bytes::put(&mut narrow, *number as u64));
        self.seq.windows(2).for_each(|pair| bytes::put(&mut narrow, pair[1] - pair[0] - 1));
        self.put_by_label(&self.offset, &mut narrow);
        column::put(&self.received_at, &[], &mut narrow, &mut wide);
        column::put(&self.occurred_at, &[&self.received_at], &mut narrow, &mut wide);
        self.put_by_label(&self.lengths, &mut narrow);
        frames.iter().for_each(|events| bytes::put(&mut narrow, *events as u64));
        let mut head = Vec::with_capacity(wide.len() + narrow.len() + 10);
        bytes::put_bytes(&mut head, &wide);
        head.append(&mut narrow);
        head
    }

    /// Numbers as differences: each from the one before it (0), or from the one before it with the same label (1), where that takes fewer bytes.
    fn put_by_label(&self, numbers: &[u64], out: &mut Vec<u8>) {
        let mut before = vec![0; numbers.len()];
        let mut steps = |by_label: bool| {
            before.fill(0);
            let step = |(number, label): (&u64, &usize)| {
                let before = &mut before[if by_label { *label } else { 0 }];
                difference(*number, std::mem::replace(before, *number))
            };
            numbers.iter().zip(&self.labels.numbers).map(step).collect::<Vec<_>>()
        };
        let (plain, by_label) = (steps(false), steps(true));
        let length = |steps: &[u64]| steps.iter().map(|step| bytes::length(*step)).sum::<usize>();
        let is_plain = length(&plain) <= length(&by_label);
        out.push(u8::from(!is_plain));
        (if is_plain { plain } else { by_label }).into_iter().for_each(|step| bytes::put(out, step));
    }
}

/// The inverse of [`Columns::put_by_label`].
fn take_by_label(label: &[u16], input: &mut Input<'_>) -> Option<Vec<u64>> {
    let by_label = input.take(1)?[0] != 0;
    let mut before = vec![0; label.len()];
    let mut numbers = Vec::with_capacity(label.len());
    for label in label {
        let before = &mut before[if by_label { usize::from(*label) } else { 0 }];
        *before = add(*before, input.number()?);
        numbers.push(*before);
    }
    Some(numbers)
}

impl Head {
    /// The inverse of [`Columns::head`]; `None` when it contradicts itself or the table.
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
        let offset = take_by_label(&label, input)?;
        let received_at = column::take(count, &[], input, &mut wide)?;
        let occurred_at = column::take(count, &[&received_at], input, &mut wide)?;
        let lengths = take_by_label(&label, input)?;
        let order = match table.by_kind {
            true => payloads::by_kind(labels.iter().map(|label| label.kind.as_str()), label.iter().map(|label| usize::from(*label))),
            false => (0..count as u16).collect(),
        };
        let payloads = Payloads::take(table, order, &lengths, input)?;
        let is_whole = seq.last() == Some(&table.last) && input.0.is_empty() && wide.0.is_empty();
        is_whole.then_some(Self { labels, label, subjects, actors, seq, offset, received_at, occurred_at, payloads })
    }
}
