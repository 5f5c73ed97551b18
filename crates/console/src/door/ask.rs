//! What can be asked at the door, and what is answered.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_wire::views::ApprovalView;

/// What a terminal asks of a running console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// What waits for a decision.
    Approvals,
    /// Approve a request.
    Approve {
        /// `source/type:id`, or `type:id` where only one source has it.
        key: String,
        /// What the decision needs beside a yes, as written.
        fields: BTreeMap<String, String>,
        /// Also where the amount is one that the window asks back.
        sure: bool,
        /// In whose name, by id, where several have passed it on.
        #[serde(default)]
        on_behalf_of: Option<String>,
    },
    /// Reject a request.
    Reject {
        /// As of [`Ask::Approve`].
        key: String,
        /// What the decision needs beside a no, as written.
        fields: BTreeMap<String, String>,
        /// Why.
        reason: String,
        /// As of [`Ask::Approve`].
        #[serde(default)]
        on_behalf_of: Option<String>,
    },
}

/// What comes in: the word of the door, and what is asked.
#[derive(Serialize, Deserialize)]
pub(crate) struct Knock {
    pub(crate) token: String,
    pub(crate) ask: Ask,
}

/// What goes out: the console's own word, and what it says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) proof: String,
    /// The language that the console speaks.
    pub(crate) chinese: bool,
    /// The console's clock.
    pub(crate) now: Millis,
    pub(crate) said: Said,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// The nearest deadline first, and how many there are in all.
    Waiting { pending: Vec<ApprovalView>, count: u32 },
    /// It is decided; the number of the request, and how long that can still be taken back, ms.
    Decided { number: String, hold: i64 },
    /// Nothing was done, in the core's words.
    Refused(String),
}
