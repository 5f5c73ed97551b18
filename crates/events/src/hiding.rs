//! Hiding fields of a payload before its bytes go to somebody who may not see them.
//!
//! A hidden value is a text that is no value of anything ([`HIDDEN`]): not a number that would be counted, not `null` that would say there was none.
//! Everything else stays byte for byte as it was published. One pass, without recursion: what cannot be walked to its end is not shown at all.

use crate::{HIDDEN, Payload};
use memchr::memchr2;
use smallvec::SmallVec;
use std::borrow::Cow;

/// What is nested deeper is not shown.
const MAX_DEPTH: usize = 128;
/// So many times eight bytes of a text are looked at before a search begins.
const NEAR: usize = 4;
/// What a walk stops at; between these are numbers, words, commas, colons and blanks.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let marks = *b"{}[]\"";
    let mut nth = 0;
    while nth < marks.len() {
        stops[marks[nth] as usize] = true;
        nth += 1;
    }
    stops
};
/// JSON in a text in JSON: so often, and no more.
const MAX_WITHIN: u32 = 4;

/// A field by its name, at any depth, or by the names that lead to it (`details.cost`). Case and underscores do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    /// From the field's own name outwards.
    names: Box<[Box<str>]>,
}

impl FieldPath {
    /// `None` where a name is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names: Box<[Box<str>]> = text.rsplit('.').map(|name| plain(name.trim()).into()).collect();
        names.iter().all(|name| !name.is_empty()).then_some(Self { names })
    }

    /// Names that are taken as they are, the outermost first.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        Self { names: names.iter().rev().map(|name| plain(name).into()).collect() }
    }

    /// How the names begin that it can be about.
    #[must_use]
    pub fn begins(&self) -> Beginnings {
        self.names.first().and_then(|name| name.bytes().next()).map_or(Beginnings::ANY, Beginnings::of)
    }

    /// Whether whatever `other` hides is hidden by this as well.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.names.starts_with(&self.names)
    }

    /// Whether the value that is walked to now is meant.
    #[must_use]
    pub fn is_at(&self, trail: &Trail<'_>) -> bool {
        let mut walked = trail.levels.iter().rev().filter_map(|level| level.name);
        self.names.iter().all(|name| match walked.next() {
            Some(one) => one.is(name, trail.json),
            // Where a text began, what leads to it is not known any more.
            None => trail.within > 0,
        })
    }
}

/// With which letters names begin: most fields are others, and are passed over by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginnings(u128);

impl Beginnings {
    /// No name.
    pub const NONE: Self = Self(0);
    const ANY: Self = Self(u128::MAX);

    const fn of(byte: u8) -> Self {
        if byte < 128 { Self(1 << byte) } else { Self::ANY }
    }

    /// Those of both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a name that begins so may be one of them. What does not begin with a letter of its own may be any.
    const fn may_be(self, byte: u8) -> bool {
        byte >= 128 || byte == b'_' || self.0 >> byte.to_ascii_lowercase() & 1 == 1
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

fn same(plain: &str, name: &[u8]) -> bool {
    let mut rest = plain.bytes();
    name.iter().filter(|byte| **byte != b'_').all(|byte| rest.next() == Some(byte.to_ascii_lowercase())) && rest.next().is_none()
}

/// A name, by where it stands.
#[derive(Debug, Clone, Copy)]
struct Token {
    /// From behind the first quote,
    start: usize,
    /// up to the last one.
    end: usize,
    is_escaped: bool,
}

impl Token {
    fn is(self, plain: &str, json: &str) -> bool {
        if self.is_escaped {
            return self.text(json).is_some_and(|text| same(plain, text.as_bytes()));
        }
        let name = &json.as_bytes()[self.start..self.end];
        // Most names are others by their length or by how they begin.
        name.len() >= plain.len() && same(plain, name)
    }

    fn may_be(self, trail: &Trail<'_>) -> bool {
        self.is_escaped || self.start == self.end || trail.begins.may_be(trail.json.as_bytes()[self.start])
    }

    fn text(self, json: &str) -> Option<Cow<'_, str>> {
        if self.is_escaped {
            return serde_json::from_str(json.get(self.start - 1..=self.end)?).ok().map(Cow::Owned);
        }
        json.get(self.start..self.end).map(Cow::Borrowed)
    }
}

/// The names that lead to where the walk is.
#[derive(Debug)]
pub struct Trail<'a> {
    json: &'a str,
    levels: SmallVec<[Level; 8]>,
    within: u32,
    begins: Beginnings,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    start: usize,
    /// `None` in a list, and before an object's first name.
    name: Option<Token>,
}

/// `payload` with the values hidden for which `hide` holds, which is asked about names that begin so; `None` when it cannot be walked, or is no object
/// or list.
#[must_use]
pub fn hidden<'a>(payload: &'a Payload, begins: Beginnings, hide: impl Fn(&Trail<'_>) -> bool) -> Option<Cow<'a, str>> {
    let json = payload.as_str();
    let spans = spans_of_known(payload, begins, &hide).or_else(|| spans(json, begins, &hide, 0))?;
    if spans.is_empty() {
        return Some(Cow::Borrowed(json));
    }
    let mut text = String::with_capacity(json.len() + spans.len() * (HIDDEN.len() + 2));
    let mut done = 0;
    for (start, end) in spans {
        text.push_str(&json[done..start]);
        text.push('"');
        text.push_str(HIDDEN);
        text.push('"');
        done = end;
    }
    text.push_str(&json[done..]);
    Some(Cow::Owned(text))
}

/// From where to where values are hidden, in order.
type Spans = SmallVec<[(usize, usize); 4]>;

/// Where it is known already where the fields of the top level stand, what is neither nested nor hidden is not looked at again. `None` where that is not
/// enough to go by.
fn spans_of_known(payload: &Payload, begins: Beginnings, hide: &impl Fn(&Trail<'_>) -> bool) -> Option<Spans> {
    let json = payload.as_str();
    let bytes = json.as_bytes();
    let mut spans = Spans::new();
    let mut trail = Trail { json, levels: SmallVec::new(), within: 0, begins };
    trail.levels.push(Level { start: 0, name: None });
    let mut done = 0;
    for (name, value) in payload.fields().top()? {
        let name = Token { start: name.start, end: name.end, is_escaped: false };
        if name.is("key", json) {
            return None;
        }
        done = value.end;
        trail.levels[0].name = Some(name);
        if name.may_be(&trail) && hide(&trail) {
            spans.push((value.start, value.end));
            continue;
        }
        match bytes.get(value.start)? {
            b'{' | b'[' => walk(value.start, value.end, &mut trail, hide, &mut spans)?,
            b'"' => {
                if holds_hidden(text_at(bytes, value.start)?, &trail, hide)? {
                    spans.push((value.start, value.end));
                }
            }
            _ => bytes[value].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).then_some(())?,
        }
    }
    (json[done..].trim_ascii() == "}").then_some(spans)
}

fn spans(json: &str, begins: Beginnings, hide: &impl Fn(&Trail<'_>) -> bool, within: u32) -> Option<Spans> {
    let bytes = json.as_bytes();
    let at = space_end(bytes, 0);
    if !matches!(bytes.get(at), Some(b'{' | b'[')) {
        return None;
    }
    let mut spans = Spans::new();
    let mut trail = Trail { json, levels: SmallVec::new(), within, begins };
    walk(at, bytes.len(), &mut trail, hide, &mut spans)?;
    Some(spans)
}

/// What stands from `at` up to `end`; `None` when that is not all of one or several values.
fn walk(mut at: usize, end: usize, trail: &mut Trail<'_>, hide: &impl Fn(&Trail<'_>) -> bool, spans: &mut Spans) -> Option<()> {
    let bytes = trail.json.as_bytes();
    let above = trail.levels.len();
    while at < end {
        match bytes[at] {
            b'{' | b'[' if trail.levels.len() >= MAX_DEPTH => return None,
            b'{' | b'[' => {
                trail.levels.push(Level { start: at, name: None });
                at += 1;
            }
            b'}' | b']' => {
                trail.levels.pop()?;
                at += 1;
            }
            b'"' => {
                let text = text_at(bytes, at)?;
                let colon = space_end(bytes, text.end + 1);
                if bytes.get(colon) == Some(&b':') {
                    at = field(space_end(bytes, colon + 1), text, trail, hide, spans)?;
                } else {
                    if holds_hidden(text, trail, hide)? {
                        spans.push((at, text.end + 1));
                    }
                    at = text.end + 1;
                }
            }
            _ => at += 1 + bytes[at + 1..end].iter().take_while(|byte| !STOPS[usize::from(**byte)]).count(),
        }
    }
    (trail.levels.len() == above).then_some(())
}

/// One field, whose value begins at `value`; answers where the walk goes on: behind the value when that is hidden.
fn field(value: usize, name: Token, trail: &mut Trail<'_>, hide: &impl Fn(&Trail<'_>) -> bool, spans: &mut Spans) -> Option<usize> {
    let bytes = trail.json.as_bytes();
    trail.levels.last_mut()?.name = Some(name);
    if name.may_be(trail) && hide(trail) {
        let end = value_end(bytes, value)?;
        spans.push((value, end));
        return Some(end);
    }
    if bytes.get(value) != Some(&b'"') || !name.is("key", trail.json) {
        return Some(value);
    }
    // `{"Key":"cost","Value":…}`: the name is a value itself, so such a pair goes as a whole.
    let named = text_at(bytes, value)?;
    trail.levels.last_mut()?.name = Some(named);
    if !hide(trail) {
        return Some(named.end + 1);
    }
    let start = trail.levels.pop()?.start;
    spans.retain(|span| span.0 < start);
    let end = value_end(bytes, start)?;
    spans.push((start, end));
    Some(end)
}

/// Whether a text is JSON itself, and something in it is hidden.
fn holds_hidden(token: Token, trail: &Trail<'_>, hide: &impl Fn(&Trail<'_>) -> bool) -> Option<bool> {
    let json = trail.json;
    // JSON begins so, or with a space or an escape before it.
    if !matches!(json.as_bytes()[token.start], b'{' | b'[' | b'\\' | b' ') {
        return Some(false);
    }
    let text = token.text(json)?;
    if !text.trim_start().starts_with(['{', '[']) || serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
        return Some(false);
    }
    if trail.within >= MAX_WITHIN {
        return Some(true);
    }
    Some(spans(&text, trail.begins, hide, trail.within + 1).is_none_or(|spans| !spans.is_empty()))
}

fn space_end(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The text whose first quote is at `at`.
fn text_at(bytes: &[u8], at: usize) -> Option<Token> {
    let start = at + 1;
    let (mut end, mut is_escaped) = (start, false);
    loop {
        end = text_stop(bytes, end)?;
        if bytes[end] == b'"' {
            return Some(Token { start, end, is_escaped });
        }
        is_escaped = true;
        end += 2;
    }
}

/// The next quote or backslash. Most are near, and a search that is quick on long texts is slow to begin: so eight bytes at a time first.
fn text_stop(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let (words, _) = rest.as_chunks::<8>();
    for (nth, word) in words.iter().take(NEAR).enumerate() {
        let word = u64::from_le_bytes(*word);
        let stops = has(word, b'"') | has(word, b'\\');
        if stops != 0 {
            return Some(from + nth * 8 + stops.trailing_zeros() as usize / 8);
        }
    }
    let far = 8 * words.len().min(NEAR);
    memchr2(b'"', b'\\', &rest[far..]).map(|at| from + far + at)
}

/// The high bit of each byte of `word` that is this one. Of those above the lowest that is, it may say so wrongly.
const fn has(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let same = word ^ (ONES * byte as u64);
    same.wrapping_sub(ONES) & !same & (ONES << 7)
}

/// Behind the value that begins at `at`.
fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = text_at(bytes, at)?.end + 1,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => {
                at += 1;
                continue;
            }
            _ => at += bytes[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))?,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests;
