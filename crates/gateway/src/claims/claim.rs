//! What a claim is, and what somebody may want of it.

use crate::named::Named;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// How long a claim lasts by itself, ms: half a working day.
pub(super) const LASTS: i64 = 4 * 60 * 60 * 1_000;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// Whoever asks is on it.
    Claim,
    /// Nobody is on it any more.
    Release,
    /// Somebody else is.
    HandOver,
}

/// What somebody wants of a claim.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClaimOrder {
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    pub(crate) action: Act,
    /// To whom it is handed over.
    #[serde(default)]
    pub(crate) to: Option<Named>,
    /// Who asks, where the gateway does not know it.
    #[serde(default)]
    pub(crate) by: Option<Named>,
}

impl ClaimOrder {
    /// What it is about, as the audit calls it.
    pub(crate) fn what(&self) -> String {
        format!("{}:{}", self.resource_type, self.resource_id)
    }
}

/// Somebody is on a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claim {
    pub(super) resource_type: String,
    pub(super) resource_id: String,
    pub(super) holder: Named,
    /// Since when.
    pub(super) at: Millis,
    /// Until when, by itself.
    pub(super) until: Millis,
    /// What of the log was written then: a request that was decided later is not the one that was claimed.
    pub(super) head: u64,
}

/// Why a claim stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClaimError {
    /// Somebody else is on it.
    #[error("{} is on it since {}; ask them to release it or to hand it over", .0.holder.shown(), when(.0.at))]
    Held(Box<Claim>),
    /// Nothing waits.
    #[error("the request does not wait any more: {0}")]
    Over(String),
    /// What was sent cannot be meant.
    #[error("{0}")]
    Invalid(String),
    /// It could not be written down.
    #[error("the claim could not be kept: {0}; send it again")]
    Unavailable(String),
}

impl ClaimError {
    /// Whose it is, where that is why.
    pub(crate) fn holder(&self) -> Option<&Named> {
        match self {
            Self::Held(claim) => Some(&claim.holder),
            _ => None,
        }
    }
}

/// To the minute, in UTC: whoever reads it may be anywhere.
fn when(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.strftime("%H:%MZ").to_string())
}
