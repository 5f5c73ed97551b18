//! Exact decimal numbers that cannot panic: the only place that knows `rust_decimal`, whose operators do.
//!
//! A number has up to 28 digits. What is read has them all, or is not read; only digits of a fraction that has no room are given up, and only behind
//! the [`PLACES`]th place, where nothing but the noise of a binary float is (`0.1000000000000000055511151231257827021181583404541015625`).
//! Sums obey the same rule, and are `None` where they cannot: whoever adds must say what then.

#![allow(clippy::disallowed_types, reason = "here, and nowhere else: every operation on it below is checked")]

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// Places of a fraction that are never given up.
const PLACES: u32 = 18;
/// The most places there can be.
const MOST_PLACES: u32 = 28;
/// The largest number of units of the last place: 96 bits.
const MOST_UNITS: i128 = (1 << 96) - 1;

/// A decimal number. Never a negative zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Exact(Decimal);

impl Exact {
    pub(crate) const ZERO: Self = Self(Decimal::ZERO);

    /// `units` times ten to the power of minus `places`.
    pub(crate) fn new(units: i128, places: u32) -> Option<Self> {
        let (mut units, mut places) = (units, places);
        while units.unsigned_abs() > MOST_UNITS.unsigned_abs() || places > MOST_PLACES {
            let (rest, last) = (units / 10, units % 10);
            if places == 0 || (last != 0 && places <= PLACES) {
                return None;
            }
            // Half away from zero, and only on the last digit that goes: earlier ones would round twice.
            let stays = rest.unsigned_abs() > MOST_UNITS.unsigned_abs() || places - 1 > MOST_PLACES;
            let up = if !stays && last.unsigned_abs() >= 5 { last.signum() } else { 0 };
            (units, places) = (rest + up, places - 1);
        }
        Decimal::try_from_i128_with_scale(units, places).ok().map(Self)
    }

    /// Read `-12.50`, `1.28e4`, `.5`, `5.`, `+5`. Nothing else is a number, however much it looks like one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if let Some(short) = Self::short(text) {
            return Some(short);
        }
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, exponent) = match rest.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, power(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let places = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let significant: Vec<u8> = all().skip_while(|byte| *byte == b'0').map(|byte| byte - b'0').collect();
        if significant.is_empty() {
            return Self::new(0, u32::try_from(places.clamp(0, i64::from(MOST_PLACES))).ok()?);
        }
        let read = from_digits(significant, places)?;
        Some(if negative { read.negated() } else { read })
    }

    /// What nearly every number is: at most 18 digits, as JSON writes them. `None` says nothing: it is to be read with more care.
    fn short(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (mut units, mut point) = (0_i64, None);
        if digits.len() > 18 {
            return None;
        }
        for (at, byte) in digits.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => units = units * 10 + i64::from(byte - b'0'),
                b'.' if point.is_none() => point = Some(at),
                _ => return None,
            }
        }
        let places = point.map_or(0, |at| digits.len() - at - 1);
        let is_number = digits.len() > usize::from(point.is_some());
        let read = Self(Decimal::new(units, places as u32));
        is_number.then(|| if digits.len() < text.len() { read.negated() } else { read })
    }

    /// Units of the last place that is not zero, and how many places there are.
    pub(crate) fn parts(self) -> (i128, u32) {
        let trimmed = self.0.normalize();
        (trimmed.mantissa(), trimmed.scale())
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        if self.0.scale() == other.0.scale()
            && let Some(sum) = self.0.mantissa().checked_add(other.0.mantissa()).and_then(|units| Self::new(units, self.0.scale()))
        {
            return Some(sum);
        }
        let exact = |a: Self, b: Self| {
            let places = a.0.scale().max(b.0.scale());
            let units = |number: Self| 10_i128.checked_pow(places - number.0.scale())?.checked_mul(number.0.mantissa());
            Self::new(units(a)?.checked_add(units(b)?)?, places)
        };
        exact(self, other).or_else(|| exact(self.trimmed(), other.trimmed())).or_else(|| exact(self.coarse()?, other.coarse()?))
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    /// The product with all its digits.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let product = |a: Self, b: Self| Self::new(a.0.mantissa().checked_mul(b.0.mantissa())?, a.0.scale() + b.0.scale());
        product(self, other).or_else(|| product(self.trimmed(), other.trimmed()))
    }

    pub(crate) fn negated(self) -> Self {
        // The sign is a bit of its own, so every number has its opposite.
        Self(if self.0.is_zero() { self.0 } else { -self.0 })
    }

    pub(crate) fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub(crate) fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Without zeros at the end of its fraction.
    pub(crate) fn trimmed(self) -> Self {
        Self(self.0.normalize())
    }

    /// Without what is behind the last place that counts.
    fn coarse(self) -> Option<Self> {
        let (mut units, mut places) = (self.0.mantissa(), self.0.scale());
        while places > PLACES {
            let up = if places == PLACES + 1 && (units % 10).unsigned_abs() >= 5 { units.signum() } else { 0 };
            (units, places) = (units / 10 + up, places - 1);
        }
        Self::new(units, places).map(Self::trimmed)
    }

    pub(crate) fn to_f64(self) -> f64 {
        self.0.to_f64().or_else(|| self.0.to_string().parse().ok()).unwrap_or_default()
    }

    pub(crate) fn serialize<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }

    /// A JSON number, digit by digit, or a string holding one.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_token(token.get()).ok_or_else(|| D::Error::custom(format!("expected an exact number, found {}", token.get())))
    }

    /// A JSON number, or a string holding one.
    pub(crate) fn from_token(token: &str) -> Option<Self> {
        let token = token.trim();
        let digits = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token).trim();
        Self::read(digits)
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<i64> for Exact {
    fn from(whole: i64) -> Self {
        Self(whole.into())
    }
}

/// An exponent. One too large for any number is as good as the largest.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    const FAR: i64 = 1 << 40;
    let size = digits.parse::<i64>().unwrap_or(FAR).min(FAR);
    Some(if text.starts_with('-') { -size } else { size })
}

/// The number of these digits, the first of which is not zero, of which so many are its fraction; fewer than none: zeros follow.
fn from_digits(mut digits: Vec<u8>, mut places: i64) -> Option<Exact> {
    let fits = |digits: &[u8], places: i64| {
        let units = || digits.iter().try_fold(0_i128, |units, digit| units.checked_mul(10)?.checked_add(i128::from(*digit)));
        (places <= i64::from(MOST_PLACES) && digits.len() <= 29 && units().is_some_and(|units| units <= MOST_UNITS)).then(units).flatten()
    };
    if places < 0 {
        let zeros = usize::try_from(places.unsigned_abs()).ok().filter(|zeros| digits.len().saturating_add(*zeros) <= 29)?;
        digits.resize(digits.len() + zeros, 0);
        places = 0;
    }
    while fits(&digits, places).is_none() && places > 0 && digits.last() == Some(&0) {
        digits.pop();
        places -= 1;
    }
    let mut up = false;
    if fits(&digits, places).is_none() {
        let over = usize::try_from(places - i64::from(PLACES)).ok().filter(|over| *over > 0)?;
        // What would read as zero is not zero.
        let kept = digits.len().checked_sub(over).filter(|kept| *kept > 0)?;
        up = digits.get(kept).is_some_and(|next| *next >= 5);
        digits.truncate(kept);
        places = i64::from(PLACES);
    }
    let units = fits(&digits, places)?.checked_add(i128::from(up))?;
    Exact::new(units, u32::try_from(places).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        Exact::read(text).map(|number| number.to_string())
    }

    #[test]
    fn digits_stay_as_published_where_they_fit() {
        for text in [
            "0",
            "12.50",
            "-3.25",
            "0.00",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "7.9228162514264337593543950335",
        ] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        for (text, expected) in [
            (".5", "0.5"),
            ("5.", "5"),
            ("+5", "5"),
            ("-0", "0"),
            ("-0.0", "0.0"),
            ("1E+2", "100"),
            ("1.28e4", "12800"),
            ("-5e1", "-50"),
            ("125e-1", "12.5"),
            ("0e999999999", "0"),
            ("0e-999999999999999999999", "0.0000000000000000000000000000"),
            ("100.000000000000000000000000000000", "100.000000000000000000000000"),
            ("0.1000000000000000055511151231257827021181583404541015625", "0.100000000000000006"),
            ("-0.3000000000000000166533453693773481063544750213623046875", "-0.300000000000000017"),
        ] {
            let known = Exact::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (known.trimmed().to_string(), known.is_negative()),
                (Exact::read(expected).unwrap().trimmed().to_string(), expected.starts_with('-')),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_whole_is_not_read() {
        for text in [
            "1e29",
            "1e308",
            "1e400",
            "5e-324",
            "1e-400",
            "1e-999999999",
            "1e99999999999999999999",
            "123456789012345678901234567890",
            "79228162514264337593543950336",
            "12345678901234567890.1234567890123456789",
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1_000",
            "0x10",
            "1/3",
            "NaN",
            "1 2",
            "--5",
            "+-5",
            "1.2.3",
            "१",
            "1e5e5",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"9".repeat(1 << 20)), None, "a megabyte of digits is looked at once");
    }

    #[test]
    fn a_sum_that_has_no_room_is_none_and_never_a_panic() {
        let most = Exact::read("79228162514264337593543950335").unwrap();
        assert_eq!(most.plus(Exact::read("1").unwrap()), None);
        assert_eq!(most.minus(Exact::read("-1").unwrap()), None);
        assert_eq!(most.plus(Exact::read("0.01").unwrap()), None, "a cent that vanishes is a lie");
        assert_eq!(most.minus(most), Exact::new(0, 0));
        let noise = Exact::read("0.1000000000000000055511151231").unwrap();
        let sum = Exact::read("1339.60").unwrap().plus(noise).unwrap();
        assert_eq!(sum.to_string(), "1339.7000000000000000055511151", "of noise, only what has room");
    }

    /// A number as units of 10^-28.
    fn rational(number: Exact) -> Option<i128> {
        10_i128.checked_pow(MOST_PLACES - number.0.scale())?.checked_mul(number.0.mantissa())
    }

    proptest! {
        #[test]
        fn sums_are_those_of_exact_rationals(a in any::<i32>(), b in any::<i32>(), x in 0_u32..12, y in 0_u32..12) {
            let (a, b) = (Exact::new(a.into(), x).unwrap(), Exact::new(b.into(), y).unwrap());
            prop_assert_eq!(rational(a.plus(b).unwrap()), Some(rational(a).unwrap() + rational(b).unwrap()));
            prop_assert_eq!(rational(a.minus(b).unwrap()), Some(rational(a).unwrap() - rational(b).unwrap()));
            prop_assert_eq!(a.plus(b).unwrap().minus(b), Some(a), "what was added can be taken back");
        }

        #[test]
        fn any_two_numbers_add_or_do_not(a in any::<i128>(), b in any::<i128>(), x in 0_u32..40, y in 0_u32..40) {
            if let (Some(a), Some(b)) = (Exact::new(a, x), Exact::new(b, y)) {
                let _sum = (a.plus(b), a.minus(b), a.cmp(&b), a.to_f64(), a.negated().to_string(), a.magnitude() >= b.negated());
                if let Some(sum) = a.plus(b) {
                    let off = (sum.to_f64() - (a.to_f64() + b.to_f64())).abs();
                    prop_assert!(off <= (a.to_f64().abs() + b.to_f64().abs()) * 1e-9, "{a} + {b} = {sum}");
                }
            }
        }

        #[test]
        fn any_text_is_read_or_not(text in ".{0,40}", digits in "[-+]?[0-9]{0,40}[.]?[0-9]{0,40}(e[-+]?[0-9]{1,12})?") {
            for text in [text, digits] {
                if let Some(read) = Exact::read(&text) {
                    prop_assert_eq!(Exact::read(&read.to_string()), Some(read));
                }
            }
        }
    }
}
