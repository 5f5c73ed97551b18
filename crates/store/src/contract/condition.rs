//! Under which condition a batch is committed.

use watchdeck_filter::Plan;

/// What has to be so at the moment of the commit; nothing can come between. Where it is not, [`StoreError::Conflict`](crate::StoreError::Conflict) names
/// the event that stands against it, and nothing is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Nothing that is meant came after a place: whoever decided by what it had read up to there has read all that matters (a *dynamic consistency
    /// boundary*).
    Unchanged {
        /// What matters.
        plan: Plan,
        /// The newest event that was read.
        after: u64,
    },
    /// The newest event about a subject is this one; 0 where there is none.
    Version {
        /// Exactly as written.
        subject: String,
        /// Its sequence number.
        expected: u64,
    },
}
