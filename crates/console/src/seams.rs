//! What a test or a measurement may put in place of the machine: another clock, shorter waits. Not part of the interface.

use std::sync::Arc;
pub use watchdeck_client::{BootClock, Clock, Timing};

/// See the [module docs](self). The default is the machine as it is.
#[derive(Clone)]
pub struct Seams {
    /// How long every link waits for what.
    pub timing: Timing,
    /// The clock that every link lives on.
    pub clock: Arc<dyn Clock>,
    /// How the store is opened.
    pub store: watchdeck_store::Options,
}

impl Default for Seams {
    fn default() -> Self {
        Self { timing: Timing::default(), clock: Arc::new(BootClock), store: watchdeck_store::Options::CONSOLE }
    }
}
