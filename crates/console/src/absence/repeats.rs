//! What is repeated every so many days or weeks, for a year from now. Other ways to repeat are not computed, which is said.

use super::moment::Moment;
use jiff::{
    Span,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use std::collections::HashSet;
use watchdeck_events::Millis;

/// How far ahead what is repeated is told, days.
const AHEAD: i64 = 366;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// One event takes the place of one of a repeated one: of which, and of which time.
pub(super) type Replaced = HashSet<(String, Millis)>;

/// How an event is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// Not at all.
    Once,
    /// Every so many days.
    Every {
        /// From one to the next, days.
        days: i64,
        /// How often in all.
        count: Option<i64>,
        /// Until when: the last may begin then.
        until: Option<DateTime>,
        /// The end is said in UTC.
        until_utc: bool,
    },
    /// In a way that is not computed, as it is written.
    Unknown(String),
}

/// One time that an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) from: Millis,
    pub(super) until: Millis,
}

impl Rule {
    /// What an RRULE says of an event that begins at `start`, where it is simple.
    pub(super) fn read(written: &str, start: &Moment) -> Option<Self> {
        let (mut step, mut interval, mut count, mut until, mut until_utc, mut day) = (None, 1, None, None, false, None);
        for part in written.split(';').filter(|part| !part.is_empty()) {
            match part.split_once('=')? {
                ("FREQ", "DAILY") => step = Some(1),
                ("FREQ", "WEEKLY") => step = Some(7),
                ("INTERVAL", text) => interval = text.parse().ok().filter(|days| (1..=AHEAD).contains(days))?,
                ("COUNT", text) => count = Some(text.parse().ok().filter(|count| *count > 0)?),
                ("UNTIL", text) => {
                    until_utc = text.ends_with('Z');
                    let day = || text.parse::<Date>().map(|day| day.at(23, 59, 59, 0));
                    until = Some(if text.contains('T') { text.trim_end_matches('Z').parse().ok()? } else { day().ok()? });
                }
                ("BYDAY", text) => day = Some(text),
                ("WKST", _) => {}
                _ => return None,
            }
        }
        let step: i64 = step?;
        // Each week on the day on which it began is no more than each week.
        let name = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][start.at.date().weekday().to_monday_zero_offset() as usize];
        day.is_none_or(|day| step == 7 && day == name).then_some(Self::Every { days: step * interval, count, until, until_utc })
    }

    fn ends_before(&self, at: DateTime, moment: Millis) -> bool {
        match self {
            Self::Every { until: Some(until), until_utc: true, .. } => {
                until.to_zoned(TimeZone::UTC).is_ok_and(|until| until.timestamp().as_millisecond() < moment.0)
            }
            Self::Every { until: Some(until), .. } => *until < at,
            _ => false,
        }
    }
}

/// When an event takes place that is not over `now`: once, or for a year from now. What follows each other without a break is one.
pub(super) fn occurrences(rule: &Rule, start: &Moment, lasts: Span, left_out: impl Fn(Millis) -> bool, now: Millis) -> Vec<Occurrence> {
    let (days, count) = match rule {
        Rule::Every { days, count, .. } => (*days, count.unwrap_or(i64::MAX)),
        Rule::Once | Rule::Unknown(_) => (1, 1),
    };
    let Some(first) = start.moment(start.at) else { return Vec::new() };
    let end = |at: DateTime| start.moment(at.checked_add(lasts).ok()?);
    let length = end(start.at).map_or(0, |end| end.since(first).max(0));
    // What was over long ago is not gone through one by one; a day more for changes of the clocks.
    let passed = (now.since(first) - length - DAY_MS).max(0) / (days * DAY_MS);
    let mut found: Vec<Occurrence> = Vec::new();
    for n in passed..count {
        let at = Span::new().try_days(n * days).and_then(|days| start.at.checked_add(days));
        let Ok(at) = at else { break };
        let (Some(from), Some(until)) = (start.moment(at), end(at)) else { break };
        if rule.ends_before(at, from) || n > 0 && from.since(now) > AHEAD * DAY_MS {
            break;
        }
        if until <= now || until <= from || left_out(from) {
            continue;
        }
        match found.last_mut() {
            Some(last) if from <= last.until => last.until = last.until.max(until),
            _ => found.push(Occurrence { from, until }),
        }
    }
    found
}
