//! Sums of money as the window gets them: one per currency, never added up.

use serde::{Deserialize, Serialize};
use watchdeck_events::Money;

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct MoneySum {
    /// ISO 4217 where it is one, else as the ERP writes it; `None` where nobody names one: then no sign is shown.
    pub currency: Option<String>,
    /// Whose, where no currency is named: the unnamed money of two ERPs is not added.
    pub source: Option<String>,
    /// Exact.
    pub amount: Money,
    /// In how many records.
    pub count: u32,
    /// Records whose amount could not be read, and is not in the sum.
    pub unread: u32,
}
