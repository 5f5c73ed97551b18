//! What an event is about, as a pack spells it.

use super::words::Vocabulary;
use crate::fields::Fields;
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// `{resourceType}:{resourceId}`: text and fields in turn. `{resource.singular}` drops the plural's ending (`products` → `product`).
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(Box<str>),
    Field { name: Box<str>, singular: bool, words: Option<Arc<Vocabulary>> },
}

impl Template {
    pub(super) fn parse(source: &str, words: &HashMap<Box<str>, Arc<Vocabulary>>) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`{{` without `}}` in `{source}`"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            let (name, singular) = name.strip_suffix(".singular").map_or((name, false), |name| (name, true));
            pieces.push(Piece::Field { name: name.into(), singular, words: words.get(name).cloned() });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Ok(Self(pieces))
    }

    /// The text, or `None` when a field is not there.
    pub(super) fn fill(&self, fields: &Fields<'_>) -> Option<String> {
        self.fill_from(|name| fields.text(name))
    }

    /// As [`Template::fill`], for whoever says what is in a field.
    pub(super) fn fill_from<'t>(&self, text_of: impl Fn(&str) -> Option<Cow<'t, str>>) -> Option<String> {
        let mut out = String::with_capacity(32);
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field { name, singular, words } => {
                    let text = text_of(name)?;
                    let text = words.as_ref().and_then(|words| words.meaning(&text)).unwrap_or(&text);
                    if *singular { push_singular(&mut out, text) } else { out.push_str(text) }
                }
            }
        }
        Some(out)
    }

    /// The text, where it is the same for everybody.
    pub(super) fn fixed(&self) -> Option<&str> {
        match &*self.0 {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Field { name, .. } => Some(name.as_ref()),
        })
    }
}

fn push_singular(out: &mut String, word: &str) {
    match word.strip_suffix("ies") {
        Some(stem) => {
            out.push_str(stem);
            out.push('y');
        }
        None => out.push_str(word.strip_suffix('s').unwrap_or(word)),
    }
}
