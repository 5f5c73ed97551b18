//! What is known of the failures of one source's parts.

use std::time::Instant;
use watchdeck_contain::Patience;
use watchdeck_events::Millis;
use watchdeck_wire::link::{LinkCause, LinkState};

/// What is known of a source's failures.
#[derive(Debug, Default)]
pub(super) struct Breakdown {
    pub(super) patience: Patience,
    pub(super) down: Option<Down>,
    pub(super) times: u32,
}

/// It is down now.
#[derive(Debug, Clone)]
pub(super) struct Down {
    pub(super) why: String,
    pub(super) due: Instant,
    pub(super) next_try_at: Millis,
    pub(super) told: bool,
}

/// A failure that was not told yet.
#[derive(Debug, PartialEq, Eq)]
pub struct News {
    /// Which source.
    pub source: String,
    /// What was said when it failed.
    pub why: String,
}

impl Breakdown {
    /// What to show instead of what the link says of itself.
    pub(super) fn state(&self) -> Option<LinkState> {
        let down = self.down.as_ref()?;
        Some(LinkState::Offline {
            attempt: self.times,
            next_try_at: down.next_try_at,
            cause: LinkCause::Internal,
            detail: down.why.clone(),
        })
    }
}
