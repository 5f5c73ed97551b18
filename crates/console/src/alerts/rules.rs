//! The first rules: when an event, or the state of a link, raises or ends an alert.

use super::{AlertBook, Notice, Raise};
use crate::{
    api::{settings::Settings, views::StockRow},
    projections::{World, approvals::Approvals, stock::Stock},
};
use std::collections::BTreeMap;
use watchdeck_events::{
    Millis, Severity,
    erp::{Approval, ApprovalStage, Finance, InventoryChange, System, SystemLevel, View},
};
use watchdeck_store::Stored;

/// A product below its threshold.
pub const LOW_STOCK: &str = "low_stock";
/// Somebody waits for a decision.
pub const APPROVAL_REQUESTED: &str = "approval_requested";
/// Money did not come in time.
pub const FINANCE_OVERDUE: &str = "finance_overdue";
/// A refund from the set amount on.
pub const LARGE_REFUND: &str = "large_refund";
/// The ERP says that something is critical.
pub const SYSTEM_CRITICAL: &str = "system_critical";
/// Our own feed has gone quiet.
pub const FEED_STALE: &str = "feed_stale";

/// Every rule with its severity, in the order of the page.
pub const ALL: [(&str, Severity); 6] = [
    (SYSTEM_CRITICAL, Severity::Critical),
    (FEED_STALE, Severity::Critical),
    (APPROVAL_REQUESTED, Severity::Warning),
    (LOW_STOCK, Severity::Warning),
    (LARGE_REFUND, Severity::Warning),
    (FINANCE_OVERDUE, Severity::Warning),
];

/// A low product is well again at this multiple of its threshold, so that one unit in and out does not ring twice.
const WELL_AGAIN: f64 = 1.2;

fn severity(rule: &str) -> Severity {
    ALL.iter().find(|(name, _)| *name == rule).map_or(Severity::Warning, |(_, severity)| *severity)
}

/// What one event does to the alerts. `world` has already taken it in; `at` is when it happened, by our clock.
pub fn evaluate(
    stored: &Stored,
    view: &View<'_>,
    at: Millis,
    world: &World,
    settings: &Settings,
    today: &str,
    book: &mut AlertBook,
) -> Vec<Notice> {
    let mut rules = Rules { stored, at, settings, book, notices: Vec::new() };
    match view {
        View::InventoryChange(change) => rules.stock(change, world, today),
        View::Approval(approval) => rules.approval(approval),
        View::Finance(record) => rules.finance(record),
        View::System(notice) => rules.system(notice),
        _ => {}
    }
    rules.notices
}

struct Rules<'a> {
    stored: &'a Stored,
    at: Millis,
    settings: &'a Settings,
    book: &'a mut AlertBook,
    notices: Vec<Notice>,
}

impl Rules<'_> {
    fn stock(&mut self, change: &InventoryChange<'_>, world: &World, today: &str) {
        let key = Stock::key(&change.product_id, change.variant_id.as_deref());
        let about = format!("product:{key}");
        if world.stock.is_low(&key, self.settings) != Some(true) && !self.book.is_active(LOW_STOCK, &about) {
            return;
        }
        let Some(row) = world.stock.row(&key, self.settings, today, self.at) else { return };
        let on_hand = row.on_hand.unwrap_or(f64::INFINITY);
        if row.low {
            let values = stock_values(&row);
            if self.book.is_active(LOW_STOCK, &about) && change.change().is_some_and(|change| !change.is_negative()) {
                // On the way up but not well yet: the numbers move, nothing fires.
                self.book.refresh(LOW_STOCK, &about, values);
                return;
            }
            self.raise(LOW_STOCK, about, row.name, values, false);
        } else if on_hand >= row.threshold * WELL_AGAIN {
            self.resolve(LOW_STOCK, &about);
        } else {
            self.book.refresh(LOW_STOCK, &about, stock_values(&row));
        }
    }

    fn approval(&mut self, approval: &Approval<'_>) {
        let about = format!("approval:{}", Approvals::key(approval));
        if approval.stage != ApprovalStage::Request {
            self.resolve(APPROVAL_REQUESTED, &about);
            return;
        }
        let number = approval.resource_number.as_deref().unwrap_or(&approval.resource_id).to_owned();
        let mut values = BTreeMap::from([
            ("number".to_owned(), number.clone()),
            ("resource_type".to_owned(), approval.resource_type.as_deref().unwrap_or_default().to_owned()),
            (
                "requester".to_owned(),
                approval.requester_name.as_deref().or(approval.requester_id.as_deref()).unwrap_or_default().to_owned(),
            ),
        ]);
        if let Some(amount) = approval.amount.as_known() {
            values.insert("amount".to_owned(), amount.to_string());
        }
        if let Some(reason) = &approval.reason {
            values.insert("message".to_owned(), reason.to_string());
        }
        self.raise(APPROVAL_REQUESTED, about, number, values, false);
    }

    fn finance(&mut self, record: &Finance<'_>) {
        let about = format!("record:{}", record.record_id);
        let number = record.record_number.as_deref().unwrap_or(&record.record_id).to_owned();
        let mut values = BTreeMap::from([("number".to_owned(), number.clone())]);
        if let Some(amount) = record.amount.as_known() {
            values.insert("amount".to_owned(), amount.to_string());
        }
        if let Some(party) = record.customer_name.as_ref().or(record.supplier_name.as_ref()) {
            values.insert("party".to_owned(), party.to_string());
        }
        let action = record.action.as_deref().unwrap_or_default();
        match action {
            "overdue" => self.raise(FINANCE_OVERDUE, about, number, values, false),
            "confirmed" | "cancelled" => {
                self.resolve(FINANCE_OVERDUE, &about);
                if action == "cancelled" {
                    self.resolve(LARGE_REFUND, &about);
                } else {
                    self.refund(record, about, values);
                }
            }
            _ => self.refund(record, about, values),
        }
    }

    fn refund(&mut self, record: &Finance<'_>, about: String, values: BTreeMap<String, String>) {
        // Created and then confirmed is one refund: the fingerprint is the record.
        if record.record_type.as_deref() == Some("refund")
            && record.amount.as_known().is_some_and(|amount| *amount >= self.settings.large_refund)
        {
            let number = record.record_number.as_deref().unwrap_or(&record.record_id).to_owned();
            self.raise(LARGE_REFUND, about, number, values, true);
        }
    }

    fn system(&mut self, notice: &System<'_>) {
        if notice.level != SystemLevel::Critical {
            return;
        }
        // The same complaint with other numbers in it ("queue 14", "queue 15") is the same alert.
        let message = notice.message.as_deref().unwrap_or_default();
        let about: String = message.chars().filter(|c| !c.is_ascii_digit()).take(80).collect();
        let values = BTreeMap::from([("message".to_owned(), message.to_owned())]);
        self.raise(SYSTEM_CRITICAL, format!("system:{}", about.trim()), message.to_owned(), values, true);
    }

    fn raise(&mut self, rule: &'static str, about: String, label: String, values: BTreeMap<String, String>, point: bool) {
        if self.settings.rules_off.iter().any(|off| off == rule) {
            return;
        }
        let raise = Raise { rule, about, severity: severity(rule), label, values, seq: Some(self.stored.seq), point };
        self.notices.extend(self.book.raise(raise, self.at));
    }

    fn resolve(&mut self, rule: &str, about: &str) {
        self.notices.extend(self.book.resolve(rule, about, self.at));
    }
}

fn stock_values(row: &StockRow) -> BTreeMap<String, String> {
    let mut values = BTreeMap::from([
        ("on_hand".to_owned(), row.on_hand.unwrap_or_default().to_string()),
        ("threshold".to_owned(), row.threshold.to_string()),
        ("number".to_owned(), row.product_id.clone()),
    ]);
    if let Some(hours) = row.hours_left {
        values.insert("hours_left".to_owned(), format!("{hours:.1}"));
    }
    values
}

/// A link's own health: `stale_for` is how long it has been without a current feed, `None` while it is current.
pub fn feed(source_id: &str, name: &str, stale_for: Option<i64>, settings: &Settings, now: Millis, book: &mut AlertBook) -> Option<Notice> {
    let about = format!("source:{source_id}");
    let limit = i64::from(settings.stale_after_seconds) * 1000;
    match stale_for {
        None => book.resolve(FEED_STALE, &about, now),
        Some(quiet) if quiet >= limit && !book.is_active(FEED_STALE, &about) && !settings.rules_off.iter().any(|off| off == FEED_STALE) => {
            book.raise(
                Raise {
                    rule: FEED_STALE,
                    about,
                    severity: severity(FEED_STALE),
                    label: name.to_owned(),
                    values: BTreeMap::from([("source".to_owned(), name.to_owned()), ("since".to_owned(), now.plus(-quiet).0.to_string())]),
                    seq: None,
                    point: false,
                },
                now,
            )
        }
        Some(_) => None,
    }
}
