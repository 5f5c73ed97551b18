//! Amounts and quantities as people and their programs write them.
//!
//! Read are JSON numbers and strings that hold one, and beyond them what has one meaning only:
//!
//! | written | read as | why |
//! |---|---|---|
//! | `1,234.50`, `1.234,50`, `1 234,50`, `1'234.50`, `12,34,567.00` | with groups | two kinds of separators: the last one parts the fraction |
//! | `1,234,567`, `1.234.567`, `1 234`, `1_000` | with groups | a separator that comes twice, a space, an underscore parts no fraction |
//! | `12,50`, `0,125`, `1234,567` | with a fraction | no group has such a length, or begins so |
//! | `¥ 5`, `CNY 12`, `12 EUR`, `US$12.00`, `１２３`, `−5`, `5-`, `(12.00)` | without what surrounds the number | a currency, another script's digits, three ways to write a minus |
//! | `{"amount":"12","currencyCode":"CAD"}`, `{"$numberDecimal":"12.5"}` | what is in it | |
//!
//! **Ambiguous, and therefore unread**, is one comma with three digits behind it and one to three before (`1,234`): a thousand here, a bit over one there.
//! It is read only where the currency is known and its people write it in one way (`¥1,234`, `1,234` with `currency: "USD"`). For the same reason `1.234 €`
//! is unread: a plain `1.234` is a number of JSON, but beside a sign it was written for people. Unread, too, are units (`12.5kg`), fractions (`1/3`), words
//! (`1.2万`), percentages, ranges, `NaN` and `Infinity`, and what has more digits than an exact number has room for.

use crate::{
    currency::Currency,
    exact::Exact,
    money::Money,
    quantity::Quantity,
    scan,
    stated::{Amount, Stated},
};
use std::borrow::Cow;

/// A text longer than this is no number that people wrote.
const LONGEST: usize = 100;

/// An amount of money out of a JSON token, and the currency that stands beside it in the same text. `known` is the currency that is known otherwise.
#[must_use]
pub fn money<'a>(token: &'a str, known: Option<&Currency>) -> (Amount<'a>, Option<Currency>) {
    let (stated, currency) = read(token, known, true);
    (stated.map(Money::from_exact), currency)
}

/// A quantity out of a JSON token.
#[must_use]
pub fn quantity(token: &str) -> Stated<'_, Quantity> {
    read(token, None, false).0.map(Quantity::from_exact)
}

fn read<'a>(token: &'a str, known: Option<&Currency>, is_money: bool) -> (Stated<'a, Exact>, Option<Currency>) {
    match token.as_bytes().first() {
        None => (Stated::Absent, None),
        Some(b'"') => match scan::unquote(token) {
            Some(text) => in_text(text, known, is_money),
            None => (Stated::Unread(token.into()), None),
        },
        Some(b'{') => in_object(token, known, is_money),
        _ if matches!(token, "null" | "false" | "[]") => (Stated::Absent, None),
        _ => (Exact::read(token).map_or_else(|| Stated::Unread(token.into()), Stated::Known), None),
    }
}

fn in_text<'a>(text: Cow<'a, str>, known: Option<&Currency>, is_money: bool) -> (Stated<'a, Exact>, Option<Currency>) {
    if let Some(number) = Exact::read(text.trim()) {
        return (Stated::Known(number), None);
    }
    let Some(plain) = plain(&text) else { return (Stated::Unread(text), None) };
    if plain.is_empty() {
        return (Stated::Absent, None);
    }
    match written(&plain, known).filter(|(_, currency)| is_money || currency.is_none()) {
        Some((number, currency)) => (Stated::Known(number), currency),
        None => (Stated::Unread(text), None),
    }
}

/// `{"amount":"12.00","currencyCode":"CAD"}`, `{"$numberDecimal":"12.5"}`.
fn in_object<'a>(token: &'a str, known: Option<&Currency>, is_money: bool) -> (Stated<'a, Exact>, Option<Currency>) {
    let entries = scan::entries(token).unwrap_or_default();
    if entries.is_empty() && token.trim_matches(['{', '}']).trim().is_empty() {
        return (Stated::Absent, None);
    }
    let value = |names: &[&str]| entries.iter().rev().find(|(key, _)| names.contains(&key.as_ref())).map(|(_, token)| *token);
    let currency =
        value(&["currency", "currencyCode", "currency_code"]).and_then(scan::text_of).and_then(|text| Currency::read(&text, known));
    let inner =
        value(&["amount", "value", "$numberDecimal", "$numberLong", "$numberInt", "$numberDouble"]).filter(|inner| !inner.starts_with('{'));
    let Some(inner) = inner else { return (Stated::Unread(token.into()), currency) };
    let (stated, beside) = read(inner, currency.as_ref().or(known), is_money);
    (stated, currency.or(beside))
}

/// In the characters of ASCII, where there are some that mean the same; without what is not seen. `None` for what is too long to be a number.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let same = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
        '\u{66b}' => Some('.'),
        '\u{66c}' | '\u{2019}' => Some('\''),
        '\u{2212}' | '\u{fe63}' => Some('-'),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    };
    Some(text.chars().filter_map(same).collect::<String>().trim().to_owned())
}

/// A number with a sign and a currency around it, each at most once.
fn written(text: &str, known: Option<&Currency>) -> Option<(Exact, Option<Currency>)> {
    let (mut rest, mut negative, mut currency) = (text, None, None);
    loop {
        rest = rest.trim();
        if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            negative.replace(true).is_none().then_some(())?;
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(['-', '+']) {
            negative.replace(rest.starts_with('-')).is_none().then_some(())?;
            rest = inner;
        } else if let Some(inner) = rest.strip_suffix('-') {
            negative.replace(true).is_none().then_some(())?;
            rest = inner;
        } else {
            let (name, inner) = beside(rest)?;
            if name.is_empty() {
                break;
            }
            currency.replace(Currency::recognise(name, known)?).is_none().then_some(())?;
            rest = inner;
        }
    }
    let number = Exact::read(&digits(rest, currency.as_ref(), known)?)?;
    Some((if negative == Some(true) { number.negated() } else { number }, currency))
}

/// A currency's name before or behind the number, and the rest. `None` where it is not clear which is which.
fn beside(text: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| c.is_alphabetic() || c == '$' || !c.is_ascii();
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    if end > 0 {
        let (name, rest) = text.split_at(end);
        return match rest.strip_prefix('.') {
            // `Rs. 5`, `Rs.5`: the point belongs to the name. `$.50`: to the number. `CNY.5`: who knows.
            Some(behind) if behind.starts_with(' ') || name.eq_ignore_ascii_case("rs") || name.eq_ignore_ascii_case("kr") => {
                Some((name, behind))
            }
            Some(_) if name.ends_with(char::is_alphabetic) => None,
            _ => Some((name, rest)),
        };
    }
    let start = text.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
    Some((&text[start..], &text[..start]))
}

/// The number in digits and separators, as JSON writes it. See the [module docs](self) for what is ambiguous.
fn digits(body: &str, beside: Option<&Currency>, known: Option<&Currency>) -> Option<String> {
    let count = |separator| body.matches(separator).count();
    let mut blanks = [' ', '\'', '_'].into_iter().filter(|separator| count(*separator) > 0);
    let (blank, points, commas) = (blanks.next(), count('.'), count(','));
    if blanks.next().is_some() {
        return None;
    }
    let (group, decimal) = match (points, commas, blank) {
        (0, 0, _) => (blank, None),
        (1, 0, _) if blank.is_none() && is_open(body, '.') && beside.is_some_and(|currency| !currency.groups_by_comma()) => return None,
        (1, 0, _) => (blank, Some('.')),
        (0, 1, Some(_)) => (blank, Some(',')),
        (0, 1, None) if !is_open(body, ',') => (None, Some(',')),
        (0, 1, None) if beside.or(known).is_some_and(Currency::groups_by_comma) => (Some(','), None),
        (_, 0, None) => (Some('.'), None),
        (0, commas, None) if commas > 1 => (Some(','), None),
        (points, commas, None) if points > 0 && commas > 0 => {
            let (last, other) = if body.rfind('.') > body.rfind(',') { ('.', ',') } else { (',', '.') };
            (count(last) == 1).then_some((Some(other), Some(last)))?
        }
        _ => return None,
    };
    let (whole, fraction) = decimal.map_or((body, ""), |decimal| body.split_once(decimal).unwrap_or((body, "")));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(fraction) || (decimal.is_some() && fraction.is_empty()) {
        return None;
    }
    let whole = match group {
        Some(group) => grouped(whole, group)?,
        None if is_digits(whole) => whole.to_owned(),
        None => return None,
    };
    Some(if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") })
}

/// Whether one separator can part thousands as well as a fraction.
fn is_open(body: &str, separator: char) -> bool {
    body.split_once(separator)
        .is_some_and(|(before, after)| after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0'))
}

/// Thousands in groups of three, or as in India of two before the last three.
fn grouped(whole: &str, group: char) -> Option<String> {
    let parts: Vec<&str> = whole.split(group).collect();
    let (first, last) = (parts.first()?, parts.last()?);
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    let is = |length: usize| inner.iter().all(|part| part.len() == length) && (1..=length).contains(&first.len());
    let well = parts.len() > 1 && last.len() == 3 && (is(3) || (group == ',' && !inner.is_empty() && is(2)));
    let digits: String = parts.concat();
    (well && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str, known: Option<&str>) -> (Option<String>, Option<String>) {
        let known = known.and_then(|code| Currency::read(code, None));
        let token = serde_json::Value::from(text).to_string();
        let (amount, currency) = super::money(&token, known.as_ref());
        (amount.known().map(|amount| amount.to_string()), currency.map(|currency| currency.to_string()))
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, expected, currency) in [
            ("100.10", "100.10", None),
            (" 7 ", "7", None),
            ("1,234.50", "1234.50", None),
            ("1.234,50", "1234.50", None),
            ("1 234,50", "1234.50", None),
            ("1\u{a0}234\u{202f}567,5", "1234567.5", None),
            ("1'234.50", "1234.50", None),
            ("1’234.50", "1234.50", None),
            ("12,34,567.00", "1234567.00", None),
            ("1,234,567", "1234567", None),
            ("1.234.567", "1234567", None),
            ("1_000", "1000", None),
            ("12,50", "12.50", None),
            ("0,125", "0.125", None),
            ("1234,567", "1234.567", None),
            ("1,2345", "1.2345", None),
            ("¥ 5", "5", Some("¥")),
            ("￥5.50", "5.50", Some("¥")),
            ("¥1,234", "1234", Some("¥")),
            ("CNY 12", "12", Some("CNY")),
            ("12.00 eur", "12.00", Some("EUR")),
            ("US$12,800.50", "12800.50", Some("USD")),
            ("HK$ 5", "5", Some("HKD")),
            ("5元", "5", Some("元")),
            ("人民币 5", "5", Some("CNY")),
            ("Rs. 5", "5", Some("RS")),
            ("Rs.500", "500", Some("RS")),
            ("$.50", "0.50", Some("$")),
            ("１２３", "123", None),
            ("１，２３４．５０", "1234.50", None),
            ("٣", "3", None),
            ("−5", "-5", None),
            ("5-", "-5", None),
            ("-¥5", "-5", Some("¥")),
            ("¥-5", "-5", Some("¥")),
            ("(12.00)", "-12.00", None),
            ("($12.00)", "-12.00", Some("$")),
            ("\u{200e}12", "12", None),
        ] {
            assert_eq!(money(text, None), (Some(expected.to_owned()), currency.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_has_two_meanings_or_none_is_unread() {
        for text in [
            "1,234",
            "12,800",
            "1.234 €",
            "12.5kg",
            "1/3",
            "1.2万",
            "5%",
            "NaN",
            "Infinity",
            "1-2",
            "a lot",
            "1,23,4",
            "1.234.56",
            "1,234.50.1",
            "12,",
            "1 23",
            "(5",
            "--5",
            "-(5)",
            "¥5$",
            "¥",
            "-",
            "1,234,50",
            "0x10",
            "1e",
            "1 234'567",
            "CNY.5",
            "１２３４５６７８９０１２３４５６７８９０１２３４５６７８９０",
        ] {
            assert_eq!(money(text, None), (None, None), "{text}");
        }
        for (text, known, expected) in
            [("1,234", "USD", Some("1234")), ("1,234", "CNY", Some("1234")), ("1,234", "EUR", None), ("1,234", "points", None)]
        {
            assert_eq!(money(text, Some(known)).0.as_deref(), expected, "{text} {known}");
        }
    }

    #[test]
    fn a_token_is_known_unread_or_absent() {
        let amount = |token: &'static str| super::money(token, None);
        for token in ["null", "false", "\"\"", "\"  \"", "{}", "[]", "{ }", "\"\u{200b}\""] {
            assert_eq!(amount(token), (Stated::Absent, None), "{token}");
        }
        for (token, shown) in [
            ("\"a lot\"", "a lot"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
            ("true", "true"),
            ("[1]", "[1]"),
            (r#"{"n":1}"#, r#"{"n":1}"#),
        ] {
            assert_eq!(amount(token), (Stated::Unread(shown.into()), None), "{token}");
        }
        let (known, currency) = amount(r#"{"amount":"12.00","currencyCode":"cad"}"#);
        assert_eq!((known.known(), currency.as_ref().map(Currency::as_str)), (Money::from_json("12.00"), Some("CAD")));
        assert_eq!(amount(r#"{"$numberDecimal":"12.5"}"#).0.known(), Money::from_json("12.5"));
        assert_eq!(quantity("\"1,234.5\"").known(), Quantity::from_json("1234.5"));
        assert_eq!(quantity("\"¥5\"").unread(), Some("¥5"), "a quantity is in no currency");
    }

    proptest! {
        #[test]
        fn any_token_is_survived(text in ".{0,40}", near in "[-+(]?[¥$€A-Z]{0,4}[ ]?[0-9]{0,4}([,. '_][0-9]{0,4}){0,4}[-)]?") {
            for text in [text, near] {
                let quoted = serde_json::Value::from(text.as_str()).to_string();
                for token in [&text, &quoted] {
                    let _read = (super::money(token, None), quantity(token));
                }
            }
        }

        #[test]
        fn a_grouped_amount_is_the_amount(units in 1_000_000_i64..999_999_999_999, cents in 0_u32..100) {
            let groups = |separator: &str| {
                let digits = units.to_string();
                let first = (digits.len() - 1) % 3 + 1;
                let rest = digits.as_bytes()[first..].chunks(3).map(|chunk| String::from_utf8_lossy(chunk).into_owned());
                std::iter::once(digits[..first].to_owned()).chain(rest).collect::<Vec<_>>().join(separator)
            };
            let exact = Some(format!("{units}.{cents:02}"));
            for (group, decimal) in [(",", "."), (".", ","), (" ", ","), ("'", ".")] {
                prop_assert_eq!(money(&format!("{}{decimal}{cents:02}", groups(group)), None).0, exact.clone());
            }
        }
    }
}
