//! A rule, as a document: when something has to be noticed, how bad that is, and what to do about it.

use serde::{Deserialize, Serialize};
use watchdeck_events::Severity;

/// A text in both languages. Where one is empty the other is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Worded {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Worded {
    /// Whether it says nothing in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.trim().is_empty() && self.en.trim().is_empty()
    }

    /// In Chinese, or in English.
    #[must_use]
    pub fn of(&self, chinese: bool) -> &str {
        let (own, other) = if chinese { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        if own.trim().is_empty() { other } else { own }
    }
}

/// One rule. Absent fields take their default; a rule needs a title and says when it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct RuleDocument {
    /// What it is called.
    pub title: Worded,
    /// The filter language of Events, with what is known of the thing (`stock.on_hand < stock.threshold`, `order.dwell > 2h`) and what is counted over a
    /// time (`rate(kind:finance:refund, 10m) > 3 * usual`).
    pub when: String,
    /// The same language: when an alert of it ends. Empty: as soon as `when` does not hold any more; a rule that asks of single events only then ends by
    /// its time.
    pub clear: String,
    /// How bad it is.
    pub severity: Severity,
    /// How bad it is where more holds; the last one that does counts.
    pub steps: Vec<RuleStep>,
    /// A field of the event: one alert, and one count, for each of its values. Empty: one for each thing, or for each subject.
    pub per: String,
    /// So many events within `within_seconds` before it fires; 0 and 1: the first one.
    pub at_least: u32,
    /// See `at_least`.
    pub within_seconds: u32,
    /// It has to hold for so long before it fires.
    pub hold_seconds: u32,
    /// When it watches; `None`: always.
    pub schedule: Option<Schedule>,
    /// What is said below the title; `{label}`, `{stock.on_hand}`, `{amount}` stand for what is known. Empty: what `when` compares.
    pub say: Worded,
    /// What happens when nobody does anything.
    pub consequence: Worded,
    /// What to do.
    pub response: Worded,
    /// Within how many minutes; 0: nothing is said of that.
    pub act_within_minutes: u32,
    /// While an alert of it lives, these other alerts are kept quiet: as a silence says it, with `{label}` and what else is known of the alert filled in.
    pub quiets: String,
    /// It stays until a person has seen it, also when it does not hold any more.
    pub latched: bool,
    /// Whoever was told of it and does nothing is told again after so long; 0: once is enough.
    pub remind_minutes: u32,
    /// What becomes of an alert that nobody has: step by step, each worse than the one before.
    pub escalate: Vec<Escalation>,
    /// An alert about a single event that nobody touches ends after so long.
    pub ends_after_minutes: u32,
}

/// How bad it is where more holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RuleStep {
    /// What holds, in the same language.
    pub when: String,
    /// Then.
    pub severity: Severity,
    /// People are told once more when it begins to hold, also where it is no worse.
    #[serde(default)]
    pub tells: bool,
    /// What is said below the title while it is the last that holds. Empty: what the rule says.
    #[serde(default)]
    pub say: Worded,
}

/// One step of what becomes of an alert that nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Escalation {
    /// So long after it fired.
    pub after_minutes: u32,
    /// How bad it is from then on.
    pub severity: Severity,
    /// Whoever has the turn in this row of people is told, and nobody else; empty: everybody.
    #[serde(default)]
    pub to: String,
}

/// Hours of some days of the week, by the clock on the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Schedule {
    /// 1 is Monday, 7 is Sunday; empty: every day.
    #[serde(default)]
    pub days: Vec<u8>,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`; at or before `from`: of the next day.
    pub until: String,
}

impl Default for RuleDocument {
    fn default() -> Self {
        Self {
            title: Worded::default(),
            when: String::new(),
            clear: String::new(),
            severity: Severity::Warning,
            steps: Vec::new(),
            per: String::new(),
            at_least: 0,
            within_seconds: 0,
            hold_seconds: 0,
            schedule: None,
            say: Worded::default(),
            consequence: Worded::default(),
            response: Worded::default(),
            act_within_minutes: 0,
            quiets: String::new(),
            latched: false,
            remind_minutes: 0,
            escalate: Vec::new(),
            ends_after_minutes: 24 * 60,
        }
    }
}
