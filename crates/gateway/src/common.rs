//! A log that several gateways are on: what they do in turns, and what only one of them does.

use std::sync::Arc;
use watchdeck_events::Millis;
use watchdeck_store::{Engine, StoreError};

/// See the [module docs](self).
#[async_trait::async_trait]
pub(crate) trait CommonLog: Send + Sync {
    /// Wait for the turn at `what`: one has it at a time, in whatever process, until it is dropped.
    async fn turn(&self, what: &str) -> Result<Turn, StoreError>;

    /// Wait until nobody else has the lease `name`, and have it.
    async fn lease(&self, name: &'static str) -> Box<dyn Lease>;

    /// Let go of what was received before; answers how many events that were.
    async fn let_go_before(&self, before: Millis) -> Result<u64, StoreError>;
}

/// Somebody's turn, until it is dropped.
pub(crate) type Turn = Box<dyn Send + Sync>;

/// The right to do something that only one does, until it is dropped or another has it.
#[async_trait::async_trait]
pub(crate) trait Lease: Send + Sync {
    /// The log, for what is done under this lease: it takes nothing any more when another has it.
    fn engine(&self) -> Arc<dyn Engine>;

    /// Resolves when another has it: stop.
    async fn lost(&self);
}
