//! What a row shows of an event, by the field names of its pack. No words are made here; they are the window's, in its language.

use super::{
    Domain,
    known::Catalogue,
    mask::{self, Masks},
    pack::{KindInfo, RowFields},
};
use crate::{conventions::Conventions, event::Event, fields::Fields, line, quantity::Quantity, scan, stated::Stated};
use std::borrow::Cow;

/// The parts of a row, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowParts {
    /// Where the event belongs.
    pub domain: Domain,
    /// What it is about, as `type:id`; as everybody may see it, whatever was masked when it came.
    pub subject: Option<String>,
    /// Who did it, likewise.
    pub actor: Option<String>,
    /// What it is about, as a person reads it: a name, a number, a message; for want of these the subject or the payload's beginning.
    pub label: String,
    /// Second part of the label.
    pub detail: Option<String>,
    /// The `action`, where the kind has one.
    pub action: Option<String>,
    /// The sort of record that it is about, where the kind says one (`paymentOut`, `customer`): with the action it tells which way money goes.
    pub record_type: Option<String>,
    /// Before, for what changes.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// Signed change of a quantity, exact.
    pub change: Option<String>,
    /// Amount of money, exact.
    pub amount: Option<String>,
    /// In which currency: a code of ISO 4217, else what the publisher wrote; the source's own where the event names none. `None`: nobody said.
    pub currency: Option<String>,
    /// What stands where the change or the amount should, and could not be read as one: as written.
    pub unread: Option<String>,
    /// The publisher's time as written, where it was not believed and the event is taken to have happened when it was received.
    pub doubted_time: Option<String>,
}

impl Catalogue {
    /// What a row shows of `event`, whose source has these conventions.
    #[must_use]
    pub fn row(&self, event: &Event, conventions: &Conventions) -> RowParts {
        of(self, event, conventions)
    }

    /// The action and the sort of record of that row: what chooses its title.
    #[must_use]
    pub fn told(&self, event: &Event) -> (Option<String>, Option<String>) {
        let info = self.get(&event.kind, &event.channel);
        let names = info.map_or(&self.fallback.row, |info| &info.row);
        let shown = Shown { fields: self.fields_of(&event.payload, info), masks: self.masks(event), catalogue: self, info };
        (shown.word(&names.action), shown.word(&names.record_type))
    }
}

fn of(catalogue: &Catalogue, event: &Event, conventions: &Conventions) -> RowParts {
    let info = catalogue.get(&event.kind, &event.channel);
    let fields = catalogue.fields_of(&event.payload, info);
    let names = info.map_or(&catalogue.fallback.row, |info| &info.row);
    let domain = info.map_or_else(|| catalogue.domain_of_unknown(event.kind.as_str(), &event.channel), |info| info.domain);
    let doubted_time = event.doubted_time(conventions).map(|text| shorten(&text));
    let shown = Shown { fields, masks: catalogue.masks(event), catalogue, info };
    let (subject, actor) = (shown.told(event.subject.as_deref()), shown.told(event.actor.as_deref()));
    // A known kind that leaves its own fields out still says something that a person can read.
    let label = shown
        .text(&names.label)
        .or_else(|| subject.clone())
        .or_else(|| shown.text(&catalogue.fallback.row.label))
        .or_else(|| actor.clone())
        .unwrap_or_else(|| whole(event, &shown.masks));
    let detail = shown.text(&names.detail).filter(|detail| *detail != label);
    RowParts {
        domain,
        subject: subject.map(Cow::into_owned),
        actor: actor.map(Cow::into_owned),
        label: shorten(&label),
        detail: detail.map(|detail| shorten(&detail)),
        doubted_time,
        ..shown.parts(names, conventions)
    }
}

/// The fields as everybody may see them.
struct Shown<'a, 'c> {
    fields: Fields<'a>,
    masks: Masks<'c>,
    catalogue: &'c Catalogue,
    info: Option<&'c KindInfo>,
}

impl<'a> Shown<'a, '_> {
    fn parts(&self, names: &RowFields, conventions: &Conventions) -> RowParts {
        let (change, unread_change) = self.change(&names.change);
        let (amount, currency, unread_amount) = self.amount(&names.amount, conventions);
        RowParts {
            domain: Domain::Other,
            subject: None,
            actor: None,
            label: String::new(),
            detail: None,
            action: self.word(&names.action),
            record_type: self.word(&names.record_type),
            old: self.word(&names.old),
            new: self.word(&names.new),
            change,
            amount,
            currency,
            unread: unread_amount.or(unread_change),
            doubted_time: None,
        }
    }

    /// What was made of the fields when the event came, without what is masked by now.
    fn told<'t>(&self, text: Option<&'t str>) -> Option<Cow<'t, str>> {
        let mut told = Cow::Borrowed(text?);
        if self.masks.any() {
            let masked = self.info.iter().flat_map(|info| &info.fields).filter(|field| field.mask);
            for secret in masked.filter_map(|field| self.fields.text(&field.name)) {
                if told.contains(&*secret) {
                    told = told.replace(&*secret, &mask::hidden(&secret)).into();
                }
            }
        }
        Some(told)
    }

    /// The first that says something.
    fn text(&self, names: &[Box<str>]) -> Option<Cow<'a, str>> {
        names.iter().filter_map(|name| self.shown(name)).find(|text| !text.trim().is_empty())
    }

    fn shown(&self, name: &str) -> Option<Cow<'a, str>> {
        let text = self.fields.text(name)?;
        Some(if self.masks.hide_in_row(name) { mask::hidden(&text).into() } else { text })
    }

    /// The first that is there; of an enumeration the word that is meant.
    fn word(&self, names: &[Box<str>]) -> Option<String> {
        let (name, text) = names.iter().find_map(|name| Some((name, self.shown(name)?)))?;
        let declared = self.info.and_then(|info| info.fields.iter().find(|field| field.name == *name));
        let words = declared.and_then(|field| field.words.as_deref()).map(|words| self.catalogue.vocabulary(words));
        Some(words.and_then(|words| words.meaning(&text)).map_or_else(|| shorten(&text), str::to_owned))
    }

    /// The first change that can be read, and what could not be.
    fn change(&self, names: &[Box<str>]) -> (Option<String>, Option<String>) {
        let mut unread = None;
        for name in names {
            match self.quantity(name) {
                Stated::Known(change) => return (Some(change.to_string()), None),
                Stated::Unread(text) => drop(unread.get_or_insert_with(|| shorten(&text))),
                Stated::Absent => {}
            }
        }
        (None, unread)
    }

    /// `changeAmount`, `-quantity`, `newQuantity - oldQuantity`.
    fn quantity(&self, name: &str) -> Stated<'a, Quantity> {
        let stated = |name: &str| self.open(name).map_or(Stated::Absent, |fields| fields.quantity(name));
        if let Some((a, b)) = name.split_once(" - ") {
            return match (stated(a).known(), stated(b).known()) {
                (Some(a), Some(b)) => a.minus(b).map_or(Stated::Absent, Stated::Known),
                _ => Stated::Absent,
            };
        }
        match name.strip_prefix('-') {
            Some(name) => stated(name).map(Quantity::negated),
            None => stated(name),
        }
    }

    /// The first amount that is there, its currency, and what could not be read.
    fn amount(&self, names: &[Box<str>], conventions: &Conventions) -> (Option<String>, Option<String>, Option<String>) {
        let own = self.open("currency").and_then(|fields| fields.currency(conventions));
        let known = own.as_ref().or(conventions.currency.as_ref());
        let mut unread = None;
        for name in names {
            let Some(fields) = self.open(name) else { continue };
            let (amount, beside) = fields.amount(name, known);
            match amount {
                Stated::Known(amount) => {
                    let currency = own.or(beside).or_else(|| conventions.currency.clone());
                    return (Some(amount.to_string()), currency.map(|currency| currency.to_string()), None);
                }
                Stated::Unread(text) => drop(unread.get_or_insert_with(|| shorten(&text))),
                Stated::Absent => {}
            }
        }
        (None, None, unread)
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
    line::of(text, line::LABEL).into_owned()
}
