//! How an event came: live or late, and by whose clock.

use watchdeck_events::{Event, Millis};

/// What comes later than this after it happened is history and not news, ms.
pub const LATE_MS: i64 = 60_000;
/// 2000-01-01: an ERP that says it was before that says nothing.
const NOTHING_BEFORE: i64 = 946_684_800_000;

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// As it happened, and not from a backlog.
    pub live: bool,
    /// The server's clock less ours, ms; 0 while unknown.
    pub skew: i64,
}

impl Arrival {
    /// Milliseconds from an event's occurrence to its receipt, both by our clock. Never negative: nothing was received before it happened.
    #[must_use]
    pub const fn lateness(self, event: &Event) -> i64 {
        event.received_at.since(self.occurred_at(event))
    }

    /// When it happened, by our clock: at the latest when it was received, and then too when its time cannot be one.
    #[must_use]
    pub const fn occurred_at(self, event: &Event) -> Millis {
        let said = event.occurred_at.plus(self.skew.saturating_neg());
        if said.0 > event.received_at.0 || event.occurred_at.0 < NOTHING_BEFORE { event.received_at } else { said }
    }

    /// As [`Arrival::occurred_at`], by the publisher's clock: what orders the events of one source however often ours is set.
    #[must_use]
    pub const fn publisher_at(self, event: &Event) -> Millis {
        self.occurred_at(event).plus(self.skew)
    }
}
