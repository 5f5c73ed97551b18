//! On hand, pace and threshold per product.

use super::{dated::Dated, per_minute::PerMinute};
use crate::{
    api::{settings::Settings, views::StockRow},
    calendar::Calendar,
    source_clock::Arrival,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use watchdeck_events::{
    Millis, Quantity,
    erp::{InventoryChange, LegacyMove},
};
use watchdeck_store::Stored;

/// Points of a spark line.
const SPARK: usize = 32;
/// Changes kept per product: those of the spark line, and some for what comes out of order.
const CHANGES: usize = 48;
/// Hours over which the pace is measured.
const PACE_HOURS: i64 = 24;
const HOUR: i64 = 3_600_000;

/// All products.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    products: HashMap<String, Product>,
    /// Newest movements' sequence numbers, newest last.
    movements: VecDeque<u64>,
    /// Movements of the local day in `day`.
    moves: u64,
    day: String,
    /// Movements per minute since 1970, last two hours.
    per_minute: PerMinute,
}

/// Movements listed beside the products.
const MOVEMENTS: usize = 200;

/// One product. What is on hand is what its newest changes add up to in the order in which they happened, in whatever order they came.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Product {
    name: Dated<String>,
    warehouse: Dated<String>,
    /// The newest changes by occurrence, oldest first.
    changes: VecDeque<Change>,
    /// On hand before the first of `changes`; `None` while no typed change is known.
    before: Option<Quantity>,
    /// On hand after the last of them.
    on_hand: Option<Quantity>,
    day: String,
    change_today: Quantity,
    /// Units that left, by hour since 1970.
    out: BTreeMap<i64, Quantity>,
    first_at: Millis,
    mover: Dated<String>,
}

/// One change of stock.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Change {
    /// By the publisher's clock: the order in which things happened. Of one instant, the one that came later is the later one.
    order: (Millis, u64),
    /// By our clock.
    at: Millis,
    by: Quantity,
    what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum What {
    /// A typed change: so many are on hand after it.
    Set(Option<Quantity>),
    /// An old message: only by how much. With its event's id, so that a typed one can take its place.
    Moved(Box<str>),
}

impl Change {
    fn after(&self, before: Option<Quantity>) -> Option<Quantity> {
        match self.what {
            What::Set(on_hand) => on_hand,
            What::Moved(_) => before.and_then(|before| before.plus(self.by)),
        }
    }
}

impl Stock {
    /// The key of a product: its id, and its variant where an event names one.
    #[must_use]
    pub fn key(product_id: &str, variant_id: Option<&str>) -> String {
        variant_id.filter(|variant| !variant.is_empty()).map_or_else(|| product_id.to_owned(), |variant| format!("{product_id}/{variant}"))
    }

    /// A typed change: says what is on hand now.
    pub fn change(&mut self, stored: &Stored, change: &InventoryChange<'_>, arrival: Arrival, calendar: &mut Calendar) {
        let key = Self::key(&change.product_id, change.variant_id.as_deref());
        let what = What::Set(change.on_hand());
        let product = self.touch(key, stored, change.change().unwrap_or_default(), what, arrival, calendar);
        let at = stored.event.occurred_at;
        product.name.keep(at, change.product_name.as_deref());
        product.warehouse.keep(at, change.warehouse.as_deref());
    }

    /// A legacy message: says only by how much.
    pub fn legacy(&mut self, stored: &Stored, movement: &LegacyMove<'_>, arrival: Arrival, calendar: &mut Calendar) {
        let what = What::Moved(stored.event.id.clone());
        self.touch(
            movement.product_id.to_string(),
            stored,
            movement.quantity.as_known().copied().unwrap_or_default(),
            what,
            arrival,
            calendar,
        );
    }

    /// A typed change turned out to be what the old messages with these ids told: they are taken back.
    pub fn take_back(&mut self, product_id: &str, ids: &[Box<str>], calendar: &mut Calendar) {
        let Some(product) = self.products.get_mut(product_id) else { return };
        for id in ids {
            let told = |change: &Change| matches!(&change.what, What::Moved(known) if known == id);
            let Some(place) = product.changes.iter().position(told) else { continue };
            let Some(change) = product.changes.remove(place) else { continue };
            let day = &calendar.day(change.at).name;
            if product.day == *day {
                product.change_today = product.change_today.minus(change.by).unwrap_or(product.change_today);
            }
            if change.by.is_negative()
                && let Some(left) = product.out.get_mut(&change.at.0.div_euclid(HOUR))
            {
                *left = left.plus(change.by).unwrap_or(*left);
            }
            self.moves -= u64::from(self.day == *day && self.moves > 0);
            self.per_minute.take_back(change.at);
            self.movements.retain(|seq| *seq != change.order.1);
        }
        product.recount();
        if product.changes.is_empty() && product.before.is_none() {
            self.products.remove(product_id);
        }
    }

    fn touch(&mut self, key: String, stored: &Stored, by: Quantity, what: What, arrival: Arrival, calendar: &mut Calendar) -> &mut Product {
        let event = &stored.event;
        let at = arrival.occurred_at(event);
        let day = &calendar.day(at).name;
        if self.day.as_str() < day.as_str() {
            self.day.clone_from(day);
            self.moves = 0;
        }
        self.moves += u64::from(self.day == *day);
        self.per_minute.count(at);
        self.movements.push_back(stored.seq);
        if self.movements.len() > MOVEMENTS {
            self.movements.pop_front();
        }
        let product = self.products.entry(key).or_insert_with(|| Product { first_at: at, ..Product::default() });
        if product.day.as_str() < day.as_str() {
            product.day.clone_from(day);
            product.change_today = Quantity::ZERO;
        }
        if product.day == *day {
            product.change_today = product.change_today.plus(by).unwrap_or(product.change_today);
        }
        if by.is_negative() {
            let hour = at.0.div_euclid(HOUR);
            let left = product.out.entry(hour).or_default();
            *left = left.minus(by).unwrap_or(*left);
            let newest = product.out.last_key_value().map_or(hour, |(newest, _)| *newest);
            while product.out.first_key_value().is_some_and(|(first, _)| *first <= newest - PACE_HOURS) {
                product.out.pop_first();
            }
        }
        product.first_at = product.first_at.min(at);
        product.mover.keep(event.occurred_at, event.actor.as_deref());
        product.add(Change { order: (event.occurred_at, stored.seq), at, by, what });
        product
    }

    /// Movements of the local day named `today`.
    #[must_use]
    pub fn moves_on(&self, today: &str) -> u64 {
        if self.day == today { self.moves } else { 0 }
    }

    /// Movements per minute, 60 values, the current minute last.
    #[must_use]
    pub fn moves_per_minute(&self, now: Millis) -> Vec<f64> {
        self.per_minute.last_hour(now)
    }

    /// Sequence numbers of the newest movements, newest first.
    #[must_use]
    pub fn movements(&self) -> Vec<u64> {
        self.movements.iter().rev().copied().collect()
    }

    /// Rows, the most urgent first.
    #[must_use]
    pub fn rows(&self, settings: &Settings, today: &str, now: Millis) -> Vec<StockRow> {
        let mut rows: Vec<_> = self.products.iter().map(|(id, product)| product.row(id, settings, today, now)).collect();
        rows.sort_by(|a, b| {
            let hours = |row: &StockRow| row.hours_left.unwrap_or(f64::INFINITY);
            b.low
                .cmp(&a.low)
                .then(hours(a).total_cmp(&hours(b)))
                .then(b.last_at.cmp(&a.last_at))
                .then_with(|| a.product_id.cmp(&b.product_id))
        });
        rows
    }

    /// Whether a product is below its threshold; `None` while it is not known what is on hand. Asked at every movement, so it makes no row.
    #[must_use]
    pub fn is_low(&self, key: &str, settings: &Settings) -> Option<bool> {
        let on_hand = self.products.get(key)?.on_hand?.to_f64();
        Some(on_hand < settings.product_thresholds.get(key).copied().unwrap_or(settings.low_stock_threshold))
    }

    /// One row.
    #[must_use]
    pub fn row(&self, key: &str, settings: &Settings, today: &str, now: Millis) -> Option<StockRow> {
        self.products.get(key).map(|product| product.row(key, settings, today, now))
    }
}

impl Product {
    /// Put a change where it belongs among the others. Nearly always that is the end.
    fn add(&mut self, change: Change) {
        let place = match self.changes.back() {
            Some(newest) if newest.order > change.order => self.changes.partition_point(|known| known.order < change.order),
            _ => self.changes.len(),
        };
        if place == self.changes.len() {
            self.on_hand = change.after(self.on_hand);
            self.changes.push_back(change);
        } else if place > 0 || self.before.is_none() {
            self.changes.insert(place, change);
            self.recount();
        }
        if self.changes.len() > CHANGES
            && let Some(oldest) = self.changes.pop_front()
        {
            self.before = oldest.after(self.before);
        }
    }

    fn recount(&mut self) {
        self.on_hand = self.changes.iter().fold(self.before, |before, change| change.after(before));
    }

    /// On hand after each of the last changes, oldest first.
    fn spark(&self) -> Vec<f64> {
        let mut on_hand = self.before;
        let after = self.changes.iter().filter_map(|change| {
            on_hand = change.after(on_hand);
            on_hand.map(Quantity::to_f64)
        });
        let all: Vec<_> = after.collect();
        all[all.len().saturating_sub(SPARK)..].to_vec()
    }

    fn row(&self, id: &str, settings: &Settings, today: &str, now: Millis) -> StockRow {
        let own = settings.product_thresholds.get(id).copied();
        let threshold = own.unwrap_or(settings.low_stock_threshold);
        let on_hand = self.on_hand.map(Quantity::to_f64);
        let out_per_hour = self.pace(now);
        let last = self.changes.back();
        StockRow {
            product_id: id.to_owned(),
            name: self.name.get().unwrap_or(id).to_owned(),
            warehouse: self.warehouse.get().map(str::to_owned),
            on_hand,
            change_today: if self.day == today { self.change_today.to_f64() } else { 0.0 },
            out_per_hour,
            hours_left: on_hand.filter(|_| out_per_hour > 0.0).map(|on_hand| on_hand.max(0.0) / out_per_hour),
            threshold,
            threshold_own: own.is_some(),
            low: on_hand.is_some_and(|on_hand| on_hand < threshold),
            last_mover: self.mover.get().map(str::to_owned),
            last_at: last.map_or(self.first_at, |last| last.at),
            last_change: last.map_or(0.0, |last| last.by.to_f64()),
            last_seq: last.map_or(0, |last| last.order.1),
            spark: self.spark(),
        }
    }

    /// Units leaving per hour over the last 24 hours, or over the time since the first movement where that is shorter (at least one hour).
    fn pace(&self, now: Millis) -> f64 {
        let newest = now.0.div_euclid(HOUR);
        let left: f64 = self.out.range(newest - PACE_HOURS + 1..).map(|(_, units)| units.to_f64()).sum();
        let known_hours = (now.since(self.first_at) as f64 / HOUR as f64).clamp(1.0, PACE_HOURS as f64);
        left / known_hours
    }
}
