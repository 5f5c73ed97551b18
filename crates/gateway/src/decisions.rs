//! Who answers an approval: the ERP behind Redis, or whoever embeds the gateway.
//!
//! A decision is idempotent by its key: the same key again is answered like the first time and not handed on twice, also when both
//! requests are under way at once, and also after a restart. Of two decisions on one request the first wins, and the other is told who made
//! it. A failure is not remembered, so that a retry is a retry.

mod decider;
mod decision;
mod memory;
mod over_redis;

pub(crate) use decider::Decider;
pub(crate) use decision::Taken;
pub use decision::{Decided, DecisionError, DecisionRequest, Decisions};
pub(crate) use memory::Memory;
pub(crate) use over_redis::OverRedis;
pub use over_redis::REDIS_CHANNEL;
