//! What few words say: labels, subjects and actors of a block, each once, by number in the order in which they come first.

use super::{
    bytes::{self, Input},
    texts::{Gathered, Texts},
};
use foldhash::fast::RandomState;
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
struct Numbering<T> {
    numbers: HashMap<T, usize, RandomState>,
    all: Vec<T>,
}

impl<T> Default for Numbering<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), all: Vec::new() }
    }
}

impl<T: Copy + Eq + Hash> Numbering<T> {
    fn number(&mut self, thing: T) -> usize {
        *self.numbers.entry(thing).or_insert_with(|| {
            self.all.push(thing);
            self.all.len() - 1
        })
    }
}

/// Numbers the labels of a block.
#[derive(Default)]
pub(super) struct Labels<'a> {
    /// Source, channel and kind, and the code of the severity.
    numbering: Numbering<([&'a str; 3], u8)>,
    /// Per event.
    pub(super) numbers: Vec<usize>,
}

impl<'a> Labels<'a> {
    pub(super) fn add(&mut self, event: &'a Event) {
        let label = ([&*event.source, event.channel.as_str(), event.kind.as_str()], event.severity.code());
        self.numbers.push(self.numbering.number(label));
    }

    /// The kind of each label.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.numbering.all.iter().map(|([_, _, kind], _)| *kind)
    }

    /// Append the names, and the labels that are made of them.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let mut names = Numbering::default();
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

/// Numbers what some events have and others have not.
#[derive(Default)]
pub(super) struct Optionals<'a> {
    numbering: Numbering<&'a str>,
    texts: Gathered,
    numbers: Vec<usize>,
}

impl<'a> Optionals<'a> {
    pub(super) fn add(&mut self, text: Option<&'a str>) {
        let number = text.map_or(0, |text| {
            let number = self.numbering.number(text);
            if number == self.texts.len() {
                self.texts.add(text);
            }
            number + 1
        });
        self.numbers.push(number);
    }

    /// Append the texts, and per event the number of its own, from 1; 0 for none.
    pub(super) fn put(&self, narrow: &mut Vec<u8>, wide: &mut Vec<u8>) {
        bytes::put(narrow, self.texts.len() as u64);
        self.texts.put(&[], narrow, wide);
        self.numbers.iter().for_each(|number| bytes::put(narrow, *number as u64));
    }
}

/// Texts that some events have.
#[derive(Debug)]
pub(super) struct Optional {
    /// All of them, one after another.
    text: String,
    /// Where each ends, bytes.
    ends: Vec<usize>,
    /// Per event, from 1; 0 for none.
    numbers: Vec<u16>,
}

impl Optional {
    /// The inverse of [`Optionals::put`].
    pub(super) fn take(events: usize, narrow: &mut Input<'_>, wide: &mut Input<'_>) -> Option<Self> {
        let count = narrow.number_below(events + 1)?;
        let known = Texts::take(count, &[], narrow, wide)?;
        let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(count));
        for row in 0..count {
            known.write(row, &mut text);
            ends.push(text.len());
        }
        let text = String::from_utf8(text).ok()?;
        let are_whole = ends.iter().all(|end| text.is_char_boundary(*end));
        are_whole.then_some(Self { text, ends, numbers: take_numbers(events, count + 1, narrow)? })
    }

    /// All of the texts, one after another.
    pub(super) fn all(&self) -> &str {
        &self.text
    }

    /// Each of the texts once.
    pub(super) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.text(number))
    }

    /// Which of the texts an event has.
    pub(super) fn number(&self, event: usize) -> Option<usize> {
        usize::from(self.numbers[event]).checked_sub(1)
    }

    /// The text of an event.
    pub(super) fn get(&self, event: usize) -> Option<&str> {
        self.number(event).map(|number| self.text(number))
    }

    fn text(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
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
