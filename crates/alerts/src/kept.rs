//! Alerts as they are stored: types of their own, so that what the window shows may change without losing one.
//!
//! Version 1 had no number and was the window's own view of its time; every field that has come since has a default here. What a newer version added is
//! left out of what is known, and what it is about stays.

use crate::alert::{Alert, Fired, Life as AlertLife, Values};
use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertState, AlertStep, AlertView, Announcement, Cause};

/// What is written now.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default = "first")]
    version: u32,
    view: Life,
    point: bool,
    #[serde(default)]
    latched: bool,
    /// Nothing ended an alert by the clock before that was kept.
    #[serde(default)]
    ends_after: i64,
    #[serde(default)]
    remind: i64,
    #[serde(default)]
    escalate: Vec<(i64, Severity)>,
    /// It fired when it did first, where no other time is kept.
    #[serde(default)]
    fired_at: Option<Millis>,
    #[serde(default)]
    fired_by: Option<u64>,
    /// It counts as told where it was stored before that was kept.
    #[serde(default = "told")]
    told: bool,
}

#[derive(Serialize, Deserialize)]
struct Life {
    id: String,
    #[serde(default)]
    source: Option<String>,
    rule: String,
    severity: Severity,
    state: State,
    #[serde(default)]
    subject: Option<String>,
    label: String,
    #[serde(default)]
    values: Values,
    #[serde(default = "once")]
    count: u32,
    first_at: Millis,
    last_at: Millis,
    #[serde(default)]
    acknowledged_by: Option<String>,
    #[serde(default)]
    snoozed_until: Option<Millis>,
    #[serde(default)]
    snoozed_while_same: bool,
    #[serde(default)]
    resolved_at: Option<Millis>,
    #[serde(default)]
    over_since: Option<Millis>,
    #[serde(default)]
    chattering: bool,
    #[serde(default)]
    silenced_by: Option<String>,
    #[serde(default)]
    unshared: Option<String>,
    #[serde(default)]
    seq: Option<u64>,
    #[serde(default)]
    timeline: Vec<Step>,
    #[serde(default)]
    announcements: Vec<Announcement>,
}

#[derive(Serialize, Deserialize)]
struct Step {
    at: Millis,
    state: State,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    cause: Option<Cause>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Firing,
    Acknowledged,
    Snoozed,
    Resolved,
}

fn first() -> u32 {
    1
}

fn told() -> bool {
    true
}

fn once() -> u32 {
    1
}

/// An alert as it was stored, by this version or an earlier one.
pub(crate) fn read(body: &str) -> serde_json::Result<Alert> {
    let Kept { view, point, latched, ends_after, remind, escalate, told, fired_at, fired_by, .. } = serde_json::from_str(body)?;
    let step = |Step { at, state, by, note, cause }: Step| AlertStep { at, state: state.into(), by, note, cause };
    let mut announcements = view.announcements;
    if !told && announcements.iter().all(|announcement| announcement.done.is_some()) {
        // As an earlier version said that nobody was told.
        announcements.push(Announcement { cause: Cause::Fired, due: view.last_at, done: None, means: Vec::new() });
    }
    let fired = match fired_at {
        Some(at) => Fired { at, seq: fired_by },
        None => Fired { at: view.first_at, seq: view.seq },
    };
    let view = AlertView {
        id: view.id,
        source: view.source,
        rule: view.rule,
        severity: view.severity,
        state: view.state.into(),
        subject: view.subject,
        label: view.label,
        values: view.values,
        count: view.count,
        first_at: view.first_at,
        last_at: view.last_at,
        acknowledged_by: view.acknowledged_by,
        snoozed_until: view.snoozed_until,
        snoozed_while_same: view.snoozed_while_same,
        resolved_at: view.resolved_at,
        over_since: view.over_since,
        chattering: view.chattering,
        silenced_by: view.silenced_by,
        unshared: view.unshared,
        seq: view.seq,
        timeline: view.timeline.into_iter().map(step).collect(),
        announcements,
    };
    Ok(Alert { view, life: AlertLife { point, latched, ends_after, remind, escalate }, fired })
}

/// As it is stored. Plain strings and numbers can always be written.
pub(crate) fn written(alert: &Alert) -> Option<String> {
    let view = alert.view.clone();
    let step = |AlertStep { at, state, by, note, cause }: AlertStep| Step { at, state: state.into(), by, note, cause };
    let view = Life {
        id: view.id,
        source: view.source,
        rule: view.rule,
        severity: view.severity,
        state: view.state.into(),
        subject: view.subject,
        label: view.label,
        values: view.values,
        count: view.count,
        first_at: view.first_at,
        last_at: view.last_at,
        acknowledged_by: view.acknowledged_by,
        snoozed_until: view.snoozed_until,
        snoozed_while_same: view.snoozed_while_same,
        resolved_at: view.resolved_at,
        over_since: view.over_since,
        chattering: view.chattering,
        silenced_by: view.silenced_by,
        unshared: view.unshared,
        seq: view.seq,
        timeline: view.timeline.into_iter().map(step).collect(),
        announcements: view.announcements,
    };
    let AlertLife { point, latched, ends_after, remind, escalate } = alert.life.clone();
    let (Fired { at, seq: fired_by }, told) = (alert.fired, alert.is_told());
    let kept = Kept { version: VERSION, view, point, latched, ends_after, remind, escalate, told, fired_at: Some(at), fired_by };
    serde_json::to_string(&kept).ok()
}

/// A fingerprint can live again, so an ended life is stored under its own name.
pub(crate) fn key(view: &AlertView) -> String {
    match view.state {
        AlertState::Resolved => format!("{}@{}", view.id, view.first_at.0),
        AlertState::Firing | AlertState::Acknowledged | AlertState::Snoozed => view.id.clone(),
    }
}

impl From<State> for AlertState {
    fn from(state: State) -> Self {
        match state {
            State::Firing => Self::Firing,
            State::Acknowledged => Self::Acknowledged,
            State::Snoozed => Self::Snoozed,
            State::Resolved => Self::Resolved,
        }
    }
}

impl From<AlertState> for State {
    fn from(state: AlertState) -> Self {
        match state {
            AlertState::Firing => Self::Firing,
            AlertState::Acknowledged => Self::Acknowledged,
            AlertState::Snoozed => Self::Snoozed,
            AlertState::Resolved => Self::Resolved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version wrote it.
    const FIRST: &str = r#"{"view":{"id":"low_stock:s/product:P-1","rule":"low_stock","severity":"warning","state":"acknowledged","subject":"product:P-1",
        "label":"P","values":{"on_hand":"3"},"count":2,"first_at":1,"last_at":5,"acknowledged_by":"ann","snoozed_until":null,"resolved_at":null,"seq":7,
        "timeline":[{"at":1,"state":"firing","by":null},{"at":4,"state":"acknowledged","by":"ann"}]},"point":false}"#;

    #[test]
    fn what_the_first_version_stored_is_found_and_written_as_this_one_does() {
        let alert = read(FIRST).unwrap();
        assert_eq!((alert.view.state, alert.view.count, alert.view.seq, alert.is_told()), (AlertState::Acknowledged, 2, Some(7), true));
        let again = written(&alert).unwrap();
        assert!(again.contains(r#""version":2"#), "{again}");
        assert_eq!(read(&again).unwrap(), alert);
    }

    #[test]
    fn what_a_newer_version_added_does_not_lose_an_alert() {
        let newer = FIRST.replacen('{', r#"{"version":9,"colour":"red","#, 1).replacen(r#""count":2"#, r#""count":2,"owner":{"id":1}"#, 1);
        assert_eq!(read(&newer).unwrap(), read(FIRST).unwrap());
    }
}
