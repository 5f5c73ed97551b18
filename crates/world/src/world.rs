//! All projections together, and how one event changes them.

use crate::{
    approvals::Approvals,
    arrival::Arrival,
    calendar::Calendar,
    copies::Copies,
    entity::Entity,
    facts::Facts,
    finance::Finance,
    gaps,
    maintenance::Maintenance,
    moment::Moment,
    money::Purse,
    orders::Orders,
    rates::Rates,
    realms::Realms,
    stock::{Seen, Stock},
    unread::Unread,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use watchdeck_events::{
    Catalogue,
    erp::{SystemKind, View},
    twins::{Sight, Twins},
};
use watchdeck_store::Stored;
use watchdeck_wire::row::GapView;

/// Raised when a projection's stored form changes; older snapshots are then rebuilt by replay.
pub const SNAPSHOT_VERSION: u32 = 9;

/// Gap markers kept at hand.
const GAPS: usize = 100;

/// All projections together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// Everything up to here is in it.
    pub cursor: u64,
    /// Which sources are one ERP, and their currencies: what everything below was computed with.
    pub realms: Realms,
    /// How the events were read that are in it: [`watchdeck_events::Catalogue::way`].
    #[serde(default)]
    pub way: u64,
    /// Stock per product.
    pub stock: Stock,
    /// Orders by state.
    pub orders: Orders,
    /// Requests and decisions.
    pub approvals: Approvals,
    /// Money by day.
    pub finance: Finance,
    /// Maintenance that was announced.
    #[serde(default)]
    pub maintenance: Maintenance,
    /// Counts over time.
    pub rates: Rates,
    /// Gap markers, newest first.
    pub gaps: VecDeque<GapView>,
    /// Which gaps were filled.
    #[serde(default)]
    pub fills: gaps::Fills,
    /// Tells one change that is told several times from several changes. What it remembers belongs to what was counted with it.
    twins: Twins,
    /// Tells what comes through several sources of one ERP.
    pub through: Copies,
    /// Per source, messages that told a change once more.
    pub copies: BTreeMap<String, u64>,
    /// Per source, events that another source of the same ERP had told.
    pub told_elsewhere: BTreeMap<String, u64>,
    /// Per source, gap markers, and how many of them were filled.
    pub gap_counts: BTreeMap<String, (u32, u32)>,
    /// Per source, what nobody could read. Counted by whoever reads the events, before they are applied.
    pub unread: Unread,
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
    /// An empty one, for sources that are so, and events that are read as the catalogue in force says.
    #[must_use]
    pub fn of(realms: Realms) -> Self {
        Self { realms, way: Catalogue::current().way(), ..Self::default() }
    }

    /// Take one event in. Events at or before the cursor were taken in already and change nothing.
    /// Answers whether it is news: not so for what another source of the same ERP told before, which is counted as a copy and nothing else.
    pub fn apply(&mut self, stored: &Stored, facts: &Facts<'_>, calendar: &mut Calendar) -> bool {
        let (view, arrival) = (facts.view.as_ref(), facts.arrival);
        if stored.seq <= self.cursor {
            return self.through.original(stored.seq).is_none();
        }
        self.cursor = stored.seq;
        let event = &stored.event;
        if self.through.see(stored, &facts.fields, Moment::of(stored, arrival), &self.realms) {
            raise(&mut self.told_elsewhere, &event.source, 1);
            return false;
        }
        self.rates.count(event, arrival);
        if view.is_none_or(|view| self.is_change(stored, view, calendar)) {
            if let (Some(view), Some(about)) = (view, &facts.about) {
                self.count(stored, view, about, arrival, calendar);
            }
            if let Some(View::System(system)) = view
                && system.kind == SystemKind::Maintenance
            {
                self.maintenance.take(self.realms.realm(&event.source), stored, system, arrival);
            }
            if let Some((approval, about)) = facts.approval() {
                self.changed.approvals += 1;
                let purse = Purse::of(approval.currency.as_ref(), &event.source, &self.realms);
                self.approvals.apply(about, stored, approval, arrival, &purse);
            }
        }
        gaps::apply(&mut self.gaps, &mut self.fills, GAPS, stored, view);
        if let Some(View::Gap(_) | View::GapFilled(_)) = view {
            let (gaps, filled) = self.gap_counts.entry(event.source.to_string()).or_default();
            match view {
                Some(View::GapFilled(_)) => *filled += 1,
                _ => {
                    *gaps += 1;
                    self.stock.gap(self.realms.realm(&event.source), stored.seq);
                }
            }
        }
        true
    }

    /// Whether it tells a change that was not counted yet. What it takes the place of is taken back.
    fn is_change(&mut self, stored: &Stored, view: &View<'_>, calendar: &mut Calendar) -> bool {
        let event = &stored.event;
        let realm = self.realms.realm(&event.source);
        let (news, copies) = match self.twins.see(realm, event, view) {
            Sight::New => return true,
            Sight::CopyOf(_) => (false, 1),
            Sight::Supersedes(ids) => {
                if let View::InventoryChange(change) = view {
                    self.stock.take_back(realm, &change.product_id, &ids, calendar);
                }
                (true, ids.len() as u64)
            }
        };
        raise(&mut self.copies, &event.source, copies);
        news
    }

    fn count(&mut self, stored: &Stored, view: &View<'_>, about: &Entity, arrival: Arrival, calendar: &mut Calendar) {
        let source = &stored.event.source;
        let seen = Seen { about, stored, arrival };
        match view {
            View::InventoryChange(change) => {
                self.changed.stock += 1;
                self.stock.change(seen, change, calendar);
            }
            View::LegacyMove(movement) => {
                self.changed.stock += 1;
                self.stock.legacy(seen, movement, calendar);
            }
            View::OrderStatus(step) => {
                self.changed.orders += 1;
                self.orders.step(about, stored, step, arrival);
            }
            View::Deciding(step) => {
                self.changed.approvals += 1;
                self.approvals.decides(about, stored, step, arrival);
            }
            View::Claim(claim) => {
                self.changed.approvals += 1;
                self.approvals.claims(about, stored, claim, arrival);
            }
            View::Finance(record) => {
                self.changed.finance += 1;
                let purse = Purse::of(record.currency.as_ref(), source, &self.realms);
                self.finance.record(about, stored, record, arrival, purse, calendar);
            }
            _ => {}
        }
    }
}

fn raise(counts: &mut BTreeMap<String, u64>, source: &str, by: u64) {
    match counts.get_mut(source) {
        Some(count) => *count += by,
        None => drop(counts.insert(source.to_owned(), by)),
    }
}
