//! Exact money. A binary float never touches an amount, from the JSON token to the sum.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// An amount in the currency's main unit, exact to 28 digits. Serialised as a JSON string (`"482913.50"`), so that no reader rounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, ts_rs::TS)]
#[ts(export, type = "string")]
pub struct Money(pub Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Read an amount from a JSON token: a number, or a string holding one. `None` for anything else.
    #[must_use]
    pub fn from_json(token: &str) -> Option<Self> {
        let token = token.trim();
        let digits = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token).trim();
        Decimal::from_str_exact(digits).or_else(|_| Decimal::from_scientific(digits)).ok().map(Self)
    }

    /// The sum, or the largest amount there is.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_json(token.get()).ok_or_else(|| D::Error::custom(format!("expected an amount, found {}", token.get())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_cents_three_times_are_thirty_cents() {
        let sum: Money = ["0.1", "0.1", "0.1"].iter().filter_map(|token| Money::from_json(token)).sum();
        assert_eq!(sum, Money::from_json("0.3").unwrap(), "binary floats would say 0.30000000000000004");
    }

    #[test]
    fn numbers_strings_and_exponents_are_amounts() {
        for token in ["12800", "12800.00", "\"12800.00\"", "1.28e4", " 12800 "] {
            assert_eq!(Money::from_json(token).map(|m| m.0.normalize().to_string()).as_deref(), Some("12800"), "{token}");
        }
        for token in ["null", "\"a lot\"", "{}", "", "true"] {
            assert_eq!(Money::from_json(token), None, "{token}");
        }
    }

    #[test]
    fn an_amount_survives_json_digit_by_digit() {
        let read: Money = serde_json::from_str("9007199254740993.01").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"9007199254740993.01\"", "2^53 + 1 does not fit a binary float");
    }
}
