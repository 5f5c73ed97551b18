//! Patterns with stars.

use watchdeck_events::fold;

/// A text in which a `*` stands for anything: folded, split where the stars stood.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<String>,
    /// The only text that will do, in this case and width.
    verbatim: Option<String>,
}

impl Pattern {
    /// As it is typed.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self { parts: fold(text).split('*').map(str::to_owned).collect(), verbatim: None }
    }

    /// A text in which a star is a star.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Self { parts: vec![fold(text).into_owned()], verbatim: None }
    }

    /// This text, exactly as it is written: for programs, which name things by what they are.
    #[must_use]
    pub fn verbatim(text: &str) -> Self {
        Self { verbatim: Some(text.to_owned()), ..Self::whole(text) }
    }

    /// What stands between the stars, folded: all of it stands in whatever matches.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// The only text that matches, but for what stands before the colon of a subject; `None` with a star.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [whole] => Some(whole),
            _ => None,
        }
    }

    /// Whether it is all of a text, in any case and width. Without a star also what is behind the type of a subject (`subject:SKU-104`).
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        if let Some(verbatim) = &self.verbatim {
            return value == verbatim;
        }
        // Most that begin so do it in small letters; nothing behind an ASCII character changes what stands before it.
        if let [first, last] = self.parts.as_slice()
            && last.is_empty()
            && value.starts_with(first.as_str())
            && value.as_bytes().get(first.len()).is_none_or(u8::is_ascii)
        {
            return true;
        }
        // Of ASCII only the case is folded, and nothing has to be made for that.
        if let ([whole], true) = (self.parts.as_slice(), value.is_ascii()) {
            return value.eq_ignore_ascii_case(whole) || value.split_once(':').is_some_and(|(_, id)| id.eq_ignore_ascii_case(whole));
        }
        let value = &*fold(value);
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.exact().is_some_and(|whole| value == whole || value.split_once(':').is_some_and(|(_, id)| id == whole));
        };
        let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn without_a_star_it_is_the_folded_text_or_what_stands_behind_its_first_colon(pattern in "[a-cA-CＡ:-]{0,4}", value in "[a-cA-CＡ:-]{0,6}") {
            let (whole, folded) = (fold(&pattern).into_owned(), fold(&value).into_owned());
            let meant = folded == whole || folded.split_once(':').is_some_and(|(_, id)| id == whole);
            prop_assert_eq!(Pattern::whole(&pattern).matches(&value), meant);
        }
    }
}
