//! A block that was opened: its columns lie flat in memory, what else it holds is as packed as it was.

use super::{
    broken::{Broken, Section},
    head::Head,
    names::Label,
    payloads::Payloads,
    scratch::Scratch,
    table::{self, Table},
};
use watchdeck_events::Millis;

/// A block, open. Events are named by their place in it, from 0; a place that it does not have is a mistake of whoever asks, and panics.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Vec<u8>,
    table: Table,
    head: Head,
}

impl Block {
    /// Read what a block begins with: table and head.
    ///
    /// # Errors
    /// [`Broken`] when one of them is; other sections are looked at when they are asked for.
    pub(crate) fn open(bytes: Vec<u8>, scratch: &mut Scratch) -> Result<Self, Broken> {
        let table = Table::read(&bytes)?;
        let broken = |why| Broken::at(Section::Head, why);
        let plain = scratch.unpack(&table, &bytes, table::HEAD).map_err(broken)?;
        let head = Head::read(&table, plain).ok_or(broken("it contradicts itself"))?;
        Ok(Self { bytes, table, head })
    }

    /// The block as it is stored and sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many events it holds, one at least.
    pub(crate) fn len(&self) -> usize {
        self.table.events
    }

    /// The lowest sequence number.
    pub(crate) fn first(&self) -> u64 {
        self.table.first
    }

    /// The highest sequence number.
    pub(crate) fn last(&self) -> u64 {
        self.table.last
    }

    /// Where the event with a sequence number is.
    pub(crate) fn position(&self, seq: u64) -> Option<usize> {
        self.head.seq.binary_search(&seq).ok()
    }

    /// Where the first event from a sequence number on is.
    pub(crate) fn place_of(&self, seq: u64) -> usize {
        self.head.seq.partition_point(|known| *known < seq)
    }

    /// Place in the store.
    pub(crate) fn seq(&self, at: usize) -> u64 {
        self.head.seq[at]
    }

    /// Place in the channel's log; 0 where there is none.
    pub(crate) fn offset(&self, at: usize) -> u64 {
        self.head.offset[at]
    }

    /// When it happened.
    pub(crate) fn occurred_at(&self, at: usize) -> Millis {
        Millis(self.head.occurred_at[at].cast_signed())
    }

    /// When it was received.
    pub(crate) fn received_at(&self, at: usize) -> Millis {
        Millis(self.head.received_at[at].cast_signed())
    }

    /// Source, channel, kind and severity: all that occur together, each once. Whoever tests them tests each label once.
    pub(crate) fn labels(&self) -> &[Label] {
        &self.head.labels
    }

    /// Which of the labels an event has.
    pub(crate) fn label_number(&self, at: usize) -> usize {
        usize::from(self.head.label[at])
    }

    /// The label of an event.
    pub(crate) fn label(&self, at: usize) -> &Label {
        &self.head.labels[self.label_number(at)]
    }

    /// All subjects, each once, by number.
    pub(crate) fn subjects(&self) -> impl ExactSizeIterator<Item = &str> {
        self.head.subjects.texts()
    }

    /// Which of the subjects an event has.
    pub(crate) fn subject_number(&self, at: usize) -> Option<usize> {
        self.head.subjects.number(at)
    }

    /// What an event is about.
    pub(crate) fn subject(&self, at: usize) -> Option<&str> {
        self.head.subjects.get(at)
    }

    /// All actors, each once, by number.
    pub(crate) fn actors(&self) -> impl ExactSizeIterator<Item = &str> {
        self.head.actors.texts()
    }

    /// Which of the actors an event has.
    pub(crate) fn actor_number(&self, at: usize) -> Option<usize> {
        self.head.actors.number(at)
    }

    /// Who did it.
    pub(crate) fn actor(&self, at: usize) -> Option<&str> {
        self.head.actors.get(at)
    }

    /// All subjects, one after another.
    pub(crate) fn all_subjects(&self) -> &str {
        self.head.subjects.all()
    }

    /// All actors, one after another.
    pub(crate) fn all_actors(&self) -> &str {
        self.head.actors.all()
    }

    /// The events whose payloads a frame holds, in their order there.
    pub(crate) fn events_of(&self, frame: usize) -> &[u16] {
        self.head.payloads.frame(frame).0
    }

    /// The frame that holds the payload of an event.
    pub(crate) fn frame_of(&self, at: usize) -> usize {
        self.head.payloads.frame_of(at)
    }

    /// How many frames hold its payloads, one at least.
    pub(crate) fn frames(&self) -> usize {
        self.head.payloads.frames()
    }

    pub(super) fn payloads(&self) -> &Payloads {
        &self.head.payloads
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// The columns that ids may be near to.
    pub(super) fn clocks(&self) -> [&[u64]; 2] {
        [&self.head.occurred_at, &self.head.received_at]
    }
}
