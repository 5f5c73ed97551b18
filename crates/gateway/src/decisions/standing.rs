//! How it stands with a decision.
//!
//! ```text
//! received ─► handed_on ─► confirmed
//!    │  ▲         │  ▲
//!    │  └────┐    ▼  │
//!    │      unanswered            refused, overtaken, withdrawn: from any of them
//!    └───────────┘
//! ```
//! What is settled stays so, whatever comes later.

use super::decision::{Decided, DecisionRequest};
use crate::named::Named;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// Where a decision is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It is kept, and on its way.
    Received,
    /// It arrived where the ERP hears it; the ERP's event is awaited.
    HandedOn,
    /// Nobody knows whether it arrived, or its event is late: it is sent again.
    Unanswered,
    /// The ERP says the same.
    Confirmed,
    /// The ERP said no, in these words.
    Refused(String),
    /// Another one was first.
    Overtaken(Decided),
    /// It was taken back before it left.
    Withdrawn,
}

impl State {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::HandedOn => "handed_on",
            Self::Unanswered => "unanswered",
            Self::Confirmed => "confirmed",
            Self::Refused(_) => "refused",
            Self::Overtaken(_) => "overtaken",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Nothing more comes of it.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Refused(_) | Self::Overtaken(_) | Self::Withdrawn)
    }

    /// It is the one that counts on its request, so far.
    pub(super) const fn stands(&self) -> bool {
        matches!(self, Self::Received | Self::HandedOn | Self::Unanswered | Self::Confirmed)
    }
}

/// A decision and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(super) decision: DecisionRequest,
    /// Who showed it here, by the gateway's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) principal: Option<String>,
    /// When it was received.
    pub(super) at: Millis,
    /// Since when it stands so.
    #[serde(default)]
    pub(super) changed_at: Millis,
    // Before there were states it was called an outcome.
    #[serde(rename = "outcome", with = "earlier")]
    pub(super) state: State,
    /// Tries so far.
    #[serde(default)]
    pub(super) attempts: u32,
    /// When it is tried next, or its event is late; `None`: not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Millis>,
    /// A try may have arrived.
    #[serde(default)]
    pub(super) left: bool,
    /// The gateway on the same log that is trying it, and until when the others leave it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) claim: Option<(String, Millis)>,
    /// What was said to the last try that did not settle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trouble: Option<String>,
}

impl Standing {
    /// Whose decision it is, as others are told.
    pub(super) fn decided(&self) -> Decided {
        Decided { decided_by: self.decision.by().to_owned(), approve: self.decision.approve, decided_at: self.at.0, withdrawn: false }
    }

    /// As whoever asks is told, and as consoles are.
    pub(crate) fn told(&self, repeated: bool) -> serde_json::Value {
        let (decided, words) = match &self.state {
            State::Overtaken(first) => {
                (first.clone(), Some(format!("{first} before you; a new request for the same thing needs its own `round`")))
            }
            State::Refused(words) => (self.decided(), Some(words.clone())),
            _ => (self.decided(), self.trouble.clone()),
        };
        serde_json::json!({
            "idempotencyKey": self.decision.idempotency_key,
            "resourceType": self.decision.resource_type,
            "resourceId": self.decision.resource_id,
            "state": self.state.name(),
            "accepted": self.state.stands(),
            "repeated": repeated,
            "approve": decided.approve,
            "decidedBy": decided.decided_by,
            "decidedAt": decided.decided_at,
            "onBehalfOf": self.on_behalf(),
            "changedAt": self.changed_at.0,
            "attempts": self.attempts,
            "message": words,
        })
    }

    /// What was decided, for whom and how it stands, for the audit.
    pub(crate) fn in_words(&self) -> String {
        let whose = self.decision.on_behalf().map(|name| format!(" for {name} ({})", self.decision.approver_id)).unwrap_or_default();
        format!("{}{whose}, {}", if self.decision.approve { "approve" } else { "reject" }, self.state.name())
    }

    /// In whose name it is told to be: of one that was overtaken, the first one's is not known here.
    fn on_behalf(&self) -> Option<&str> {
        if matches!(self.state, State::Overtaken(_)) { None } else { self.decision.on_behalf() }
    }

    /// In whose name this principal made it, where that was somebody who was away.
    pub(crate) fn made_for(&self, principal: &str) -> Option<Named> {
        let id = self.decision.on_behalf_of.clone().filter(|_| self.is_of(principal))?;
        Some(Named { id, name: self.decision.approver_name.clone() })
    }

    /// What it is about.
    pub(crate) fn resource(&self) -> (&str, &str) {
        (&self.decision.resource_type, &self.decision.resource_id)
    }

    /// Whether this principal made it.
    pub(crate) fn is_of(&self, principal: &str) -> bool {
        self.principal.as_deref() == Some(principal)
    }

    /// The state, for whoever answers over HTTP.
    pub(crate) const fn state(&self) -> &State {
        &self.state
    }
}

/// Answers that were kept before there were states: `taken` meant that it was handed on.
mod earlier {
    use super::State;
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(state: &State, to: S) -> Result<S::Ok, S::Error> {
        state.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<State, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Earlier(Taken),
            State(State),
        }
        #[derive(Deserialize)]
        enum Taken {
            #[serde(rename = "taken")]
            Taken,
        }
        Ok(match Either::deserialize(from)? {
            Either::Earlier(Taken::Taken) => State::HandedOn,
            Either::State(state) => state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_earlier_versions_are_read() {
        let decision =
            r#"{"idempotencyKey":"k","resourceType":"order","resourceId":"1","approve":true,"approverId":"u","approverName":"张敏"}"#;
        for (outcome, state) in [
            (r#""taken""#, State::HandedOn),
            (r#"{"refused":"no"}"#, State::Refused("no".into())),
            (
                r#"{"overtaken":{"decidedBy":"李雷","approve":false,"decidedAt":5}}"#,
                State::Overtaken(Decided { decided_by: "李雷".into(), approve: false, decided_at: 5, withdrawn: false }),
            ),
        ] {
            let json = format!(r#"{{"decision":{decision},"at":7,"outcome":{outcome}}}"#);
            let read: Standing = serde_json::from_str(&json).unwrap();
            assert_eq!((&read.state, read.at, read.due), (&state, Millis(7), None), "{outcome}");
            let again: Standing = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
            assert_eq!(again, read);
        }
    }
}
