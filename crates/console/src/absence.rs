//! Absences in a calendar file (RFC 5545, as Outlook, Google and Apple write it): which of its events say that somebody is away, and when.
//!
//! Whole days are offered, what the calendar marks as out of office, and what is called like an absence; what was cancelled, is over, or is an hour that the
//! calendar shows as free is not. What would be one and cannot be read is told, never left out in silence. Pure: the clock and this machine's zone are
//! arguments.

mod event;
mod lines;
mod moment;
mod repeats;
mod zones;

use event::{Event, Problem};
use jiff::tz::TimeZone;
use lines::File;
use repeats::{Occurrence, Replaced};
use std::collections::BTreeSet;
use watchdeck_events::Millis;
use watchdeck_wire::views::{AbsenceView, CalendarView, LeftOutView};
use zones::Zones;

pub(crate) use lines::CalendarError;

/// Absences in an answer.
const MOST: usize = 200;
/// Events in an answer that are not offered.
const MOST_LEFT_OUT: usize = 50;
/// Longest text of an event, characters.
const TEXT: usize = 200;

/// The absences in the text of a calendar file that are not over. What is repeated is told for a year from now.
pub(crate) fn read(text: &str, now: Millis, here: &TimeZone) -> Result<CalendarView, CalendarError> {
    let file = File::read(text)?;
    let zones = Zones::of(&file, here);
    let events: Vec<_> = file.events.iter().map(|lines| Event::read(lines, &zones)).collect();
    let replaced: Replaced = events.iter().flatten().filter_map(Event::replaces).collect();
    let mut left_out = Vec::new();
    // The same absence in two calendars is one; the first to begin is first.
    let mut absences = BTreeSet::new();
    for event in events {
        let found = event.and_then(|event| {
            let occurrences = if event.may_be_an_absence() { event.occurrences(&replaced, now)? } else { Vec::new() };
            Ok((event, occurrences))
        });
        match found {
            Ok((event, occurrences)) => absences.extend(occurrences.into_iter().map(|one| Found::new(&event, one))),
            Err(Problem { summary, why, written, matters }) if matters => {
                left_out.push(LeftOutView { summary: cut(&summary), why, written: cut(&written) });
            }
            Err(_) => {}
        }
    }
    left_out.truncate(MOST_LEFT_OUT);
    Ok(CalendarView {
        absences_count: absences.len() as u32,
        absences: absences.into_iter().take(MOST).map(Found::shown).collect(),
        left_out,
        events: file.events.len() as u32,
    })
}

/// An absence, in the order of its parts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    from: Millis,
    until: Millis,
    summary: String,
    whole_day: bool,
    says_away: bool,
    taken_for_here: Option<String>,
}

impl Found {
    fn new(event: &Event, Occurrence { from, until }: Occurrence) -> Self {
        Self {
            from,
            until,
            summary: cut(&event.summary),
            whole_day: event.start.whole_day,
            says_away: event.says_away,
            taken_for_here: event.start.taken_for_here.as_deref().map(cut),
        }
    }

    fn shown(self) -> AbsenceView {
        let Self { from, until, summary, whole_day, says_away, taken_for_here } = self;
        AbsenceView { summary, from, until, whole_day, says_away, taken_for_here }
    }
}

/// In one line, and no longer than there is room for.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TEXT { line } else { line.chars().take(TEXT - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests;
