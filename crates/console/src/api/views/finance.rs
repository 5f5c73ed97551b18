//! The Finance page: exact sums and the records behind them.

use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Money};

/// The Finance page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceView {
    /// Today in the local time zone, `2026-11-21`.
    pub day: String,
    /// Sums of today.
    pub today: FinanceDay,
    /// The last 14 days, oldest first, today included.
    pub days: Vec<FinanceDay>,
    /// Per hour of today, 24 entries.
    pub hours: Vec<FinanceHour>,
    /// Money overdue now.
    pub overdue: Money,
    /// Open overdue records, largest first.
    pub overdue_records: Vec<FinanceRow>,
    /// Newest first, at most 300.
    pub records: Vec<FinanceRow>,
    /// From this amount on a record stands out.
    pub large_from: Money,
}

/// Sums of one day.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceDay {
    /// `2026-11-21`.
    pub day: String,
    /// Confirmed payments in.
    pub received: Money,
    /// In how many records.
    pub received_count: u32,
    /// Confirmed payments out.
    pub paid_out: Money,
    /// In how many records.
    pub paid_out_count: u32,
    /// Confirmed refunds.
    pub refunded: Money,
    /// In how many records.
    pub refunded_count: u32,
}

/// Sums of one hour of today.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceHour {
    /// 0 to 23, local time.
    pub hour: u32,
    /// Received.
    pub received: Money,
    /// Refunded.
    pub refunded: Money,
}

/// One financial record in its newest state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceRow {
    /// The ERP's id.
    pub record_id: String,
    /// As people read it.
    pub number: String,
    /// `payment`, `paymentOut`, `refund`.
    pub record_type: String,
    /// `created`, `confirmed`, `cancelled`, `overdue`.
    pub action: String,
    /// Exact.
    pub amount: Money,
    /// Customer or supplier.
    pub party: Option<String>,
    /// At or above the threshold for large amounts.
    pub large: bool,
    /// When.
    pub at: Millis,
    /// Event behind it.
    pub seq: u64,
}
