//! On hand, pace and threshold per product.

use super::per_minute::PerMinute;
use crate::{
    api::{settings::Settings, views::StockRow},
    calendar::Calendar,
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use watchdeck_events::{
    Millis,
    erp::{InventoryChange, LegacyMove},
};
use watchdeck_store::Stored;

/// Points of a spark line.
const SPARK: usize = 32;
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

#[derive(Debug, Default, Serialize, Deserialize)]
struct Product {
    name: Option<String>,
    warehouse: Option<String>,
    on_hand: Option<Decimal>,
    day: String,
    change_today: Decimal,
    /// Units that left, by hour since 1970.
    out: BTreeMap<i64, Decimal>,
    first_at: Millis,
    last_mover: Option<String>,
    last_at: Millis,
    last_change: Decimal,
    last_seq: u64,
    spark: VecDeque<Decimal>,
}

impl Stock {
    /// The key of a product: its id, and its variant where an event names one.
    #[must_use]
    pub fn key(product_id: &str, variant_id: Option<&str>) -> String {
        variant_id.filter(|variant| !variant.is_empty()).map_or_else(|| product_id.to_owned(), |variant| format!("{product_id}/{variant}"))
    }

    /// A typed change: says what is on hand now.
    pub fn change(&mut self, stored: &Stored, change: &InventoryChange<'_>, calendar: &mut Calendar) {
        let key = Self::key(&change.product_id, change.variant_id.as_deref());
        let product = self.touch(key, stored, change.change_amount, calendar);
        keep(&mut product.name, change.product_name.as_deref());
        keep(&mut product.warehouse, change.warehouse.as_deref());
        product.on_hand = Some(change.new_quantity);
        push_spark(&mut product.spark, change.new_quantity);
    }

    /// A legacy message: says only by how much.
    pub fn legacy(&mut self, stored: &Stored, movement: &LegacyMove<'_>, calendar: &mut Calendar) {
        let product = self.touch(movement.product_id.to_string(), stored, movement.quantity, calendar);
        if let Some(on_hand) = product.on_hand {
            product.on_hand = Some(on_hand + movement.quantity);
            push_spark(&mut product.spark, on_hand + movement.quantity);
        }
    }

    fn touch(&mut self, key: String, stored: &Stored, change: Decimal, calendar: &mut Calendar) -> &mut Product {
        let event = &stored.event;
        let at = event.occurred_at;
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
            product.change_today = Decimal::ZERO;
        }
        if product.day == *day {
            product.change_today += change;
        }
        if change.is_sign_negative() {
            let hour = at.0.div_euclid(HOUR);
            *product.out.entry(hour).or_default() -= change;
            while product.out.first_key_value().is_some_and(|(first, _)| *first <= hour - PACE_HOURS) {
                product.out.pop_first();
            }
        }
        product.first_at = product.first_at.min(at);
        keep(&mut product.last_mover, event.actor.as_deref());
        product.last_at = at;
        product.last_change = change;
        product.last_seq = stored.seq;
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
        let on_hand = self.products.get(key)?.on_hand?.to_f64()?;
        Some(on_hand < settings.product_thresholds.get(key).copied().unwrap_or(settings.low_stock_threshold))
    }

    /// One row.
    #[must_use]
    pub fn row(&self, key: &str, settings: &Settings, today: &str, now: Millis) -> Option<StockRow> {
        self.products.get(key).map(|product| product.row(key, settings, today, now))
    }
}

impl Product {
    fn row(&self, id: &str, settings: &Settings, today: &str, now: Millis) -> StockRow {
        let own = settings.product_thresholds.get(id).copied();
        let threshold = own.unwrap_or(settings.low_stock_threshold);
        let on_hand = self.on_hand.and_then(|on_hand| on_hand.to_f64());
        let out_per_hour = self.pace(now);
        StockRow {
            product_id: id.to_owned(),
            name: self.name.clone().unwrap_or_else(|| id.to_owned()),
            warehouse: self.warehouse.clone(),
            on_hand,
            change_today: if self.day == today { self.change_today.to_f64().unwrap_or(0.0) } else { 0.0 },
            out_per_hour,
            hours_left: on_hand.filter(|_| out_per_hour > 0.0).map(|on_hand| on_hand.max(0.0) / out_per_hour),
            threshold,
            threshold_own: own.is_some(),
            low: on_hand.is_some_and(|on_hand| on_hand < threshold),
            last_mover: self.last_mover.clone(),
            last_at: self.last_at,
            last_change: self.last_change.to_f64().unwrap_or(0.0),
            last_seq: self.last_seq,
            spark: self.spark.iter().filter_map(|on_hand| on_hand.to_f64()).collect(),
        }
    }

    /// Units leaving per hour over the last 24 hours, or over the time since the first movement where that is shorter (at least one hour).
    fn pace(&self, now: Millis) -> f64 {
        let newest = now.0.div_euclid(HOUR);
        let left: Decimal = self.out.range(newest - PACE_HOURS + 1..).map(|(_, units)| *units).sum();
        let known_hours = (now.since(self.first_at) as f64 / HOUR as f64).clamp(1.0, PACE_HOURS as f64);
        left.to_f64().unwrap_or(0.0) / known_hours
    }
}

/// The newest text that is there; hardly ever another than before.
fn keep(known: &mut Option<String>, news: Option<&str>) {
    if let Some(news) = news
        && known.as_deref() != Some(news)
    {
        *known = Some(news.to_owned());
    }
}

fn push_spark(spark: &mut VecDeque<Decimal>, value: Decimal) {
    spark.push_back(value);
    if spark.len() > SPARK {
        spark.pop_front();
    }
}
