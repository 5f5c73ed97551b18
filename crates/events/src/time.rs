//! Instants on the wire come as milliseconds, as seconds, as RFC 3339 and as "zero time"; here is the one place that tells them apart.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(export, type = "number")]
pub struct Millis(pub i64);

/// Numbers below this are seconds: as seconds it is the year 5138, as milliseconds 3 March 1973.
const SECONDS_BELOW: f64 = 1e11;

impl Millis {
    /// Read any time form seen on the wire. `None` for absent, empty, zero time (`0`, `0001-01-01T00:00:00Z`) and nonsense.
    #[must_use]
    pub fn from_json(token: &str) -> Option<Self> {
        let token = token.trim();
        if let Some(text) = token.strip_prefix('"') {
            return Self::from_text(text.strip_suffix('"')?);
        }
        // The common case first: an integer of milliseconds.
        if let Ok(whole) = token.parse::<i64>() {
            return Self::from_number(whole as f64)
                .map(|known| if whole.unsigned_abs() as f64 >= SECONDS_BELOW { Self(whole) } else { known });
        }
        Self::from_number(token.parse().ok()?)
    }

    fn from_text(text: &str) -> Option<Self> {
        if is_unset_time(text) {
            return None;
        }
        if let Ok(number) = text.parse::<f64>() {
            return Self::from_number(number);
        }
        let at: jiff::Timestamp = text.parse().ok()?;
        Some(Self(at.as_millisecond()))
    }

    fn from_number(number: f64) -> Option<Self> {
        if !number.is_finite() || number <= 0.0 {
            return None;
        }
        let millis = if number < SECONDS_BELOW { number * 1000.0 } else { number };
        (millis < 9.2e18).then_some(Self(millis as i64))
    }

    /// Milliseconds from `earlier` to `self`; negative when `self` is the earlier one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This instant moved by `millis`.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

/// Go's and .NET's unset time, `0001-01-01T00:00:00Z`, in whatever zone it was printed (`0001-01-01T08:05:43+08:05` is Shanghai's).
pub(crate) fn is_unset_time(text: &str) -> bool {
    // The first byte rules out nearly every text that this is asked of.
    text.as_bytes().first() == Some(&b'0') && (text.starts_with("0001-01-01T") || text.starts_with("0000-12-31T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_one_instant_reads_the_same() {
        let forms =
            ["1795223788150", "\"2026-11-21T01:16:28.150Z\"", "\"2026-11-21T09:16:28.150+08:00\"", "1795223788.15", "\"1795223788150\""];
        for form in forms {
            assert_eq!(Millis::from_json(form), Some(Millis(1_795_223_788_150)), "{form}");
        }
    }

    #[test]
    fn zero_time_and_nonsense_mean_none() {
        for form in
            ["0", "null", "\"\"", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T08:05:43+08:05\"", "-5", "\"yesterday\"", "true", "{}", "1e400"]
        {
            assert_eq!(Millis::from_json(form), None, "{form}");
        }
    }

    #[test]
    fn seconds_are_told_from_milliseconds() {
        assert_eq!(Millis::from_json("1795223788"), Some(Millis(1_795_223_788_000)));
    }
}
