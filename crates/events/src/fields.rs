//! The top level of a JSON object, read once: which keys there are and where their values stand.
//!
//! Normalising an event needs a handful of fields out of a payload that is kept as bytes. A `serde_json::Value` would allocate for every
//! field of every event; this walks the text once, remembers slices, and reads a value only when it is asked for. It does not validate: the
//! decoder that made the payload did. Text that is not an object has no fields, and broken text never panics.
//!
//! A payload that is an event envelope (`event_type`, `event_data`) is read through: the fields of its data stand beside its own and come
//! first, and are found by their snake_case names in whatever spelling the server stored them.

mod envelope;
pub(crate) mod scan;

use crate::{money::Money, time::Millis};
pub(crate) use envelope::same_name;
use rust_decimal::Decimal;
use scan::{Entries, text_of};
use std::borrow::Cow;

/// The fields of one JSON object, borrowed from its text. Of a repeated key the last one counts, as in every JSON library the ERP uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields<'a> {
    entries: Entries<'a>,
    /// How many of the entries, from the first, are the envelope's; the rest is its data. 0 for a payload that is no envelope.
    envelope: usize,
}

impl<'a> Fields<'a> {
    /// Read the top level of `json`. Empty when it is not an object.
    #[must_use]
    pub fn of(json: &'a str) -> Self {
        let mut entries = scan::entries(json).unwrap_or_default();
        let envelope = if envelope::is(&entries) { envelope::open(&mut entries) } else { 0 };
        Self { entries, envelope }
    }

    /// Every key with its value's JSON text, in the order of the text; of an envelope its own first, then those of its data.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.entries.iter().map(|(key, token)| (key.as_ref(), *token))
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The JSON text of a value.
    #[must_use]
    pub fn token(&self, key: &str) -> Option<&'a str> {
        if self.envelope == 0 {
            return self.entries.iter().rev().find(|(name, _)| name == key).map(|(_, token)| *token);
        }
        let (own, data) = self.entries.split_at(self.envelope);
        let exact = |entries: &[(Cow<'a, str>, &'a str)]| entries.iter().rev().find(|(name, _)| name == key).map(|(_, token)| *token);
        let loose = || data.iter().rev().find(|(name, _)| same_name(name, key)).map(|(_, token)| *token);
        exact(data).or_else(loose).or_else(|| exact(own))
    }

    /// A string, or a number in its own digits. Empty strings and the unset time `0001-01-01T00:00:00Z` are absent. Borrowed unless the
    /// string has escapes.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        text_of(self.token(key)?)
    }

    /// An exact number, from a number or from a string holding one.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<Decimal> {
        Money::from_json(self.token(key)?).map(|money| money.0)
    }

    /// An amount of money.
    #[must_use]
    pub fn money(&self, key: &str) -> Option<Money> {
        Money::from_json(self.token(key)?)
    }

    /// An instant, in any form seen on the wire.
    #[must_use]
    pub fn millis(&self, key: &str) -> Option<Millis> {
        Millis::from_json(self.token(key)?)
    }

    /// `true` or `false`, and nothing that looks like it.
    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.token(key)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// What the payload calls itself: an envelope's `event_type`, else `type`.
    #[must_use]
    pub fn kind(&self) -> Option<Cow<'a, str>> {
        if self.envelope == 0 { self.text("type") } else { text_of(self.envelope_token("event_type")?) }
    }

    /// When the publisher says that it happened: an envelope's `timestamp`, else its data's `time`; of other payloads `timestamp`.
    #[must_use]
    pub fn stated(&self) -> Option<Millis> {
        if self.envelope == 0 {
            return self.millis("timestamp");
        }
        self.envelope_token("timestamp").and_then(Millis::from_json).or_else(|| self.millis("timestamp")).or_else(|| self.millis("time"))
    }

    fn envelope_token(&self, key: &str) -> Option<&'a str> {
        self.entries[..self.envelope].iter().rev().find(|(name, _)| name == key).map(|(_, token)| *token)
    }
}

#[cfg(test)]
mod tests;
