//! What is wrong with a pack, and where: the line, the column, the key, and what to write instead.

use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Why a pack was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackError {
    /// Counted from 1.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
    /// The key, as `kind[3].subject[0]` (counted from 0), of what is well-formed and makes no sense.
    pub key: Option<String>,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

impl std::fmt::Display for PackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PackError {}

/// A value that makes no sense, before anybody looked up where it stands.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) key: String,
    pub(super) reason: String,
}

impl Wrong {
    pub(super) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: key.into(), reason: reason.into() }
    }

    /// Where in `text` it is.
    pub(super) fn located(self, text: &str) -> PackError {
        let (line, column) = at(text, span(text, &self.key).unwrap_or_default().start);
        PackError { line, column, key: Some(self.key), reason: self.reason }
    }
}

impl PackError {
    /// Of text that is no TOML, or has a key that is unknown, missing or of the wrong type.
    pub(super) fn of_syntax(error: &toml::de::Error, text: &str) -> Self {
        let (line, column) = at(text, error.span().unwrap_or_default().start);
        Self { line, column, key: None, reason: error.message().trim().to_owned() }
    }
}

/// Line and column of a byte.
fn at(text: &str, byte: usize) -> (u32, u32) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// Where the value of a key stands; of what is not there, where the nearest thing around it does.
fn span(text: &str, key: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let mut found = None;
    let mut within: Option<&Spanned<DeValue<'_>>> = None;
    for part in key.split(['.', '[']) {
        let next = match (part.strip_suffix(']'), within.map(Spanned::get_ref)) {
            (Some(place), Some(DeValue::Array(items))) => place.parse::<usize>().ok().and_then(|place| items.get(place)),
            (None, None) => table.get_ref().get(part),
            (None, Some(DeValue::Table(table))) => table.get(part),
            _ => None,
        };
        let Some(next) = next else { break };
        (found, within) = (Some(next.span()), Some(next));
    }
    found
}
