//! Texts as people look for them: upper or lower case, full or half width, composed or not, are one and the same.

use icu_normalizer::ComposingNormalizerBorrowed;
use std::borrow::Cow;

static NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();

/// `text` in the form in which texts are compared: `ＳＫＵ－１０４` and `sku-104` fold to the same. Folding twice changes nothing more, and a text
/// that holds another holds it folded too, as long as no character is taken apart at its ends.
///
/// ```
/// assert_eq!(watchdeck_events::fold("ＳＫＵ－１０４"), watchdeck_events::fold("sku-104"));
/// ```
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) };
    }
    let composed = NFKC.normalize(text);
    if composed.chars().all(|c| c.is_ascii_digit() || is_caseless(c) || c.to_lowercase().eq([c])) {
        return composed;
    }
    // Character by character: `str::to_lowercase` looks at what follows a sigma, and would fold a part otherwise than the whole.
    let lower: String = composed.chars().flat_map(char::to_lowercase).collect();
    Cow::Owned(NFKC.normalize(&lower).into_owned())
}

/// Whether folding `text` changes nothing but the case of ASCII letters: it is ASCII and ideographs (U+4000 to U+9FFF), of which most of what an ERP says
/// is made. Looked at byte by byte without a branch, which is what makes it quick; bytes that are no text yet may be asked about too.
#[must_use]
pub fn is_plain(text: impl AsRef<[u8]>) -> bool {
    let odd = |byte: u8| byte >= 0xc0 && !(0xe4..=0xe9).contains(&byte);
    !text.as_ref().iter().fold(false, |any, byte| any | odd(*byte))
}

/// Ideographs, which most text without case is made of, looked at without a table.
const fn is_caseless(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_composition_make_no_difference() {
        for (typed, stored) in [
            ("SKU-104", "ＳＫＵ－１０４"),
            ("盘点(3)", "盘点（３）"),
            ("É", "e\u{301}"),
            ("ｶﾞ", "ガ"),
            ("1", "①"),
            ("ΟΔΟΣ", "οδοσ"),
            ("STRASSE", "strasse"),
        ] {
            assert_eq!(fold(typed), fold(stored), "{typed} {stored}");
        }
        assert!(matches!(fold("already low, 已经"), Cow::Borrowed(_)), "most text costs no copy");
    }

    #[test]
    fn the_short_cut_ends_where_ideographs_do() {
        for (text, plain) in [
            ("瓷砖 SKU-1", true),
            ("\u{4e00}\u{9fff}", true),
            ("\u{3fff}", false),
            ("\u{4000}", true),
            ("\u{a000}", false),
            ("，", false),
            ("é", false),
            ("", true),
        ] {
            assert_eq!(is_plain(text), plain, "{text}");
        }
        assert_eq!(fold("瓷砖 SKU"), "瓷砖 sku");
    }

    proptest::proptest! {
        #[test]
        fn ideographs_are_folded_as_by_the_long_way(text in "[\u{3ff0}-\u{4010}\u{4db0}-\u{4e10}\u{9ff0}-\u{a010}A-Za-z]{0,20}") {
            let long: String = NFKC.normalize(&text).chars().flat_map(char::to_lowercase).collect();
            assert_eq!(fold(&text), NFKC.normalize(&long));
        }

        #[test]
        fn folding_is_done_once(text in "\\PC{0,40}") {
            let once = fold(&text).into_owned();
            assert_eq!(fold(&once), once);
        }
    }
}
