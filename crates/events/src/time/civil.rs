//! Dates as programs and people print them.

use super::millis::Millis;
use crate::conventions;
use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime, Time},
    fmt::{rfc2822, strtime},
    tz::{Offset, TimeZone},
};

/// A text longer than this is no date.
const LONGEST: usize = 64;
/// Forms of old programs, all of them in UTC where they name no zone: RFC 850 and `ctime`.
const OLD_FORMS: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// A date with or without a time of day, with or without a zone. `at_its_end`: a date alone means its last moment, and else its first.
pub(super) fn read(text: &str, zone: &TimeZone, at_its_end: bool) -> Option<Millis> {
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Millis(at.as_millisecond()));
    }
    if let Some(millis) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // .NET of old; a zone behind the number is for show.
        let end = millis.get(1..).and_then(|rest| rest.find(['+', '-'])).map_or(millis.len(), |at| at + 1);
        return millis.get(..end)?.parse().ok().map(Millis);
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Some(Millis(at.timestamp().as_millisecond()));
    }
    if let Ok(at) = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_zoned(text) {
        return Some(Millis(at.timestamp().as_millisecond()));
    }
    ours(text, zone, at_its_end).or_else(|| {
        let [rfc_850, ctime] = OLD_FORMS.map(|form| strtime::parse(form, text).ok().and_then(|parsed| parsed.to_datetime().ok()));
        rfc_850.and_then(|at| instant(at, &TimeZone::UTC)).or_else(|| instant(ctime?, zone))
    })
}

/// `20261125`, `202611251240`, `20261125124014`, `20261125124014500`: the digits of a date without anything between them.
pub(super) fn compact(digits: &str, fraction: &str, zone: &TimeZone) -> Option<Millis> {
    if !matches!(digits.len(), 8 | 12 | 14 | 17) || !digits.starts_with(['1', '2']) || (!fraction.is_empty() && digits.len() != 14) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |digits| digits.parse().ok());
    let two = |at: usize| number(at, at + 2).and_then(|number: i16| i8::try_from(number).ok());
    let millis: i32 = if digits.len() == 17 { number(14, 17)?.into() } else { thousandths(fraction) };
    let date = Date::new(number(0, 4)?, two(4)?, two(6)?).ok()?;
    let time = Time::new(two(8)?, two(10)?, two(12)?, millis * 1_000_000).ok()?;
    // As any number it would be one of 1970, or of the far future.
    (1970..2200).contains(&date.year()).then(|| instant(date.to_datetime(time), zone)).flatten()
}

fn thousandths(fraction: &str) -> i32 {
    let three: String = fraction.chars().chain("000".chars()).take(3).collect();
    three.parse().unwrap_or_default()
}

fn instant(at: DateTime, zone: &TimeZone) -> Option<Millis> {
    at.to_zoned(zone.clone()).ok().map(|at| Millis(at.timestamp().as_millisecond()))
}

/// `2026-11-25 20:00:00.123456 UTC`, `2026/1/5 8:05 PM`, `2026.11.25`, `2026年11月25日 20:00`.
fn ours(text: &str, zone: &TimeZone, at_its_end: bool) -> Option<Millis> {
    let mut rest = Rest(text);
    let year = rest.number(4, 4)?;
    let separator = rest.any(&["-", "/", ".", "年"])?;
    let month = rest.number(1, 2)?;
    rest.any(&[if separator == "年" { "月" } else { separator }])?;
    let day = rest.number(1, 2)?;
    let _day = rest.any(&["日"]);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    rest.0 = rest.0.trim_start();
    let _between = rest.any(&["T", "t"]);
    if rest.0.is_empty() {
        let date = if at_its_end { date.tomorrow().ok()? } else { date };
        return instant(date.at(0, 0, 0, 0), zone).map(|at| at.plus(-i64::from(at_its_end)));
    }
    let time = rest.time_of_day()?;
    let at = date.to_datetime(time);
    match rest.0.trim() {
        "" => instant(at, zone),
        "Z" | "z" | "UTC" | "GMT" | "utc" | "gmt" | "Etc/UTC" => instant(at, &TimeZone::UTC),
        // Letters alone (`CST`) name three zones of the world.
        name if name.contains('/') => instant(at, &conventions::zone(name)?),
        offset => instant(at, &TimeZone::fixed(numeric(offset)?)),
    }
}

/// `+08:00`, `+0800`, `+08`, `UTC+8`, `GMT+08:00`.
fn numeric(text: &str) -> Option<Offset> {
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let mut rest = Rest(text.trim_start_matches(['+', '-', '\u{2212}']));
    let hours = rest.number(1, 2)?;
    let _colon = rest.any(&[":"]);
    let minutes = if rest.0.is_empty() { 0 } else { rest.number(2, 2)? };
    if !rest.0.is_empty() || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn number(&mut self, least: usize, most: usize) -> Option<i16> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(length).filter(|_| length >= least)?;
        self.0 = rest;
        digits.parse().ok()
    }

    fn any(&mut self, of: &[&'a str]) -> Option<&'a str> {
        let found = of.iter().find(|text| self.0.starts_with(**text))?;
        self.0 = &self.0[found.len()..];
        Some(found)
    }

    /// `20:00`, `8:05:30.5 PM`.
    fn time_of_day(&mut self) -> Option<Time> {
        let before = ["上午", "下午"].into_iter().find(|half| self.0.starts_with(half));
        self.0 = before.map_or(self.0, |half| self.0[half.len()..].trim_start());
        let hour = self.number(1, 2)?;
        self.any(&[":", "时"])?;
        let minute = self.number(1, 2)?;
        let second =
            if self.any(&[":", "分"]).is_some() && self.0.starts_with(|c: char| c.is_ascii_digit()) { self.number(1, 2)? } else { 0 };
        let _second = self.any(&["秒"]);
        let mut nanos = 0;
        if self.any(&[".", ","]).is_some() {
            let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
            nanos = thousandths(self.0.get(..length).filter(|digits| !digits.is_empty())?) * 1_000_000;
            self.0 = &self.0[length..];
        }
        let behind = self.0.trim_start();
        let after = ["AM", "PM", "am", "pm"].into_iter().find(|half| behind.starts_with(half));
        self.0 = after.map_or(self.0, |half| &behind[half.len()..]);
        let hour = match before.or(after) {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some("下午" | "PM" | "pm") => hour % 12 + 12,
            Some(_) => hour % 12,
            None => hour,
        };
        // A leap second is the last one of its minute.
        Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second.min(59 + i16::from(second == 60))).ok()?.min(59),
            nanos,
        )
        .ok()
        .filter(|_| second <= 60)
    }
}
