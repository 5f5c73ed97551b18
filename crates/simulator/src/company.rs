//! What the company has and whom it knows, and how its time is told.

use watchdeck_events::Millis;

pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) name: &'static str,
    /// Fen.
    pub(crate) price: i64,
    pub(crate) warehouse: &'static str,
    pub(crate) quantity: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: &'static str,
}

/// When something is over: by the clock, or by the number of ticks, whichever comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    pub(crate) at: Millis,
    pub(crate) tick: u64,
}
