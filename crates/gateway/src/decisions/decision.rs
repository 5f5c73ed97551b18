//! What a decision is, and whoever takes it.

use serde::{Deserialize, Serialize};
use watchdeck_secret::Secret;

/// What kind of thing, and which one.
pub(crate) type Resource = (String, String);

/// Somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRequest {
    /// Chosen once by the sender for this decision; repeated with every retry.
    pub idempotency_key: String,
    /// What kind of thing waits (`order`, `refund`, …).
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// Tells this request from an earlier or later one for the same resource, the same text for everybody (the time of the request, say).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<String>,
    /// What was on the screen of whoever decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Approve, or reject.
    pub approve: bool,
    /// Why, in the approver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else the ERP asks for (an amount to refund, say), by name.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Who decided, for the ERP.
    pub approver_id: String,
    /// Who decided, for people.
    pub approver_name: String,
    /// Who pressed the button, where that is not the approver (a deputy, an operator).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// The id of the one in whose name it is, where somebody else pressed the button because that one is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// When the button was pressed, ms since 1970 by the sender's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
}

impl DecisionRequest {
    pub(super) fn resource(&self) -> Resource {
        (self.resource_type.clone(), self.resource_id.clone())
    }

    /// In whose name it is, as people read it, where somebody else pressed the button.
    pub(crate) fn on_behalf(&self) -> Option<&str> {
        let id = self.on_behalf_of.as_deref()?;
        Some(if self.approver_name.trim().is_empty() { id } else { &self.approver_name })
    }

    /// Who decided, as people read it.
    pub(crate) fn by(&self) -> &str {
        let named = [self.decided_by.as_deref().unwrap_or_default(), &self.approver_name, &self.approver_id];
        named.into_iter().find(|name| !name.trim().is_empty()).unwrap_or("somebody else")
    }
}

/// The request that a decision is on, as it was on the screen. One that has changed since is not decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The id of the event that asked.
    pub event: String,
    /// SHA-256 of that event's payload, byte for byte as it was received, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A decision that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// By whom, as people read it.
    pub decided_by: String,
    /// Approved, or rejected.
    pub approve: bool,
    /// When, ms since 1970.
    pub decided_at: i64,
    /// Nobody decided: whoever asked does not ask any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

impl std::fmt::Display for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.withdrawn {
            return f.write_str("the request was withdrawn");
        }
        write!(f, "{} {} it", self.decided_by, if self.approve { "approved" } else { "rejected" })
    }
}

/// Why a decision was not taken. Nothing of it is kept then.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecisionError {
    /// Nothing is configured that could take it.
    #[error(
        "this gateway has nobody to hand decisions on `{0}` to; configure `redis.url` or an `[[upstream]]`, or decide in the ERP itself"
    )]
    Unsupported(String),
    /// It could not be written down; send it again.
    #[error("the decision could not be kept: {0}; send it again")]
    Unavailable(String),
    /// The key was used for another decision.
    #[error("this idempotencyKey was used for another decision; choose a new one")]
    KeyReused,
    /// The request is not the one that was on the screen.
    #[error("{}", in_words(.0))]
    Changed(Vec<Change>),
    /// The upstream asks for something that is not there or cannot be.
    #[error("{0}")]
    Invalid(String),
    /// It may have arrived, so it cannot be taken back.
    #[error("the decision may have reached the ERP already and cannot be taken back")]
    TooLate,
}

/// What is different about a request since it was on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which field.
    pub field: String,
    /// What it was, as JSON; `null` where it was not there.
    pub was: serde_json::Value,
    /// What it is.
    pub is: serde_json::Value,
}

fn in_words(changes: &[Change]) -> String {
    let list: Vec<String> = changes.iter().take(4).map(|change| format!("{} was {}, is {}", change.field, change.was, change.is)).collect();
    let what = if list.is_empty() { "it was asked anew".to_owned() } else { list.join("; ") };
    format!("the request has changed since it was shown: {what}; look at it again and decide anew")
}

/// A decision on its way to the ERP.
#[derive(Debug, Clone)]
pub struct Handing {
    /// What was decided.
    pub decision: DecisionRequest,
    /// The approver's own session with the ERP, where there is one and it is still known.
    pub session: Option<Secret>,
    /// An earlier try may have arrived, though nobody heard so.
    pub again: bool,
}

/// What came of one try to hand a decision on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It arrived where the ERP hears it; what the ERP does is seen as an event.
    HandedOn,
    /// The ERP itself says that it is done.
    Done,
    /// The ERP says, in these words, that the request does not wait any more.
    Already(String),
    /// The ERP says no. Trying again does not help.
    Refused(String),
    /// It did not arrive: try again.
    Unavailable(String),
    /// Nobody knows whether it arrived: try again, or wait for the ERP's event.
    Unclear(String),
}

/// Takes decisions to where they count.
#[async_trait::async_trait]
pub trait Decisions: Send + Sync + 'static {
    /// Whether anybody takes decisions on this type of resource.
    fn takes(&self, resource_type: &str) -> bool {
        _ = resource_type;
        true
    }

    /// What is missing of a decision, or cannot be, in words; it is refused before it is kept.
    ///
    /// # Errors
    /// What to do about it.
    fn check(&self, decision: &DecisionRequest) -> Result<(), String> {
        _ = decision;
        Ok(())
    }

    /// Hand a decision on: one try. The same decision can come again after [`Answer::Unavailable`], [`Answer::Unclear`] and a crash.
    async fn decide(&self, handing: Handing) -> Answer;
}
