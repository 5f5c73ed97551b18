//! Which time a time zone's name means: by the world's list, by what the file itself explains, else this machine's, which is said.

use super::lines::{File, Lines, ZoneLines, line, value};
use jiff::{civil::DateTime, tz::TimeZone};
use std::collections::HashMap;

/// A time zone, and the name that nobody knows where it is only taken for it.
pub(super) type Zone = (TimeZone, Option<String>);

/// The zones that a file may name.
#[derive(Debug)]
pub(super) struct Zones {
    explained: HashMap<String, TimeZone>,
    /// Of what names none.
    floating: Zone,
    pub(super) here: TimeZone,
}

impl Zones {
    pub(super) fn of(file: &File, here: &TimeZone) -> Self {
        let explained = file.zones.iter().filter_map(|lines| Some((lines.id.clone(), explained(lines)?))).collect();
        let zones = Self { explained, floating: (here.clone(), Some(String::new())), here: here.clone() };
        match &file.zone {
            Some(name) => Self { floating: zones.named(name), ..zones },
            None => zones,
        }
    }

    /// The zone of this name; without one that of the calendar.
    pub(super) fn find(&self, name: Option<&str>) -> Zone {
        name.map_or_else(|| self.floating.clone(), |name| self.named(name))
    }

    fn named(&self, name: &str) -> Zone {
        // Some programs put whose name it is before it: `/softwarestudio.org/Tzfile/Europe/Berlin`.
        let parts: Vec<_> = name.trim_matches('/').split('/').collect();
        let mut tails = (0..parts.len()).map(|from| parts[from..].join("/"));
        let known = tails.find_map(|tail| TimeZone::get(&tail).ok());
        match known.or_else(|| self.explained.get(name).cloned()) {
            Some(zone) => (zone, None),
            None => (self.here.clone(), Some(name.to_owned())),
        }
    }
}

/// A zone as a file explains it, where that is simple: one time all year round, or two that change on the same weekdays of every year.
fn explained(zone: &ZoneLines) -> Option<TimeZone> {
    let standard = newest(&zone.standard)?;
    let Some(daylight) = newest(&zone.daylight).filter(|lines| !value(lines, "RRULE").is_empty()) else {
        return TimeZone::posix(&format!("<STD>{}", offset(standard)?)).ok();
    };
    let (to_daylight, to_standard) = (change(daylight)?, change(standard)?);
    TimeZone::posix(&format!("<STD>{}<DST>{},{to_daylight},{to_standard}", offset(standard)?, offset(daylight)?)).ok()
}

/// What is in force: the last one that began.
fn newest(all: &[Lines]) -> Option<&Lines> {
    all.iter().max_by_key(|lines| value(lines, "DTSTART"))
}

/// How far it is from UTC, as POSIX counts: to the west.
fn offset(lines: &Lines) -> Option<String> {
    let written = value(lines, "TZOFFSETTO");
    let (sign, digits) = match written.split_at_checked(1)? {
        ("+", digits) => ("-", digits),
        ("-", digits) => ("", digits),
        _ => return None,
    };
    let pair = |at: usize| digits.get(at..at + 2).filter(|pair| pair.bytes().all(|one| one.is_ascii_digit()));
    Some(format!("{sign}{}:{}", pair(0)?, pair(2)?))
}

/// When it begins each year, as POSIX says it: `M3.2.0/02:00:00`.
fn change(lines: &Lines) -> Option<String> {
    let at: DateTime = line(lines, "DTSTART")?.value().parse().ok()?;
    let (mut month, mut day) = (None, None);
    for part in value(lines, "RRULE").split(';') {
        match part.split_once('=')? {
            ("FREQ", "YEARLY") | ("INTERVAL", "1") | ("WKST", _) => {}
            ("BYMONTH", text) => month = text.parse::<u8>().ok(),
            ("BYDAY", text) => day = weekday(text),
            _ => return None,
        }
    }
    let (week, weekday) = day?;
    Some(format!("M{}.{week}.{weekday}/{}", month?, at.time().strftime("%H:%M:%S")))
}

/// `2SU` or `-1SU`: which week of the month, the last one being the fifth, and which day.
fn weekday(text: &str) -> Option<(u8, usize)> {
    let (week, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"].iter().position(|known| *known == day)?;
    let week = match week {
        "-1" => 5,
        week => week.trim_start_matches('+').parse().ok().filter(|week| (1..=4).contains(week))?,
    };
    Some((week, day))
}
