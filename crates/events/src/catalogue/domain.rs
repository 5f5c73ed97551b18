//! The parts of the business, as the window names and colours them.

use serde::{Deserialize, Serialize};

/// The part of the business an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Domain {
    /// Stock and its movements.
    Inventory,
    /// Sales, purchases, returns.
    Orders,
    /// Requests and decisions.
    Approvals,
    /// Money.
    Finance,
    /// Master data: products, customers, suppliers.
    Data,
    /// The system itself.
    System,
    /// Messages to a person.
    Notification,
    /// Users: they register, log in, change, leave.
    People,
    /// What is written and read: books, chapters, projects, characters.
    Content,
    /// What people say to each other: likes, comments, follows, forum, chat.
    Social,
    /// What is sold to readers: books, chapters, subscriptions, rewards.
    Shop,
    /// Courts and their bookings.
    Venue,
    /// Watchdeck's own markers.
    Watchdeck,
    /// Not known.
    Other,
}

impl Domain {
    /// Every domain, in the order people read them.
    pub const ALL: [Self; 14] = [
        Self::Inventory,
        Self::Orders,
        Self::Approvals,
        Self::Finance,
        Self::Data,
        Self::System,
        Self::Notification,
        Self::People,
        Self::Content,
        Self::Social,
        Self::Shop,
        Self::Venue,
        Self::Watchdeck,
        Self::Other,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Orders => "orders",
            Self::Approvals => "approvals",
            Self::Finance => "finance",
            Self::Data => "data",
            Self::System => "system",
            Self::Notification => "notification",
            Self::People => "people",
            Self::Content => "content",
            Self::Social => "social",
            Self::Shop => "shop",
            Self::Venue => "venue",
            Self::Watchdeck => "watchdeck",
            Self::Other => "other",
        }
    }
}

impl std::fmt::Display for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
