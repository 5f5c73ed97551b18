//! What an outgoing action would send, and what came of sending it once.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// What an action would send for the newest event that its filter keeps. Every secret in it is hidden.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActionPreview {
    /// The event's number in the store; `None`: its filter keeps none of the newest events, and this is an example of an alert.
    pub seq: Option<u64>,
    /// The event's kind.
    pub kind: String,
    /// When it happened.
    pub at: Millis,
    /// Where it goes: `POST https://…`, a mail server, a program with its arguments.
    pub to: String,
    /// Headers, or the variables that a program gets.
    pub headers: Vec<ActionHeader>,
    /// What is sent, as it is sent; JSON is laid out to be read.
    pub body: String,
}

/// A header, or a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActionHeader {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// What came of sending once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActionTest {
    /// The other side took it.
    pub ok: bool,
    /// What it answered, or why nothing was: status and the beginning of the answer.
    pub words: String,
    /// Where it was not taken: the same might go better another time.
    pub again: bool,
    /// How long it took, ms.
    pub ms: u64,
    /// See [`ActionPreview::seq`].
    pub seq: Option<u64>,
}
