//! What a block of events can hold, in some kilobytes, so that a search passes over the blocks that cannot hold what it looks for.
//!
//! A summary has filters over the pieces of everything that text can be found in (see [`pieces`]), folded as searches fold it; the numbers of the names
//! in its rows; the ends of its times; its severities; filters of its subjects and actors; and counts for histograms. It may say *perhaps* for
//! nothing, and never *no* for something.
//!
//! It is one string of bytes: version 2, then in this order, with numbers as [`wire`] writes them: severities (a byte); whether there are events (a byte),
//! and if so the first `occurred_at`, the last less the first, the same of `received_at`; the numbers of sources, channels and kinds, each with how
//! many there are before them and as differences, ascending; the filters of ASCII text, other text, subjects, actors, each with its probes (a byte) and
//! its length; the length of the counts, 0 where there are none, and the counts.

mod bloom;
mod counts;
mod escapes;
mod marks;
mod pieces;
#[cfg(test)]
mod tests;
mod wire;

use crate::Stored;
use bloom::{Bloom, Set};
use counts::Counts;
pub(crate) use counts::domain;
pub(crate) use marks::Marks;
use marks::Table;
pub(crate) use pieces::Wanted;
use pieces::{Piece, pieces_in};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};
use watchdeck_events::fold;
use wire::{Reader, Writer};
use xxhash_rust::xxh3::xxh3_64;

const VERSION: u8 = 2;
/// Bits for each piece of ASCII text: wrong for one in fifty, and a word has several.
const ASCII_BITS: usize = 8;
/// Bits for each piece of other text: wrong for one in three hundred, since a word may be two characters.
const WIDE_BITS: usize = 12;
/// Bits for each subject and each actor.
const NAME_BITS: usize = 8;
/// Bytes for each piece of text in the table of the frames.
const ASCII_BYTES: usize = 1;
const WIDE_BYTES: usize = 2;
/// Bytes of a filter at most.
const MOST_BYTES: usize = 64 << 10;
/// A filter of more pieces would say *perhaps* to everything, and is left out.
pub(super) const MOST_PIECES: usize = 1 << 17;

/// What is known of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary<'a> {
    pub(crate) block: u64,
    /// When its events occurred, and when they were received. Empty for a block without events.
    pub(crate) occurred: RangeInclusive<i64>,
    pub(crate) received: RangeInclusive<i64>,
    /// Bit `n` for the severity with the code `n`.
    pub(crate) severities: u8,
    /// The numbers of its sources, channels and kinds, ascending.
    pub(crate) names: [Vec<i64>; 3],
    ascii: Bloom<'a>,
    wide: Bloom<'a>,
    subjects: Bloom<'a>,
    actors: Bloom<'a>,
    /// Events by time and domain, as they are kept: whoever searches does not want them.
    counts: Cow<'a, [u8]>,
}

impl<'a> Summary<'a> {
    /// Whether an event of the block may hold a text.
    pub(crate) fn may_say(&self, wanted: &Wanted) -> bool {
        wanted.pieces.iter().all(|(piece, numbers)| {
            let held = match piece {
                Piece::Ascii(piece) => self.ascii.may_hold(*piece),
                Piece::Wide(piece) => self.wide.may_hold(*piece),
            };
            held || numbers.iter().any(|number| number.may_be_time(&self.occurred))
        })
    }

    /// Whether an event of the block may be about this, exactly as written.
    pub(crate) fn may_be_about(&self, subject: &str) -> bool {
        self.subjects.may_hold(xxh3_64(subject.as_bytes()))
    }

    /// Whether an event of the block may be by this actor, exactly as written.
    #[cfg_attr(not(test), expect(dead_code, reason = "asked once blocks take the place of rows"))]
    pub(crate) fn may_be_by(&self, actor: &str) -> bool {
        self.actors.may_hold(xxh3_64(actor.as_bytes()))
    }

    /// Events by time and domain; `None` where they are too scattered.
    pub(crate) fn counts(&self) -> Option<Counts> {
        let mut reader = Reader(&self.counts);
        Counts::read(&mut reader).filter(|_| reader.0.is_empty())
    }

    /// As it is kept.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer(vec![VERSION, self.severities, u8::from(!self.occurred.is_empty())]);
        if !self.occurred.is_empty() {
            for times in [&self.occurred, &self.received] {
                writer.signed(*times.start());
                writer.number(times.end().wrapping_sub(*times.start()) as u64);
            }
        }
        for numbers in &self.names {
            writer.number(numbers.len() as u64);
            numbers.iter().fold(0, |before: i64, number| {
                writer.signed(number.wrapping_sub(before));
                *number
            });
        }
        [&self.ascii, &self.wide, &self.subjects, &self.actors].into_iter().for_each(|bloom| writer.bloom(bloom));
        writer.bytes(&self.counts);
        writer.0
    }

    /// The inverse of [`Summary::encode`]; `None` for what is of another version or broken: such a block is read.
    pub(crate) fn decode(block: u64, bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let (VERSION, severities) = (reader.byte()?, reader.byte()?) else { return None };
        let [mut occurred, mut received] = [NEVER, NEVER];
        if reader.byte()? != 0 {
            for times in [&mut occurred, &mut received] {
                let first = reader.signed()?;
                *times = first..=first.checked_add_unsigned(reader.number()?)?;
            }
        }
        let mut names: [Vec<i64>; 3] = Default::default();
        for numbers in &mut names {
            let mut before = 0i64;
            for _ in 0..reader.count()? {
                before = before.wrapping_add(reader.signed()?);
                numbers.push(before);
            }
        }
        let [ascii, wide, subjects, actors] = [reader.bloom()?, reader.bloom()?, reader.bloom()?, reader.bloom()?];
        let counts = reader.bytes()?.into();
        let whole = Self { block, occurred, received, severities, names, ascii, wide, subjects, actors, counts };
        reader.0.is_empty().then_some(whole)
    }
}

/// No time at all.
const NEVER: RangeInclusive<i64> = RangeInclusive::new(1, 0);

/// All that is kept of a block for searches.
#[derive(Debug)]
pub(crate) struct Summarised {
    pub(crate) summary: Summary<'static>,
    pub(crate) marks: Marks,
}

/// What stands in no payload: it is known without one.
const NO_FRAME: u8 = 0;

/// Gathers a summary.
#[derive(Debug)]
pub(crate) struct Builder {
    block: u64,
    occurred: RangeInclusive<i64>,
    received: RangeInclusive<i64>,
    severities: u8,
    sources: BTreeSet<i64>,
    channels: BTreeSet<i64>,
    /// Kinds with the places of their domains.
    kinds: BTreeMap<i64, usize>,
    counts: Counts,
    text: Text,
    subjects: Set,
    actors: Set,
}

impl Builder {
    pub(crate) fn new(block: u64) -> Self {
        Self {
            block,
            occurred: NEVER,
            received: NEVER,
            severities: 0,
            sources: BTreeSet::new(),
            channels: BTreeSet::new(),
            kinds: BTreeMap::new(),
            counts: Counts::default(),
            text: Text { met: Set::new(), ascii: Set::new(), wide: Set::new() },
            subjects: Set::new(),
            actors: Set::new(),
        }
    }

    /// Take in an event with the numbers of its source, channel and kind, and the frame that its payload is in.
    pub(crate) fn add(&mut self, stored: &Stored, [source, channel, kind]: [i64; 3], frame: usize) {
        let event = &stored.event;
        let at = event.occurred_at.0;
        widen(&mut self.occurred, at);
        widen(&mut self.received, event.received_at.0);
        self.severities |= 1 << event.severity.code();
        self.sources.insert(source);
        self.channels.insert(channel);
        let domain = *self.kinds.entry(kind).or_insert_with(|| {
            self.text.take(event.kind.as_str(), at, NO_FRAME);
            self.counts.place(counts::domain(event.kind.as_str()))
        });
        self.counts.add(at, domain);
        self.text.take(event.payload.as_str(), at, Marks::bit(frame));
        for (name, names) in [(&event.subject, &mut self.subjects), (&event.actor, &mut self.actors)] {
            if let Some(name) = name.as_deref()
                && names.insert(xxh3_64(name.as_bytes()), NO_FRAME)
            {
                self.text.take(name, at, NO_FRAME);
            }
        }
    }

    /// The finished summary.
    pub(crate) fn finish(self) -> Summarised {
        let text = |set: &Set, bits| if set.len() < MOST_PIECES { Bloom::of(set, bits, MOST_BYTES) } else { Bloom::default() };
        let frames = |set: &Set, bytes| if set.len() < MOST_PIECES { Table::of(set, bytes, MOST_BYTES) } else { Table::default() };
        let marks = Marks::new(self.occurred.clone(), frames(&self.text.ascii, ASCII_BYTES), frames(&self.text.wide, WIDE_BYTES));
        let summary = Summary {
            block: self.block,
            occurred: self.occurred,
            received: self.received,
            severities: self.severities,
            names: [self.sources.into_iter().collect(), self.channels.into_iter().collect(), self.kinds.into_keys().collect()],
            ascii: text(&self.text.ascii, ASCII_BITS),
            wide: text(&self.text.wide, WIDE_BITS),
            subjects: Bloom::of(&self.subjects, NAME_BITS, MOST_BYTES),
            actors: Bloom::of(&self.actors, NAME_BITS, MOST_BYTES),
            counts: self
                .counts
                .fitted()
                .map_or_else(Vec::new, |counts| {
                    let mut writer = Writer::default();
                    counts.write(&mut writer);
                    writer.0
                })
                .into(),
        };
        Summarised { summary, marks }
    }
}

fn widen(times: &mut RangeInclusive<i64>, at: i64) {
    *times = if times.is_empty() { at..=at } else { at.min(*times.start())..=at.max(*times.end()) };
}

/// The pieces of all texts of a block.
#[derive(Debug)]
struct Text {
    /// Hashes of what was taken to pieces already: keys and most values come again in every event.
    met: Set,
    ascii: Set,
    wide: Set,
}

impl Text {
    /// A text that searches look into, of an event of this time in this frame. No piece spans a quotation mark, and folding changes nothing across one.
    fn take(&mut self, text: &str, time: i64, frame: u8) {
        let mut from = 0;
        for end in memchr::memchr_iter(b'"', text.as_bytes()).chain([text.len()]) {
            let part = &text[from..end];
            from = end + 1;
            let is_short = part.len() < 3 && part.is_ascii();
            if !is_short && !pieces::is_time(part, time) && self.met.insert(xxh3_64(part.as_bytes()), frame) {
                self.cut(&fold(part), time, frame);
                if part.contains('\\') {
                    self.cut(&fold(&escapes::unescaped(part)), time, frame);
                }
            }
        }
    }

    fn cut(&mut self, folded: &str, time: i64, frame: u8) {
        pieces_in(folded, time, |piece| {
            let (set, piece) = match piece {
                Piece::Ascii(piece) => (&mut self.ascii, piece),
                Piece::Wide(piece) => (&mut self.wide, piece),
            };
            // More of them change nothing any more.
            if set.len() < MOST_PIECES {
                set.insert(piece, frame);
            }
        });
    }
}
