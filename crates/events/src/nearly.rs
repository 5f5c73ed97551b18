//! JSON as programs really send it: what can be read without guessing is read, the rest is named.
//!
//! A byte order mark, space around it, UTF-16 that says so, and the numbers that JSON has no word for (`NaN`, `Infinity`, as Python, Java and
//! JavaScript libraries write them) are no reason to lose an event. Latin-1, compressed bytes and plain text are not read: whoever guesses
//! there shows people words that nobody wrote.

use serde_json::value::RawValue;
use std::borrow::Cow;

/// The member that says what was changed to make the payload JSON, beside the publisher's own members.
pub const MARK: &str = "watchdeck:read";

/// JSON, and what it took to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearly<'a> {
    /// The text, without what stood around it.
    pub json: Cow<'a, str>,
    /// Words that JSON does not have were written as texts. The payload says so under [`MARK`] when it is an object.
    pub mended: bool,
}

/// Why bytes are not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    /// Nothing, or space.
    #[error("it is empty")]
    Empty,
    /// Of a known compressed form.
    #[error("it is compressed ({0}); publish it uncompressed")]
    Compressed(&'static str),
    /// Latin-1, GBK, or no text at all.
    #[error("it is not UTF-8; publish text in UTF-8")]
    NotText,
    /// It ends in the middle.
    #[error("it is JSON without its end")]
    Cut,
    /// Text of another kind.
    #[error("it is text, but not JSON")]
    Text,
}

impl NotJson {
    /// For programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Compressed(_) => "compressed",
            Self::NotText => "not_utf8",
            Self::Cut => "cut_off",
            Self::Text => "not_json",
        }
    }
}

/// Read a message.
///
/// # Errors
/// [`NotJson`] when it cannot be read without guessing.
pub fn read(bytes: &[u8]) -> Result<Nearly<'_>, NotJson> {
    let text = text_of(bytes)?;
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(trimmed(text)),
        Cow::Owned(text) => Cow::Owned(trimmed(&text).to_owned()),
    };
    if text.is_empty() {
        return Err(NotJson::Empty);
    }
    let problem = match serde_json::from_str::<&RawValue>(&text) {
        Ok(_) => return Ok(Nearly { json: text, mended: false }),
        Err(problem) => problem,
    };
    let mended = words_as_text(&text).map(|json| match serde_json::from_str::<&RawValue>(&json) {
        Ok(_) => Ok(Nearly { json: marked(json).into(), mended: true }),
        Err(problem) => Err(problem),
    });
    let problem = match mended {
        Some(Ok(read)) => return Ok(read),
        Some(Err(other)) => other,
        None => problem,
    };
    Err(if problem.is_eof() { NotJson::Cut } else { NotJson::Text })
}

/// A text may be padded, also by a C string's end.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0'))
}

fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, NotJson> {
    match bytes {
        [0x1f, 0x8b, ..] => return Err(NotJson::Compressed("gzip")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => return Err(NotJson::Compressed("zstd")),
        [0x04, 0x22, 0x4d, 0x18, ..] => return Err(NotJson::Compressed("lz4")),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if std::str::from_utf8(bytes).is_err() => return Err(NotJson::Compressed("zlib")),
        // The mark says which way round; without one it would be a guess.
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        _ => {}
    }
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| NotJson::NotText)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotJson> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(NotJson::NotText);
    }
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| NotJson::NotText)
}

/// The same text with bare `NaN`, `Infinity` and `-Infinity` in quotes; `None` when there are none. Texts are left as they are.
fn words_as_text(json: &str) -> Option<String> {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    let mut out = String::with_capacity(json.len() + 32);
    let (mut rest, mut found) = (json, false);
    while let Some(next) = rest.chars().next() {
        if next == '"' {
            let len = text_len(rest);
            out.push_str(&rest[..len]);
            rest = &rest[len..];
        } else if let Some(word) = WORDS.into_iter().find(|word| rest.starts_with(word)) {
            found = true;
            out.extend(["\"", word, "\""]);
            rest = &rest[word.len()..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    found.then_some(out)
}

/// Bytes of the JSON text at the beginning of `rest`, quotes included.
fn text_len(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// An object says itself that it is not quite as it was published.
fn marked(json: String) -> String {
    match json.strip_suffix('}') {
        Some(open) => {
            let comma = if open.trim_end().ends_with('{') { "" } else { "," };
            format!(r#"{open}{comma}"{MARK}":"NaN and Infinity as text"}}"#)
        }
        None => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(bytes: &[u8]) -> String {
        read(bytes).unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(bytes))).json.into_owned()
    }

    #[test]
    fn what_can_be_read_without_guessing_is_read() {
        assert_eq!(json(b"\xef\xbb\xbf {\"a\":1}\r\n\0"), r#"{"a":1}"#);
        assert_eq!(json(br#"{"a":"NaN"}"#), r#"{"a":"NaN"}"#, "a text stays as it is");
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(r#"{"名":"张敏"}"#.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(json(&utf16), r#"{"名":"张敏"}"#);
        let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
        assert_eq!(json(deep.as_bytes()), deep);
    }

    #[test]
    fn numbers_that_json_has_no_word_for_are_texts_with_a_mark() {
        let read = read(br#"{"a":NaN,"b":[-Infinity,Infinity],"c":"\"NaN"}"#).unwrap();
        assert!(read.mended);
        assert_eq!(read.json, r#"{"a":"NaN","b":["-Infinity","Infinity"],"c":"\"NaN","watchdeck:read":"NaN and Infinity as text"}"#);
        assert_eq!(json(b"[NaN]"), r#"["NaN"]"#, "what is no object has no place for a mark");
    }

    #[test]
    fn what_cannot_is_named() {
        for (bytes, why) in [
            (&b""[..], NotJson::Empty),
            (b" \n", NotJson::Empty),
            (b"\x1f\x8b\x08\x00", NotJson::Compressed("gzip")),
            (b"{\"a\":\"K\xfchlhaus\"}", NotJson::NotText),
            (b"{\"a\":1", NotJson::Cut),
            (b"{\"a\":NaN", NotJson::Cut),
            (b"hello", NotJson::Text),
            (b"{'a':1}", NotJson::Text),
            (b"{\"a\":1}{\"b\":2}", NotJson::Text),
            (b"NaNa", NotJson::Text),
        ] {
            assert_eq!(read(bytes), Err(why), "{}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_json(bytes in prop::collection::vec(any::<u8>(), 0..40), text in "[\\[\\]{}\",:NaInfity\\\\ -]{0,40}") {
            for bytes in [&bytes[..], text.as_bytes()] {
                if let Ok(read) = read(bytes) {
                    prop_assert!(serde_json::from_str::<&RawValue>(&read.json).is_ok(), "{}", read.json);
                }
            }
        }
    }
}
