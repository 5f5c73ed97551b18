//! What waits in the company until its time comes: debts, orders on their way, requests for approval.

use crate::company::{Person, Until};
use std::collections::{HashMap, VecDeque};
use watchdeck_events::Millis;

/// A record that should have been paid.
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) customer: Person,
    /// Fen.
    pub(crate) amount: i64,
}

pub(crate) struct Order {
    pub(crate) kind: OrderKind,
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) partner: Person,
    pub(crate) owner: Person,
    /// Products (places in the world's list) and how many.
    pub(crate) lines: Vec<(usize, i64)>,
    pub(crate) step: usize,
    pub(crate) due: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderKind {
    Sales,
    Purchase,
    Return,
}

#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) resource_type: &'static str,
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) requester: Person,
    pub(crate) reason: &'static str,
    /// Fen.
    pub(crate) amount: i64,
    pub(crate) deadline: Millis,
    /// When a head of department decides, if nobody else has.
    pub(crate) decided_for_at: Millis,
}

pub(crate) struct Settled {
    pub(crate) key: String,
    pub(crate) by: String,
    pub(crate) approve: bool,
}

#[derive(Default)]
pub(crate) struct Approvals {
    pub(crate) pending: Vec<Pending>,
    pub(crate) settled: HashMap<(String, String), Settled>,
    pub(crate) oldest: VecDeque<(String, String)>,
    /// Nobody asks before this.
    pub(crate) next_request: Millis,
}
