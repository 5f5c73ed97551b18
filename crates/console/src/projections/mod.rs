//! What the events add up to. Everything here can be rebuilt by replaying the store; a snapshot only saves the time.

pub mod approvals;
pub mod dated;
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
use std::collections::{BTreeMap, VecDeque};
use stock::Stock;
use watchdeck_events::{
    erp::View,
    twins::{Sight, Twins},
};
use watchdeck_store::Stored;

/// Raised when a projection's stored form changes; older snapshots are then rebuilt by replay.
pub const SNAPSHOT_VERSION: u32 = 3;

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
    /// Tells one change that is told several times from several changes. What it remembers belongs to what was counted with it.
    twins: Twins,
    /// Per source, messages that told a change once more.
    pub copies: BTreeMap<String, u64>,
    /// Per source, gap markers, and how many of them were filled.
    pub gap_counts: BTreeMap<String, (u32, u32)>,
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

impl Changed {
    /// As after a change of everything.
    #[must_use]
    pub const fn and_all(self) -> Self {
        Self { stock: self.stock + 1, orders: self.orders + 1, approvals: self.approvals + 1, finance: self.finance + 1 }
    }
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
        if let Some(view) = view
            && self.is_news(stored, view, calendar)
        {
            self.count(stored, view, arrival, calendar);
        }
        gaps::apply(&mut self.gaps, &mut self.fills, GAPS, stored, view);
        if let Some(View::Gap(_) | View::GapFilled(_)) = view {
            let (gaps, filled) = self.gap_counts.entry(event.source.to_string()).or_default();
            match view {
                Some(View::GapFilled(_)) => *filled += 1,
                _ => *gaps += 1,
            }
        }
    }

    /// Whether it tells a change that was not counted yet. What it takes the place of is taken back.
    fn is_news(&mut self, stored: &Stored, view: &View<'_>, calendar: &mut Calendar) -> bool {
        let event = &stored.event;
        let (news, copies) = match self.twins.see(event, view) {
            Sight::New => return true,
            Sight::CopyOf(_) => (false, 1),
            Sight::Supersedes(ids) => {
                if let View::InventoryChange(change) = view {
                    self.stock.take_back(&change.product_id, &ids, calendar);
                }
                (true, ids.len() as u64)
            }
        };
        match self.copies.get_mut(&*event.source) {
            Some(count) => *count += copies,
            None => drop(self.copies.insert(event.source.to_string(), copies)),
        }
        news
    }

    fn count(&mut self, stored: &Stored, view: &View<'_>, arrival: Arrival, calendar: &mut Calendar) {
        match view {
            View::InventoryChange(change) => {
                self.changed.stock += 1;
                self.stock.change(stored, change, arrival, calendar);
            }
            View::LegacyMove(movement) => {
                self.changed.stock += 1;
                self.stock.legacy(stored, movement, arrival, calendar);
            }
            View::OrderStatus(step) => {
                self.changed.orders += 1;
                self.orders.step(stored, step, arrival);
            }
            View::Approval(approval) => {
                self.changed.approvals += 1;
                self.approvals.apply(stored, approval, arrival);
            }
            View::Finance(record) => {
                self.changed.finance += 1;
                self.finance.record(stored, record, arrival, calendar);
            }
            _ => {}
        }
    }
}
