//! In which currency an amount is, as its publisher says it: a code of ISO 4217 where it is one, else as written. None is made up.

use crate::line;
use serde::{Deserialize, Serialize};

/// A currency: a code of ISO 4217 in upper case, or for want of one what the publisher wrote (`$`, `points`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(export, type = "string")]
pub struct Currency(Box<str>);

/// The longest name that is shown as written, in characters.
const LONGEST: usize = 12;

/// Codes in use (ISO 4217, with the metals and the drawing right), sorted.
const CODES: [&str; 163] = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB",
    "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK",
    "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG",
    "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR",
    "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT",
    "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XAG", "XAU",
    "XCD", "XCG", "XDR", "XOF", "XPD", "XPF", "XPT", "YER", "ZAR", "ZMW", "ZWG",
];

/// Signs and names with the one currency that each means.
const NAMES: [(&str, &str); 45] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("₱", "PHP"),
    ("₦", "NGN"),
    ("₡", "CRC"),
    ("₸", "KZT"),
    ("₮", "MNT"),
    ("₭", "LAK"),
    ("₾", "GEL"),
    ("₼", "AZN"),
    ("US$", "USD"),
    ("U$", "USD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("NTD", "TWD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("NZ$", "NZD"),
    ("S$", "SGD"),
    ("SG$", "SGD"),
    ("R$", "BRL"),
    ("MX$", "MXN"),
    ("MOP$", "MOP"),
    ("CN¥", "CNY"),
    ("JP¥", "JPY"),
    ("RMB", "CNY"),
    ("CNH", "CNY"),
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("円", "JPY"),
    ("日元", "JPY"),
    ("美元", "USD"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("欧元", "EUR"),
];

/// Signs that several currencies are written with. Which one is meant, only the source's own currency can tell.
const SHARED: [(&str, &[&str]); 5] = [
    ("¥", &["CNY", "JPY"]),
    ("元", &["CNY", "TWD", "HKD", "JPY", "SGD", "MOP"]),
    (
        "$",
        &[
            "USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "CLP", "COP", "BRL", "JMD", "BSD", "BZD", "FJD", "NAD", "TTD",
            "UYU", "XCD",
        ],
    ),
    ("KR", &["SEK", "NOK", "DKK", "ISK"]),
    ("RS", &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
];

/// Where people write `1,234.50` for one thousand two hundred and thirty-four and a half, and never the other way round.
const COMMA_GROUPS: [&str; 18] =
    ["AUD", "CNY", "EGP", "GBP", "HKD", "ILS", "INR", "JPY", "KRW", "MOP", "MYR", "NZD", "PHP", "PKR", "SGD", "THB", "TWD", "USD"];

impl Currency {
    /// What `text` names: a code in any case, a sign, a name; for a sign that several have, `default` where it is one of them. Anything else stays as
    /// written. `None` for an empty text.
    #[must_use]
    pub fn read(text: &str, default: Option<&Self>) -> Option<Self> {
        if let Some(known) = Self::recognise(text, default) {
            return Some(known);
        }
        let written = line::of(text.trim(), LONGEST);
        (!written.is_empty()).then(|| Self(written.as_ref().into()))
    }

    /// As [`Currency::read`], for texts that may be something else altogether (`kg`).
    pub(crate) fn recognise(text: &str, default: Option<&Self>) -> Option<Self> {
        let name: String = text.trim().trim_end_matches('.').replace('￥', "¥").replace('＄', "$").to_uppercase();
        if let Ok(place) = CODES.binary_search(&name.as_str()) {
            return Some(Self(CODES[place].into()));
        }
        if let Some((_, code)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(Self((*code).into()));
        }
        let (sign, codes) = SHARED.iter().find(|(sign, _)| *sign == name)?;
        Some(default.filter(|default| codes.contains(&default.as_str())).cloned().unwrap_or_else(|| Self((*sign).into())))
    }

    /// The code, or what was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// It is a code of ISO 4217.
    #[must_use]
    pub fn is_iso(&self) -> bool {
        CODES.binary_search(&self.as_str()).is_ok()
    }

    /// A comma in its amounts parts thousands.
    pub(crate) fn groups_by_comma(&self) -> bool {
        let shared = || SHARED.iter().any(|(sign, codes)| *sign == self.as_str() && codes.iter().all(|code| COMMA_GROUPS.contains(code)));
        COMMA_GROUPS.contains(&self.as_str()) || shared()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, default: Option<&str>) -> Option<String> {
        let default = default.and_then(|code| Currency::read(code, None));
        Currency::read(text, default.as_ref()).map(|currency| currency.to_string())
    }

    #[test]
    fn codes_are_sorted_and_signs_name_codes() {
        assert!(CODES.is_sorted());
        let named = NAMES.iter().map(|(_, code)| code).chain(SHARED.iter().flat_map(|(_, codes)| codes.iter())).chain(&COMMA_GROUPS);
        assert!(named.into_iter().all(|code| CODES.contains(code)));
    }

    #[test]
    fn a_currency_is_a_code_where_it_can_be_and_else_as_written() {
        for (text, expected) in [
            ("usd", "USD"),
            (" Cny ", "CNY"),
            ("RMB", "CNY"),
            ("€", "EUR"),
            ("hk$", "HKD"),
            ("points", "points"),
            ("BTC", "BTC"),
            ("$", "$"),
        ] {
            assert_eq!(read(text, None).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("  ", None), None);
        assert_eq!(read("a\u{202e}b\nc", None).as_deref(), Some("ab c"), "a name is one line");
    }

    #[test]
    fn a_sign_that_several_share_is_the_sources_own_or_itself() {
        assert_eq!(read("￥", Some("JPY")).as_deref(), Some("JPY"));
        assert_eq!(read("¥", Some("USD")).as_deref(), Some("¥"), "never a yen for a yuan");
        assert_eq!(read("$", Some("SGD")).as_deref(), Some("SGD"));
    }
}
