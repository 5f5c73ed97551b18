//! Hiding what a pack masks, in a payload that stays byte for byte what it was everywhere else.
//!
//! Names are compared without case and underscores, and at any depth: a bank account in the metadata is a bank account. What cannot be
//! walked to its end is hidden whole, because nobody can say what is in it.

use super::{known::Catalogue, pack::FieldInfo};
use crate::{event::Event, fields::same_name, scan};
use std::borrow::Cow;

/// What stands for a hidden value, or for what of it is not shown. A gateway hides by it too.
pub const HIDDEN: &str = "••••";
/// Characters of a text that stay, at its end, so that people can tell one account from another.
const KEPT: usize = 4;
/// A shorter text is hidden whole.
const KEPT_FROM: usize = 8;
/// What is nested deeper is hidden whole: the stack is finite.
const MAX_DEPTH: u32 = 64;

/// Which fields of one event are hidden.
pub(crate) struct Masks<'c> {
    /// Of a kind that a pack names.
    declared: Option<&'c [FieldInfo]>,
    /// Whether any of them is.
    any_declared: bool,
    others: &'c [Box<str>],
}

impl Catalogue {
    /// The payload as it may be shown to everybody: byte for byte as published, except that the values of fields that a pack masks are
    /// replaced by `"•••• 1234"` (the last four characters, of a text of eight or more) or `"••••"`, at any depth and in every spelling.
    #[must_use]
    pub fn masked<'a>(&self, event: &'a Event) -> Cow<'a, str> {
        self.masks(event).payload(event.payload.as_str())
    }

    pub(super) fn masks(&self, event: &Event) -> Masks<'_> {
        let declared = self.get(&event.kind, &event.channel).map(|info| &*info.fields);
        let any_declared = declared.is_some_and(|fields| fields.iter().any(|field| field.mask));
        Masks { declared, any_declared, others: &self.fallback.mask }
    }
}

impl Masks<'_> {
    /// Whether its kind declares one.
    pub(super) fn any(&self) -> bool {
        self.any_declared
    }

    /// Whether the value under this name is hidden. What the kind declares decides; else what is masked everywhere.
    pub(crate) fn hide(&self, name: &str) -> bool {
        match self.declared.unwrap_or_default().iter().find(|field| same_name(&field.name, name)) {
            Some(field) => field.mask,
            None => self.others.iter().any(|other| same_name(other, name)),
        }
    }

    /// As [`Masks::hide`], for a field that the row of a known kind shows: its pack must declare it, and most packs hide nothing.
    pub(super) fn hide_in_row(&self, name: &str) -> bool {
        (self.any_declared || self.declared.is_none()) && self.hide(name)
    }

    /// The payload with its hidden values replaced.
    pub(super) fn payload<'a>(&self, json: &'a str) -> Cow<'a, str> {
        if !self.any_declared && self.others.is_empty() {
            return Cow::Borrowed(json);
        }
        let mut out = Out { json, text: String::new(), done: 0 };
        self.walk(json.trim(), &mut out, 0);
        out.finish()
    }

    fn walk(&self, json: &str, out: &mut Out<'_>, depth: u32) {
        let walked = match json.as_bytes().first() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => None,
            Some(b'{') => self.object(json, out, depth),
            Some(b'[') => scan::items(json).map(|items| items.into_iter().for_each(|item| self.walk(item, out, depth + 1))),
            _ => Some(()),
        };
        if walked.is_none() {
            out.replace(json, &quoted(HIDDEN));
        }
    }

    fn object(&self, json: &str, out: &mut Out<'_>, depth: u32) -> Option<()> {
        let entries = scan::entries(json)?;
        // `{"Key":"bankaccount","Value":…}`: the name is a value itself.
        let named = |(key, token): &(Cow<'_, str>, &str)| {
            key.eq_ignore_ascii_case("key") && scan::unquote(token).is_some_and(|name| self.hide(&name))
        };
        let pair = entries.iter().any(named);
        for (key, token) in &entries {
            if self.hide(key) || (pair && key.eq_ignore_ascii_case("value")) {
                out.hide(token);
            } else {
                self.walk(token, out, depth + 1);
            }
        }
        Some(())
    }
}

/// What is shown of a hidden text.
pub(crate) fn hidden(text: &str) -> String {
    let length = text.chars().count();
    if length < KEPT_FROM { HIDDEN.to_owned() } else { format!("{HIDDEN} {}", text.chars().skip(length - KEPT).collect::<String>()) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text up to now: copied only once something was replaced.
struct Out<'a> {
    json: &'a str,
    text: String,
    /// How far the original was dealt with.
    done: usize,
}

impl<'a> Out<'a> {
    /// Hide a value. What says nothing (`null`, an empty text) stays.
    fn hide(&mut self, token: &str) {
        let shown = match token.as_bytes().first() {
            Some(b'n') => return,
            Some(b'"') => match scan::unquote(token) {
                Some(text) if text.is_empty() => return,
                Some(text) => quoted(&hidden(&text)),
                None => quoted(HIDDEN),
            },
            _ => quoted(HIDDEN),
        };
        self.replace(token, &shown);
    }

    /// Put `by` where `token`, a slice of the original, stood.
    fn replace(&mut self, token: &str, by: &str) {
        let start = token.as_ptr() as usize - self.json.as_ptr() as usize;
        self.text.push_str(&self.json[self.done..start]);
        self.text.push_str(by);
        self.done = start + token.len();
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.done == 0 {
            return Cow::Borrowed(self.json);
        }
        self.text.push_str(&self.json[self.done..]);
        Cow::Owned(self.text)
    }
}
