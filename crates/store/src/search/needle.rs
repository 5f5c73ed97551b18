//! A text that is looked for in what is stored as it is: in JSON that may hold capitals, full-width letters and escapes.

use crate::summary::Wanted;
use memchr::{memchr, memmem::Finder};
use watchdeck_events::{fold, hides_no_ideograph, is_plain};
use watchdeck_filter::Verdict;

/// A folded text that is looked for.
pub(crate) struct Needle {
    folded: String,
    finder: Finder<'static>,
    /// It may stand there in capitals.
    pub(super) has_letters: bool,
    /// It is ideographs and nothing else.
    is_wide: bool,
    /// The same for a summary.
    pub(super) wanted: Wanted,
}

impl Needle {
    /// Of a folded text.
    pub(super) fn new(folded: &str) -> Self {
        Self {
            finder: Finder::new(folded.as_bytes()).into_owned(),
            has_letters: folded.bytes().any(|byte| byte.is_ascii_alphabetic()),
            is_wide: folded.chars().all(|c| ('\u{4000}'..='\u{9fff}').contains(&c)),
            wanted: Wanted::of(folded),
            folded: folded.to_owned(),
        }
    }

    /// Where it stands in bytes that are written as it is: whether they end before it is left to whoever asks.
    pub(super) fn places<'h>(&'h self, haystack: &'h [u8]) -> impl Iterator<Item = usize> + 'h {
        self.finder.find_iter(haystack)
    }

    pub(super) fn length(&self) -> usize {
        self.folded.len()
    }

    /// Whether it stands in these bytes as it is or not at all, but for capitals and the escapes of JSON.
    pub(super) fn is_as_written(&self, bytes: &[u8]) -> bool {
        if self.is_wide { hides_no_ideograph(bytes) } else { is_plain(bytes) }
    }

    /// Whether it certainly stands in no part of a text.
    pub(super) fn is_nowhere_in(&self, text: &str) -> bool {
        !self.has_letters && self.is_as_written(text.as_bytes()) && self.finder.find(text.as_bytes()).is_none()
    }

    /// Whether it stands in a text, whatever that is written with: certain, but for the escapes of JSON.
    pub(super) fn stands_in(&self, text: &str) -> Verdict {
        let found = if self.finder.find(text.as_bytes()).is_some() {
            true
        } else if self.is_as_written(text.as_bytes()) && !self.has_letters {
            false
        } else {
            fold(text).contains(&self.folded)
        };
        match found {
            true => Verdict::Yes,
            false if memchr(b'\\', text.as_bytes()).is_some() => Verdict::Maybe,
            false => Verdict::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stands(text: &str, looked_for: &str) -> Verdict {
        Needle::new(&fold(looked_for)).stands_in(text)
    }

    #[test]
    fn what_is_not_there_is_ruled_out_and_what_cannot_be_told_is_not() {
        assert_eq!([stands(r#"{"name":"瓷砖"}"#, "瓷砖"), stands(r#"{"sku":"A-104"}"#, "a-104")], [Verdict::Yes; 2]);
        assert_eq!([stands(r#"{"name":"瓷砖"}"#, "瓷器"), stands(r#"{"sku":"A-104"}"#, "a-105")], [Verdict::No; 2]);
        assert_eq!([stands("Ａ－１０４", "a-104"), stands("Ａ－１０４", "a-105")], [Verdict::Yes, Verdict::No], "full width");
        assert_eq!(stands(r"\u74f7\u7816", "瓷砖"), Verdict::Maybe, "escapes are read by whoever asked");
    }

    proptest! {
        #[test]
        fn folding_finds_the_same(text in "[a-zA-Z0-9\\-瓷砖庫（Ａé]{0,40}", from in 0usize..40, length in 1usize..8) {
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert_eq!(stands(&text, &part), Verdict::from(fold(&text).contains(&*fold(&part))), "{:?} in {:?}", part, text);
        }
    }
}
