//! What a row shows of an event, by the field names of its pack. No words are made here; they are the window's, in its language.

use super::{Catalogue, Domain, pack::RowFields};
use crate::{
    event::Event,
    fields::{self, Fields},
};
use std::borrow::Cow;

/// A label is cut after this many characters: a row is one line.
const LONGEST_LABEL: usize = 200;

/// The parts of a row, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowParts {
    /// Where the event belongs.
    pub domain: Domain,
    /// What it is about, as a person reads it: a name, a number, a message; for want of these the subject or the payload's beginning.
    pub label: String,
    /// Second part of the label.
    pub detail: Option<String>,
    /// The `action`, where the kind has one.
    pub action: Option<String>,
    /// Before, for what changes.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// Signed change of a quantity, exact.
    pub change: Option<String>,
    /// Amount of money, exact.
    pub amount: Option<String>,
}

pub(super) fn of(catalogue: &Catalogue, event: &Event) -> RowParts {
    let fields = Fields::of(event.payload.as_str());
    let info = catalogue.get(&event.kind, &event.channel);
    let names = info.map_or(&catalogue.fallback.row, |info| &info.row);
    let domain = info.map_or_else(|| catalogue.domain_of_unknown(event.kind.as_str(), &event.channel), |info| info.domain);
    let label = first(&names.label, &fields).or_else(|| event.subject.as_deref().map(Cow::Borrowed)).unwrap_or_else(|| whole(event));
    let detail = first(&names.detail, &fields).filter(|detail| *detail != label);
    parts(domain, shorten(&label), detail, names, &fields)
}

fn parts(domain: Domain, label: String, detail: Option<Cow<'_, str>>, names: &RowFields, fields: &Fields<'_>) -> RowParts {
    let text = |names: &[Box<str>]| first(names, fields).map(|text| shorten(&text));
    RowParts {
        domain,
        label,
        detail: detail.map(|detail| shorten(&detail)),
        action: text(&names.action),
        old: text(&names.old),
        new: text(&names.new),
        change: names.change.iter().find_map(|name| quantity(name, fields)),
        amount: names.amount.iter().find_map(|name| fields.money(name)).map(|amount| amount.to_string()),
    }
}

fn first<'a>(names: &[Box<str>], fields: &Fields<'a>) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| fields.text(name))
}

fn quantity(name: &str, fields: &Fields<'_>) -> Option<String> {
    match name.strip_prefix('-') {
        Some(name) => fields.number(name).map(|number| (-number).to_string()),
        None => fields.number(name).map(|number| number.to_string()),
    }
}

/// A payload that says nothing we know: a bare string as it is, anything else as JSON.
fn whole(event: &Event) -> Cow<'_, str> {
    let json = event.payload.as_str();
    fields::text_of(json).unwrap_or(Cow::Borrowed(json))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
