//! What the events add up to. Everything here can be rebuilt by replaying the store; a snapshot only saves the time.

pub mod approvals;
pub mod finance;
pub mod gaps;
pub mod orders;
pub mod per_minute;
pub mod rates;
pub mod stock;

use crate::{api::live::GapView, calendar::Calendar, source_clock::Arrival};
use approvals::Approvals;
use finance::Finance;
use orders::Orders;
use rates::Rates;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use stock::Stock;
use watchdeck_events::erp::View;
use watchdeck_store::Stored;

/// Raised when a projection's stored form changes; older snapshots are then rebuilt by replay.
pub const SNAPSHOT_VERSION: u32 = 1;

/// Gap markers kept at hand.
const GAPS: usize = 100;

/// All projections together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// Everything up to here is in it.
    pub cursor: u64,
    /// Stock per product.
    pub stock: Stock,
    /// Orders by state.
    pub orders: Orders,
    /// Requests and decisions.
    pub approvals: Approvals,
    /// Money by day.
    pub finance: Finance,
    /// Counts over time.
    pub rates: Rates,
    /// Gap markers, newest first.
    pub gaps: VecDeque<GapView>,
    /// Which gaps were filled.
    #[serde(default)]
    pub fills: gaps::Fills,
    /// Raised with every change, per part.
    #[serde(skip)]
    pub changed: Changed,
}

/// A number per part, raised with every change.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Stock.
    pub stock: u64,
    /// Orders.
    pub orders: u64,
    /// Approvals.
    pub approvals: u64,
    /// Finance.
    pub finance: u64,
}

impl World {
    /// Take one event in. `arrival` says how it came, and by which clock. Events at or before the cursor were taken in already and change nothing.
    pub fn apply(&mut self, stored: &Stored, view: Option<&View<'_>>, arrival: Arrival, calendar: &mut Calendar) {
        if stored.seq <= self.cursor {
            return;
        }
        self.cursor = stored.seq;
        let event = &stored.event;
        self.rates.count(event, arrival);
        match view {
            Some(View::InventoryChange(change)) => {
                self.changed.stock += 1;
                self.stock.change(stored, change, calendar);
            }
            Some(View::LegacyMove(movement)) => {
                self.changed.stock += 1;
                self.stock.legacy(stored, movement, calendar);
            }
            Some(View::OrderStatus(step)) => {
                self.changed.orders += 1;
                self.orders.step(stored, step);
            }
            Some(View::Approval(approval)) => {
                self.changed.approvals += 1;
                self.approvals.apply(stored, approval);
            }
            Some(View::Finance(record)) => {
                self.changed.finance += 1;
                self.finance.record(stored, record, calendar);
            }
            _ => {}
        }
        gaps::apply(&mut self.gaps, &mut self.fills, GAPS, stored, view);
    }
}
