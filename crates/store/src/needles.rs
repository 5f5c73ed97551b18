//! Texts that are looked for, held against what is packed before an event is made of it. *No* is certain, *perhaps* is left to whoever asked.

use crate::block::Block;
use memchr::{memchr, memmem::Finder};
use watchdeck_events::is_plain;

/// What has to stand somewhere in an event: of each list one at least.
#[derive(Default)]
pub(crate) struct Needles(Vec<Vec<Needle>>);

struct Needle {
    finder: Finder<'static>,
    /// It may stand there in capitals.
    has_letters: bool,
}

impl Needles {
    /// Of folded texts.
    pub(crate) fn new<'t>(texts: impl Iterator<Item = impl Iterator<Item = std::borrow::Cow<'t, str>>>) -> Self {
        let needle = |text: std::borrow::Cow<'_, str>| Needle {
            has_letters: text.bytes().any(|byte| byte.is_ascii_alphabetic()),
            finder: Finder::new(text.as_bytes()).into_owned(),
        };
        Self(texts.map(|any| any.map(needle).collect()).collect())
    }

    /// The same for the events of one block, whose kinds and subjects are looked at once.
    pub(crate) fn of_block<'b>(&'b self, block: &'b Block) -> InBlock<'b> {
        let says = |text: &str| self.0.iter().flatten().any(|needle| needle.may_be_in(text, &mut String::new()));
        let (labels, subjects) = if self.0.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            (block.labels().iter().map(|label| says(label.kind.as_str())).collect(), block.subjects().map(says).collect())
        };
        InBlock { needles: self, block, labels, subjects, lower: String::new() }
    }
}

impl Needle {
    fn may_be_in(&self, text: &str, lower: &mut String) -> bool {
        if self.finder.find(text.as_bytes()).is_some() || !is_plain(text) || memchr(b'\\', text.as_bytes()).is_some() {
            return true;
        }
        if !self.has_letters {
            return false;
        }
        lower.clear();
        lower.push_str(text);
        lower.make_ascii_lowercase();
        self.finder.find(lower.as_bytes()).is_some()
    }
}

/// See [`Needles::of_block`].
pub(crate) struct InBlock<'b> {
    needles: &'b Needles,
    block: &'b Block,
    labels: Vec<bool>,
    subjects: Vec<bool>,
    lower: String,
}

impl InBlock<'_> {
    /// Whether the event at a place, which has this payload, may say all that is looked for.
    pub(crate) fn may_be_at(&mut self, at: usize, payload: &str) -> bool {
        let Self { needles, block, labels, subjects, lower } = self;
        needles.0.iter().all(|any| {
            any.iter().any(|needle| needle.may_be_in(payload, lower))
                || labels[block.label_number(at)]
                || block.subject_number(at).is_some_and(|number| subjects[number])
                || block.actor(at).is_some_and(|actor| any.iter().any(|needle| needle.may_be_in(actor, lower)))
        })
    }

    /// Whether nothing is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.needles.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use watchdeck_events::fold;

    fn may(text: &str, looked_for: &str) -> bool {
        let needles = Needles::new(std::iter::once(std::iter::once(fold(looked_for))));
        needles.0[0][0].may_be_in(text, &mut String::new())
    }

    #[test]
    fn what_is_not_there_is_ruled_out_and_what_cannot_be_told_is_not() {
        assert!(may(r#"{"name":"瓷砖"}"#, "瓷砖") && may(r#"{"sku":"A-104"}"#, "a-104"));
        assert!(!may(r#"{"name":"瓷砖"}"#, "瓷器") && !may(r#"{"sku":"A-104"}"#, "a-105"));
        assert!(may("Ａ－１０４", "a-105") && may(r"\u74f7\u7816", "瓷砖"), "full width and escapes are read by whoever asked");
    }

    proptest! {
        #[test]
        fn nothing_is_ruled_out_that_folding_would_find(text in "[a-zA-Z0-9\\-瓷砖庫（Ａé]{0,40}", from in 0usize..40, length in 1usize..8) {
            let part: String = text.chars().skip(from).take(length).collect();
            if fold(&text).contains(&*fold(&part)) {
                prop_assert!(may(&text, &part), "{part:?} in {text:?}");
            }
        }
    }
}
