//! Hiding fields before the bytes leave the gateway.
//!
//! A hidden value is a text that is no value of anything ([`HIDDEN`]): not a number that would be counted, not `null` that would say there was none.
//! Everything else stays byte for byte as it was published. One pass, without recursion: what cannot be walked to its end is not shown at all.

use memchr::memchr2;
use std::borrow::Cow;
use watchdeck_events::HIDDEN;

/// What is nested deeper is not shown.
const MAX_DEPTH: usize = 128;
/// JSON in a text in JSON: so often, and no more.
const MAX_WITHIN: u32 = 4;

/// A field by its name, at any depth, or by the names that lead to it (`details.cost`). Case and underscores do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    /// From the field's own name outwards.
    names: Box<[Box<str>]>,
}

impl FieldPath {
    /// `None` where a name is empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let names: Box<[Box<str>]> = text.rsplit('.').map(|name| plain(name.trim()).into()).collect();
        names.iter().all(|name| !name.is_empty()).then_some(Self { names })
    }

    /// Names that are taken as they are, the outermost first.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self { names: names.iter().rev().map(|name| plain(name).into()).collect() }
    }

    /// Whether whatever `other` hides is hidden by this as well.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.names.starts_with(&self.names)
    }

    /// Whether the value that is walked to now is meant.
    pub(crate) fn is_at(&self, trail: &Trail<'_>) -> bool {
        let mut walked = trail.levels.iter().rev().filter_map(|level| level.name.as_deref());
        self.names.iter().all(|name| match walked.next() {
            Some(one) => same(name, one),
            // Where a text began, what leads to it is not known any more.
            None => trail.within > 0,
        })
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

fn same(plain: &str, name: &str) -> bool {
    let mut rest = plain.bytes();
    name.bytes().filter(|byte| *byte != b'_').all(|byte| rest.next() == Some(byte.to_ascii_lowercase())) && rest.next().is_none()
}

/// The names that lead to where the walk is.
#[derive(Debug, Default)]
pub(crate) struct Trail<'a> {
    levels: Vec<Level<'a>>,
    within: u32,
}

#[derive(Debug)]
struct Level<'a> {
    start: usize,
    /// `None` in a list, and before an object's first name.
    name: Option<Cow<'a, str>>,
}

/// `json` with the values hidden for which `hide` holds; `None` when it cannot be walked, or is no object or list.
pub(crate) fn hidden<'a>(json: &'a str, hide: &dyn Fn(&Trail<'_>) -> bool) -> Option<Cow<'a, str>> {
    let spans = spans(json, hide, 0)?;
    if spans.is_empty() {
        return Some(Cow::Borrowed(json));
    }
    let mut text = String::with_capacity(json.len() + spans.len() * (HIDDEN.len() + 2));
    let mut done = 0;
    for (start, end) in spans {
        text.push_str(&json[done..start]);
        text.push('"');
        text.push_str(HIDDEN);
        text.push('"');
        done = end;
    }
    text.push_str(&json[done..]);
    Some(Cow::Owned(text))
}

/// From where to where values are hidden, in order.
fn spans(json: &str, hide: &dyn Fn(&Trail<'_>) -> bool, within: u32) -> Option<Vec<(usize, usize)>> {
    let bytes = json.as_bytes();
    let mut at = space_end(bytes, 0);
    if !matches!(bytes.get(at), Some(b'{' | b'[')) {
        return None;
    }
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut trail = Trail { levels: Vec::with_capacity(8), within };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' if trail.levels.len() >= MAX_DEPTH => return None,
            b'{' | b'[' => {
                trail.levels.push(Level { start: at, name: None });
                at += 1;
            }
            b'}' | b']' => {
                trail.levels.pop()?;
                at += 1;
            }
            b'"' => {
                let end = text_end(bytes, at)?;
                let colon = space_end(bytes, end);
                if bytes.get(colon) == Some(&b':') {
                    let name = unquoted(&json[at..end])?;
                    at = field(json, space_end(bytes, colon + 1), name, &mut trail, hide, &mut spans)?;
                } else {
                    if holds_hidden(&json[at..end], hide, within)? {
                        spans.push((at, end));
                    }
                    at = end;
                }
            }
            _ => at += 1,
        }
    }
    trail.levels.is_empty().then_some(spans)
}

/// One field, whose value begins at `value`; answers where the walk goes on: behind the value when that is hidden.
fn field<'a>(
    json: &'a str,
    value: usize,
    name: Cow<'a, str>,
    trail: &mut Trail<'a>,
    hide: &dyn Fn(&Trail<'_>) -> bool,
    spans: &mut Vec<(usize, usize)>,
) -> Option<usize> {
    let bytes = json.as_bytes();
    let is_key = name.eq_ignore_ascii_case("key");
    trail.levels.last_mut()?.name = Some(name);
    if hide(trail) {
        let end = value_end(bytes, value)?;
        spans.push((value, end));
        return Some(end);
    }
    if !is_key || bytes.get(value) != Some(&b'"') {
        return Some(value);
    }
    // `{"Key":"cost","Value":…}`: the name is a value itself, so such a pair goes as a whole.
    let end = text_end(bytes, value)?;
    trail.levels.last_mut()?.name = Some(unquoted(&json[value..end])?);
    if !hide(trail) {
        return Some(end);
    }
    let start = trail.levels.pop()?.start;
    spans.retain(|span| span.0 < start);
    let end = value_end(bytes, start)?;
    spans.push((start, end));
    Some(end)
}

/// Whether a text is JSON itself, and something in it is hidden.
fn holds_hidden(token: &str, hide: &dyn Fn(&Trail<'_>) -> bool, within: u32) -> Option<bool> {
    let looks_like_it = token[1..].trim_start().starts_with(['{', '[', '\\']);
    if !looks_like_it {
        return Some(false);
    }
    let text = unquoted(token)?;
    if !text.trim_start().starts_with(['{', '[']) || serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
        return Some(false);
    }
    if within >= MAX_WITHIN {
        return Some(true);
    }
    Some(spans(&text, hide, within + 1).is_none_or(|spans| !spans.is_empty()))
}

fn unquoted(token: &str) -> Option<Cow<'_, str>> {
    if token.contains('\\') {
        serde_json::from_str(token).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(token.get(1..token.len() - 1)?))
    }
}

fn space_end(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Behind the quote that ends the text which begins at `at`.
fn text_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value that begins at `at`.
fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = text_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => {
                at += 1;
                continue;
            }
            _ => at += bytes[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))?,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(json: &str, fields: &[&str]) -> Option<String> {
        let paths: Vec<_> = fields.iter().map(|field| FieldPath::parse(field).unwrap()).collect();
        hidden(json, &|trail| paths.iter().any(|path| path.is_at(trail))).map(Cow::into_owned)
    }

    #[track_caller]
    fn becomes(json: &str, fields: &[&str], shown: &str) {
        let found = without(json, fields).unwrap();
        assert_eq!(found, shown);
        serde_json::from_str::<serde_json::Value>(&found).expect("what is left is JSON");
    }

    #[test]
    fn a_value_is_hidden_whatever_it_is_and_the_rest_stays_byte_for_byte() {
        for value in ["12.50", "null", "true", "\"a\\\"b\"", "[1,{\"x\":2}]", "{\"amount\":1}", "-1e9", "\"\""] {
            becomes(
                &format!("{{ \"n\": 1,\"amount\" : {value} ,\n\"z\":[ ]}}"),
                &["amount"],
                "{ \"n\": 1,\"amount\" : \"••••\" ,\n\"z\":[ ]}",
            );
        }
        assert!(matches!(hidden("{\"a\":1}", &|_| false), Some(Cow::Borrowed(_))), "nothing is copied where nothing is hidden");
    }

    #[test]
    fn a_name_counts_at_any_depth_and_in_any_spelling() {
        becomes(
            r#"{"items":[{"unit_cost":1},{"UnitCost":[2]}]}"#,
            &["unitCost"],
            r#"{"items":[{"unit_cost":"••••"},{"UnitCost":"••••"}]}"#,
        );
        becomes(r#"{"\u0061mount":1,"b":2}"#, &["amount"], r#"{"\u0061mount":"••••","b":2}"#);
        becomes(r#"{"amounts":1,"amoun":2,"":3}"#, &["amount"], r#"{"amounts":1,"amoun":2,"":3}"#);
    }

    #[test]
    fn a_path_counts_only_where_it_leads() {
        becomes(
            r#"{"cost":1,"details":{"cost":2,"more":{"cost":3}},"x":{"details":[{"cost":4}]}}"#,
            &["details.cost"],
            r#"{"cost":1,"details":{"cost":"••••","more":{"cost":3}},"x":{"details":[{"cost":"••••"}]}}"#,
        );
    }

    #[test]
    fn a_name_that_is_a_value_hides_its_pair() {
        becomes(r#"{"m":[{"Value":9,"Key":"cost"},{"Key":"n","Value":1}]}"#, &["cost"], r#"{"m":["••••",{"Key":"n","Value":1}]}"#);
        becomes(r#"[{"key":"x","value":{"cost":1}}]"#, &["cost"], r#"[{"key":"x","value":{"cost":"••••"}}]"#);
    }

    #[test]
    fn json_in_a_text_is_looked_into() {
        becomes(r#"{"meta":"{\"cost\":5}","say":"{cost: 5"}"#, &["cost"], r#"{"meta":"••••","say":"{cost: 5"}"#);
        becomes(r#"{"meta":"{\"n\":5}"}"#, &["cost"], r#"{"meta":"{\"n\":5}"}"#);
        becomes(r#"{"details":"\u007b\"cost\":5}"}"#, &["details.cost"], r#"{"details":"••••"}"#);
    }

    #[test]
    fn what_cannot_be_walked_is_not_shown() {
        for json in ["", "7", "\"amount 5\"", "{\"a\":1", "{\"a\":\"1}", "]", &"[".repeat(MAX_DEPTH + 1)] {
            assert_eq!(without(json, &["a"]), None, "{json}");
        }
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(json in "[\\[{\"a:,}\\]\\\\ 1é]{0,40}") {
            drop(without(&json, &["a", "b.a"]));
        }
    }
}
