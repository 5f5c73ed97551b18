//! What a row shows of an event, by the field names of its pack. No words are made here; they are the window's, in its language.

use super::{
    Catalogue, Domain,
    mask::{self, Masks},
    pack::RowFields,
};
use crate::{
    event::Event,
    fields::{Fields, scan},
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
    let shown = Shown { fields, masks: catalogue.masks(event) };
    // A known kind that leaves its own fields out still says something that a person can read.
    let label = shown
        .text(&names.label)
        .or_else(|| event.subject.as_deref().map(Cow::Borrowed))
        .or_else(|| shown.text(&catalogue.fallback.row.label))
        .or_else(|| event.actor.as_deref().map(Cow::Borrowed))
        .unwrap_or_else(|| whole(event, &shown.masks));
    let detail = shown.text(&names.detail).filter(|detail| *detail != label);
    shown.parts(domain, shorten(&label), detail, names)
}

/// The fields as everybody may see them.
struct Shown<'a, 'c> {
    fields: Fields<'a>,
    masks: Masks<'c>,
}

impl<'a> Shown<'a, '_> {
    fn parts(&self, domain: Domain, label: String, detail: Option<Cow<'_, str>>, names: &RowFields) -> RowParts {
        let text = |names: &[Box<str>]| self.text(names).map(|text| shorten(&text));
        RowParts {
            domain,
            label,
            detail: detail.map(|detail| shorten(&detail)),
            action: text(&names.action),
            old: text(&names.old),
            new: text(&names.new),
            change: names.change.iter().find_map(|name| self.quantity(name)),
            amount: names.amount.iter().find_map(|name| self.open(name)?.money(name)).map(|amount| amount.to_string()),
        }
    }

    /// The first that is there.
    fn text(&self, names: &[Box<str>]) -> Option<Cow<'a, str>> {
        names.iter().find_map(|name| {
            let text = self.fields.text(name)?;
            Some(if self.masks.hide_in_row(name) { mask::hidden(&text).into() } else { text })
        })
    }

    fn quantity(&self, name: &str) -> Option<String> {
        match name.strip_prefix('-') {
            Some(name) => self.open(name)?.number(name).map(|number| (-number).to_string()),
            None => self.open(name)?.number(name).map(|number| number.to_string()),
        }
    }

    /// The fields, unless this one is masked: half a number says something wrong.
    fn open(&self, name: &str) -> Option<&Fields<'a>> {
        (!self.masks.hide_in_row(name)).then_some(&self.fields)
    }
}

/// A payload that says nothing we know: a bare string as it is, anything else as JSON.
fn whole<'a>(event: &'a Event, masks: &Masks<'_>) -> Cow<'a, str> {
    let json = event.payload.as_str();
    scan::text_of(json).unwrap_or_else(|| masks.payload(json))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LABEL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
