//! What the publishers behind one source take for granted, and leave unsaid: in which time zone their clocks are, in which currency they count.

use crate::currency::Currency;
use jiff::tz::TimeZone;
use std::sync::OnceLock;

/// How to read what a source leaves unsaid. The default is this machine's time zone and no currency: none is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Times that name no zone are in this one.
    pub time_zone: TimeZone,
    /// Amounts that name no currency are in this one.
    pub currency: Option<Currency>,
}

impl Default for Conventions {
    fn default() -> Self {
        Self { time_zone: TimeZone::system(), currency: None }
    }
}

impl Conventions {
    /// The default, for whoever knows no source: made once, and kept.
    #[must_use]
    pub fn plain() -> &'static Self {
        static PLAIN: OnceLock<Conventions> = OnceLock::new();
        PLAIN.get_or_init(Self::default)
    }

    /// As a person sets them: the name of a time zone (`Asia/Shanghai`, `+08:00`; empty or unknown: this machine's) and a currency (`CNY`; empty: none).
    #[must_use]
    pub fn of(time_zone: &str, currency: &str) -> Self {
        Self { time_zone: zone(time_zone).unwrap_or_else(TimeZone::system), currency: Currency::read(currency, None) }
    }

    /// Whether `name` is a time zone that is known here.
    #[must_use]
    pub fn knows_zone(name: &str) -> bool {
        zone(name).is_some()
    }
}

pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    // `+08:00`: the zone of an instant that is written with it.
    let fixed = || {
        let text = format!("1970-01-02T00:00:00{name}[{name}]");
        name.starts_with(['+', '-']).then(|| text.parse::<jiff::Zoned>().ok()).flatten().map(|at| at.time_zone().clone())
    };
    TimeZone::get(name).ok().or_else(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_or_numbered_and_nothing_else() {
        for name in ["Asia/Shanghai", "UTC", "+08:00", "-03:30"] {
            assert!(Conventions::knows_zone(name), "{name}");
        }
        for name in ["", "  ", "Mars/Olympus", "+26:00", "8"] {
            assert!(!Conventions::knows_zone(name), "{name}");
        }
        assert_eq!(Conventions::of("nowhere", " "), Conventions::default(), "a wrong setting is this machine's zone, and no currency");
        assert_eq!(Conventions::of("", "rmb").currency.as_ref().map(Currency::as_str), Some("CNY"));
    }
}
