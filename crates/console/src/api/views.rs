//! What each page shows, as one answer per page.

use super::live::{EventRow, GapView, LinkCause, LinkState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, Money, Severity};

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
    /// Money received today.
    pub received_today: Money,
    /// In how many payments.
    pub received_count: u32,
    /// Money received per hour of today, oldest first, as plain numbers for the shape only.
    pub received_spark: Vec<f64>,
    /// Money refunded today.
    pub refunded_today: Money,
    /// In how many refunds.
    pub refunded_count: u32,
    /// Money overdue now.
    pub overdue: Money,
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

/// Something that waits for a person.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Need {
    /// An alert that fires.
    Alert {
        /// The alert.
        alert: AlertView,
    },
    /// A request for approval.
    Approval {
        /// The request.
        approval: ApprovalView,
    },
}

/// The Inventory page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct InventoryView {
    /// A row per product, the most urgent first (low stock, then fewest hours left, then newest change).
    pub products: Vec<StockRow>,
    /// How many are below their threshold.
    pub low: u32,
    /// Newest movements first, at most 200.
    pub movements: Vec<EventRow>,
}

/// One product's stock.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StockRow {
    /// The ERP's product id (with `/variant` where the event names one).
    pub product_id: String,
    /// As people read it; the id where no event named it.
    pub name: String,
    /// Warehouse, where events name one.
    pub warehouse: Option<String>,
    /// On hand; `None` when only relative legacy messages were seen.
    pub on_hand: Option<f64>,
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
    /// On hand after each of the last 32 changes, oldest first.
    pub spark: Vec<f64>,
}

/// The Orders page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrdersView {
    /// The flow: a count per order type and status, in the order in which orders pass them.
    pub states: Vec<OrderStateCount>,
    /// Stuck first, then newest change; at most 500.
    pub orders: Vec<OrderRow>,
    /// How many orders there are in all.
    pub total: u32,
    /// An order in one non-final state longer than this is stuck, ms.
    pub stuck_after_ms: u64,
}

/// How many orders are in a state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrderStateCount {
    /// `sales`, `return`, `purchase`.
    pub order_type: String,
    /// The ERP's status.
    pub status: String,
    /// Nothing follows it (completed, cancelled …).
    pub terminal: bool,
    /// Orders in it now.
    pub count: u32,
    /// Of those, stuck.
    pub stuck: u32,
    /// Median time that orders spent in it before they left, ms.
    pub dwell_ms: Option<u64>,
}

/// One order.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OrderRow {
    /// The ERP's id.
    pub order_id: String,
    /// As people read it.
    pub number: String,
    /// `sales`, `return`, `purchase`.
    pub order_type: String,
    /// Now.
    pub status: String,
    /// Since when.
    pub since: Millis,
    /// Whose.
    pub customer: Option<String>,
    /// In one non-final state for too long.
    pub stuck: bool,
    /// Event behind the newest transition.
    pub last_seq: u64,
    /// Oldest first, at most 20.
    pub transitions: Vec<Transition>,
}

/// One step of an order.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Transition {
    /// Status before.
    pub from: String,
    /// Status after.
    pub to: String,
    /// When.
    pub at: Millis,
    /// Event behind it.
    pub seq: u64,
}

/// The Approvals page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ApprovalsView {
    /// Waiting, the nearest deadline first, then the oldest.
    pub pending: Vec<ApprovalView>,
    /// Decided, newest first, at most 200.
    pub history: Vec<ApprovalView>,
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ApprovalView {
    /// `resourceType:resourceId`; what `decide` takes.
    pub key: String,
    /// `order`, `return`, `payment`, `refund`, `adjustment`.
    pub resource_type: String,
    /// The ERP's id.
    pub resource_id: String,
    /// As people read it.
    pub number: String,
    /// Who asks.
    pub requester: String,
    /// How much is at stake.
    pub amount: Option<Money>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Why they ask.
    pub reason: Option<String>,
    /// When they asked.
    pub requested_at: Millis,
    /// When an answer is due.
    pub deadline: Option<Millis>,
    /// What the ERP last said.
    pub status: ApprovalStatus,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Millis>,
    /// What they said.
    pub comment: Option<String>,
    /// Our own decision on its way to the ERP, if there is one.
    pub decision: Option<DecisionView>,
    /// Event behind it.
    pub seq: u64,
}

/// What the ERP last said about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ApprovalStatus {
    /// Waiting.
    Pending,
    /// Granted.
    Approved,
    /// Refused.
    Rejected,
}

/// A decision made here, until the ERP confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecisionView {
    /// Granted or refused.
    pub approve: bool,
    /// When the user decided.
    pub at: Millis,
    /// Where it is.
    pub state: DecisionState,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// Where a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DecisionState {
    /// Kept here; not sent yet (offline, or between attempts).
    Queued,
    /// The gateway took it; the ERP's event is awaited.
    Sent,
    /// The ERP's event came and says the same.
    Confirmed,
    /// Somebody else decided first, and differently.
    Overtaken,
    /// Given up; the error says why. It can be decided again.
    Failed,
}

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

/// The Alerts page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertsView {
    /// Firing, acknowledged and snoozed: worst first, then newest.
    pub active: Vec<AlertView>,
    /// Resolved, newest first, at most 200.
    pub resolved: Vec<AlertView>,
    /// The rules.
    pub rules: Vec<RuleView>,
}

/// One alert. The window has the words for each rule and fills `values` in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertView {
    /// Fingerprint: rule and what it is about.
    pub id: String,
    /// `low_stock`, `approval_requested`, `finance_overdue`, `large_refund`, `system_critical`, `feed_stale`.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Where in its life.
    pub state: AlertState,
    /// `type:id` of what it is about.
    pub subject: Option<String>,
    /// As people read it.
    pub label: String,
    /// What the words need: `on_hand`, `threshold`, `hours_left`, `amount`, `party`, `message`, `requester`, `number`, `resource_type`, `source`.
    pub values: BTreeMap<String, String>,
    /// How often it fired in this life.
    pub count: u32,
    /// First time.
    pub first_at: Millis,
    /// Newest time.
    pub last_at: Millis,
    /// Who acknowledged.
    pub acknowledged_by: Option<String>,
    /// Snoozed until.
    pub snoozed_until: Option<Millis>,
    /// When it ended.
    pub resolved_at: Option<Millis>,
    /// Newest event behind it.
    pub seq: Option<u64>,
    /// Oldest first.
    pub timeline: Vec<AlertStep>,
}

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AlertState {
    /// Nobody has looked.
    Firing,
    /// Somebody has it.
    Acknowledged,
    /// Quiet until a time.
    Snoozed,
    /// Over.
    Resolved,
}

/// One step in an alert's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AlertStep {
    /// When.
    pub at: Millis,
    /// Into which state.
    pub state: AlertState,
    /// By whom, for what people did.
    pub by: Option<String>,
}

/// One rule as the page lists it.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RuleView {
    /// Same names as [`AlertView::rule`].
    pub id: String,
    /// How bad its alerts are.
    pub severity: Severity,
    /// On.
    pub enabled: bool,
    /// The number it compares with, as text, where it has one.
    pub threshold: Option<String>,
    /// Alerts of it that fire now.
    pub firing: u32,
}

/// The Feed health page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HealthView {
    /// When this was computed.
    pub at: Millis,
    /// One per source.
    pub sources: Vec<SourceHealth>,
    /// Newest first, at most 100.
    pub gaps: Vec<GapView>,
    /// Publisher to this machine, last 10,000 events.
    pub arrival: Percentiles,
    /// This machine to committed.
    pub commit: Percentiles,
    /// Publisher to painted, as the window reports it for rows that came live.
    pub painted: Percentiles,
    /// Events per second, one value a second, oldest first, 300 values.
    pub rate: Vec<f64>,
    /// The local store.
    pub store: StoreHealth,
    /// Decisions that wait to be sent.
    pub decisions_queued: u32,
    /// Decisions given up.
    pub decisions_failed: u32,
    /// How far each subscriber of the store is behind, in events.
    pub lag: BTreeMap<String, u64>,
}

/// One source's record.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceHealth {
    /// Profile id.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// Without secrets.
    pub url: String,
    /// Now.
    pub state: LinkState,
    /// Connections lost since start.
    pub reconnects: u32,
    /// Newest last, at most 100.
    pub timeline: Vec<LinkStep>,
    /// Events received.
    pub received: u64,
    /// Repeats recognised and not stored again.
    pub duplicates: u64,
    /// Frames that could not be read.
    pub malformed: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Per channel, the position that is safe in the store: `epoch:offset`.
    pub positions: BTreeMap<String, String>,
}

/// One change of a link's state.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LinkStep {
    /// When.
    pub at: Millis,
    /// Into which state.
    pub state: LinkState,
    /// What ended the one before, where something went wrong.
    pub cause: Option<LinkCause>,
}

/// Percentiles in ms; all zero when `count` is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Percentiles {
    /// Samples.
    pub count: u64,
    /// Median.
    pub p50: f64,
    /// 95th.
    pub p95: f64,
    /// 99th.
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

/// The local store.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StoreHealth {
    /// Where it is.
    pub path: String,
    /// Events in it.
    pub events: u64,
    /// Size on disk.
    pub bytes: u64,
    /// Oldest event.
    pub oldest_at: Option<Millis>,
    /// Last write failure, in words, until a write succeeds again.
    pub error: Option<String>,
}

/// One event in full, for the drawer.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventDetail {
    /// The row.
    pub row: EventRow,
    /// The publisher's JSON, byte for byte.
    pub raw: String,
    /// Other events of the same subject, newest first, at most 50.
    pub related: Vec<EventRow>,
}

/// A page of history.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<EventRow>,
    /// Pass as `before` for the next page; `None` at the end of history.
    pub next_before: Option<u64>,
    /// How many events were looked at for this page.
    pub scanned: u64,
}

/// The known kinds, for titles and for filters.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CatalogueView {
    /// By kind.
    pub kinds: BTreeMap<String, KindView>,
}

/// What the catalogue knows of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KindView {
    /// Title in Chinese.
    pub zh: String,
    /// Title in English.
    pub en: String,
    /// Domain.
    pub domain: String,
    /// Names of its fields.
    pub fields: Vec<String>,
}

/// What became of one request in a bulk decision.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecideResult {
    /// The request.
    pub key: String,
    /// The decision is queued.
    pub ok: bool,
    /// Why not.
    pub error: Option<String>,
}
