//! Decisions as they are stored: types of their own, so that what the window shows may change without losing one that waits.
//!
//! Version 1 had no number; every field that has come since has a default here, and what a newer version added is left out.

use super::decision::Decision;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use watchdeck_events::Millis;
use watchdeck_wire::views::{DecisionState, DecisionView};

/// What is written now.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default = "first")]
    version: u32,
    idempotency_key: String,
    resource_type: String,
    resource_id: String,
    source: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    asked_by: String,
    by: String,
    next_try_at: Millis,
    /// Whether it may have reached the ERP. Before it was asked, whatever was tried may have.
    #[serde(default)]
    left: Option<bool>,
    #[serde(default)]
    taken: u32,
    #[serde(default)]
    on_toast: bool,
    view: Said,
}

/// What was decided, and how far it is.
#[derive(Serialize, Deserialize)]
struct Said {
    approve: bool,
    at: Millis,
    state: State,
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    held_until: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Queued,
    Sent,
    Confirmed,
    Overtaken,
    Failed,
}

fn first() -> u32 {
    1
}

/// A decision as it was stored, by this version or an earlier one.
pub(super) fn read(body: &str) -> serde_json::Result<Decision> {
    let kept: Kept = serde_json::from_str(body)?;
    let Said { approve, at, state, attempts, error, held_until, on_behalf_of } = kept.view;
    Ok(Decision {
        idempotency_key: kept.idempotency_key,
        resource_type: kept.resource_type,
        resource_id: kept.resource_id,
        source: kept.source,
        reason: kept.reason,
        fields: kept.fields,
        on_behalf_of: kept.on_behalf_of,
        asked_by: kept.asked_by,
        by: kept.by,
        next_try_at: kept.next_try_at,
        under_way: false,
        left: kept.left.unwrap_or(attempts > 0),
        taken: kept.taken,
        on_toast: kept.on_toast,
        view: DecisionView { approve, at, state: state.into(), attempts, error, held_until, on_behalf_of },
    })
}

/// As it is stored. Plain strings and numbers can always be written.
pub(super) fn written(decision: &Decision) -> Option<String> {
    let Decision {
        idempotency_key,
        resource_type,
        resource_id,
        source,
        reason,
        fields,
        on_behalf_of: giver,
        asked_by,
        by,
        next_try_at,
        under_way,
        left,
        taken,
        on_toast,
        view,
    } = decision.clone();
    let DecisionView { approve, at, state, attempts, error, held_until, on_behalf_of } = view;
    let view = Said { approve, at, state: state.into(), attempts, error, held_until, on_behalf_of };
    // Whatever ends this run in the middle of a try: it may have arrived.
    let left = Some(left || under_way);
    let kept = Kept {
        version: VERSION,
        idempotency_key,
        resource_type,
        resource_id,
        source,
        reason,
        fields,
        on_behalf_of: giver,
        asked_by,
        by,
        next_try_at,
        left,
        taken,
        on_toast,
        view,
    };
    serde_json::to_string(&kept).ok()
}

impl From<State> for DecisionState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Sent => Self::Sent,
            State::Confirmed => Self::Confirmed,
            State::Overtaken => Self::Overtaken,
            State::Failed => Self::Failed,
        }
    }
}

impl From<DecisionState> for State {
    fn from(state: DecisionState) -> Self {
        match state {
            DecisionState::Queued => Self::Queued,
            DecisionState::Sent => Self::Sent,
            DecisionState::Confirmed => Self::Confirmed,
            DecisionState::Overtaken => Self::Overtaken,
            DecisionState::Failed => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version wrote it.
    const FIRST: &str = r#"{"idempotency_key":"k","resource_type":"order","resource_id":"a1","source":"s","reason":"no","by":"ann","next_try_at":9,
        "view":{"approve":false,"at":5,"state":"queued","attempts":2,"error":null}}"#;

    #[test]
    fn what_an_earlier_and_a_newer_version_stored_still_waits() {
        let decision = read(FIRST).unwrap();
        assert_eq!((decision.view.state, decision.view.attempts, decision.taken), (DecisionState::Queued, 2, 0));
        assert!(decision.left && decision.view.held_until.is_none(), "what was tried before anybody asked may have arrived");
        assert_eq!(read(&written(&decision).unwrap()).unwrap(), decision);
        let deputy = DecisionView { on_behalf_of: Some("李雷".into()), ..decision.view.clone() };
        let deputy = Decision { on_behalf_of: Some("u2".into()), view: deputy, ..decision.clone() };
        assert_eq!(read(&written(&deputy).unwrap()).unwrap(), deputy, "in whose name it is outlasts a restart");
        let newer = FIRST.replacen('{', r#"{"version":9,"signed":true,"#, 1);
        assert_eq!(read(&newer).unwrap(), decision);
    }
}
