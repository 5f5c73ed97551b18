//! A JSON object whose fields are moved, made and taken away, as text: numbers keep their digits, and what nobody touches stays as it was written.
//!
//! Values are slices of the original until somebody reaches into them. Of an event envelope the fields of its data are edited, in whatever spelling they
//! came. What grows out of proportion is given up, so that no payload is made into a large one.

use super::envelope;
use crate::scan::{self, text_of};
use std::borrow::Cow;

/// How much longer than the original it may become, bytes.
const ROOM: usize = 64 << 10;

/// Where a field is: its name, and before it the names of the objects around it (`customer.id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Box<[Box<str>]>);

impl Path {
    /// Most objects within objects.
    const DEEPEST: usize = 8;

    /// Read `name` or `outer.name`; else why it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let names: Box<[Box<str>]> = text.split('.').map(Into::into).collect();
        if names.iter().any(|name| name.trim().is_empty()) {
            return Err(format!("`{text}` is not the name of a field; write `name`, or `outer.name` for a field within an object"));
        }
        if names.len() > Self::DEEPEST {
            return Err(format!("`{text}` reaches into more than {} objects", Self::DEEPEST - 1));
        }
        Ok(Self(names))
    }

    /// The names, from the outermost.
    pub(crate) fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// The field's own name.
    pub(crate) fn name(&self) -> &str {
        self.names().next_back().unwrap_or_default()
    }
}

type Entry<'a> = (Cow<'a, str>, Node<'a>);

#[derive(Debug)]
enum Node<'a> {
    /// JSON text.
    Token(Cow<'a, str>),
    /// An object that somebody reached into.
    Open(Vec<Entry<'a>>),
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Edited<'a> {
    /// What an envelope has around its data.
    around: Option<Vec<(Cow<'a, str>, &'a str)>>,
    entries: Vec<Entry<'a>>,
    /// Bytes that may still be added.
    room: usize,
    full: bool,
}

impl<'a> Edited<'a> {
    /// `None` for what is no object.
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        let entries = scan::entries(json)?;
        let token = |(key, token): (Cow<'a, str>, &'a str)| (key, Node::Token(Cow::Borrowed(token)));
        if !envelope::is(entries.iter().map(|(key, _)| &**key)) {
            return Some(Self { around: None, entries: entries.into_iter().map(token).collect(), room: json.len() + ROOM, full: false });
        }
        let (data, around): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key == "event_data");
        let entries = data.last().map(|(_, data)| envelope::unfold(data)).unwrap_or_default();
        Some(Self { around: Some(around), entries: entries.into_iter().map(token).collect(), room: json.len() + ROOM, full: false })
    }

    /// The JSON text of a field; of an envelope what stands around its data too.
    pub(crate) fn token(&self, path: &Path) -> Option<Cow<'_, str>> {
        let mut names = path.names();
        let first = names.next()?;
        let Some((_, node)) = self.entries.iter().rev().find(|(key, _)| self.is(key, first)) else {
            let around = self.around.as_ref()?.iter().rev().find(|(key, _)| key == first)?;
            return names.next().is_none().then_some(Cow::Borrowed(around.1));
        };
        within(node, names)
    }

    /// The text of a field, where it says something; of `true` and `false` too.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        let token = self.token(path)?;
        match &*token {
            "true" | "false" => Some(token.into_owned()),
            token => text_of(token).map(Cow::into_owned),
        }
    }

    /// Take a field out, and say what it was.
    pub(crate) fn take(&mut self, path: &Path) -> Option<String> {
        let token = self.token(path)?.into_owned();
        let (entries, loose) = self.level(path, false)?;
        entries.retain(|(key, _)| !names(key, path.name(), loose));
        Some(token)
    }

    /// Put a field in, in place of what is called so. Objects on the way are made; where something else stands there, nothing is done.
    pub(crate) fn put(&mut self, path: &Path, token: String) {
        let cost = token.len() + path.names().map(|name| name.len() + 8).sum::<usize>();
        if cost > self.room {
            self.full = true;
            return;
        }
        self.room -= cost;
        let name = path.name();
        let Some((entries, loose)) = self.level(path, true) else { return };
        match entries.iter().rposition(|(key, _)| names(key, name, loose)) {
            Some(at) => {
                entries[at].1 = Node::Token(Cow::Owned(token));
                let mut place = 0;
                // Of a repeated one the last counts, and this is the only one from now on.
                entries.retain(|(key, _)| {
                    place += 1;
                    place == at + 1 || !names(key, name, loose)
                });
            }
            None => entries.push((Cow::Owned(name.to_owned()), Node::Token(Cow::Owned(token)))),
        }
    }

    /// Its text; `None` when it has grown out of proportion.
    pub(crate) fn finish(self) -> Option<String> {
        if self.full {
            return None;
        }
        let mut out = String::new();
        let Some(around) = self.around else {
            write(&self.entries, &mut out);
            return Some(out);
        };
        out.push('{');
        for (key, token) in &around {
            push_key(key, &mut out);
            out.push_str(token);
            out.push(',');
        }
        push_key("event_data", &mut out);
        write(&self.entries, &mut out);
        out.push('}');
        Some(out)
    }

    /// Whether a key of the top level is called so.
    fn is(&self, key: &str, name: &str) -> bool {
        names(key, name, self.around.is_some())
    }

    /// The object that a field is in, and whether its keys have several spellings.
    fn level(&mut self, path: &Path, make: bool) -> Option<(&mut Vec<Entry<'a>>, bool)> {
        let mut loose = self.around.is_some();
        let mut entries = &mut self.entries;
        let outer = path.0.len() - 1;
        for name in path.names().take(outer) {
            let at = match entries.iter().rposition(|(key, _)| names(key, name, loose)) {
                Some(at) => at,
                None if make => {
                    entries.push((Cow::Owned(name.to_owned()), Node::Open(Vec::new())));
                    entries.len() - 1
                }
                None => return None,
            };
            loose = false;
            let node = &mut entries[at].1;
            if let Node::Token(token) = node {
                *node = Node::Open(opened(token, make)?);
            }
            match node {
                Node::Open(within) => entries = within,
                Node::Token(_) => return None,
            }
        }
        Some((entries, loose))
    }
}

/// Whether two names are one; of data in an envelope in any spelling.
fn names(key: &str, name: &str, loose: bool) -> bool {
    key == name || (loose && envelope::same_name(key, name))
}

/// The entries of an object; of nothing (`null`) none, where one is to be made.
fn opened<'a>(token: &Cow<'a, str>, make: bool) -> Option<Vec<Entry<'a>>> {
    if make && &**token == "null" {
        return Some(Vec::new());
    }
    match token {
        Cow::Borrowed(token) => {
            Some(scan::entries(token)?.into_iter().map(|(key, token)| (key, Node::Token(Cow::Borrowed(token)))).collect())
        }
        Cow::Owned(token) => {
            let own = |(key, token): (Cow<'_, str>, &str)| (Cow::Owned(key.into_owned()), Node::Token(Cow::Owned(token.to_owned())));
            Some(scan::entries(token)?.into_iter().map(own).collect())
        }
    }
}

fn within<'t, 'p>(node: &'t Node<'_>, mut rest: impl Iterator<Item = &'p str>) -> Option<Cow<'t, str>> {
    let mut node = node;
    loop {
        let Some(name) = rest.next() else {
            return Some(match node {
                Node::Token(token) => Cow::Borrowed(token),
                Node::Open(entries) => {
                    let mut out = String::new();
                    write(entries, &mut out);
                    Cow::Owned(out)
                }
            });
        };
        match node {
            Node::Open(entries) => node = &entries.iter().rev().find(|(key, _)| key == name)?.1,
            Node::Token(token) => return inside(token, name, rest).map(Cow::Borrowed),
        }
    }
}

/// A field of a field's text.
fn inside<'t, 'p>(token: &'t str, first: &str, rest: impl Iterator<Item = &'p str>) -> Option<&'t str> {
    let of = |token: &'t str, name: &str| scan::entries(token)?.into_iter().rev().find(|(key, _)| key == name).map(|(_, token)| token);
    let mut token = of(token, first)?;
    for name in rest {
        token = of(token, name)?;
    }
    Some(token)
}

fn write(entries: &[Entry<'_>], out: &mut String) {
    out.push('{');
    for (place, (key, node)) in entries.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        push_key(key, out);
        match node {
            Node::Token(token) => out.push_str(token),
            // No deeper than a path reaches.
            Node::Open(entries) => write(entries, out),
        }
    }
    out.push('}');
}

fn push_key(key: &str, out: &mut String) {
    out.push_str(&quoted(key));
    out.push(':');
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
