//! What a decision is, how it ends, and whoever takes it.

use serde::{Deserialize, Serialize};

/// What kind of thing, and which one.
pub(super) type Resource = (String, String);

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
    /// Approve, or reject.
    pub approve: bool,
    /// Why, in the approver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who decided, for the ERP.
    pub approver_id: String,
    /// Who decided, for people.
    pub approver_name: String,
    /// Who pressed the button, where that is not the approver (a deputy, an operator).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When the button was pressed, ms since 1970 by the sender's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
}

impl DecisionRequest {
    pub(super) fn resource(&self) -> Resource {
        (self.resource_type.clone(), self.resource_id.clone())
    }
}

/// A decision that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// By whom, as people read it.
    pub decided_by: String,
    /// Approved, or rejected.
    pub approve: bool,
    /// When the gateway handed it on, ms since 1970.
    pub decided_at: i64,
}

impl std::fmt::Display for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} it", self.decided_by, if self.approve { "approved" } else { "rejected" })
    }
}

/// Why a decision did not arrive.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecisionError {
    /// Nothing is configured that could take it.
    #[error("this gateway has nobody to hand decisions to; configure `redis.url`, or decide in the ERP itself")]
    Unsupported,
    /// The way to the ERP is closed just now; send it again.
    #[error("the decision could not be handed to the ERP: {0}; send it again")]
    Unavailable(String),
    /// The ERP says no (already decided by somebody else, not allowed). Sending again does not help.
    #[error("{0}")]
    Refused(String),
    /// Another decision on the same request came first.
    #[error("{0} before you; a new request for the same thing needs its own `round`")]
    Overtaken(Decided),
    /// The key was used for another decision.
    #[error("this idempotencyKey was used for another decision; choose a new one")]
    KeyReused,
}

/// Takes decisions to where they count.
#[async_trait::async_trait]
pub trait Decisions: Send + Sync + 'static {
    /// Hand the decision on. `Ok` means that it arrived, not that the ERP has acted: that is seen as an event.
    ///
    /// # Errors
    /// [`DecisionError`]; only [`DecisionError::Unavailable`] is worth a retry.
    async fn decide(&self, decision: DecisionRequest) -> Result<(), DecisionError>;
}

/// A decision that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) decided: Decided,
    /// It had been taken before.
    pub(crate) repeated: bool,
}
