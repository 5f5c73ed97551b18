//! What an event says and nobody understood, field by field: for counting per source and kind, with a sample.
//!
//! An event is read as far as it goes (see [`crate::erp`]), and a row shows what could not be read as it was written. That alone would be noticed by
//! nobody who does not look at that row; so every such field has a name here, and Feed health counts them.

use crate::{
    amount,
    catalogue::{Catalogue, FieldInfo, FieldType, HIDDEN},
    conventions::Conventions,
    event::Event,
    fields::Fields,
    line, plausible,
    scan::is_nothing,
    time,
};

/// The longest sample, in characters: much longer than anybody shows, so that what has to be hidden in it is still whole when it is looked for.
const SAMPLE: usize = 1_000;
/// A field that was there and was not understood; or that was not there, and without which nobody knows what the event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub field: String,
    /// What stands there, as one line; empty for what is missing. A secret in it is not hidden yet.
    pub sample: String,
}

/// What of `event` could not be read: numbers, amounts, times and words of enumerations that the catalogue declares, texts that are none, its own time, and a
/// missing identity. Empty for nearly every event, and for kinds that no pack names.
#[must_use]
pub fn of(event: &Event, conventions: &Conventions) -> Vec<Unread> {
    in_fields(event, &event.fields(), conventions)
}

/// As [`of`], for whoever has read the fields of the event already.
#[must_use]
pub fn in_fields(event: &Event, fields: &Fields<'_>, conventions: &Conventions) -> Vec<Unread> {
    let catalogue = &*Catalogue::current();
    let Some(info) = catalogue.get(&event.kind, &event.channel) else { return Vec::new() };
    let mut found: Vec<Unread> = info
        .fields
        .iter()
        .filter(|field| not_understood(field, fields, catalogue, conventions))
        .map(|field| unread(field, fields))
        .collect();
    if event.subject.is_none() {
        found.extend(info.identity().map(|field| Unread { field: field.to_owned(), sample: String::new() }));
    }
    if let Some(text) = plausible::doubted(fields, event.occurred_at, conventions)
        && !found.iter().any(|known| known.field == "timestamp")
    {
        found.push(Unread { field: "timestamp".into(), sample: line::of(&text, SAMPLE).into_owned() });
    }
    found
}

fn not_understood(field: &FieldInfo, fields: &Fields<'_>, catalogue: &Catalogue, conventions: &Conventions) -> bool {
    let Some(token) = fields.token(&field.name) else { return false };
    // A text that is no word of a list says what it says. Most fields of most events are one.
    let is_plain = field.field_type == FieldType::Text && field.words.is_none() && token.starts_with('"');
    // A gateway that hides a value from us says that it does; there is nothing to understand.
    let is_hidden = || token.trim_matches('"') == HIDDEN;
    if is_plain || is_nothing(token) || is_hidden() {
        return false;
    }
    match field.field_type {
        FieldType::Number => amount::quantity(token).unread().is_some(),
        FieldType::Money => {
            let own = fields.currency(conventions);
            amount::money(token, own.as_ref().or(conventions.currency.as_ref())).0.unread().is_some()
        }
        FieldType::Time => time::read(token, &conventions.time_zone).unread().is_some(),
        FieldType::Text => match (fields.text(&field.name), &field.words) {
            (None, _) => true,
            (Some(text), Some(words)) => {
                let words = catalogue.vocabulary(words);
                !words.is_open() && words.meaning(&text).is_none()
            }
            (Some(_), None) => false,
        },
        FieldType::Bool => !matches!(token, "true"),
        FieldType::List => !token.starts_with('['),
        FieldType::Object => !token.starts_with('{'),
    }
}

fn unread(field: &FieldInfo, fields: &Fields<'_>) -> Unread {
    let text = fields.text(&field.name).or_else(|| fields.token(&field.name).map(Into::into)).unwrap_or_default();
    let sample = if field.mask { HIDDEN.to_owned() } else { line::of(&text, SAMPLE).into_owned() };
    Unread { field: field.name.to_string(), sample }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Incoming, Millis, Payload};

    fn unread(channel: &str, json: &str) -> Vec<(String, String)> {
        let received_at = Millis(1_795_223_788_150);
        let incoming =
            Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) };
        let event = Catalogue::builtin().normalise(incoming, &"s".into(), received_at);
        of(&event, Conventions::plain()).into_iter().map(|unread| (unread.field, unread.sample)).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(field, sample)| ((*field).to_owned(), (*sample).to_owned())).collect()
    }

    #[test]
    fn what_was_not_understood_has_a_name_and_a_sample() {
        let finance = r#"{"type":"finance:payment","action":"frobbed","recordType":"payment","recordId":"r","recordNumber":true,"amount":"1,234","timestamp":1795223788000}"#;
        assert_eq!(unread("finance", finance), pairs(&[("action", "frobbed"), ("recordNumber", "true"), ("amount", "1,234")]));
        let stock = r#"{"type":"inventory:change","action":"OUT","productId":"p","oldQuantity":NaN,"newQuantity":"a\nlot","timestamp":17952237881500}"#;
        assert_eq!(unread("inventory", stock), pairs(&[("oldQuantity", "NaN"), ("newQuantity", "a lot"), ("timestamp", "17952237881500")]));
        assert_eq!(
            unread("approvals", r#"{"type":"approval:request","deadline":"soon"}"#),
            pairs(&[("deadline", "soon"), ("resourceId", "")])
        );
    }

    #[test]
    fn what_is_hidden_is_not_unread_and_no_number() {
        let payment = r#"{"type":"finance:payment","action":"created","recordType":"payment","recordId":"r","amount":"••••","timestamp":1795223788000}"#;
        assert_eq!(unread("finance", payment), []);
        assert_eq!(amount::money("\"••••\"", None).0.unread(), Some("••••"), "it is shown as it stands, and is not 0");
        assert_eq!(amount::quantity("\"••••\"").unread(), Some("••••"));
    }

    #[test]
    fn what_says_nothing_is_not_unread() {
        let order = r#"{"type":"order:status","orderId":"o","orderNumber":null,"oldStatus":"","newStatus":"our own","customerName":false}"#;
        assert_eq!(unread("orders", order), []);
        let approval =
            r#"{"type":"approval:request","resourceId":"a","requesterName":[7,"Wang"],"amount":"¥ 5","deadline":"2026-11-25 20:00"}"#;
        assert_eq!(unread("approvals", approval), []);
        assert_eq!(unread("elsewhere", r#"{"type":"nobody:knows","amount":"a lot"}"#), []);
    }
}
