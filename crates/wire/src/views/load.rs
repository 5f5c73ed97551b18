//! How much is asked of people, and how long they take.

use super::alerts::AlertView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much is asked of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LoadView {
    /// The newest first, at most 31.
    pub days: Vec<LoadDay>,
    /// The noisiest first; of summaries `watchdeck:summary`.
    pub rules: Vec<LoadRule>,
    /// What part of all interruptions the ten noisiest rules made, 0 to 1.
    pub noisiest_share: f64,
    /// How long each person took until they had an alert.
    pub people: BTreeMap<String, Worked>,
    /// Alerts that have stood for more than a day, the oldest first, at most 50.
    pub standing: Vec<AlertView>,
    /// How many there are.
    pub standing_count: u32,
    /// How long it took in earlier months: the newest first, at most 24.
    pub months: Vec<LoadMonth>,
}

/// How long it took in one month until somebody had alerts, and until what they were about was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LoadMonth {
    /// `2026-11`, local.
    pub month: String,
    /// Until somebody had one, over all rules.
    pub answered: Took,
    /// Until it was over, over all rules; not of alerts about a single event.
    pub resolved: Took,
    /// Of each rule, those with the most first, at most 20; `*` stands for all that were too many to count by themselves.
    pub rules: Vec<LoadMonthRow>,
    /// Of each person likewise. What is over counts for who had it then.
    pub people: Vec<LoadMonthRow>,
}

/// One rule or one person in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LoadMonthRow {
    /// The rule's name, or the person's.
    pub name: String,
    /// Until somebody had an alert; of a person, until that one did.
    pub answered: Took,
    /// Until it was over.
    pub resolved: Took,
}

/// How long something took, out of counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Took {
    /// How often.
    pub count: u32,
    /// On average, ms.
    pub mean_ms: i64,
    /// The median, ms, to a twelfth.
    pub median_ms: i64,
}

/// What was asked of people on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LoadDay {
    /// `2026-11-27`, local.
    pub day: String,
    /// What comes within ten seconds is one.
    pub interruptions: u32,
    /// Most of them within ten minutes.
    pub worst_10_min: u32,
    /// Minutes in which there were more than ten within ten minutes.
    pub flood_minutes: u32,
    /// Alerts that came and went within a minute.
    pub chattering: u32,
    /// Interruptions by what was critical,
    pub critical: u32,
    /// by warnings,
    pub warning: u32,
    /// and by all others.
    pub other: u32,
}

/// What one rule asks of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LoadRule {
    /// Its name.
    pub rule: String,
    /// How often people were interrupted by it.
    pub interruptions: u32,
    /// How long it took until somebody had its alerts.
    pub answered: Worked,
}

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Worked {
    /// How often.
    pub count: u32,
    /// The median, ms.
    pub median_ms: i64,
}
