//! The Inventory page: stock per product.

use crate::row::EventRow;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// The Inventory page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct InventoryView {
    /// A row per product, the most urgent first (low stock, then fewest hours left, then newest change); at most 5,000.
    pub products: Vec<StockRow>,
    /// How many are below their threshold.
    pub low: u32,
    /// How many products there are in all.
    pub total: u32,
    /// Products that were let go because there were too many: those that had not moved for longest.
    pub forgotten: u64,
    /// Newest movements first, at most 200.
    pub movements: Vec<EventRow>,
}

/// One product's stock.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StockRow {
    /// Its name beyond doubt, `source/product:id`: two sources may call different things alike.
    pub key: String,
    /// Whose product: the source, or the first of those that are one ERP.
    pub source: String,
    /// The ERP's product id (with `/variant` where the event names one).
    pub product_id: String,
    /// The code on its shelf, where events name one: what people know it by, when its id is the ERP's own affair.
    pub code: Option<String>,
    /// As people read it; the id where no event named it.
    pub name: String,
    /// Warehouse, where events name one.
    pub warehouse: Option<String>,
    /// On hand; `None` when only relative legacy messages were seen, and while it is told per batch.
    pub on_hand: Option<f64>,
    /// Its changes tell of single batches, so what is on hand in all is not known and it is never called low.
    pub per_batch: bool,
    /// The batches' levels as told, the newest last; empty where it is not told per batch. There may be others.
    pub batches: Vec<f64>,
    /// Net change today.
    pub change_today: f64,
    /// Units leaving per hour, over the last 24 hours of movement; 0 when nothing leaves.
    pub out_per_hour: f64,
    /// `on_hand / out_per_hour`.
    pub hours_left: Option<f64>,
    /// Below this it is low.
    pub threshold: f64,
    /// Whether the threshold is the product's own.
    pub threshold_own: bool,
    /// It is low.
    pub low: bool,
    /// Who moved it last.
    pub last_mover: Option<String>,
    /// When it moved last.
    pub last_at: Millis,
    /// The last change, signed.
    pub last_change: f64,
    /// Event behind the last change.
    pub last_seq: u64,
    /// On hand after each of the last 32 changes, oldest first; empty where it is told per batch.
    pub spark: Vec<f64>,
}

/// The products of a page, and how many there are beside them.
#[derive(Debug, Clone)]
pub struct StockRows {
    /// The most urgent first.
    pub rows: Vec<StockRow>,
    /// How many are low, in all.
    pub low: u32,
    /// How many there are.
    pub total: u32,
    /// How many were let go.
    pub forgotten: u64,
}
