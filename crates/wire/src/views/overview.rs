//! The Overview page: everything at a glance, and what waits for a person.

use super::alerts::AlertView;
use super::{approvals::ApprovalView, finance::FinanceDay, money::MoneySum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, Money};

/// The Overview page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OverviewView {
    /// When this was computed.
    pub at: Millis,
    /// Events per second, one value a second, oldest first, 60 values.
    pub rate: Vec<f64>,
    /// Stock movements today (local day).
    pub moves_today: u64,
    /// Stock movements per minute, oldest first, 60 values.
    pub moves_spark: Vec<f64>,
    /// Orders on their way (not in a final state).
    pub orders_open: u32,
    /// Of those, stuck in one state for too long.
    pub orders_stuck: u32,
    /// Order transitions per minute, oldest first, 60 values.
    pub orders_spark: Vec<f64>,
    /// Requests waiting.
    pub approvals_pending: u32,
    /// The longest wait among them.
    pub approvals_oldest_at: Option<Millis>,
    /// Approval events per minute, oldest first, 60 values.
    pub approvals_spark: Vec<f64>,
    /// What waits for a decision, in money, per currency.
    pub approvals_sums: Vec<MoneySum>,
    /// Money of today: recorded, received, paid out, refunded.
    pub money_today: FinanceDay,
    /// Money received today; `None` where it is in several currencies (see `money_today`).
    pub received_today: Option<Money>,
    /// In how many payments.
    pub received_count: u32,
    /// Money received per hour of today in the currency with most payments, oldest first, as plain numbers for the shape only; recorded money where
    /// none was received.
    pub received_spark: Vec<f64>,
    /// Money refunded today; `None` where it is in several currencies.
    pub refunded_today: Option<Money>,
    /// In how many refunds.
    pub refunded_count: u32,
    /// Money overdue now; `None` where it is in several currencies.
    pub overdue: Option<Money>,
    /// The same per currency.
    pub overdue_sums: Vec<MoneySum>,
    /// In how many records.
    pub overdue_count: u32,
    /// Alerts firing.
    pub alerts_firing: u32,
    /// Of those, critical.
    pub alerts_critical: u32,
    /// Newest event per domain; a tile greys out by its domain's age.
    pub last_event_at: BTreeMap<String, Millis>,
    /// Events per minute and domain over the last hour.
    pub histogram: Histogram,
    /// What needs a person now, most urgent first.
    pub needs: Vec<Need>,
    /// How many more needs there are than in `needs`.
    pub needs_omitted: u32,
    /// What is said of today covers the time since then only, because a source was not followed before; `None`: all of today.
    pub covers_since: Option<Millis>,
}

/// Counts per bucket, stacked by domain.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Histogram {
    /// Start of the first bucket.
    pub from: Millis,
    /// Width of a bucket.
    pub bucket_ms: u64,
    /// Names of the stacked series.
    pub domains: Vec<String>,
    /// One row per bucket, one number per domain.
    pub counts: Vec<Vec<u32>>,
}

/// When a person should look at something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Urgency {
    /// It is critical, or its deadline has passed.
    Now,
    /// Its deadline comes within the hour.
    NextHour,
    /// There is time.
    Later,
}

/// Something that waits for a person.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Need {
    /// An alert that fires.
    Alert {
        /// When to look at it.
        urgency: Urgency,
        /// The alert.
        alert: Box<AlertView>,
    },
    /// A request for approval.
    Approval {
        /// When to look at it.
        urgency: Urgency,
        /// The request.
        approval: Box<ApprovalView>,
    },
}
