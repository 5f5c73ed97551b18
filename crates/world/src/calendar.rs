//! Days and hours in the user's time zone. "Today" is what the clock on the wall says, not UTC.

use jiff::{Timestamp, tz::TimeZone};
use watchdeck_events::Millis;

/// One local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// `2026-11-21`.
    pub name: String,
    /// Its first instant.
    pub start: Millis,
    /// The next day's first instant.
    pub end: Millis,
}

impl Day {
    /// Whether an instant is of it.
    #[must_use]
    pub fn holds(&self, at: Millis) -> bool {
        self.start <= at && at < self.end
    }
}

/// Answers for the day asked last are remembered: events come in order.
#[derive(Debug)]
pub struct Calendar {
    zone: TimeZone,
    last: Option<Day>,
}

impl Calendar {
    /// In the system's time zone.
    #[must_use]
    pub fn system() -> Self {
        Self::new(TimeZone::system())
    }

    /// In a given time zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, last: None }
    }

    /// Its time zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The local day that holds `at`.
    pub fn day(&mut self, at: Millis) -> &Day {
        let known = self.last.as_ref().is_some_and(|day| day.holds(at));
        if !known {
            self.last = Some(self.compute(at));
        }
        self.last.as_ref().expect("set above")
    }

    /// The hour on the wall, 0 to 23.
    #[must_use]
    pub fn hour(&self, at: Millis) -> u32 {
        self.zoned(at).hour().unsigned_abs().into()
    }

    /// Whole hours that the clock on the wall has counted since 1970 began there.
    #[must_use]
    pub fn hours(&self, at: Millis) -> i64 {
        at.0.saturating_add(self.ahead(at)).div_euclid(3_600_000)
    }

    /// How far the clock on the wall is ahead of UTC, ms.
    #[must_use]
    pub fn ahead(&self, at: Millis) -> i64 {
        i64::from(self.zoned(at).offset().seconds()) * 1_000
    }

    fn zoned(&self, at: Millis) -> jiff::Zoned {
        // An instant outside of what a calendar can hold is nonsense from the wire; it counts as the epoch.
        Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn compute(&self, at: Millis) -> Day {
        let zoned = self.zoned(at);
        let start = zoned.start_of_day().map_or(at, |start| Millis(start.timestamp().as_millisecond()));
        let end =
            zoned.tomorrow().and_then(|next| next.start_of_day()).map_or(at.plus(1), |next| Millis(next.timestamp().as_millisecond()));
        Day { name: zoned.date().to_string(), start, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let mut calendar = Calendar::new(TimeZone::fixed(jiff::tz::offset(8)));
        let evening_utc = Millis(1_795_276_800_000 - 3_600_000); // 2026-11-21T15:00Z = 23:00 in +08:00
        assert_eq!(calendar.day(evening_utc).name, "2026-11-21");
        assert_eq!(calendar.day(evening_utc.plus(3_600_000)).name, "2026-11-22");
        assert_eq!(calendar.hour(evening_utc), 23);
        assert_eq!(calendar.hours(evening_utc).rem_euclid(24), 23);
        assert_eq!(calendar.ahead(evening_utc), 8 * 3_600_000);
    }
}
