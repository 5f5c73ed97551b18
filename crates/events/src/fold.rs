//! Texts as people look for them: upper or lower case, full or half width, composed or not, are one and the same.

use icu_normalizer::ComposingNormalizerBorrowed;
use std::{borrow::Cow, sync::LazyLock};

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
    folded(text)
}

/// The long way.
fn folded(text: &str) -> Cow<'_, str> {
    let composed = NFKC.normalize(text);
    if composed.chars().all(|c| c.is_ascii() || is_caseless(c)) {
        // What is caseless composes with no letter.
        let mut lower = composed.into_owned();
        lower.make_ascii_lowercase();
        return Cow::Owned(lower);
    }
    if composed.chars().all(|c| c.is_ascii_digit() || is_caseless(c) || c.to_lowercase().eq([c])) {
        return composed;
    }
    // Character by character: `str::to_lowercase` looks at what follows a sigma, and would fold a part otherwise than the whole.
    let lower: String = composed.chars().flat_map(char::to_lowercase).collect();
    Cow::Owned(NFKC.normalize(&lower).into_owned())
}

/// Whether folding `text` changes nothing but the case of ASCII letters: it is ASCII, ideographs (U+4000 to U+9FFF) and signs that stay as they are, of which
/// most of what an ERP says is made. Looked at byte by byte without a branch, which is what makes it quick; only signs are looked up. Bytes that are no
/// text yet may be asked about too.
#[must_use]
pub fn is_plain(text: impl AsRef<[u8]>) -> bool {
    are_all(text.as_ref(), inert)
}

/// Whether folding `text` brings no ideograph (U+4000 to U+9FFF) to light that does not stand there as it is: it holds no radical, no sign that encloses or
/// abbreviates some (`㊗`, `㈱`), and none of another block that is the same as one of these. Bytes that are no text yet may be asked about too.
#[must_use]
pub fn hides_no_ideograph(text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    let hides = |at: usize| match text[at..] {
        // U+2E80 to U+2FFF; U+3038 to U+303A; U+3190 to U+319F; U+3200 to U+33FF; U+F900 to U+FAFF.
        [0xe2, 0xba..=0xbf, ..] | [0xe3, 0x80, 0xb8..=0xba, ..] | [0xe3, 0x86 | 0x88..=0x8f, ..] | [0xef, 0xa4..=0xab, ..] => true,
        // U+1F200 to U+1F2FF; U+2F800 to U+2FA3F.
        [0xf0, 0x9f, 0x88..=0x8b, ..] | [0xf0, 0xaf, 0xa0..=0xa8, ..] => true,
        _ => false,
    };
    !memchr::memchr3_iter(0xe2, 0xe3, 0xef, text).chain(memchr::memchr_iter(0xf0, text)).any(hides)
}

/// Whether all characters but ASCII and ideographs are `known`, which says how many bytes they take.
fn are_all(bytes: &[u8], known: impl Fn(&[u8]) -> Option<usize>) -> bool {
    let odd = |byte: u8| byte >= 0xc0 && !(0xe4..=0xe9).contains(&byte);
    if !bytes.iter().fold(false, |any, byte| any | odd(*byte)) {
        return true;
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| odd(*byte)) {
        let Some(length) = known(&rest[at..]) else { return false };
        rest = &rest[at + length..];
    }
    true
}

/// How many bytes the character takes that these begin with, if folding leaves it as it is, whatever plain text stands beside it.
fn inert(bytes: &[u8]) -> Option<usize> {
    /// Signs and letters of Latin-1, punctuation, arrows, boxes, kana: what stands beside ideographs. Not in it: whatever composes with what is before it.
    static INERT: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let stays = |code: u32| {
            // Marks stay as they are and change what they stand behind.
            if matches!(code, 0x20d0..=0x20ff | 0x302a..=0x302f | 0x3099 | 0x309a) {
                return false;
            }
            let Some(c) = char::from_u32(code) else { return false };
            let between = format!("a{c}a");
            folded(&between) == between && folded(c.encode_utf8(&mut [0; 4])).chars().eq([c])
        };
        (0..0x3400).map(|code| ((0x80..0x300).contains(&code) || code >= 0x2000) && stays(code)).collect()
    });
    let continued = |at: usize| bytes.get(at).filter(|byte| **byte & 0xc0 == 0x80).map(|byte| usize::from(byte & 0x3f));
    let (code, length) = match bytes[0] {
        lead @ 0xc2..=0xdf => (usize::from(lead & 0x1f) << 6 | continued(1)?, 2),
        lead @ 0xe0..=0xe3 => (usize::from(lead & 0xf) << 12 | continued(1)? << 6 | continued(2)?, 3),
        _ => return None,
    };
    INERT.get(code).copied().unwrap_or(false).then_some(length)
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
            ("600×600 · “一” — 、。", true),
            ("（", false),
            ("É", false),
            ("e\u{301}", false),
            ("か\u{3099}", false),
            ("ﬁ", false),
            ("\u{4000}", true),
            ("\u{a000}", false),
            ("，", false),
            ("é", true),
            ("", true),
        ] {
            assert_eq!(is_plain(text), plain, "{text}");
        }
        assert_eq!(fold("瓷砖 SKU"), "瓷砖 sku");
    }

    #[test]
    fn every_sign_that_folds_to_an_ideograph_is_known() {
        let is_ideograph = |c: char| ('\u{4000}'..='\u{9fff}').contains(&c);
        let mut hiding = 0;
        for c in ('\0'..=char::MAX).filter(|c| !is_ideograph(*c)) {
            let (text, between) = (c.to_string(), format!("瓷{c}砖"));
            let folds = folded(&text).chars().any(is_ideograph) || folded(&between).chars().filter(|c| is_ideograph(*c)).count() != 2;
            assert!(!folds || !hides_no_ideograph(&text), "{:x}", u32::from(c));
            hiding += u32::from(folds);
        }
        assert!(hiding > 1_000, "{hiding}");
        for text in ["600×600mm，20 m²（A 级）、〈é〉 ①", "ＡＢＣ", "か\u{3099}", "𠀀"] {
            assert!(hides_no_ideograph(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn ideographs_are_folded_as_by_the_long_way(text in "[\u{3ff0}-\u{4010}\u{4db0}-\u{4e10}\u{9ff0}-\u{a010}A-Za-z]{0,20}") {
            let long: String = NFKC.normalize(&text).chars().flat_map(char::to_lowercase).collect();
            assert_eq!(fold(&text), NFKC.normalize(&long));
        }

        #[test]
        fn signs_are_folded_as_by_the_long_way(text in "[×·°—“”、。〈〉あカがÉéßﬁＡ（²①\u{301}\u{3099}\u{3000}\u{2160}a-cA-C瓷砖]{0,12}") {
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
