//! Who answers an approval: the ERP behind Redis, or whoever embeds the gateway.
//!
//! A decision is idempotent by its key: the same key again is answered like the first time and not handed on twice, also when both
//! requests are under way at once, and also after a restart. Of two decisions on one request the first wins, and the other is told who made
//! it. A failure is not remembered, so that a retry is a retry.

mod memory;
mod over_redis;

pub(crate) use memory::Memory;
pub(crate) use over_redis::OverRedis;
pub use over_redis::REDIS_CHANNEL;

use crate::log::now;
use memory::{Outcome, Remembered};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use watchdeck_events::Millis;

/// Without a round, a decision on the same resource is taken for one on the same request for this long, ms.
/// Two people press at nearly the same time; a request that was made again comes later.
const SAME_REQUEST: i64 = 2 * 60 * 1_000;

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
    fn resource(&self) -> Resource {
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

/// Hands each decision on once.
pub(crate) struct Decider {
    handler: Option<Arc<dyn Decisions>>,
    memory: Memory,
    /// One decision at a time for each resource: the second waits until it is known whether the first arrived.
    under_way: Mutex<HashMap<Resource, Arc<tokio::sync::Mutex<()>>>>,
}

type Resource = (String, String);

impl Decider {
    pub(crate) fn new(handler: Option<Arc<dyn Decisions>>, memory: Memory) -> Self {
        Self { handler, memory, under_way: Mutex::default() }
    }

    /// Hand it on, or answer what was answered before.
    pub(crate) async fn decide(&self, decision: DecisionRequest) -> Result<Taken, DecisionError> {
        let handler = self.handler.as_ref().ok_or(DecisionError::Unsupported)?;
        let turn = Arc::clone(self.turns().entry(decision.resource()).or_default());
        let outcome = {
            let _mine = turn.lock().await;
            self.settle(handler.as_ref(), decision).await
        };
        drop(turn);
        // Whoever waits for a turn holds it too.
        self.turns().retain(|_, turn| Arc::strong_count(turn) > 1);
        outcome
    }

    fn turns(&self) -> std::sync::MutexGuard<'_, HashMap<Resource, Arc<tokio::sync::Mutex<()>>>> {
        self.under_way.lock().expect("no code panics while holding the turns")
    }

    async fn settle(&self, handler: &dyn Decisions, decision: DecisionRequest) -> Result<Taken, DecisionError> {
        if let Some(known) = self.memory.get(&decision.idempotency_key) {
            return if known.decision == decision { known.answer(true) } else { Err(DecisionError::KeyReused) };
        }
        let at = now();
        let outcome = match self.memory.first(&decision.resource(), |earlier| same_request(earlier, &decision, at)) {
            Some(first) => Outcome::Overtaken(first.decided()),
            None => match handler.decide(decision.clone()).await {
                Ok(()) => Outcome::Taken,
                Err(DecisionError::Refused(words)) => Outcome::Refused(words),
                Err(other) => return Err(other),
            },
        };
        let remembered = Remembered { decision, at, outcome };
        let answer = remembered.answer(false);
        self.memory.keep(remembered).await;
        answer
    }
}

/// Whether an earlier decision on the same resource was on the request that this one is on.
fn same_request(earlier: &Remembered, decision: &DecisionRequest, at: Millis) -> bool {
    let one = &earlier.decision;
    matches!(earlier.outcome, Outcome::Taken)
        && match (&one.round, &decision.round) {
            (Some(one), Some(other)) => one == other,
            _ => at.since(earlier.at).abs() < SAME_REQUEST,
        }
}

#[cfg(test)]
mod tests;
