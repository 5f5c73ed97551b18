//! Foreign text as one line that can neither disturb what stands beside it nor read as something else.
//!
//! Labels, toasts and words go through here; the drawer shows the original. Nothing is removed that a person could read: line breaks, tabs and other
//! control characters become a space, what steers the direction of text (the marks, embeddings, overrides and isolates of Unicode) or has no width at
//! all goes, runs of spaces become one, and what is too long ends in `…`.

use std::borrow::Cow;

/// Characters that a row's label may have.
pub const LABEL: usize = 200;
/// Combining marks in a row that stay.
const MARKS: usize = 3;

/// `text` as one line of at most `most` characters, `…` included; a character is four bytes at most. Borrowed where nothing had to change.
#[must_use]
pub fn of(text: &str, most: usize) -> Cow<'_, str> {
    let plain = text.len() <= most && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ");
    if plain && !text.starts_with(' ') && !text.ends_with(' ') {
        return Cow::Borrowed(text);
    }
    let (mut line, mut length, mut marks) = (String::with_capacity(text.len().min(most * 3)), 0, 0);
    let mut space = false;
    for c in text.chars() {
        if is_blank(c) {
            space = !line.is_empty();
            continue;
        }
        if is_unseen(c) {
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS {
            continue;
        }
        let wanted = 1 + usize::from(space);
        if length + wanted > most {
            return Cow::Owned(cut(line, length, most));
        }
        if std::mem::take(&mut space) {
            line.push(' ');
        }
        line.push(c);
        length += wanted;
    }
    if line == text { Cow::Borrowed(text) } else { Cow::Owned(line) }
}

/// The line with `…` at its end, which takes the last character's place where there is no other.
fn cut(mut line: String, length: usize, most: usize) -> String {
    if most == 0 {
        return String::new();
    }
    if length >= most {
        line.pop();
    }
    line.push('…');
    line
}

/// What parts words, or would break or move the line.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// What is not seen, and changes how something else is.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ff}'
    )
}

/// Combining marks, which pile up.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_text_is_one_line_and_reads_as_what_it_is() {
        for (text, expected) in [
            ("plain text", "plain text"),
            ("two\r\nlines\tand\u{0}more", "two lines and more"),
            ("  much \u{a0}\u{3000} room  ", "much room"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("\u{2066}isolated\u{2069}\u{200f}", "isolated"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("马可波罗 800×800", "马可波罗 800×800"),
            ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
            ("\u{1b}[31mred", "[31mred"),
            ("", ""),
            ("\n\n", ""),
        ] {
            assert_eq!(of(text, LABEL), expected, "{text:?}");
        }
        assert!(matches!(of("plain text", LABEL), Cow::Borrowed(_)), "nearly every text is as it should be");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(of("abcdef", 5), "abcd…");
        assert_eq!(of("木纹砖木纹砖", 5), "木纹砖木…");
        assert_eq!(of("abcde", 5), "abcde");
        assert_eq!(of("ab de fg", 5), "ab d…");
        assert_eq!(of("x", 0), "");
        let zalgo = format!("e{}", "\u{301}".repeat(100_000));
        assert_eq!(of(&zalgo, LABEL).chars().count(), 4, "marks do not pile up to the line above");
        assert!(of(&"x\n".repeat(4 << 20), LABEL).chars().count() <= LABEL);
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_short_line(text in "\\PC{0,60}|.{0,60}|[\u{200b}-\u{206f}\n a]{0,60}", most in 0_usize..40) {
            let line = of(&text, most);
            prop_assert!(line.chars().count() <= most && line.len() <= most * 4);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_unseen(c) || is_blank(c) && c != ' '), "{:?}", line);
            prop_assert_eq!(of(&line, most), line.as_ref(), "a line is a line");
        }
    }
}
