//! The Alerts page: alerts, their lives, their rules.

use crate::settings::{RuleDocument, Worded};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, Severity};

/// The Alerts page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertsView {
    /// Firing, acknowledged and snoozed: worst first, then newest; at most 1,000.
    pub active: Vec<AlertView>,
    /// How many there are.
    pub active_count: u32,
    /// Alerts that were not kept because too many of their rule lived already.
    pub let_go: u64,
    /// Resolved, newest first, at most 200.
    pub resolved: Vec<AlertView>,
    /// The rules.
    pub rules: Vec<RuleView>,
    /// Who has the turn now, in each row of people that has any.
    pub turns: Vec<TurnView>,
}

/// Who has the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct TurnView {
    /// The row of people, by its name in the settings.
    pub rotation: String,
    /// Who.
    pub person: String,
    /// Since when.
    pub since: Millis,
    /// Until when.
    pub until: Millis,
    /// Who is next.
    pub next: String,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertView {
    /// Fingerprint: rule, source and what it is about.
    pub id: String,
    /// Whose: the source, or the first of those that are one ERP; `None` for what is about Watchdeck itself.
    #[serde(default)]
    pub source: Option<String>,
    /// The name of its rule's document.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Where in its life.
    pub state: AlertState,
    /// `type:id` of what it is about, by the ERP's own id.
    pub subject: Option<String>,
    /// As people read it.
    pub label: String,
    /// Its words as they were when it fired, `title_zh`, `title_en`, `body_zh`, `body_en` (an alert of an earlier version may lack them), and what they are made of.
    pub values: BTreeMap<String, String>,
    /// How often it fired in this life.
    pub count: u32,
    /// First time.
    pub first_at: Millis,
    /// Newest time.
    pub last_at: Millis,
    /// Who acknowledged.
    pub acknowledged_by: Option<String>,
    /// Snoozed until.
    pub snoozed_until: Option<Millis>,
    /// It is put off for no longer than it says the same.
    #[serde(default)]
    pub snoozed_while_same: bool,
    /// When it ended.
    pub resolved_at: Option<Millis>,
    /// Its rule does not hold any more, since then, and it stays all the same: until somebody has seen it, or until it is calm.
    #[serde(default)]
    pub over_since: Option<Millis>,
    /// What keeps it quiet: the name of a silence, or `alert:` and the alert that does.
    #[serde(default)]
    pub silenced_by: Option<String>,
    /// Why its gateway does not tell the other consoles what was done with it here.
    #[serde(default)]
    pub unshared: Option<String>,
    /// It comes and goes within a minute: nobody is told again until it is calm.
    #[serde(default)]
    pub chattering: bool,
    /// Newest event behind it.
    pub seq: Option<u64>,
    /// Oldest first.
    pub timeline: Vec<AlertStep>,
    /// What people were told of it, and what they will be: oldest first, the last forty.
    #[serde(default)]
    pub announcements: Vec<Announcement>,
}

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AlertState {
    /// Nobody has looked.
    Firing,
    /// Somebody has it.
    Acknowledged,
    /// Quiet until a time.
    Snoozed,
    /// Over.
    Resolved,
}

/// One step in an alert's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertStep {
    /// When.
    pub at: Millis,
    /// Into which state.
    pub state: AlertState,
    /// By whom, for what people did.
    pub by: Option<String>,
    /// What that one said.
    #[serde(default)]
    pub note: Option<String>,
    /// Why it fires anew; `None`: its rule holds, or a person did it.
    #[serde(default)]
    pub cause: Option<Cause>,
}

/// Why people are told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cause {
    /// It fires.
    Fired,
    /// It is worse than what they were told.
    Worse,
    /// Nobody has it for so long, or it came to a step of its rule of which they are told.
    Reminded,
    /// Nobody has it for so long that it is worse by that.
    Escalated,
    /// It was put off until now, or came and went until now.
    Again,
}

impl Cause {
    /// As filters and stored events write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Worse => "worse",
            Self::Reminded => "reminded",
            Self::Escalated => "escalated",
            Self::Again => "again",
        }
    }
}

/// By which means people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Means {
    /// A notification of its own.
    Toast,
    /// With others in one notification: a burst, a backlog, what came in quiet hours.
    Digest,
    /// A tone.
    Sound,
}

/// That people are told of an alert: stored when that is due, and again when it was done. A crash between the two forgets nothing and repeats nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Announcement {
    /// Why.
    pub cause: Cause,
    /// Since when it is due.
    pub due: Millis,
    /// When it was done; `None`: it waits for the end of quiet hours, of a backlog, or of what keeps it quiet.
    pub done: Option<Millis>,
    /// How; nothing where its severity is not told so.
    #[serde(default)]
    pub means: Vec<Means>,
}

/// One rule as the page lists it.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RuleView {
    /// Same names as [`AlertView::rule`].
    pub id: String,
    /// How bad its alerts are.
    pub severity: Severity,
    /// On.
    pub enabled: bool,
    /// The setting that it compares with, where it does.
    pub limit: Option<RuleLimit>,
    /// What it says.
    pub document: RuleDocument,
    /// One of its name comes with Watchdeck,
    pub shipped: bool,
    /// and the user's is in its place.
    pub changed: bool,
    /// Why it is not carried out, where it is not.
    pub fault: Option<String>,
    /// Alerts of it that fire now.
    pub firing: u32,
}

/// A number of the settings that a rule compares with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RuleLimit {
    /// Its name in the settings.
    pub setting: String,
    /// What it is, as text.
    pub value: String,
}

/// The alerts that take the window until somebody has seen them: one banner, however many there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BannerView {
    /// The worst, and of those the newest first, at most five.
    pub newest: Vec<AlertView>,
    /// How many there are.
    pub count: u32,
    /// The worst of them.
    pub worst: Severity,
    /// All of them are critical system alerts.
    pub system: bool,
    /// The first of them.
    pub since: Millis,
    /// All of them, for `acknowledge`: at most 5,000.
    pub ids: Vec<String>,
}

/// What a rule would have done over some of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Backtest {
    /// From when on.
    pub from: Millis,
    /// Up to when.
    pub until: Millis,
    /// Events that were looked at.
    pub events: u64,
    /// How often it would have fired.
    pub fired: u32,
    /// About how many things: one that fires again within a day is one situation.
    pub situations: u32,
    /// How many of them between 22:00 and 06:00.
    pub at_night: u32,
    /// How often people would have been interrupted by it: what comes within ten seconds is one.
    pub interruptions: u32,
    /// The same of the rule that is in force under this name now; `None` where there is none.
    pub interruptions_now: Option<u32>,
    /// The newest, newest first, at most 200.
    pub alerts: Vec<BacktestAlert>,
    /// Events of that time were let go, so there may have been more.
    pub incomplete: bool,
    /// How long it took, ms.
    pub took_ms: u64,
}

/// One time that a rule would have fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BacktestAlert {
    /// When.
    pub at: Millis,
    /// When it would have ended; `None`: not within the time.
    pub until: Option<Millis>,
    /// How bad.
    pub severity: Severity,
    /// First line.
    pub title: Worded,
    /// The rest.
    pub body: Worded,
    /// Event behind it.
    pub seq: Option<u64>,
}

/// What is wrong with a rule's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RuleFaultView {
    /// The field: `when`, `clear`, `steps.0.when`, `title`, …
    pub field: String,
    /// Why, and what to write instead.
    pub message: String,
    /// From where to where the field is wrong, in UTF-16 units; `None`: all of it.
    pub at: Option<(u32, u32)>,
}

/// What a silence keeps quiet, would have, or has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SilencePreview {
    /// Alerts that live and are meant.
    pub now: u32,
    /// Of those that ended lately (the last 200).
    pub before: u32,
    /// Of both, the newest first, at most 50.
    pub alerts: Vec<AlertView>,
}
