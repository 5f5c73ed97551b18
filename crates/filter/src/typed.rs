//! What a Chinese keyboard types in a filter, as the language wants it: full-width letters, colons, comparisons and minus signs, round quotation marks,
//! and spaces around a comparison. Where something stood is kept, because an error is marked at its place in the original.

/// A filter's text with the signs of the language, and where each of its bytes stood in the original, in UTF-16 units.
pub(super) struct Typed {
    pub(super) text: String,
    /// For each byte of `text`, and one more for its end.
    places: Vec<u32>,
}

impl Typed {
    pub(super) fn of(original: &str) -> Self {
        let mut typed = Self { text: String::with_capacity(original.len()), places: Vec::with_capacity(original.len() + 1) };
        let mut units = 0;
        for c in original.chars() {
            let before = typed.text.len();
            match c {
                '≤' => typed.text.push_str("<="),
                '≥' => typed.text.push_str(">="),
                c => typed.text.push(sign(c)),
            }
            typed.places.resize(typed.places.len() + typed.text.len() - before, units);
            units += c.len_utf16() as u32;
        }
        typed.places.push(units);
        typed
    }

    /// Where the bytes from `from` to `to` stood.
    pub(super) fn place(&self, from: usize, to: usize) -> (u32, u32) {
        let at = |byte: usize| self.places.get(byte).or(self.places.last()).copied().unwrap_or(0);
        (at(from), at(to))
    }
}

/// A character as the language has it: one for one.
fn sign(c: char) -> char {
    match c {
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '“' | '”' | '„' | '‟' | '〝' | '〞' | '「' | '」' | '『' | '』' => '"',
        '−' | '–' | '﹣' => '-',
        '﹕' | '∶' | '︰' => ':',
        '﹤' | '〈' => '<',
        '﹥' | '〉' => '>',
        '﹦' => '=',
        '﹡' | '∗' | '×' => '*',
        c => c,
    }
}
