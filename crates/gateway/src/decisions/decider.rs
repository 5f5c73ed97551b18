//! Hands each decision on once, one at a time for each resource.

use super::{
    decision::{DecisionError, DecisionRequest, Decisions, Resource, Taken},
    memory::{Memory, Outcome, Remembered},
};
use crate::log::now;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use watchdeck_events::Millis;

/// Without a round, a decision on the same resource is taken for one on the same request for this long, ms.
/// Two people press at nearly the same time; a request that was made again comes later.
const SAME_REQUEST: i64 = 2 * 60 * 1_000;

/// Hands each decision on once.
pub(crate) struct Decider {
    handler: Option<Arc<dyn Decisions>>,
    memory: Memory,
    /// One decision at a time for each resource: the second waits until it is known whether the first arrived.
    under_way: Mutex<HashMap<Resource, Arc<tokio::sync::Mutex<()>>>>,
}

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
            let elsewhere = |error: watchdeck_store::StoreError| DecisionError::Unavailable(error.to_string());
            let _everywhere = self.memory.turn(&decision.resource()).await.map_err(elsewhere)?;
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
