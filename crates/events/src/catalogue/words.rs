//! The words of enumerations, in whatever case and language they are written.
//!
//! A pack lists for each word that Watchdeck knows how else it is said (`critical` = `CRIT`, `fatal`, `严重`). Case, spaces, full width and `_ - . /` do not
//! count. A word that is on no list stays as it is written and says that it is not known: nobody ranks it, and nobody ranks it down.

use serde::Deserialize;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// One enumeration.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Every way to say a word, as [`plain`] makes it, with the word.
    meanings: HashMap<Box<str>, Arc<str>>,
    /// Anybody may have words of their own: an unknown one is nothing to report.
    open: bool,
    /// Its words say how bad something is: an unknown one may be the worst.
    pub(super) ranks: bool,
}

/// A word of an enumeration.
#[derive(Debug, Clone)]
pub enum Word<'a> {
    /// One that is on the list, as Watchdeck writes it.
    Known(Arc<str>),
    /// One that is on no list, as its publisher wrote it.
    Written(Cow<'a, str>),
    /// One that nobody wrote: it follows from the rest.
    Implied(&'static str),
}

impl Word<'_> {
    /// The word as Watchdeck writes it, where it is known, else as its publisher wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(word) => word,
            Self::Written(text) => text,
            Self::Implied(word) => word,
        }
    }

    /// It is on the list.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Written(_))
    }
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() && self.is_known() == other.is_known()
    }
}

impl Eq for Word<'_> {}

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An enumeration as a pack writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VocabularyFile {
    pub(super) name: Box<str>,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    ranks: bool,
    words: BTreeMap<Box<str>, Vec<Box<str>>>,
}

impl VocabularyFile {
    /// The enumeration, or which word is said to mean two things.
    pub(super) fn check(self) -> Result<Vocabulary, String> {
        let mut meanings: HashMap<Box<str>, Arc<str>> = HashMap::new();
        for (word, others) in self.words {
            let (own, word) = (std::iter::once(&word), Arc::<str>::from(&*word));
            for way in others.iter().chain(own) {
                // As it is written, too: it is what a search looks for.
                for said in [plain(way).into(), way.clone()] {
                    let before = meanings.insert(said, Arc::clone(&word));
                    if let Some(before) = before.filter(|before| *before != word) {
                        return Err(format!("`{way}` means `{before}` and `{word}`"));
                    }
                }
            }
        }
        Ok(Vocabulary { meanings, open: self.open, ranks: self.ranks })
    }
}

impl Vocabulary {
    pub(super) fn none() -> &'static Self {
        static NONE: OnceLock<Vocabulary> = OnceLock::new();
        NONE.get_or_init(Self::default)
    }

    /// Anybody may have words of their own: one that is not known is nothing to report.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// With another pack's words; where both know one, the other's meaning counts.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.meanings.extend(other.meanings);
        Self { meanings: self.meanings, open: self.open || other.open, ranks: self.ranks || other.ranks }
    }

    /// All of it in one order, to tell one from another.
    pub(super) fn sorted(&self) -> (bool, bool, BTreeMap<&str, &str>) {
        (self.open, self.ranks, self.meanings.iter().map(|(way, word)| (&**way, &**word)).collect())
    }

    /// Every way to say `word`, as the packs write it and without what does not count.
    pub fn ways<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        self.meanings.iter().filter(move |(_, meaning)| &***meaning == word).map(|(way, _)| &**way)
    }

    /// What `text` means.
    #[must_use]
    pub fn read<'a>(&self, text: Cow<'a, str>) -> Word<'a> {
        match self.known(&text) {
            Some(word) => Word::Known(Arc::clone(word)),
            None => Word::Written(text),
        }
    }

    /// The word that `text` is a way to say.
    #[must_use]
    pub fn meaning(&self, text: &str) -> Option<&str> {
        self.known(text).map(|word| &**word)
    }

    fn known(&self, text: &str) -> Option<&Arc<str>> {
        self.meanings.get(text).or_else(|| self.meanings.get(plain(text).as_str()))
    }
}

/// Without what does not count.
fn plain(text: &str) -> String {
    /// A longer text is no word.
    const LONGEST: usize = 64;
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let counts = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '/' | '[' | ']' | '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.chars().take(LONGEST).map(narrow).filter(counts).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn a_word_is_known_in_every_case_and_language() {
        let means = |vocabulary: &str, text: &str| Catalogue::builtin().vocabulary(vocabulary).meaning(text).map(str::to_owned);
        for (vocabulary, text, word) in [
            ("level", "critical", "critical"),
            ("level", "CRITICAL", "critical"),
            ("level", " Fatal ", "critical"),
            ("level", "ＣＲＩＴ", "critical"),
            ("level", "严重", "critical"),
            ("level", "紧急", "critical"),
            ("level", "WARN", "warning"),
            ("level", "error", "warning"),
            ("level", "Notice", "info"),
            ("stock_action", "OUT", "outbound"),
            ("stock_action", "stock_out", "outbound"),
            ("stock_action", "Stock-In", "inbound"),
            ("stock_action", "入库", "inbound"),
            ("finance_action", "CANCELED", "cancelled"),
            ("record_type", "payment_out", "paymentOut"),
            ("resource_type", "Refund", "refund"),
            ("order_state", "Canceled", "cancelled"),
            ("data_action", "UPDATE", "updated"),
        ] {
            assert_eq!(means(vocabulary, text).as_deref(), Some(word), "{vocabulary}: {text}");
        }
        assert_eq!(means("level", "purple"), None);
        assert_eq!(means("no such list", "critical"), None);
    }
}
