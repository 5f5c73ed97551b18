//! The Orders page: where orders are and how they got there.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// The Orders page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrdersView {
    /// The flow: a count per order type and status, in the order in which orders pass them.
    pub states: Vec<OrderStateCount>,
    /// Those on their way first, the longest waiting on top; then those that ended, the newest first. At most 500.
    pub orders: Vec<OrderRow>,
    /// How many orders there are in all.
    pub total: u32,
    /// An order in one non-final state longer than this is stuck, ms.
    pub stuck_after_ms: u64,
    /// Unfinished orders that were let go because there were too many.
    pub forgotten: u64,
}

/// How many orders are in a state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrderStateCount {
    /// Whose orders: the source, or the first of those that are one ERP.
    pub source: String,
    /// `sales`, `return`, `purchase`.
    pub order_type: String,
    /// The ERP's status.
    pub status: String,
    /// Nothing follows it (completed, cancelled …).
    pub terminal: bool,
    /// Orders in it now.
    pub count: u32,
    /// Of those, stuck.
    pub stuck: u32,
    /// Since when the one of them waits that has waited longest; `None` where there is none.
    pub oldest_at: Option<Millis>,
    /// Median time that orders spent in it before they left, ms.
    pub dwell_ms: Option<u64>,
}

/// One order.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrderRow {
    /// Its name beyond doubt, `source/type:id`.
    pub key: String,
    /// Whose order: the source, or the first of those that are one ERP.
    pub source: String,
    /// The ERP's id.
    pub order_id: String,
    /// As people read it.
    pub number: String,
    /// `sales`, `return`, `purchase`.
    pub order_type: String,
    /// Now.
    pub status: String,
    /// Since when.
    pub since: Millis,
    /// Whose.
    pub customer: Option<String>,
    /// Who moved it last.
    pub last_mover: Option<String>,
    /// In one non-final state for too long.
    pub stuck: bool,
    /// Event behind the newest transition.
    pub last_seq: u64,
    /// Oldest first, at most 20.
    pub transitions: Vec<Transition>,
}

/// One step of an order.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Transition {
    /// Status before; empty for the first one that is known.
    pub from: String,
    /// Status after.
    pub to: String,
    /// When.
    pub at: Millis,
    /// Event behind it.
    pub seq: u64,
}
