//! ERP channels in, a durable, recoverable event log out over WebSocket.
//!
//! Events come over Redis Pub/Sub (`ws:*`) or `POST /api/publish`, are given an id and an offset in their channel's log, and are served
//! as `watchdeck.v1` with resume from a position, or as the plain ERP protocol to clients that do not ask for more. An ERP that
//! publishes there needs no change; what it does not publish, or loses before Redis, nobody can log.
//!
//! Everything goes through the log: an event is answered, and sent to anybody, only after it is on disk.
//! Deliberately absent: any opinion about what an event means.

pub mod access;
pub mod audit;
mod changes;
mod claims;
mod common;
pub mod config;
pub mod decisions;
mod delegations;
mod door;
mod error;
mod frame;
mod gateway;
mod handled;
mod health;
mod holes;
mod http;
mod ingest;
mod keeping;
mod listener;
mod listeners;
mod log;
mod named;
mod names;
mod opening;
mod oversize;
mod publish;
mod redis;
mod serve;
mod session;
mod setting;
mod shared;
mod tail;
mod upgrade;
pub mod upstream;
mod wire;

pub use config::{AuditOrder, Config, ConfigError, DecideOrder, Order, UserOrder};
pub use decisions::{Answer, DecisionError, DecisionRequest, Decisions, Handing};
pub use error::GatewayError;
pub use gateway::{Gateway, Parts};
pub use listener::Listener;
pub use opening::{Databases, postgres};
pub use publish::{Placed, Publish, PublishError};
pub use watchdeck_secret::Secret;
