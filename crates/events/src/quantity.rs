//! Exact quantities: pieces, kilograms, square metres.

use crate::exact::Exact;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A quantity in whatever unit its publisher counts, exact to 28 digits. Serialised as a JSON string (`"12.50"`), so that no reader rounds it.
///
/// There are no operators: a sum may have no room, and then says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, ts_rs::TS)]
#[ts(export, type = "string")]
pub struct Quantity(Exact);

impl Quantity {
    /// None of it.
    pub const ZERO: Self = Self(Exact::ZERO);

    /// Read a quantity from a JSON token: a number, or a string holding nothing but one. `None` for anything else, and for what has too many digits.
    /// What people write is read by [`crate::amount::quantity`].
    #[must_use]
    pub fn from_json(token: &str) -> Option<Self> {
        Exact::from_token(token).map(Self)
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

    /// As many times as much; `None` when the digits have no room.
    #[must_use]
    pub fn times(self, factor: Self) -> Option<Self> {
        self.0.times(factor.0).map(Self)
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

    /// What tells it from every other quantity: `12` and `12.0` are one.
    pub(crate) fn parts(self) -> (i128, u32) {
        self.0.parts()
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

    /// Without zeros at the end of its fraction: `12.0` and `12` are one quantity, and so is their text then.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self(self.0.trimmed())
    }

    /// Near enough for a chart or a comparison with a threshold, and for nothing else.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_f64()
    }
}

impl From<i64> for Quantity {
    fn from(whole: i64) -> Self {
        Self(whole.into())
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Exact::deserialize(deserializer).map(Self)
    }
}
