//! What a text is made of, so that one that holds another holds all pieces of it.
//!
//! Of ASCII text three and five characters, because words share short pieces and numbers share all but the long ones; three only with a digit at
//! most, since every block has every three digits. Of other text single characters and pairs, because that is what words are made of there. No piece
//! has a quotation mark in it: what stands between two of them in a payload is a text of its own, and the same text again is no news.
//!
//! The time of an event, in milliseconds, is a number that no two events share. Its digits are no pieces: that a block may hold such a number is
//! known by the ends of its times, and a number that is looked for is compared with them ([`Number::may_be_time`]).

use std::ops::{Range, RangeInclusive};

/// Digits of a time in milliseconds, from 2001 to 2286.
const TIME_DIGITS: usize = 13;
const FIRST_TIME: i64 = 1_000_000_000_000;
const LAST_TIME: i64 = 9_999_999_999_999;

/// A piece, well mixed, and which filter it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    Ascii(u64),
    Wide(u64),
}

/// A text that is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Each with the numbers that it is part of.
    pub(super) pieces: Vec<(Piece, Vec<Number>)>,
}

/// A run of digits in a text that is looked for, and whether something else stands before and behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    digits: Box<[u8]>,
    begins: bool,
    ends: bool,
}

impl Wanted {
    /// Of a folded text. One that is shorter than a piece has none, and is ruled out nowhere.
    pub(crate) fn of(folded: &str) -> Self {
        let numbers: Vec<_> = digits(folded.as_bytes()).collect();
        let number =
            |at: &Range<usize>| Number { digits: folded.as_bytes()[at.clone()].into(), begins: at.start > 0, ends: at.end < folded.len() };
        let mut all = Vec::new();
        pieces(folded, |piece, at| all.push((piece, numbers.iter().filter(|number| overlap(number, &at)).map(number).collect())));
        all.sort_unstable();
        all.dedup();
        Self { pieces: all }
    }
}

impl Number {
    /// Whether it may be a time of these, or a part of one.
    pub(super) fn may_be_time(&self, times: &RangeInclusive<i64>) -> bool {
        let (first, last) = (*times.start().max(&FIRST_TIME), *times.end().min(&LAST_TIME));
        if first > last || self.digits.len() > TIME_DIGITS {
            return false;
        }
        let (first, last) = (first.to_string(), last.to_string());
        // All times have the same digits before this one, any behind it.
        let differs = first.bytes().zip(last.bytes()).position(|(a, b)| a != b).unwrap_or(TIME_DIGITS);
        let allowed = |at: usize, digit: &u8| at > differs || (first.as_bytes()[at]..=last.as_bytes()[at]).contains(digit);
        let room = TIME_DIGITS - self.digits.len();
        let fits = |from: usize| self.digits.iter().enumerate().all(|(at, digit)| allowed(from + at, digit));
        (0..=room).any(|from| (!self.begins || from == 0) && (!self.ends || from == room) && fits(from))
    }
}

/// The pieces of a folded text in an event of this time.
pub(super) fn pieces_in(folded: &str, time: i64, mut emit: impl FnMut(Piece)) {
    let is_time = |number: &Range<usize>| number.len() == TIME_DIGITS && folded[number.clone()].parse() == Ok(time);
    match digits(folded.as_bytes()).find(is_time) {
        None => pieces(folded, |piece, _| emit(piece)),
        Some(_) => {
            let times: Vec<_> = digits(folded.as_bytes()).filter(is_time).collect();
            pieces(folded, |piece, at| {
                if !times.iter().any(|time| overlap(time, &at)) {
                    emit(piece);
                }
            });
        }
    }
}

/// Whether a text between two quotation marks is no more than the time of its event, which has no pieces. Quick, because every event has one.
pub(super) fn is_time(part: &str, time: i64) -> bool {
    (TIME_DIGITS..=TIME_DIGITS + 2).contains(&part.len())
        && part.trim_matches([':', ',', '}']).parse() == Ok(time)
        && (FIRST_TIME..=LAST_TIME).contains(&time)
}

/// All pieces, each with its place.
fn pieces(folded: &str, mut emit: impl FnMut(Piece, Range<usize>)) {
    let bytes = folded.as_bytes();
    let mut from = 0;
    for run in bytes.chunk_by(|a, b| is_plain(*a) == is_plain(*b)) {
        if is_plain(run[0]) {
            ascii(run, |piece, at| emit(Piece::Ascii(mix(piece)), from + at.start..from + at.end));
        }
        from += run.len();
    }
    if folded.is_ascii() {
        return;
    }
    let mut before: Option<(usize, char)> = None;
    for (at, c) in folded.char_indices() {
        let end = at + c.len_utf8();
        if !c.is_ascii() {
            emit(Piece::Wide(mix((1 << 59) | u64::from(c))), at..end);
        }
        if let Some((from, before)) = before.replace((at, c))
            && !(before.is_ascii() && c.is_ascii())
            && before != '"'
            && c != '"'
        {
            emit(Piece::Wide(mix((1 << 60) | (u64::from(before) << 24) | u64::from(c))), from..end);
        }
    }
}

fn ascii(run: &[u8], mut emit: impl FnMut(u64, Range<usize>)) {
    let (mut window, mut digits) = (0u64, 0u32);
    for (at, byte) in run.iter().enumerate() {
        window = (window << 8) | u64::from(*byte);
        digits = (digits << 1) | u32::from(byte.is_ascii_digit());
        if at >= 2 && (digits & 0b111).count_ones() <= 1 {
            emit(window & 0xff_ffff, at - 2..at + 1);
        }
        if at >= 4 {
            emit((1 << 58) | (window & 0xff_ffff_ffff), at - 4..at + 1);
        }
    }
}

/// Runs of digits.
fn digits(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    let runs = text.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()).map(move |run| {
        from += run.len();
        (run[0].is_ascii_digit(), from - run.len()..from)
    });
    runs.filter_map(|(is_number, at)| is_number.then_some(at))
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii() && byte != b'"'
}

const fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Spreads pieces over all bits.
const fn mix(piece: u64) -> u64 {
    let mixed = (piece ^ (piece >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(digits: &str, begins: bool, ends: bool) -> Number {
        Number { digits: digits.as_bytes().into(), begins, ends }
    }

    #[test]
    fn a_number_is_part_of_a_time_where_its_digits_can_stand() {
        let times = 1_795_660_000_000..=1_795_660_004_095;
        for (digits, begins, ends) in
            [("1795", true, false), ("3999", false, true), ("6000", false, false), ("0", false, false), ("1795660001234", true, true)]
        {
            assert!(number(digits, begins, ends).may_be_time(&times), "{digits}");
        }
        for (digits, begins, ends) in [
            ("7384", true, false),
            ("1795", true, true),
            ("20261126", false, false),
            ("60005", false, false),
            ("17956600041111", false, false),
        ] {
            assert!(!number(digits, begins, ends).may_be_time(&times), "{digits}");
        }
        assert!(!number("1", false, false).may_be_time(&(5..=6)), "no time of these has thirteen digits");
    }

    proptest! {
        #[test]
        fn every_part_of_a_time_may_be_one(time in FIRST_TIME..=LAST_TIME, before in 0i64..99_999, behind in 0i64..99_999, from in 0usize..13, length in 1usize..14) {
            let text = time.to_string();
            let end = (from + length).min(13);
            let part = number(&text[from..end], false, false);
            prop_assert!(part.may_be_time(&(time - before..=time + behind)));
            prop_assert!(number(&text[..end], true, false).may_be_time(&(time - before..=time + behind)));
            prop_assert!(number(&text[from..], false, true).may_be_time(&(time - before..=time + behind)));
        }
    }
}
