//! What a request is made up of. No publisher is bound to tell it, and those that do call it differently: what is not there is left out.

use serde_json::value::RawValue;
use watchdeck_events::{fields::Fields, line};
use watchdeck_wire::views::RequestLine;

/// Lines shown.
const LINES: usize = 50;

/// The lines of a payload, and how many were left out.
#[must_use]
pub fn of(fields: &Fields<'_>) -> (Vec<RequestLine>, u32) {
    let list = ["lines", "items", "details"].iter().find_map(|key| fields.token(key).filter(|token| token.starts_with('[')));
    let lines: Vec<&RawValue> = list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    let omitted = lines.len().saturating_sub(LINES) as u32;
    (lines.into_iter().take(LINES).filter_map(|line| one(line.get())).collect(), omitted)
}

/// One line; `None` for what says nothing of one.
fn one(json: &str) -> Option<RequestLine> {
    let fields = Fields::of(json);
    let text = |keys: &[&str]| fields.first_text(keys).map(|text| line::of(&text, line::LABEL).into_owned());
    let line = RequestLine {
        name: text(&["productName", "name", "description", "productCode", "sku", "productId"]).unwrap_or_default(),
        quantity: text(&["quantity", "qty"]),
        price: text(&["unitPrice", "price"]),
        amount: text(&["amount", "subtotal", "total"]),
    };
    (!line.name.is_empty() || line.quantity.is_some() || line.amount.is_some()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_as_they_are_written_and_nonsense_is_none() {
        let (lines, omitted) =
            of(&Fields::of(r#"{"items":[{"productName":"瓷砖","quantity":12,"unitPrice":"80.50","amount":966.00},{"sku":"A-1"},{},7]}"#));
        let told: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.quantity.as_deref(), line.amount.as_deref())).collect();
        assert_eq!((told.as_slice(), omitted), ([("瓷砖", Some("12"), Some("966.00")), ("A-1", None, None)].as_slice(), 0));
        for none in ["{}", r#"{"items":"many"}"#, r#"{"lines":{}}"#, r#"{"lines":[[1]]}"#] {
            assert_eq!(of(&Fields::of(none)), (Vec::new(), 0), "{none}");
        }
        let many = format!(r#"{{"lines":[{}]}}"#, vec![r#"{"name":"x"}"#; 60].join(","));
        assert_eq!((of(&Fields::of(&many)).0.len(), of(&Fields::of(&many)).1), (LINES, 10));
    }
}
