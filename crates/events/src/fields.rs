//! The top level of a JSON object, read once: which keys there are and where their values stand.
//!
//! Normalising an event needs a handful of fields out of a payload that is kept as bytes. A `serde_json::Value` would allocate for every
//! field of every event; this walks the text once, remembers slices, and reads a value only when it is asked for. It does not validate: the
//! decoder that made the payload did. Text that is not an object has no fields, and broken text never panics.
//!
//! A payload that is an event envelope (`event_type`, `event_data`) is read through: the fields of its data stand beside its own and come
//! first, and are found by their snake_case names in whatever spelling the server stored them.

pub(crate) mod edit;
mod envelope;
mod layout;
mod reading;

use crate::{
    Conventions, Currency, amount,
    money::Money,
    quantity::Quantity,
    scan::{self, is_nothing, text_of},
    stated::{Amount, Stated},
    time::{self, Millis},
};
pub(crate) use envelope::same_name;
pub(crate) use layout::Layout;
pub(crate) use reading::Readings;
use std::{borrow::Cow, ops::Range};

/// The fields of one JSON object, borrowed from its text. Of a repeated key the last one counts, as in every JSON library the ERP uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields<'a> {
    text: &'a str,
    layout: Cow<'a, Layout>,
}

impl<'a> Fields<'a> {
    /// Read the top level of `json`. Empty when it is not an object. Of an event's payload ask [`crate::Payload::fields`], which remembers.
    #[must_use]
    pub fn of(json: &'a str) -> Self {
        Self { text: json, layout: Cow::Owned(Layout::of(json)) }
    }

    /// Of a text whose layout is known.
    pub(crate) const fn laid_out(text: &'a str, layout: Cow<'a, Layout>) -> Self {
        Self { text, layout }
    }

    /// Every key with its value's JSON text, in the order of the text; of an envelope its own first, then those of its data.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.layout.iter(self.text)
    }

    /// See [`Layout::top`].
    pub(crate) fn top(&self) -> Option<impl Iterator<Item = (Range<usize>, Range<usize>)>> {
        self.layout.top()
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layout.is_empty()
    }

    /// The JSON text of a value.
    #[must_use]
    pub fn token(&self, key: &str) -> Option<&'a str> {
        self.layout.token(self.text, key)
    }

    /// A string, or a number in its own digits. Blank strings and the unset time `0001-01-01T00:00:00Z` are absent. Of what ERPs put there instead, a pair
    /// (`[7,"Wang"]`) or an object (`{"id":7,"name":"Wang"}`), the id for a field that is named like one (`userId`, `user_id`), else the name. Borrowed
    /// unless the string has escapes.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        let token = self.token(key)?;
        match token.as_bytes().first()? {
            b'{' | b'[' => text_within(token, is_id(key)),
            _ => text_of(token),
        }
    }

    /// The text of the first of these fields that says something.
    #[must_use]
    pub fn first_text(&self, keys: &[&str]) -> Option<Cow<'a, str>> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// A text as stated: something that is no text (`true`, a list of numbers) is unread.
    #[must_use]
    pub fn stated_text(&self, key: &str) -> Stated<'a, Cow<'a, str>> {
        match self.text(key) {
            Some(text) => Stated::Known(text),
            None => self.token(key).filter(|token| !is_nothing(token)).map_or(Stated::Absent, |token| Stated::Unread(token.into())),
        }
    }

    /// A quantity, in any form that has one meaning. See [`crate::amount`].
    #[must_use]
    pub fn quantity(&self, key: &str) -> Stated<'a, Quantity> {
        self.token(key).map_or(Stated::Absent, amount::quantity)
    }

    /// As [`Fields::quantity`], where it was read.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<Quantity> {
        self.quantity(key).known()
    }

    /// An amount of money, in any form that has one meaning, and the currency that is written beside it. `known` is the currency that is known otherwise.
    #[must_use]
    pub fn amount(&self, key: &str, known: Option<&Currency>) -> (Amount<'a>, Option<Currency>) {
        self.token(key).map_or((Stated::Absent, None), |token| amount::money(token, known))
    }

    /// As [`Fields::amount`], where it was read.
    #[must_use]
    pub fn money(&self, key: &str) -> Option<Money> {
        self.amount(key, None).0.known()
    }

    /// The currency that a field of its own names; for a sign that several have, by what the source's is.
    #[must_use]
    pub fn currency(&self, conventions: &Conventions) -> Option<Currency> {
        let named = |key: &&str| self.text(key).and_then(|text| Currency::read(&text, conventions.currency.as_ref()));
        ["currency", "currencyCode", "currency_code"].iter().find_map(named)
    }

    /// An instant, in any form seen on the wire; a time that names no zone is in the source's.
    #[must_use]
    pub fn time(&self, key: &str, conventions: &Conventions) -> Stated<'a, Millis> {
        self.token(key).map_or(Stated::Absent, |token| time::read(token, &conventions.time_zone))
    }

    /// As [`Fields::time`], for when something must be done: a date alone means its last moment.
    #[must_use]
    pub fn deadline(&self, key: &str, conventions: &Conventions) -> Stated<'a, Millis> {
        self.token(key).map_or(Stated::Absent, |token| time::read_deadline(token, &conventions.time_zone))
    }

    /// An instant, to compare events of one publisher by: a time that names no zone is taken as UTC, so that the answer never depends on a setting.
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
        if self.layout.is_envelope() { text_of(self.layout.own(self.text, "event_type")?) } else { self.text("type") }
    }

    /// When the publisher says that it happened, for identity and order: see [`Fields::millis`].
    #[must_use]
    pub fn stated(&self) -> Option<Millis> {
        self.occurrence().find_map(Millis::from_json)
    }

    /// The tokens that may say when it happened, the best first: an envelope's `timestamp`, its data's `timestamp` and `time`; of other payloads `timestamp`.
    pub(crate) fn occurrence(&self) -> impl Iterator<Item = &'a str> {
        let enveloped = self.layout.is_envelope();
        let own = if enveloped { self.layout.own(self.text, "timestamp") } else { None };
        let data = if enveloped { self.token("time") } else { None };
        [own, self.token("timestamp"), data].into_iter().flatten()
    }
}

/// Whether a field's name says that it holds an id.
fn is_id(key: &str) -> bool {
    key.eq_ignore_ascii_case("id") || key.ends_with("Id") || key.ends_with("ID") || key.ends_with("_id")
}

/// The id or the name out of a pair or an object.
fn text_within(token: &str, id: bool) -> Option<Cow<'_, str>> {
    if token.starts_with('[') {
        return match *scan::items(token)?.as_slice() {
            [first, second] if second.starts_with('"') => text_of(if id { first } else { second }),
            _ => None,
        };
    }
    let names: &[&str] =
        if id { &["id", "_id", "$oid", "Id", "ID", "$numberLong"] } else { &["name", "displayName", "display_name", "title", "label"] };
    let entries = scan::entries(token)?;
    let value = |name: &&str| entries.iter().rev().find(|(key, _)| key == name).map(|(_, token)| *token);
    names.iter().filter_map(value).find_map(|token| if id && token.starts_with('{') { text_of(object_id(token)?) } else { text_of(token) })
}

/// `{"$oid":"65f…"}`.
fn object_id(token: &str) -> Option<&str> {
    scan::entries(token)?.into_iter().find(|(key, _)| key == "$oid").map(|(_, token)| token)
}

#[cfg(test)]
mod tests;
