//! The top level of a JSON object, read once: which keys there are and where their values stand.
//!
//! Normalising an event needs a handful of fields out of a payload that is kept as bytes. A `serde_json::Value` would allocate for every
//! field of every event; this walks the text once, remembers slices, and reads a value only when it is asked for. It does not validate: the
//! decoder that made the payload did. Text that is not an object has no fields, and broken text never panics.

use crate::{money::Money, time::Millis};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// The fields of one JSON object, borrowed from its text. Of a repeated key the last one counts, as in every JSON library the ERP uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields<'a> {
    entries: Entries<'a>,
}

type Entries<'a> = Vec<(Cow<'a, str>, &'a str)>;

impl<'a> Fields<'a> {
    /// Read the top level of `json`. Empty when it is not an object.
    #[must_use]
    pub fn of(json: &'a str) -> Self {
        Self { entries: entries(json).unwrap_or_default() }
    }

    /// Every key with its value's JSON text, in the order of the text.
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
        self.entries.iter().rev().find(|(name, _)| name == key).map(|(_, token)| *token)
    }

    /// A string, or a number in its own digits. Empty strings are absent. Borrowed unless the string has escapes.
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
}

/// Keys and values of an object, or `None` when `json` is none or breaks before its end.
pub(crate) fn entries(json: &str) -> Option<Entries<'_>> {
    let mut entries = Vec::new();
    Scanner { text: json, at: 0 }.object(&mut entries)?;
    Some(entries)
}

/// The values of a list, or `None` when `json` is none or breaks before its end.
pub(crate) fn items(json: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    Scanner { text: json, at: 0 }.list(&mut items)?;
    Some(items)
}

/// The text of a JSON string or number token.
pub(crate) fn text_of(token: &str) -> Option<Cow<'_, str>> {
    let text = match token.as_bytes().first()? {
        b'"' => unquote(token)?,
        b'-' | b'0'..=b'9' => Cow::Borrowed(token),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The content of a JSON string token.
pub(crate) fn unquote(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_some() {
        serde_json::from_str(token).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A cursor over JSON text. It stops at ASCII structure only, so every slice falls on a character boundary.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn object(&mut self, entries: &mut Entries<'a>) -> Option<()> {
        self.space();
        self.expect(b'{')?;
        self.space();
        if self.peek()? == b'}' {
            return Some(());
        }
        entries.reserve(16);
        loop {
            self.space();
            let key = unquote(self.string()?)?;
            self.space();
            self.expect(b':')?;
            self.space();
            entries.push((key, self.value()?));
            self.space();
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn list(&mut self, items: &mut Vec<&'a str>) -> Option<()> {
        self.expect(b'[')?;
        self.space();
        if self.peek()? == b']' {
            return Some(());
        }
        loop {
            self.space();
            items.push(self.value()?);
            self.space();
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// A string token with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let offset = memchr::memchr2(b'"', b'\\', rest)?;
            self.at += offset + 1;
            if rest[offset] == b'"' {
                return self.text.get(start..self.at);
            }
            // What follows a backslash belongs to it; the text may end here, and then the next round sees it.
            self.at += 1;
        }
    }

    /// Any value, skipped as a whole.
    fn value(&mut self) -> Option<&'a str> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' | b'[' => self.nested(),
            _ => {
                let start = self.at;
                while let Some(byte) = self.peek() {
                    if matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') {
                        break;
                    }
                    self.at += 1;
                }
                self.text.get(start..self.at).filter(|token| !token.is_empty())
            }
        }
    }

    /// An object or a list, without recursion: depth of the input never becomes depth of the stack.
    fn nested(&mut self) -> Option<&'a str> {
        let start = self.at;
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_read_by_what_they_are() {
        let fields = Fields::of(
            r#" { "name" : "瓷砖 \"A\"", "n":-12.50, "id": 7, "at":"2026-11-21T01:16:28.150Z", "ok":true, "deep":{"n":[1,"}"]}, "empty":"" } "#,
        );
        assert_eq!(fields.text("name").as_deref(), Some("瓷砖 \"A\""));
        assert_eq!(fields.number("n").map(|n| n.to_string()).as_deref(), Some("-12.50"), "digits stay as published");
        assert_eq!(fields.text("id").as_deref(), Some("7"), "ids come as numbers too");
        assert_eq!(fields.millis("at"), Some(Millis(1_795_223_788_150)));
        assert_eq!(fields.bool("ok"), Some(true));
        assert_eq!(fields.token("deep"), Some(r#"{"n":[1,"}"]}"#));
        assert_eq!(fields.text("empty"), None);
        assert_eq!(fields.text("absent"), None);
    }

    #[test]
    fn unescaped_text_is_borrowed() {
        let fields = Fields::of(r#"{"name":"plain"}"#);
        assert!(
            matches!(fields.text("name"), Some(Cow::Borrowed("plain"))),
            "an allocation for each field of each event is what this avoids"
        );
    }

    #[test]
    fn what_is_not_an_object_has_no_fields() {
        for text in
            ["", "null", "[1,2]", "\"bare\"", "7", "{", "{\"a\"", "{\"a\":1", "{\"a\":}", "{a:1}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":[}"]
        {
            assert!(Fields::of(text).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".*", json in r#"[{}\[\]",:\\a-c瓷 0-9]{0,40}"#) {
            for candidate in [&text, &json] {
                for (key, token) in Fields::of(candidate).iter() {
                    prop_assert!(candidate.contains(token), "{key}");
                }
            }
        }
    }
}
