//! One thing that somebody did.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When, ms since 1970.
    pub at: Millis,
    /// Who, by the gateway's own word: a principal's id.
    pub who: String,
    /// From which address of the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What they did.
    pub act: Act,
    /// To what: a channel, a resource, a setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// What else is to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A gateway began this chain.
    Started,
    /// Came in.
    Connected,
    /// Was not let in, or not let do something.
    Refused,
    /// Follows a channel.
    Subscribed,
    /// Published events; told once a minute, with their number.
    Published,
    /// Decided a request, took a decision back, or had one answered.
    Decided,
    /// Claimed a request, released it, or handed it over.
    Claimed,
    /// Acknowledged an alert, put it off, or took that back.
    Handled,
    /// Passed decisions on to somebody, or took that back.
    Delegated,
    /// Looked at a masked field.
    Revealed,
    /// Changed who may do what.
    Changed,
    /// Entries that could not be kept, by number.
    Lost,
}

impl Entry {
    /// Something that `who` did.
    #[must_use]
    pub fn new(at: Millis, who: impl Into<String>, act: Act) -> Self {
        Self { at, who: who.into(), from: None, act, what: None, detail: None }
    }

    /// From which address.
    #[must_use]
    pub fn from(self, from: Option<String>) -> Self {
        Self { from, ..self }
    }

    /// To what.
    #[must_use]
    pub fn what(self, what: impl Into<String>) -> Self {
        Self { what: Some(short(what.into())), ..self }
    }

    /// What else.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(short(detail.into())), ..self }
    }
}

/// An entry holds no more of what somebody sends than a person reads.
fn short(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(300));
    text
}
