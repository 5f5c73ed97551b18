//! Exact money. A binary float never touches an amount, from the JSON token to the sum.

use crate::exact::Exact;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in the currency's main unit, exact to 28 digits. Serialised as a JSON string (`"482913.50"`), so that no reader rounds it.
///
/// There are no operators: a sum may have no room, and then says so. In which currency it is, is said beside it ([`crate::Currency`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, ts_rs::TS)]
#[ts(export, type = "string")]
pub struct Money(Exact);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Exact::ZERO);

    /// Read an amount from a JSON token: a number, or a string holding nothing but one. `None` for anything else, and for what has too many digits.
    /// What people write is read by [`crate::amount::money`].
    #[must_use]
    pub fn from_json(token: &str) -> Option<Self> {
        Exact::from_token(token).map(Self)
    }

    /// So many hundredths of the main unit.
    #[must_use]
    pub fn from_cents(cents: i64) -> Self {
        Self(Exact::new(cents.into(), 2).unwrap_or_default())
    }

    pub(crate) const fn from_exact(exact: Exact) -> Self {
        Self(exact)
    }

    /// The sum; `None` when it has no room, never something else.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.plus(other.0).map(Self)
    }

    /// The difference; `None` when it has no room.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.minus(other.0).map(Self)
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self(self.0.negated())
    }

    /// Without its sign.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self(self.0.magnitude())
    }

    /// It is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// It is less than nothing.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_negative()
    }

    /// Near enough for a chart, and for nothing else.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_f64()
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Exact::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_cents_three_times_are_thirty_cents() {
        let sum = ["0.1", "0.1", "0.1"].iter().filter_map(|token| Money::from_json(token)).try_fold(Money::ZERO, Money::plus);
        assert_eq!(sum, Money::from_json("0.3"), "binary floats would say 0.30000000000000004");
    }

    #[test]
    fn numbers_strings_and_exponents_are_amounts() {
        for token in ["12800", "12800.00", "\"12800.00\"", "1.28e4", " 12800 ", "\" 12800 \""] {
            assert_eq!(Money::from_json(token), Money::from_json("12800"), "{token}");
        }
        for token in ["null", "\"a lot\"", "{}", "", "true", "[]", "\"\"", "NaN", "1e400"] {
            assert_eq!(Money::from_json(token), None, "{token}");
        }
    }

    #[test]
    fn an_amount_survives_json_digit_by_digit() {
        let read: Money = serde_json::from_str("9007199254740993.01").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"9007199254740993.01\"", "2^53 + 1 does not fit a binary float");
        assert_eq!(Money::from_cents(-1205).to_string(), "-12.05");
    }
}
