//! What a toast may say: names and messages come from the ERP, and the service must neither choke on them nor read them as something else.
//!
//! A string on D-Bus holds no U+0000; a service that draws markup stops at other control characters; a message of megabytes is refused, and the
//! connection with it. Whoever wants the whole text finds it in the window.

/// Characters of a title or a button.
pub(crate) const LINE: usize = 160;
/// Characters of a body, and its lines.
pub(crate) const BODY: (usize, usize) = (800, 12);

/// A text on one line, of at most [`LINE`] characters.
#[must_use]
pub(crate) fn line(text: &str) -> String {
    bounded(&text.split_whitespace().collect::<Vec<_>>().join(" "), LINE, 1)
}

/// A text within [`BODY`].
#[must_use]
pub(crate) fn body(text: &str) -> String {
    bounded(text, BODY.0, BODY.1)
}

/// The same text for a service that draws markup.
#[must_use]
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn bounded(text: &str, characters: usize, lines: usize) -> String {
    let (mut plain, mut taken, mut line) = (String::new(), 0, 1);
    for character in text.chars().filter_map(shown) {
        line += usize::from(character == '\n');
        if taken == characters || line > lines {
            plain.push('…');
            break;
        }
        taken += 1;
        plain.push(character);
    }
    plain
}

/// What is drawn for a character; nothing for what only turns the text around it.
fn shown(character: char) -> Option<char> {
    match character {
        '\n' => Some('\n'),
        '\t' | '\u{a0}' => Some(' '),
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        // Directions that outlive the text they came with would turn our own words.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => None,
        // No characters: markup that holds one is refused whole.
        '\u{fdd0}'..='\u{fdef}' => Some('\u{fffd}'),
        other if u32::from(other) & 0xfffe == 0xfffe => Some('\u{fffd}'),
        other if other.is_control() => Some('\u{fffd}'),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_nul_is_shown_without_it() {
        assert_eq!(body("Boiler \0 pressure"), "Boiler \u{fffd} pressure");
        assert!(!body(&"\0\u{1}\u{1b}[31m\u{ffff}\u{7f}".repeat(50)).contains(|c: char| c.is_control()));
    }

    #[test]
    fn megabytes_are_cut_and_lines_are_counted() {
        let long = body(&"长".repeat(2_000_000));
        assert_eq!((long.chars().count(), long.chars().last()), (BODY.0 + 1, Some('…')));
        assert_eq!(body(&"at Step\n".repeat(130)).lines().count(), BODY.1);
        assert_eq!(line("Two\nlines \t and\u{2028}more"), "Two lines and more");
        assert_eq!(line(&"x".repeat(10_000)).chars().count(), LINE + 1);
        assert_eq!(body("short\ntext"), "short\ntext", "what fits is left alone");
    }

    #[test]
    fn a_text_that_turns_directions_reads_as_it_was_written() {
        assert_eq!(line("pay \u{202e}05.1 to\u{2066} Wang"), "pay 05.1 to Wang");
    }
}
