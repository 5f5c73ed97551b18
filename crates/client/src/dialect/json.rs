//! JSON as the servers write it: numbers for names, and lists where an object should be.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The text of a JSON string, or a number as it is written. Nothing else is a name.
pub(crate) fn plain_text(token: &RawValue) -> Option<Cow<'_, str>> {
    let token = token.get();
    match token.as_bytes().first()? {
        b'"' if !token.contains('\\') => Some(Cow::Borrowed(&token[1..token.len() - 1])),
        b'"' => serde_json::from_str(token).ok().map(Cow::Owned),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(token)),
        _ => None,
    }
}

/// Read a JSON object. The decoder alone would take an array for one too, field by field.
///
/// # Errors
/// What is wrong with it.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, serde_json::Error> {
    if !json.trim_start().starts_with('{') {
        // Not JSON at all, or something else in JSON.
        serde_json::from_str::<&RawValue>(json)?;
        return Err(serde::de::Error::custom("not an object"));
    }
    serde_json::from_str(json)
}
