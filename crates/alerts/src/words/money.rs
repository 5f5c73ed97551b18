//! Amounts in words: as the window says them, exact, and with no sign that several currencies could mean.

use watchdeck_events::Money;

/// Currencies whose smallest unit is not a hundredth (ISO 4217), with its decimals.
const DECIMALS: [(&str, usize); 26] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    ("XAU", 0),
];

/// Signs that mean one currency, whoever reads them.
const SIGNS: [(&str, &str); 14] = [
    ("USD", "US$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "JP¥"),
    ("HKD", "HK$"),
    ("TWD", "NT$"),
    ("KRW", "₩"),
    ("INR", "₹"),
    ("CAD", "CA$"),
    ("AUD", "A$"),
    ("NZD", "NZ$"),
    ("BRL", "R$"),
    ("MXN", "MX$"),
    ("VND", "₫"),
];

/// `US$ 12,800.50`; an unknown code as it is; no sign where no currency is known. All digits that are stated, and as many as the currency has.
pub(super) fn text(amount: Money, currency: Option<&str>, chinese: bool) -> String {
    let number = grouped(&amount.to_string(), currency.map(decimals));
    let sign = match currency {
        None => return number,
        Some("CNY") if chinese => "¥",
        Some("CNY") => "CN¥",
        Some(code) => SIGNS.iter().find(|(known, _)| *known == code).map_or(code, |(_, sign)| sign),
    };
    format!("{sign} {number}")
}

/// `12800` as `12,800`; what is no number as it is.
pub(super) fn number(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty()
        && digits.split('.').count() <= 2
        && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number { grouped(text, None) } else { text.to_owned() }
}

/// Digits after the point that a currency has.
fn decimals(currency: &str) -> usize {
    DECIMALS.iter().find(|(code, _)| *code == currency).map_or(2, |(_, decimals)| *decimals)
}

/// `-1234.5` as `−1,234.50`. Without a currency the decimals are those that are stated.
fn grouped(amount: &str, decimals: Option<usize>) -> String {
    let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places = decimals.unwrap_or(0);
    // Zeros that only a number format put there say nothing beyond the currency's own.
    let stated = if decimals.is_some() { fraction.trim_end_matches('0').len() } else { fraction.len() };
    let wanted = stated.max(places);
    let mut text = String::from(sign);
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if wanted > 0 {
        text.push('.');
        text.extend(fraction.chars().chain(std::iter::repeat('0')).take(wanted));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(amount: &str, currency: Option<&str>, chinese: bool) -> String {
        text(Money::from_json(amount).unwrap(), currency, chinese)
    }

    #[test]
    fn an_amount_is_said_in_its_own_currency() {
        for (amount, currency, expected) in [
            ("12800.50", Some("USD"), "US$ 12,800.50"),
            ("1500", Some("JPY"), "JP¥ 1,500"),
            ("1500.00", Some("JPY"), "JP¥ 1,500"),
            ("1.5", Some("KWD"), "KWD 1.500"),
            ("7", Some("points"), "points 7.00"),
            ("482913.5", Some("CNY"), "CN¥ 482,913.50"),
            ("-0.123", Some("EUR"), "€ −0.123"),
            ("1234567.10", None, "1,234,567.10"),
        ] {
            assert_eq!(say(amount, currency, false), expected);
        }
        assert_eq!(say("5", Some("CNY"), true), "¥ 5.00");
    }

    #[test]
    fn a_number_is_in_groups_of_three_and_a_word_is_left_alone() {
        for (text, expected) in
            [("12800", "12,800"), ("-1234.5", "−1,234.5"), ("999", "999"), ("", ""), ("1.2.3", "1.2.3"), ("many", "many"), ("-", "-")]
        {
            assert_eq!(number(text), expected);
        }
    }
}
