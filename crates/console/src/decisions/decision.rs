//! One decision, and what may be said to it.

use serde_json::{Map, Value};
use watchdeck_events::Millis;
use watchdeck_wire::views::{DecisionState, DecisionView};

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) idempotency_key: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    pub(crate) source: String,
    pub(crate) reason: Option<String>,
    /// What it needs beside yes or no.
    pub(crate) fields: Map<String, Value>,
    /// The id of the one in whose name it is, where that is not whoever decides.
    pub(crate) on_behalf_of: Option<String>,
    /// The event that asked, as it was on the screen; empty where nobody knows it.
    pub(crate) asked_by: String,
    pub(crate) by: String,
    pub(crate) next_try_at: Millis,
    /// It is on its way at this moment.
    pub(crate) under_way: bool,
    /// A try may have reached the ERP, whatever was answered: it cannot be taken back any more.
    pub(crate) left: bool,
    /// How often the gateway said that it has it.
    pub(crate) taken: u32,
    /// It was made on a notification: what becomes of it is told there.
    pub(crate) on_toast: bool,
    pub(crate) view: DecisionView,
}

impl Decision {
    /// It is made, and not settled.
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self.view.state, DecisionState::Queued | DecisionState::Sent)
    }
}

/// What the gateway said to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has it.
    Taken,
    /// It has it, and this is how it stands with the ERP.
    Unanswered(String),
    /// The ERP says that it is done.
    Done,
    /// Somebody was first.
    Overtaken(String),
    /// It will not take it; trying again cannot help.
    Refused(String),
    /// It takes no decisions at all.
    Unsupported(String),
    /// No answer that counts; try again.
    Unreachable {
        /// What happened.
        why: String,
        /// Whether it may have arrived all the same.
        left: bool,
    },
}

impl Answer {
    /// It never went out.
    pub(crate) fn kept_back(why: String) -> Self {
        Self::Unreachable { why, left: false }
    }

    /// Nobody knows whether it arrived.
    pub(crate) fn unheard(why: String) -> Self {
        Self::Unreachable { why, left: true }
    }
}
