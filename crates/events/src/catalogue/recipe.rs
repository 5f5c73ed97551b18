//! How the payloads of one kind are read: from the version that was published to the newest, and from there to the fields of a kind that Watchdeck counts.
//!
//! An upcast turns version n into n + 1; they follow each other until the newest. What was published stays as it is: this is a way to read it.
//! A version that is newer than any the pack knows is read as it stands, because nobody can say what its fields mean.

use super::step::Step;
use crate::{
    event::Kind,
    fields::edit::{Edited, Path},
};
use std::borrow::Cow;

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The newest version.
    pub(super) version: u32,
    /// The field that says which version a payload is.
    pub(super) version_field: Option<Path>,
    pub(super) upcasts: Vec<Upcast>,
    pub(super) derive: Vec<Step>,
    /// The kind of ours whose fields are derived.
    pub(super) family: Option<Kind>,
    /// Tells it from every other: what was made by it is kept under this number.
    pub(super) way: u64,
}

/// From a version to the next.
#[derive(Debug, Clone)]
pub(super) struct Upcast {
    pub(super) from: u32,
    pub(super) steps: Vec<Step>,
}

/// Which version of its kind a payload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edition {
    /// One that the pack knows, the newest included.
    Known(u32),
    /// Newer than the pack knows.
    Newer(u32),
    /// What stands there is no version, or an older one than the pack begins with: as written.
    Unread(String),
}

impl Recipe {
    /// Which version `json` is. One that does not say is the first.
    #[must_use]
    pub fn edition(&self, json: &str) -> Edition {
        Edited::of(json).map_or(Edition::Known(1), |fields| self.edition_of(&fields))
    }

    fn edition_of(&self, fields: &Edited<'_>) -> Edition {
        let Some(token) = self.version_field.as_ref().and_then(|path| fields.token(path)).filter(|token| &**token != "null") else {
            return Edition::Known(1);
        };
        match number(&token) {
            Some(version) if version > self.version => Edition::Newer(version),
            Some(version) if version == self.version || self.upcasts.iter().any(|upcast| upcast.from == version) => Edition::Known(version),
            _ => Edition::Unread(token.trim_matches('"').chars().take(40).collect()),
        }
    }

    /// The payload in its newest version, with what is derived; `None`: as it stands.
    pub(super) fn read(&self, json: &str) -> Option<String> {
        let mut fields = Edited::of(json)?;
        let Edition::Known(version) = self.edition_of(&fields) else { return None };
        let due = || self.upcasts.iter().filter(|upcast| upcast.from >= version);
        if self.derive.is_empty() && due().next().is_none() {
            return None;
        }
        for upcast in due() {
            upcast.steps.iter().for_each(|step| step.apply(&mut fields));
            // Read once more it is what it became.
            if let Some(path) = &self.version_field {
                fields.put(path, (upcast.from + 1).to_string());
            }
        }
        self.derive.iter().for_each(|step| step.apply(&mut fields));
        fields.finish()
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.upcasts.iter().flat_map(|upcast| &upcast.steps).chain(&self.derive)
    }
}

/// `3`, `"3"`, `"v3"`, `"3.1"`: what stands behind the point changes nothing that was there before.
fn number(token: &str) -> Option<u32> {
    let text: Cow<'_, str> = token.trim_matches('"').trim().into();
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(&text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then(|| whole.parse().ok()).flatten()
}
