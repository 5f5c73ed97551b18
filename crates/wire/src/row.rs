//! One event as a row of the window.

use serde::{Deserialize, Serialize};
use watchdeck_events::{GapReason, Millis, Severity};

/// One event as a row shows it. Everything in it is data; the words are the window's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventRow {
    /// Place in the local store; the row's key, ascending in order of arrival.
    pub seq: u64,
    /// The event's id.
    pub id: String,
    /// Kind as published (`inventory:change`); titles are in the catalogue.
    pub kind: String,
    /// Channel it came on.
    pub channel: String,
    /// `inventory`, `orders`, `approvals`, `finance`, `data`, `system`, `notification`, `watchdeck`, `other`.
    pub domain: String,
    /// How much a person should care.
    pub severity: Severity,
    /// When it happened.
    pub occurred_at: Millis,
    /// When it reached this machine.
    pub received_at: Millis,
    /// Id of the source it came through.
    pub source: String,
    /// `type:id` of what it is about (`product:P-104`).
    pub subject: Option<String>,
    /// What it is about, as a person reads it (a product's name, an order's number, a message).
    pub label: String,
    /// Second part of the label (code, customer), where there is one.
    pub detail: Option<String>,
    /// The event's `action`, where the kind has one (`outbound`, `confirmed`).
    pub action: Option<String>,
    /// The sort of record that it is about, where the kind has several (`paymentOut`, `customer`): it tells which way money goes.
    pub record_type: Option<String>,
    /// Before, for what changes (a quantity, a status).
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// Signed change of a quantity (`-12`).
    pub change: Option<String>,
    /// Exact decimal amount of money.
    pub amount: Option<String>,
    /// Its currency: a code of ISO 4217, else what the publisher wrote; `None`: nobody said.
    pub currency: Option<String>,
    /// What stands where the change or the amount should, and could not be read as one: as written.
    pub unread: Option<String>,
    /// The publisher's time as written, where it was not believed: `occurred_at` is when the event was received.
    pub doubted_time: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// `received_at − occurred_at` in ms, where the publisher gave a time.
    pub latency_ms: Option<i64>,
    /// For gap markers, and for what says that one was filled.
    pub gap: Option<GapView>,
}

/// A stretch of time in which events may be missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct GapView {
    /// Place in the stream.
    pub seq: u64,
    /// Source concerned.
    pub source: String,
    /// Channel concerned; `None` means every channel of the source.
    pub channel: Option<String>,
    /// Start of the hole.
    pub from: Millis,
    /// End of the hole.
    pub to: Millis,
    /// Why.
    pub reason: GapReason,
    /// Events fetched for it from the server's history; `None`: it is not filled.
    #[serde(default)]
    pub filled: Option<u64>,
}
