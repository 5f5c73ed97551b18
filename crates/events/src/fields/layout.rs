//! Where the fields of a JSON object stand in its text: found once, and kept beside it.
//!
//! Places and not slices, so that an event remembers what was found in its payload for whoever asks next. It says nothing of what the fields mean.

use super::envelope;
use crate::scan;
use std::{borrow::Cow, ops::Range};

/// Fields that are worth remembering; a payload of more is read again by whoever asks.
const REMEMBERED: usize = 512;

/// Room for so many more is left where it is.
const SPARE: usize = 6;

/// See the [module docs](self).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    entries: Vec<Entry>,
    /// Keys that are written with escapes, as they mean.
    unescaped: Vec<Box<str>>,
    /// How many of the entries, from the first, are the envelope's; the rest is its data. 0 for what is no envelope.
    envelope: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Tells most keys from most others without looking at the text.
    tag: u32,
    key: Key,
    value: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Written(Place),
    /// Its number among those with escapes.
    Escaped(u32),
}

/// Its length, and three of its bytes.
fn tag(key: &str) -> u32 {
    let bytes = key.as_bytes();
    let at = |place: usize| u32::from(bytes.get(place).copied().unwrap_or_default());
    (bytes.len() as u32 & 0xff) | at(0) << 8 | at(bytes.len() / 2) << 16 | at(bytes.len().wrapping_sub(1)) << 24
}

/// A stretch of the text, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    from: u32,
    length: u32,
}

impl Place {
    /// Where `part` stands in `text`, which it is a slice of.
    fn of(part: &str, text: &str) -> Self {
        Self { from: (part.as_ptr().addr() - text.as_ptr().addr()) as u32, length: part.len() as u32 }
    }

    fn range(self) -> Range<usize> {
        self.from as usize..(self.from + self.length) as usize
    }

    fn read(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

impl Layout {
    /// Of the top level of `text`. Empty when it is not an object, or longer than anything that is ever sent (4 GiB).
    pub(crate) fn of(text: &str) -> Self {
        let mut layout = Self::default();
        if u32::try_from(text.len()).is_err() || scan::each(text, |key, value| layout.push(text, key, value)).is_none() {
            return Self::default();
        }
        if envelope::is(layout.entries.iter().map(|entry| layout.key(text, entry))) {
            layout.envelope = layout.entries.len();
            if let Some(data) = layout.own(text, "event_data") {
                envelope::unfold(data).into_iter().for_each(|(key, value)| layout.push(text, key, value));
            }
        }
        layout
    }

    fn push(&mut self, text: &str, key: Cow<'_, str>, value: &str) {
        let tag = tag(&key);
        let key = match key {
            Cow::Borrowed(key) => Key::Written(Place::of(key, text)),
            Cow::Owned(key) => {
                self.unescaped.push(key.into());
                Key::Escaped(self.unescaped.len() as u32 - 1)
            }
        };
        if self.entries.is_empty() {
            self.entries.reserve(16);
        }
        self.entries.push(Entry { tag, key, value: Place::of(value, text) });
    }

    /// Whether it is small beside its text, and so to be kept with it.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        self.entries.len() <= REMEMBERED
    }

    /// About as small as it can be.
    pub(crate) fn fitted(mut self) -> Self {
        if self.entries.len() + SPARE < self.entries.capacity() {
            self.entries.shrink_to_fit();
        }
        self
    }

    /// How much memory it takes beside the text, about.
    pub(crate) fn bytes(&self) -> usize {
        let unescaped: usize = self.unescaped.iter().map(|key| key.len() + size_of::<Box<str>>()).sum();
        size_of::<Self>() + self.entries.capacity() * size_of::<Entry>() + unescaped
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) const fn is_envelope(&self) -> bool {
        self.envelope > 0
    }

    fn key<'k>(&'k self, text: &'k str, entry: &Entry) -> &'k str {
        match entry.key {
            Key::Written(place) => place.read(text),
            Key::Escaped(number) => self.unescaped.get(number as usize).map_or("", |key| key),
        }
    }

    /// Every key with its value's text, an envelope's own first.
    pub(crate) fn iter<'k, 'a: 'k>(&'k self, text: &'a str) -> impl Iterator<Item = (&'k str, &'a str)> {
        self.entries.iter().map(move |entry| (self.key(text, entry), entry.value.read(text)))
    }

    /// Where each name of the text's own top level stands, without its quotes, and its value; `None` where that is not known of each.
    pub(crate) fn top(&self) -> Option<impl Iterator<Item = (Range<usize>, Range<usize>)>> {
        let own = if self.is_envelope() { &self.entries[..self.envelope] } else { &self.entries[..] };
        let written = |entry: &Entry| match entry.key {
            Key::Written(place) => Some((place.range(), entry.value.range())),
            Key::Escaped(_) => None,
        };
        (!own.is_empty() && self.unescaped.is_empty()).then(|| own.iter().filter_map(written))
    }

    /// The last of these entries with that key: of a repeated one it counts.
    fn last<'a>(&self, entries: &[Entry], text: &'a str, key: &str) -> Option<&'a str> {
        let tag = tag(key);
        let found = entries.iter().rev().find(|entry| entry.tag == tag && self.key(text, entry) == key);
        found.map(|entry| entry.value.read(text))
    }

    /// The value of a key; of an envelope first what its data has by that name, in whatever spelling.
    pub(crate) fn token<'a>(&self, text: &'a str, key: &str) -> Option<&'a str> {
        if self.envelope == 0 {
            return self.last(&self.entries, text, key);
        }
        let data = &self.entries[self.envelope..];
        let loose = || data.iter().rev().find(|entry| envelope::same_name(self.key(text, entry), key)).map(|entry| entry.value.read(text));
        self.last(data, text, key).or_else(loose).or_else(|| self.own(text, key))
    }

    /// The value of a key of the envelope itself.
    pub(crate) fn own<'a>(&self, text: &'a str, key: &str) -> Option<&'a str> {
        self.last(&self.entries[..self.envelope], text, key)
    }
}
