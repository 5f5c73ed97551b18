//! Walking JSON text once, without copying and without recursion.

use std::borrow::Cow;

/// Keys with the JSON text of their values.
pub(crate) type Entries<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Keys and values of an object, or `None` when `json` is none or breaks before its end.
pub(crate) fn entries(json: &str) -> Option<Entries<'_>> {
    let mut entries = Vec::new();
    each(json, |key, value| {
        if entries.is_empty() {
            entries.reserve(16);
        }
        entries.push((key, value));
    })?;
    Some(entries)
}

/// Hand on each key and value of an object, one by one; `None` when `json` is none or breaks before its end, and then what was handed on is nothing.
pub(crate) fn each<'a>(json: &'a str, take: impl FnMut(Cow<'a, str>, &'a str)) -> Option<()> {
    Scanner { text: json, at: 0 }.object(take)
}

/// The values of a list, or `None` when `json` is none or breaks before its end.
pub(crate) fn items(json: &str) -> Option<Vec<&str>> {
    let mut items = Vec::new();
    Scanner { text: json, at: 0 }.list(&mut items)?;
    Some(items)
}

/// The text of a JSON string or number token, where it says something: neither blank nor an unset time.
pub(crate) fn text_of(token: &str) -> Option<Cow<'_, str>> {
    let text = match token.as_bytes().first()? {
        b'"' => unquote(token)?,
        b'-' | b'0'..=b'9' => Cow::Borrowed(token),
        _ => return None,
    };
    (!text.trim_start().is_empty() && !is_unset_time(&text)).then_some(text)
}

/// The content of a JSON string token. Half of a surrogate pair, which is no character, becomes U+FFFD, and so does an escape that JSON does not know.
pub(crate) fn unquote(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_some() { Some(Cow::Owned(unescaped(inner))) } else { Some(Cow::Borrowed(inner)) }
}

fn unescaped(inner: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(inner.len()), inner);
    while let Some((before, escape)) = rest.split_once('\\') {
        text.push_str(before);
        let mut chars = escape.chars();
        match chars.next() {
            Some('u') => {
                let (c, length) = unit(chars.as_str());
                text.push(c);
                rest = chars.as_str().get(length..).unwrap_or_default();
                continue;
            }
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(c @ ('"' | '\\' | '/')) => text.push(c),
            _ => text.push(char::REPLACEMENT_CHARACTER),
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// The character behind `\u`, and how many bytes of `text` tell it.
fn unit(text: &str) -> (char, usize) {
    let hex = |text: &str| {
        text.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(first) = hex(text) else { return (char::REPLACEMENT_CHARACTER, 0) };
    if let Some(c) = char::from_u32(first) {
        return (c, 4);
    }
    let second = text.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(hex);
    match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER), 10)
        }
        _ => (char::REPLACEMENT_CHARACTER, 4),
    }
}

/// A cursor over JSON text. It stops at ASCII structure only, so every slice falls on a character boundary.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn object(&mut self, mut take: impl FnMut(Cow<'a, str>, &'a str)) -> Option<()> {
        self.space();
        self.expect(b'{')?;
        self.space();
        if self.peek()? == b'}' {
            return Some(());
        }
        loop {
            self.space();
            // A comma behind the last one: what is meant is clear.
            if self.peek()? == b'}' {
                return Some(());
            }
            let key = self.key()?;
            self.space();
            self.expect(b':')?;
            self.space();
            take(key, self.value()?);
            self.space();
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn list(&mut self, items: &mut Vec<&'a str>) -> Option<()> {
        self.expect(b'[')?;
        self.space();
        if self.peek()? == b']' {
            return Some(());
        }
        loop {
            self.space();
            if self.peek()? == b']' {
                return Some(());
            }
            items.push(self.value()?);
            self.space();
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// A key. Escapes were looked for on the way to its end: a second look at each key of each event would cost a tenth of the whole.
    fn key(&mut self) -> Option<Cow<'a, str>> {
        let (token, escaped) = self.string()?;
        if escaped { unquote(token) } else { token.get(1..token.len() - 1).map(Cow::Borrowed) }
    }

    /// A string token with its quotes, and whether there are escapes in it.
    fn string(&mut self) -> Option<(&'a str, bool)> {
        let start = self.at;
        let mut escaped = false;
        self.expect(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let offset = memchr::memchr2(b'"', b'\\', rest)?;
            self.at += offset + 1;
            if rest[offset] == b'"' {
                return Some((self.text.get(start..self.at)?, escaped));
            }
            escaped = true;
            // What follows a backslash belongs to it; the text may end here, and then the next round sees it.
            self.at += 1;
        }
    }

    /// Any value, skipped as a whole.
    fn value(&mut self) -> Option<&'a str> {
        match self.peek()? {
            b'"' => self.string().map(|(token, _)| token),
            b'{' | b'[' => self.nested(),
            _ => {
                let start = self.at;
                while let Some(byte) = self.peek() {
                    if matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') {
                        break;
                    }
                    self.at += 1;
                }
                self.text.get(start..self.at).filter(|token| !token.is_empty())
            }
        }
    }

    /// An object or a list, without recursion: depth of the input never becomes depth of the stack.
    fn nested(&mut self) -> Option<&'a str> {
        let start = self.at;
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.text.get(start..self.at);
            }
        }
    }
}

/// What says nothing, whatever the field is.
pub(crate) fn is_nothing(token: &str) -> bool {
    match token.as_bytes().first() {
        Some(b'"') => text_of(token).is_none(),
        Some(b'{' | b'[') => token.trim_matches(['{', '}', '[', ']']).trim().is_empty(),
        _ => matches!(token, "" | "null" | "false"),
    }
}

/// Go's and .NET's unset time, `0001-01-01T00:00:00Z`, in whatever zone it was printed (`0001-01-01T08:05:43+08:05` is Shanghai's), and MySQL's.
pub(crate) fn is_unset_time(text: &str) -> bool {
    // The first byte rules out nearly every text that this is asked of.
    text.as_bytes().first() == Some(&b'0')
        && ["0001-01-01T", "0001-01-01 ", "0000-12-31T", "0000-00-00"].iter().any(|start| text.starts_with(start))
}
