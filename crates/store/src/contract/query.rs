//! Pages, by cursor and in both directions.

use crate::Stored;
use watchdeck_filter::Plan;

/// In which direction to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// From the newest event down.
    #[default]
    NewestFirst,
    /// From the oldest event up.
    OldestFirst,
}

/// Which events, from where, and how many.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which events are meant.
    pub plan: Plan,
    /// In which direction.
    pub order: Order,
    /// Only events before this one; to the newest without it.
    pub before: Option<u64>,
    /// Only events after this one: whoever looks again names the newest that was looked at, and pays for what is new only.
    pub after: u64,
    /// Events at which the page is full. Large events fill it sooner.
    pub limit: usize,
    /// Events to read at most, about, without those that are passed over unread.
    pub max_read: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self { plan: Plan::default(), order: Order::default(), before: None, after: 0, limit: usize::MAX, max_read: u64::MAX }
    }
}

impl Query {
    /// All events that a plan means, newest first.
    #[must_use]
    pub fn of(plan: Plan) -> Self {
        Self { plan, ..Self::default() }
    }

    /// The query for what comes behind a page; `None` where nothing does.
    #[must_use]
    pub fn behind(mut self, page: &Page) -> Option<Self> {
        match self.order {
            Order::NewestFirst => self.before = Some(page.next?),
            Order::OldestFirst => self.after = page.next?,
        }
        Some(self)
    }
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In the order that was asked for.
    pub events: Vec<Stored>,
    /// Where to go on, as the query's `before` (newest first) or `after` (oldest first); `None` when everything was looked at.
    pub next: Option<u64>,
    /// How far along the sequence it has looked, for showing progress: where numbers have holes it is more than there were events.
    pub scanned: u64,
    /// Events that were read from rows or blocks, the others were told apart without.
    pub read: u64,
}
