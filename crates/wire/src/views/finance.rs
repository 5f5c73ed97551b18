//! The Finance page: exact sums and the records behind them.

use super::money::MoneySum;
use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Money};

/// The Finance page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceView {
    /// Today in the local time zone, `2026-11-21`.
    pub day: String,
    /// How far that zone is ahead of UTC now, ms: hours and days are counted by it.
    pub ahead_ms: i64,
    /// Sums of today.
    pub today: FinanceDay,
    /// The last 14 days, oldest first, today included.
    pub days: Vec<FinanceDay>,
    /// Per hour of today, 24 entries.
    pub hours: Vec<FinanceHour>,
    /// Money overdue now; `None` where it is in several currencies.
    pub overdue: Option<Money>,
    /// In how many records.
    pub overdue_count: u32,
    /// The same per currency.
    pub overdue_sums: Vec<MoneySum>,
    /// Open overdue records, largest first, at most 500.
    pub overdue_records: Vec<FinanceRow>,
    /// Overdue records that were let go because there were too many.
    pub forgotten: u64,
    /// Newest first, at most 300.
    pub records: Vec<FinanceRow>,
    /// From this amount on a record stands out.
    pub large_from: Money,
}

/// Sums of one day. *Recorded* is what the ERP told of, *received* (paid out, refunded) what it confirmed; one that never confirms has recorded
/// what it recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceDay {
    /// `2026-11-21`.
    pub day: String,
    /// Confirmed payments in; `None` where they are in several currencies, which are not added.
    pub received: Option<Money>,
    /// In how many records.
    pub received_count: u32,
    /// The same per currency, with what could not be read.
    pub received_sums: Vec<MoneySum>,
    /// Payments in that were first told of on this day, confirmed or not, less the cancelled ones; `None` where they are in several currencies, which are not added.
    pub recorded: Option<Money>,
    /// In how many records.
    pub recorded_count: u32,
    /// The same per currency, with what could not be read.
    pub recorded_sums: Vec<MoneySum>,
    /// Confirmed payments out; `None` where they are in several currencies, which are not added.
    pub paid_out: Option<Money>,
    /// In how many records.
    pub paid_out_count: u32,
    /// The same per currency, with what could not be read.
    pub paid_out_sums: Vec<MoneySum>,
    /// Payments out that were first told of, as `recorded`; `None` where they are in several currencies, which are not added.
    pub paid_out_recorded: Option<Money>,
    /// In how many records.
    pub paid_out_recorded_count: u32,
    /// The same per currency, with what could not be read.
    pub paid_out_recorded_sums: Vec<MoneySum>,
    /// Confirmed refunds; `None` where they are in several currencies, which are not added.
    pub refunded: Option<Money>,
    /// In how many records.
    pub refunded_count: u32,
    /// The same per currency, with what could not be read.
    pub refunded_sums: Vec<MoneySum>,
    /// Refunds that were first told of, as `recorded`; `None` where they are in several currencies, which are not added.
    pub refunds_recorded: Option<Money>,
    /// In how many records.
    pub refunds_recorded_count: u32,
    /// The same per currency, with what could not be read.
    pub refunds_recorded_sums: Vec<MoneySum>,
}

/// Sums of one hour of today, per currency.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceHour {
    /// 0 to 23, local time.
    pub hour: u32,
    /// Received.
    pub received: Vec<MoneySum>,
    /// Recorded.
    pub recorded: Vec<MoneySum>,
    /// Refunded.
    pub refunded: Vec<MoneySum>,
    /// Refunds recorded.
    pub refunds_recorded: Vec<MoneySum>,
}

/// One financial record in its newest state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FinanceRow {
    /// Its name beyond doubt, `source/type:id`.
    pub key: String,
    /// Whose record: the source, or the first of those that are one ERP.
    pub source: String,
    /// The ERP's id.
    pub record_id: String,
    /// As people read it.
    pub number: String,
    /// `payment`, `paymentOut`, `refund`.
    pub record_type: String,
    /// `created`, `confirmed`, `cancelled`, `overdue`; empty where none is stated.
    pub action: String,
    /// Exact; `None` where none is stated or none could be read.
    pub amount: Option<Money>,
    /// What stands in the amount's place and could not be read, as written.
    pub unread: Option<String>,
    /// ISO 4217 where it is one, else as the ERP writes it; `None` where nobody names one.
    pub currency: Option<String>,
    /// Customer or supplier.
    pub party: Option<String>,
    /// At or above the threshold for large amounts.
    pub large: bool,
    /// When.
    pub at: Millis,
    /// Event behind it.
    pub seq: u64,
}
