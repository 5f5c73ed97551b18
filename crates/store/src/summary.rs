//! What a block of events can hold, in a few kilobytes, so that a search passes over the blocks that cannot hold what it looks for.
//!
//! A summary is a Bloom filter over the short pieces of everything that text can be found in, folded as searches fold it, and over the numbers of
//! the names in its rows; with the ends of its times and its severities. It may say *perhaps* for nothing, and never *no* for something.
//!
//! Pieces: of ASCII text three and five characters, because words share short pieces and numbers share all but the long ones; of other text
//! single characters and pairs, because that is what words are made of there. A text shorter than that names no piece and rules out nothing.

use crate::Stored;
use std::ops::RangeInclusive;
use watchdeck_events::{Event, fold};

/// Bits of a filter before it is folded down: 64 KiB.
const BITS: usize = 1 << 19;
/// Smallest filter, bits.
const FEWEST: usize = 1 << 12;
/// A block with more text than this is not summarised: its filter would say *perhaps* to everything.
pub(crate) const MOST_TEXT: usize = 16 << 20;

/// What is known of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) block: u64,
    /// When its events occurred.
    pub(crate) occurred: RangeInclusive<i64>,
    /// Bit `n` for the severity with the code `n`.
    pub(crate) severities: u8,
    /// The filter; empty when it would be too full.
    pub(crate) bits: Vec<u8>,
}

/// Gathers a summary.
#[derive(Debug)]
pub(crate) struct Builder {
    block: u64,
    occurred: Option<RangeInclusive<i64>>,
    severities: u8,
    bits: Vec<u64>,
    text: usize,
}

impl Builder {
    pub(crate) fn new(block: u64) -> Self {
        Self { block, occurred: None, severities: 0, bits: vec![0; BITS / 64], text: 0 }
    }

    /// Whether more text makes no difference.
    pub(crate) fn is_full(&self) -> bool {
        self.text > MOST_TEXT
    }

    /// Take in an event with the numbers of its source, channel and kind.
    pub(crate) fn add(&mut self, stored: &Stored, names: [i64; 3]) {
        let event = &stored.event;
        let at = event.occurred_at.0;
        self.occurred = Some(self.occurred.take().map_or(at..=at, |range| at.min(*range.start())..=at.max(*range.end())));
        self.severities |= 1 << event.severity.code();
        for (column, number) in names.into_iter().enumerate() {
            self.set(name_piece(column, number));
        }
        for text in searched(event) {
            self.text += text.len();
            if !self.is_full() {
                pieces(&text, |piece| self.set(piece));
            }
        }
    }

    fn set(&mut self, piece: u64) {
        let bit = place(piece) & (BITS - 1);
        self.bits[bit / 64] |= 1 << (bit % 64);
    }

    /// The finished summary, as small as it can be and still mostly say *no*.
    pub(crate) fn finish(mut self) -> Summary {
        while self.bits.len() * 64 > FEWEST {
            let (low, high) = self.bits.split_at(self.bits.len() / 2);
            let folded: Vec<u64> = low.iter().zip(high).map(|(low, high)| low | high).collect();
            let set: u32 = folded.iter().map(|word| word.count_ones()).sum();
            if set as usize * 4 > folded.len() * 64 {
                break;
            }
            self.bits = folded;
        }
        if self.is_full() {
            // Not all of it was looked at.
            return Summary { block: self.block, occurred: i64::MIN..=i64::MAX, severities: u8::MAX, bits: Vec::new() };
        }
        let bits = self.bits.iter().flat_map(|word| word.to_le_bytes()).collect();
        // A block without events holds no time at all.
        let occurred = self.occurred.unwrap_or(RangeInclusive::new(1, 0));
        Summary { block: self.block, occurred, severities: self.severities, bits }
    }
}

/// Whether a filter may hold a piece.
pub(crate) fn may_hold(bits: &[u8], piece: u64) -> bool {
    if bits.is_empty() || !bits.len().is_power_of_two() {
        return true;
    }
    let bit = place(piece) & (bits.len() * 8 - 1);
    bits[bit / 8] & (1 << (bit % 8)) != 0
}

/// The pieces of a text that is looked for.
pub(crate) fn pieces_of(folded: &str) -> Vec<u64> {
    let mut all = Vec::new();
    pieces(folded, |piece| all.push(piece));
    all.sort_unstable();
    all.dedup();
    all
}

/// A name in a column: 0 source, 1 channel, 2 kind.
pub(crate) fn name_piece(column: usize, number: i64) -> u64 {
    (1 << 62) | ((column as u64) << 56) | (number.unsigned_abs() & ((1 << 56) - 1))
}

/// Every text of an event that a search looks into, folded. What is escaped in the payload can be found by what it means, too.
fn searched(event: &Event) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let payload = event.payload.as_str();
    let meant = payload.contains('\\').then(|| fold(&unescaped(payload)).into_owned().into());
    let own = [Some(event.kind.as_str()), event.actor.as_deref(), event.subject.as_deref()];
    [Some(fold(payload)), meant].into_iter().chain(own.into_iter().map(|text| text.map(fold))).flatten()
}

/// JSON text with its escapes read, wherever they stand.
fn unescaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // A run of `\u` escapes is read together: a character may take two.
        let run = escapes(rest);
        if run > 0 {
            let units = rest.as_bytes()[..run].chunks(6).filter_map(|unit| u16::from_str_radix(str::from_utf8(&unit[2..]).ok()?, 16).ok());
            text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
            rest = &rest[run..];
            continue;
        }
        let mut chars = rest.chars();
        chars.next();
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(other) => text.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// Length of the `\uXXXX` escapes that `text` begins with.
fn escapes(text: &str) -> usize {
    let is_unit = |unit: &[u8]| unit.len() == 6 && unit.starts_with(b"\\u") && unit[2..].iter().all(u8::is_ascii_hexdigit);
    text.as_bytes().chunks(6).take_while(|unit| is_unit(unit)).count() * 6
}

fn pieces(folded: &str, mut emit: impl FnMut(u64)) {
    let mut before = None;
    // The last eight ASCII characters, and how many there are since the last other one.
    let (mut window, mut run) = (0u64, 0usize);
    for c in folded.chars() {
        if c.is_ascii() {
            window = (window << 8) | u64::from(u32::from(c));
            run += 1;
            if run >= 3 {
                emit(window & 0xff_ffff);
            }
            if run >= 5 {
                emit((1 << 58) | (window & 0xff_ffff_ffff));
            }
        } else {
            run = 0;
            emit((1 << 59) | u64::from(u32::from(c)));
        }
        if let Some(before) = before.replace(c)
            && !(before.is_ascii() && c.is_ascii())
        {
            emit((1 << 60) | (u64::from(u32::from(before)) << 24) | u64::from(u32::from(c)));
        }
    }
}

/// Spreads pieces over all bits; a smaller filter takes the low ones.
const fn place(piece: u64) -> usize {
    let mixed = (piece ^ (piece >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) as usize >> 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use watchdeck_events::{Channel, Kind, Millis, Payload, Severity};

    fn stored(payload: &str, actor: Option<&str>) -> Stored {
        let event = Event {
            id: "x".into(),
            kind: Kind::from("order:status"),
            channel: Channel::from("orders"),
            occurred_at: Millis(5),
            received_at: Millis(6),
            source: "s".into(),
            subject: Some("order:SO-1".into()),
            actor: actor.map(Into::into),
            severity: Severity::Warning,
            payload: Payload::from_json(payload),
        };
        Stored { seq: 1, offset: 0, event }
    }

    fn summary(payloads: &[&str]) -> Summary {
        let mut builder = Builder::new(0);
        payloads.iter().for_each(|payload| builder.add(&stored(payload, Some("张三")), [1, 2, 3]));
        builder.finish()
    }

    fn may_find(summary: &Summary, text: &str) -> bool {
        pieces_of(&fold(text)).into_iter().all(|piece| may_hold(&summary.bits, piece))
    }

    #[test]
    fn what_is_there_is_never_ruled_out_however_it_is_written() {
        let found = summary(&[r#"{"reason":"\u76d8\u70b9 \ud83d\ude00 a\/b \"q\"","sku":"ＳＫＵ－１０４"}"#]);
        for text in ["盘点", "盘", "sku-104", "SKU", "😀", "a/b", "\"q\"", "张三", "order:status", "SO-1", "\\u76d8", "", "s"] {
            assert!(may_find(&found, text), "{text}");
        }
        for text in ["盘库", "李四", "sku-105", "nowhere"] {
            assert!(!may_find(&found, text), "{text}");
        }
    }

    #[test]
    fn a_full_block_of_numbers_still_says_no_to_most_others() {
        let payloads: Vec<String> = (0..2_048u64)
            .map(|n| {
                let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                format!(
                    r#"{{"id":"{mixed:016x}","timestamp":{},"order":"PO-2026-{:05}","amount":"{}.50"}}"#,
                    1_795_223_788_150 + n * 37,
                    n % 9_000,
                    mixed % 99_999
                )
            })
            .collect();
        let found = summary(&payloads.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(found.bits.len() <= BITS / 8);
        assert!(payloads.iter().all(|payload| may_find(&found, payload)));
        let wrongly = (0..500).filter(|n| may_find(&found, &format!("QX-{}-none", 10_000 + n))).count();
        assert!(wrongly < 25, "{wrongly} of 500");
        assert_eq!((found.occurred, found.severities), (5..=5, 1 << Severity::Warning.code()));
    }

    #[test]
    fn a_block_with_too_much_text_rules_nothing_out() {
        let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(MOST_TEXT));
        let found = summary(&[&large]);
        assert!(may_find(&found, "anything") && found.severities == u8::MAX && found.occurred.contains(&0));
    }

    proptest! {
        #[test]
        fn every_part_of_every_text_may_be_found(text in "\\PC{1,60}", from in 0usize..60, length in 1usize..20) {
            let json = serde_json::to_string(&text).unwrap();
            let found = summary(&[&json]);
            let part: String = text.chars().skip(from).take(length).collect();
            // What a search would find by the same folding: a part that begins with a mark that composes is none of it.
            if fold(&text).contains(&*fold(&part)) {
                prop_assert!(may_find(&found, &part), "{part:?} of {text:?}");
            }
        }
    }
}
