//! What can be asked at the door, and what is answered.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_wire::{
    settings::RuleDocument,
    views::{AlertView, ApprovalView, Backtest},
};

/// What a terminal asks of a running console.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What fires, is acknowledged or put off.
    Alerts,
    /// Somebody has these alerts.
    Acknowledge {
        /// As [`Ask::Alerts`] names them.
        ids: Vec<String>,
        /// What that one says.
        note: Option<String>,
    },
    /// An alert is put off.
    Shelve {
        /// As [`Ask::Alerts`] names it.
        id: String,
        /// For so long.
        minutes: u32,
    },
    /// What rules would have done.
    Try {
        /// By name.
        rules: BTreeMap<String, Tried>,
        /// Over so many days.
        days: u32,
    },
}

/// A rule to be tried, with how often it has to fire, where that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The rule.
    pub document: RuleDocument,
    /// So often.
    #[serde(default)]
    pub expect: Option<u32>,
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
    /// The worst first, in the console's words: each with its title and the rest.
    Alerts { alerts: Vec<AlertView>, words: Vec<[String; 2]> },
    /// It is done.
    Done,
    /// What each rule would have done, or why it is none.
    Tried(BTreeMap<String, Result<Backtest, String>>),
    /// Nothing was done, in the core's words.
    Refused(String),
}
