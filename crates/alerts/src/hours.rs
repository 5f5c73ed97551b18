//! Hours of the week: when a rule watches, and when people want to be left in peace.

use jiff::civil::{Date, Time, Weekday};
use watchdeck_events::Millis;
use watchdeck_wire::settings::Schedule;
use watchdeck_world::calendar::Day;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60;

/// Hours of some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Monday first.
    days: [bool; 7],
    from: i64,
    until: i64,
}

impl Hours {
    /// As a schedule says.
    ///
    /// # Errors
    /// What of it is no day or no time.
    pub fn of(schedule: &Schedule) -> Result<Self, String> {
        let mut days = [schedule.days.is_empty(); 7];
        for day in &schedule.days {
            let place = usize::from(*day).checked_sub(1).filter(|place| *place < 7);
            days[place.ok_or_else(|| format!("{day} is no day of the week; 1 is Monday, 7 is Sunday"))?] = true;
        }
        let minute = |text: &str| {
            let time = Time::strptime("%H:%M", text.trim()).map_err(|_| format!("{text} is no time of day; write 08:00"))?;
            Ok::<_, String>(i64::from(time.hour()) * 60 + i64::from(time.minute()))
        };
        Ok(Self { days, from: minute(&schedule.from)?, until: minute(&schedule.until)? })
    }

    /// Whether `at`, which is of this day, is among them. What goes over midnight is of the day that it began on.
    #[must_use]
    pub fn hold(&self, at: Millis, today: &Day) -> bool {
        let Ok(date) = today.name.parse::<Date>() else { return true };
        let minute = at.since(today.start).div_euclid(MINUTE).clamp(0, DAY - 1);
        let on = |day: Weekday| self.days[day.to_monday_zero_offset().unsigned_abs() as usize];
        let day = date.weekday();
        if self.from < self.until {
            return on(day) && (self.from..self.until).contains(&minute);
        }
        (on(day) && minute >= self.from) || (on(day.previous()) && minute < self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use watchdeck_world::calendar::Calendar;

    #[test]
    fn what_goes_over_midnight_is_of_the_day_that_it_began_on() {
        let schedule =
            |days: &[u8], from: &str, until: &str| Hours::of(&Schedule { days: days.to_vec(), from: from.into(), until: until.into() });
        let mut calendar = Calendar::new(TimeZone::UTC);
        let mut holds = |hours: &Hours, time: &str| {
            let at = Millis(time.parse::<jiff::Timestamp>().unwrap().as_millisecond());
            let day = calendar.day(at).clone();
            hours.hold(at, &day)
        };
        // 2026-11-27 is a Friday.
        let night = schedule(&[5], "22:00", "06:00").unwrap();
        for (time, watches) in [
            ("2026-11-27T21:59:00Z", false),
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T05:59:00Z", true),
            ("2026-11-28T06:00:00Z", false),
            ("2026-11-27T05:00:00Z", false),
        ] {
            assert_eq!(holds(&night, time), watches, "{time}");
        }
        let day = schedule(&[], "08:00", "18:00").unwrap();
        assert!(holds(&day, "2026-11-29T12:00:00Z") && !holds(&day, "2026-11-29T18:00:00Z"));
        assert!(schedule(&[8], "08:00", "18:00").is_err() && schedule(&[], "8 am", "18:00").is_err());
    }
}
