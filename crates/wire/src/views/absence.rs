//! Who decides for whom while somebody is away, and what a calendar file says of that.

use super::approvals::Deputy;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// What each gateway of this console holds of the user's delegations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DelegationsView {
    /// One for each source, as they are set up.
    pub sources: Vec<SourceDelegations>,
}

/// What one source holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceDelegations {
    /// Its id.
    pub source: String,
    /// As people read it.
    pub name: String,
    /// What it said.
    pub held: HeldView,
}

/// What a source said when it was asked for delegations. What is not known is never an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum HeldView {
    /// It told.
    Known {
        /// What the user has passed on, the first to begin first.
        given: Vec<DelegationView>,
        /// What was passed on to the user.
        received: Vec<DelegationView>,
    },
    /// It keeps none.
    Nothing {
        /// Why.
        why: String,
    },
    /// It did not answer, or would not.
    Unknown {
        /// Why.
        why: String,
    },
}

/// Somebody decides for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DelegationView {
    /// What `end_delegation` takes.
    pub id: String,
    /// In whose name.
    pub giver: Deputy,
    /// Who decides.
    pub to: Deputy,
    /// Since when.
    pub from: Millis,
    /// Until when.
    pub until: Millis,
    /// On what kinds of things; `*` stands for any text.
    pub types: Vec<String>,
}

/// What a calendar file says of absences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarView {
    /// What may be one, the first to begin first, at most 200.
    pub absences: Vec<AbsenceView>,
    /// How many there are.
    pub absences_count: u32,
    /// What would be one and is not offered, at most 50.
    pub left_out: Vec<LeftOutView>,
    /// How many events the file has.
    pub events: u32,
}

/// Somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AbsenceView {
    /// What the calendar calls it; empty where it says nothing.
    pub summary: String,
    /// Since when.
    pub from: Millis,
    /// Until when: of whole days, the midnight after the last.
    pub until: Millis,
    /// It is told in days.
    pub whole_day: bool,
    /// The calendar, or what it calls it, says that nobody is there.
    pub says_away: bool,
    /// The time zone that the file names and nobody knows: the times are taken for those of this machine. Empty where the file names none.
    pub taken_for_here: Option<String>,
}

/// An event that is not offered although it speaks of an absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LeftOutView {
    /// What the calendar calls it.
    pub summary: String,
    /// Why.
    pub why: LeftOutWhy,
    /// What stands in the file.
    pub written: String,
}

/// Why an event of a calendar is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LeftOutWhy {
    /// It is repeated in a way that is not computed here.
    Repeats,
    /// Its times cannot be read.
    Times,
}
