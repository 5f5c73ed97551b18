//! Finding a thing by a few letters of its name, its number or a party: everything is looked at once, and only the best get a row.

use crate::entity::Entity;
use std::{borrow::Cow, cmp::Reverse};
use watchdeck_events::{Millis, fold};
use watchdeck_wire::views::{Found, FoundRow};

/// What is looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    whole: String,
    words: Vec<String>,
}

/// How well a thing fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is called so.
    Exact,
    /// It is called something that begins so.
    Begins,
    /// Each word stands somewhere.
    Has,
}

impl Wanted {
    /// Of what was typed; `None` for nothing.
    pub(super) fn of(text: &str) -> Option<Self> {
        let whole = fold(text.trim()).into_owned();
        let words: Vec<_> = whole.split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self { whole, words })
    }

    /// How well a thing fits that is called all of these; `None` where it does not.
    pub(super) fn fit(&self, names: &[Option<&str>]) -> Option<Fit> {
        let names: Vec<_> = names.iter().flatten().map(|name| fold(name)).collect();
        if !self.words.iter().all(|word| names.iter().any(|name| name.contains(word.as_str()))) {
            return None;
        }
        let begins = |name: &&Cow<'_, str>| name.starts_with(&self.whole);
        Some(match names.iter().filter(begins).map(|name| name.len()).min() {
            Some(length) if length == self.whole.len() => Fit::Exact,
            Some(_) => Fit::Begins,
            None => Fit::Has,
        })
    }
}

/// What fits: how well, when it moved last, and what it is.
pub(super) type Fitting<'a, T> = (Fit, Reverse<Millis>, &'a Entity, T);

/// The best of what fits.
pub(super) fn best<'a, T>(all: impl Iterator<Item = Fitting<'a, T>>, limit: usize, row: impl Fn(&Entity, T) -> FoundRow) -> Found {
    let mut all: Vec<_> = all.collect();
    let total = all.len() as u32;
    if all.len() > limit {
        all.select_nth_unstable_by(limit, |a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        all.truncate(limit);
    }
    all.sort_unstable_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    Found { rows: all.into_iter().map(|(_, _, key, thing)| row(key, thing)).collect(), total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_so_comes_before_what_begins_so_and_what_has_it() {
        let wanted = Wanted::of(" ｓｋｕ-1 ").unwrap();
        assert_eq!(wanted.fit(&[Some("木纹砖"), Some("SKU-1")]), Some(Fit::Exact));
        assert_eq!(wanted.fit(&[Some("SKU-104"), None]), Some(Fit::Begins));
        assert_eq!(wanted.fit(&[Some("old SKU-104")]), Some(Fit::Has));
        assert_eq!(wanted.fit(&[Some("SKU-2")]), None);
        let words = Wanted::of("华东 木纹").unwrap();
        assert_eq!(words.fit(&[Some("木纹砖"), Some("华东仓")]), Some(Fit::Has), "each word where it likes");
        assert!(Wanted::of("  ").is_none());
    }
}
