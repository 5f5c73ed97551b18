//! What few words say: labels, subjects and actors of a block, each once, by number in the order in which they come first.

use super::{
    bytes::{self, Input},
    texts::{self, Texts},
};
use crate::types::Lent;
use std::{collections::HashMap, hash::Hash, sync::Arc};
use watchdeck_events::{Channel, Event, Kind, Severity};

/// What comes together again and again: where an event is from, what it is called, and how much it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// Which connection profile it came through.
    pub(crate) source: Arc<str>,
    /// Where it was published.
    pub(crate) channel: Channel,
    /// What happened.
    pub(crate) kind: Kind,
    /// How much a person should care.
    pub(crate) severity: Severity,
}

/// Numbers things in the order in which they come first.
pub(super) struct Numbering<T> {
    numbers: HashMap<T, usize>,
    pub(super) all: Vec<T>,
}

impl<T: Copy + Eq + Hash> Numbering<T> {
    pub(super) fn new() -> Self {
        Self { numbers: HashMap::new(), all: Vec::new() }
    }

    pub(super) fn number(&mut self, thing: T) -> usize {
        *self.numbers.entry(thing).or_insert_with(|| {
            self.all.push(thing);
            self.all.len() - 1
        })
    }
}

/// The label of an event as it is compared: source, channel, kind, severity.
pub(super) type Borrowed<'a> = [&'a str; 3];

/// Numbers the labels of a block.
pub(super) struct Labels<'a> {
    numbering: Numbering<(Borrowed<'a>, u8)>,
}

impl<'a> Labels<'a> {
    pub(super) fn new() -> Self {
        Self { numbering: Numbering::new() }
    }

    pub(super) fn number(&mut self, event: &'a Event) -> usize {
        self.numbering.number(([&event.source, event.channel.as_str(), event.kind.as_str()], event.severity.code()))
    }

    /// Append the names and the labels that are made of them.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let mut names = Numbering::new();
        let labels: Vec<_> = self.numbering.all.iter().map(|(label, severity)| (label.map(|name| names.number(name)), *severity)).collect();
        bytes::put(out, names.all.len() as u64);
        names.all.iter().for_each(|name| bytes::put_bytes(out, name.as_bytes()));
        bytes::put(out, labels.len() as u64);
        for (label, severity) in labels {
            label.into_iter().for_each(|name| bytes::put(out, name as u64));
            out.push(severity);
        }
    }
}

/// The inverse of [`Labels::put`], for a block of so many events.
pub(super) fn take_labels(events: usize, input: &mut Input<'_>) -> Option<Vec<Label>> {
    let names = input.number_below(3 * events + 1)?;
    let names = (0..names).map(|_| input.text().map(Arc::from)).collect::<Option<Vec<Arc<str>>>>()?;
    let labels = input.number_below(events + 1)?;
    let label = |input: &mut Input<'_>| {
        let mut name = || names.get(input.number_below(names.len())?).cloned();
        let (source, channel, kind) = (name()?, Channel::from(name()?), Kind::from(name()?));
        Some(Label { source, channel, kind, severity: Severity::from_code(input.take(1)?[0]) })
    };
    (0..labels).map(|_| label(input)).collect()
}

/// Append what some events have and others have not: the texts, and per event the number of its own, from 1; 0 for none.
pub(super) fn put_optional<'a>(events: &[Lent<'a>], of: impl Fn(&'a Event) -> Option<&'a str>, narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
    let mut known = Numbering::new();
    let numbers: Vec<usize> = events.iter().map(|stored| of(stored.event).map_or(0, |text| known.number(text) + 1)).collect();
    bytes::put(narrow, known.all.len() as u64);
    texts::put(known.all.iter().copied(), &[], narrow, wide);
    numbers.into_iter().for_each(|number| bytes::put(narrow, number as u64));
}

/// Texts that some events have.
#[derive(Debug)]
pub(super) struct Optional {
    pub(super) texts: Vec<Box<str>>,
    /// Per event, from 1; 0 for none.
    pub(super) numbers: Vec<u16>,
}

impl Optional {
    /// The inverse of [`put_optional`].
    pub(super) fn take(events: usize, narrow: &mut Input<'_>, wide: &mut Input<'_>) -> Option<Self> {
        let count = narrow.number_below(events + 1)?;
        let known = Texts::take(count, &[], narrow, wide)?;
        let mut bytes = Vec::new();
        let mut text = |row| {
            bytes.clear();
            known.write(row, &mut bytes);
            str::from_utf8(&bytes).ok().map(Box::from)
        };
        let texts = (0..count).map(&mut text).collect::<Option<_>>()?;
        Some(Self { texts, numbers: take_numbers(events, count + 1, narrow)? })
    }

    /// The text of an event.
    pub(super) fn get(&self, event: usize) -> Option<&str> {
        Some(&self.texts[usize::from(self.numbers[event]).checked_sub(1)?])
    }
}

/// A number below `end` for each event.
pub(super) fn take_numbers(events: usize, end: usize, input: &mut Input<'_>) -> Option<Vec<u16>> {
    let mut numbers = Vec::with_capacity(events);
    for _ in 0..events {
        numbers.push(input.number_below(end)? as u16);
    }
    Some(numbers)
}
