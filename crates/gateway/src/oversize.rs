//! What becomes of an event that is larger than the limit: its head, marked, so that it can neither block a console nor vanish.
//!
//! Small fields stay as they are, so a critical alert with a text of megabytes is still that alert; long texts are cut; the rest is left
//! out by name. What is left is JSON with a field `watchdeck:truncated` that says how large the event was and what it lost.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt::Write as _};

/// The field that marks a shortened event.
pub(crate) const MARK: &str = "watchdeck:truncated";
/// Smallest limit that can be set: a shortened event must fit below it.
pub(crate) const LEAST_LIMIT: usize = 64 << 10;
/// Fields up to this many bytes are kept as they are, longer texts are cut to it.
const FIELD_BYTES: usize = 4 << 10;
/// All fields together.
const KEPT_BYTES: usize = 32 << 10;
/// Names of lost fields that the mark tells.
const MOST_NAMES: usize = 32;
/// Longest name of a field that is kept or told.
const NAME_BYTES: usize = 200;

/// What the mark says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mark<'a> {
    bytes: usize,
    limit: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cut: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<&'a str>,
}

/// The event, or its marked head when it has more than `limit` bytes. `json` must be JSON.
pub(crate) fn fitted(json: &str, limit: usize) -> Cow<'_, str> {
    if json.len() <= limit { Cow::Borrowed(json) } else { Cow::Owned(head(json, limit)) }
}

fn head(json: &str, limit: usize) -> String {
    let mut out = String::from("{");
    let mut cut = Vec::new();
    let fields = serde_json::from_str::<Fields<'_>>(json).ok();
    let whole = fields.is_none().then(|| beginning(json, FIELD_BYTES));
    for (name, value) in fields.iter().flat_map(|Fields(fields)| fields) {
        let name: &str = name;
        if name == MARK || name.len() > NAME_BYTES {
            continue;
        }
        let raw = value.get();
        let kept = if raw.len() <= FIELD_BYTES { Some(Cow::Borrowed(raw)) } else { shortened_text(raw).map(Cow::Owned) };
        if !matches!(kept, Some(Cow::Borrowed(_))) && cut.len() < MOST_NAMES {
            cut.push(name);
        }
        if let Some(kept) = kept.filter(|kept| out.len() + name.len() + kept.len() <= KEPT_BYTES) {
            write!(out, "{}:{kept},", serde_json::Value::from(name)).expect("text takes any text");
        }
    }
    let mark = Mark { bytes: json.len(), limit, cut, head: whole };
    write!(out, r#""{MARK}":{}}}"#, serde_json::to_string(&mark).expect("a mark is always JSON")).expect("text takes any text");
    out
}

/// A long JSON string, cut; `None` for anything else.
fn shortened_text(raw: &str) -> Option<String> {
    let text: Cow<'_, str> = raw.starts_with('"').then(|| serde_json::from_str(raw).ok())??;
    let cut = format!("{}…", beginning(&text, FIELD_BYTES));
    Some(serde_json::Value::from(cut).to_string())
}

fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The fields of an object, in order, values untouched.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A field's name, borrowed where it can be.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn an_event_within_the_limit_is_not_touched() {
        assert!(matches!(fitted(r#"{"a":1}"#, 7), Cow::Borrowed(r#"{"a":1}"#)));
    }

    #[test]
    fn an_alert_with_a_text_of_megabytes_is_still_that_alert() {
        let event =
            json!({ "type": "system:alert", "level": "critical", "message": "冷".repeat(2 << 20), "rows": vec![1; 9_000], "code": 7 });
        let short: Value = serde_json::from_str(&fitted(&event.to_string(), 1 << 20)).unwrap();
        assert_eq!((&short["type"], &short["level"], &short["code"]), (&json!("system:alert"), &json!("critical"), &json!(7)));
        let message = short["message"].as_str().unwrap();
        assert!(message.starts_with("冷冷") && message.ends_with('…') && message.len() <= FIELD_BYTES + 3);
        assert_eq!(short["rows"], Value::Null, "what cannot be cut is left out");
        assert_eq!(short[MARK]["cut"], json!(["message", "rows"]));
        assert_eq!(short[MARK]["bytes"], event.to_string().len());
    }

    #[test]
    fn what_is_no_object_keeps_its_beginning_as_text() {
        let event = json!(vec!["a"; 1 << 20]).to_string();
        let short: Value = serde_json::from_str(&fitted(&event, 1 << 20)).unwrap();
        assert!(short[MARK]["head"].as_str().unwrap().starts_with(r#"["a","a""#));
    }

    proptest! {
        #[test]
        fn a_head_is_json_and_always_small(names in prop::collection::vec(".{0,300}", 0..60), size in 0..20_000usize) {
            let event: serde_json::Map<String, Value> = names.into_iter().enumerate().map(|(n, name)| (name, json!("\\".repeat(size * (n % 3))))).collect();
            let short = head(&Value::from(event).to_string(), 1);
            prop_assert!(short.len() <= LEAST_LIMIT, "{} bytes", short.len());
            serde_json::from_str::<Value>(&short).unwrap();
        }
    }
}
