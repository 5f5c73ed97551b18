//! What is escaped in a payload can be found by what it means, too.

/// JSON text with its escapes read, wherever they stand.
pub(super) fn unescaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // A run of `\u` escapes is read together: a character may take two.
        let run = escapes(rest);
        if run > 0 {
            let units = rest.as_bytes()[..run].chunks(6).filter_map(|unit| u16::from_str_radix(str::from_utf8(&unit[2..]).ok()?, 16).ok());
            text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
            rest = &rest[run..];
            continue;
        }
        let mut chars = rest.chars();
        chars.next();
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(other) => text.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    text
}

/// Length of the `\uXXXX` escapes that `text` begins with.
fn escapes(text: &str) -> usize {
    let is_unit = |unit: &[u8]| unit.len() == 6 && unit.starts_with(b"\\u") && unit[2..].iter().all(u8::is_ascii_hexdigit);
    text.as_bytes().chunks(6).take_while(|unit| is_unit(unit)).count() * 6
}
