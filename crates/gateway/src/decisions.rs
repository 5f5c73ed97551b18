//! Who answers an approval: the ERP behind Redis or its own web interface, or whoever embeds the gateway.
//!
//! A decision is written down before it is answered, and idempotent by its key: the same key again is answered how the first stands, also when both requests
//! are under way at once, and also after a crash. It is handed on until it is known what became of it: the ERP's own event has the last word. Of two
//! decisions on one request the first wins, and the other is told who made it; a request that is not any more what was on the screen is not decided.

mod bell;
mod book;
mod courier;
mod decider;
mod decision;
mod over_redis;
mod requests;
mod standing;
mod telling;

pub(crate) use book::Book;
pub(crate) use decider::{Answered, Approver, Decider};
pub(crate) use decision::Resource;
pub use decision::{Answer, Change, Decided, DecisionError, DecisionRequest, Decisions, Handing, Seen};
pub(crate) use over_redis::OverRedis;
pub use over_redis::REDIS_CHANNEL;
pub(crate) use requests::Requests;
pub(crate) use standing::{Standing, State};
pub(crate) use telling::ELSEWHERE;
