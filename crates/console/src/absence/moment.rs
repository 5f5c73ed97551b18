//! When something is, as a calendar writes it: a day, or a time of the clock somewhere.

use super::{
    lines::Line,
    zones::{Zone, Zones},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use watchdeck_events::Millis;

/// When something is, as it is written.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) at: DateTime,
    pub(super) whole_day: bool,
    pub(super) zone: TimeZone,
    /// The zone that nobody knows; empty where none is named.
    pub(super) taken_for_here: Option<String>,
}

impl Moment {
    pub(super) fn read(line: &Line, zones: &Zones) -> Option<Self> {
        Self::written(line.value(), line.param("TZID"), zones)
    }

    /// `20261224`, `20261224T090000` or `20261224T090000Z`.
    pub(super) fn written(text: &str, zone: Option<&str>, zones: &Zones) -> Option<Self> {
        if !text.contains('T') {
            let day: Date = text.parse().ok()?;
            return Some(Self { at: day.into(), whole_day: true, zone: zones.here.clone(), taken_for_here: None });
        }
        let (text, (zone, taken_for_here)): (_, Zone) = match text.strip_suffix('Z') {
            Some(text) => (text, (TimeZone::UTC, None)),
            None => (text, zones.find(zone)),
        };
        Some(Self { at: text.parse().ok()?, whole_day: false, zone, taken_for_here })
    }

    /// The moment itself; at a time that a change of the clocks leaves out, the one that it becomes.
    pub(super) fn moment(&self, at: DateTime) -> Option<Millis> {
        let moment: Timestamp = self.zone.to_ambiguous_timestamp(at).compatible().ok()?;
        Some(Millis(moment.as_millisecond()))
    }
}
