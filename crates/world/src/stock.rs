//! On hand, pace and threshold per product.

mod holes;
mod levels;
mod product;

use super::{
    about,
    entity::Entity,
    find::{self, Wanted},
    moment::Moment,
    per_minute::PerMinute,
};
use crate::{arrival::Arrival, calendar::Calendar};
use holes::Holes;
pub use product::Told;
use product::{Change, Product, What};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use watchdeck_events::{
    Millis, Quantity,
    erp::{InventoryChange, LegacyMove},
};
use watchdeck_store::Stored;
use watchdeck_wire::{
    settings::Settings,
    views::{Found, StockRow, StockRows},
};

/// Movements listed beside the products.
const MOVEMENTS: usize = 200;
/// Products kept; beyond, those that have not moved for longest go.
const PRODUCTS: usize = 50_000;
/// Rows in a view.
const ROWS: usize = 5_000;
/// Gaps remembered, to know where messages may be missing.
const GAPS: usize = 64;

/// All products.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    products: HashMap<Entity, Product>,
    /// Newest movements' sequence numbers, newest last.
    movements: VecDeque<u64>,
    /// Movements of the local day in `day`.
    moves: u64,
    day: String,
    /// Movements per minute since 1970, last two hours.
    per_minute: PerMinute,
    /// Gap markers, by realm and place.
    gaps: VecDeque<(Arc<str>, u64)>,
    /// Products let go.
    forgotten: u64,
}

/// One event about stock, and where it belongs.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The product.
    pub(super) about: &'a Entity,
    pub(super) stored: &'a Stored,
    pub(super) arrival: Arrival,
}

impl Stock {
    /// A typed change: says what is on hand now.
    pub(super) fn change(&mut self, seen: Seen<'_>, change: &InventoryChange<'_>, calendar: &mut Calendar) {
        let (before, after) = (change.old_quantity.as_known().copied(), change.new_quantity.as_known().copied());
        let told = change.change_amount.as_known().copied();
        let by = told.or_else(|| after?.minus(before?));
        let what = match (after, by) {
            (Some(after), _) => What::Set { before, after },
            (None, Some(_)) => What::Moved(seen.stored.event.id.clone()),
            (None, None) => What::Unread,
        };
        let product = self.touch(seen, by.unwrap_or(Quantity::ZERO), what, calendar);
        let at = Moment::of(seen.stored, seen.arrival);
        product.name.keep(at, change.product_name.as_deref());
        product.code.keep(at, change.product_code.as_deref());
        product.warehouse.keep(at, change.warehouse.as_deref());
    }

    /// A legacy message: says only by how much.
    pub(super) fn legacy(&mut self, seen: Seen<'_>, movement: &LegacyMove<'_>, calendar: &mut Calendar) {
        let what = if movement.quantity.as_known().is_some() { What::Moved(seen.stored.event.id.clone()) } else { What::Unread };
        self.touch(seen, movement.quantity.as_known().copied().unwrap_or(Quantity::ZERO), what, calendar);
    }

    /// Messages of this realm may be missing here.
    pub(super) fn gap(&mut self, realm: &Arc<str>, seq: u64) {
        self.gaps.push_back((Arc::clone(realm), seq));
        if self.gaps.len() > GAPS {
            self.gaps.pop_front();
        }
    }

    /// A typed change turned out to be what the old messages with these ids told: they are taken back.
    pub(super) fn take_back(&mut self, realm: &Arc<str>, product_id: &str, ids: &[Box<str>], calendar: &mut Calendar) {
        let key = about::product(realm, product_id, None);
        let Some(product) = self.products.get_mut(&key) else { return };
        let gaps = Holes { of: realm, all: &self.gaps };
        for change in product.take_back(ids, &gaps, calendar) {
            self.moves -= u64::from(self.day == calendar.day(change.at).name && self.moves > 0);
            self.per_minute.take_back(change.at);
            self.movements.retain(|seq| *seq != change.moment.seq);
        }
        if product.is_unknown() {
            self.products.remove(&key);
        }
    }

    fn touch(&mut self, seen: Seen<'_>, by: Quantity, what: What, calendar: &mut Calendar) -> &mut Product {
        let event = &seen.stored.event;
        let moment = Moment::of(seen.stored, seen.arrival);
        let at = seen.arrival.occurred_at(event);
        let day = &calendar.day(at).name;
        if self.day.as_str() < day.as_str() {
            self.day.clone_from(day);
            self.moves = 0;
        }
        self.moves += u64::from(self.day == *day);
        self.per_minute.count(at);
        self.movements.push_back(seen.stored.seq);
        if self.movements.len() > MOVEMENTS {
            self.movements.pop_front();
        }
        if self.products.len() > PRODUCTS && !self.products.contains_key(seen.about) {
            self.forget_long_unmoved();
        }
        let gaps = Holes { of: &seen.about.realm, all: &self.gaps };
        let product = self.products.entry(seen.about.clone()).or_insert_with(|| Product::new(at));
        product.mover.keep(moment, event.actor.as_deref());
        product.add(Change { moment, at, by, what }, day, &gaps);
        product
    }

    /// Some at a time: looking at all of them for each new one would be slow.
    fn forget_long_unmoved(&mut self) {
        let mut moved: Vec<_> = self.products.iter().map(|(key, product)| (product.last_at(), key)).collect();
        moved.sort_unstable();
        let oldest: Vec<Entity> = moved.into_iter().take(PRODUCTS / 10).map(|(_, key)| key.clone()).collect();
        self.forgotten += oldest.len() as u64;
        for key in oldest {
            self.products.remove(&key);
        }
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
    pub fn rows(&self, settings: &Settings, today: &str, now: Millis) -> StockRows {
        let mut rows: Vec<_> = self.products.iter().map(|(key, product)| product.row(key, settings, today, now)).collect();
        rows.sort_by(|a, b| {
            let hours = |row: &StockRow| row.hours_left.unwrap_or(f64::INFINITY);
            b.low.cmp(&a.low).then(hours(a).total_cmp(&hours(b))).then(b.last_at.cmp(&a.last_at)).then_with(|| a.key.cmp(&b.key))
        });
        let (low, total) = (rows.iter().filter(|row| row.low).count() as u32, rows.len() as u32);
        rows.truncate(ROWS);
        StockRows { rows, low, total, forgotten: self.forgotten }
    }

    /// Products that are called so.
    pub(super) fn find(&self, wanted: &Wanted, limit: usize) -> Found {
        let all = self.products.iter().filter_map(|(key, product)| {
            let fit = wanted.fit(&[Some(&*key.id), product.code.get(), product.name.get(), product.warehouse.get()])?;
            Some((fit, Reverse(product.last_at()), key, product))
        });
        find::best(all, limit, |key, product| product.found(key))
    }

    /// Every product that is known.
    pub fn keys(&self) -> impl Iterator<Item = &Entity> {
        self.products.keys()
    }

    /// What rules compare of a product. Asked at every movement, so it makes no row.
    #[must_use]
    pub fn told<'a>(&'a self, key: &'a Entity) -> Option<Told<'a>> {
        self.products.get(key).map(|product| Told { key, product })
    }

    /// One row.
    #[must_use]
    pub fn row(&self, key: &Entity, settings: &Settings, today: &str, now: Millis) -> Option<StockRow> {
        self.products.get(key).map(|product| product.row(key, settings, today, now))
    }
}
