//! Makes the tries that the lanes say are due, side by side, each for itself: one that panics or takes too long has failed.

use crate::{Delivery, Done, Failure, Handler, Policy, lanes::Lanes};
use std::sync::Arc;
use tokio::{task::JoinSet, time::Instant};
use watchdeck_contain as contain;

/// See the [module docs](self). Dropping it drops the tries.
pub(crate) struct Desk {
    handler: Arc<dyn Handler>,
    pub(crate) policy: Policy,
    pub(crate) lanes: Lanes,
    tries: JoinSet<Tried>,
}

/// A try that ended.
pub(crate) struct Tried {
    pub(crate) number: u64,
    pub(crate) outcome: Result<Done, Failure>,
}

impl Desk {
    pub(crate) fn new(handler: Arc<dyn Handler>, policy: Policy) -> Self {
        Self { handler, policy, lanes: Lanes::default(), tries: JoinSet::new() }
    }

    /// Begin what is due, as far as there is room.
    pub(crate) fn begin(&mut self, now: Instant) {
        while self.tries.len() < self.policy.parallel.max(1)
            && let Some((number, delivery)) = self.lanes.take(now)
        {
            let (handler, time_out) = (Arc::clone(&self.handler), self.policy.time_out);
            self.tries.spawn(async move {
                let tried = tokio::time::timeout(time_out, contain::outcome(attempt(&*handler, &delivery))).await;
                let outcome = match tried {
                    Ok(Ok(outcome)) => outcome,
                    Ok(Err(panic)) => Err(Failure::passing(panic)),
                    Err(_) => Err(Failure::passing(format!("no answer within {} s", time_out.as_secs_f64()))),
                };
                Tried { number, outcome }
            });
        }
    }

    /// Break off what is being tried: it is as if it had not begun.
    pub(crate) async fn break_off(&mut self) {
        self.tries.shutdown().await;
    }

    /// Whether anything is being tried.
    pub(crate) fn is_busy(&self) -> bool {
        !self.tries.is_empty()
    }

    /// The next try that ends; never while there is none. Dropping it pending loses nothing.
    pub(crate) async fn ended(&mut self) -> Tried {
        loop {
            match self.tries.join_next().await {
                Some(Ok(tried)) => return tried,
                // Broken off.
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }
}

/// In a function of its own, so that the future is made where a panic is contained.
async fn attempt(handler: &dyn Handler, delivery: &Delivery) -> Result<Done, Failure> {
    handler.handle(delivery).await
}
