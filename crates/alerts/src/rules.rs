//! The rules: when an event, or the state of a link, raises or ends an alert. Which settings make of what is known is in [`super::rejudge`].

use crate::{AlertBook, Notice, Raise, fingerprint};
use std::{collections::BTreeMap, sync::Arc};
use watchdeck_events::{
    Millis, Severity,
    erp::{Approval, ApprovalStage, Finance as Record, InventoryChange, System, SystemKind, SystemLevel, View},
    line,
};
use watchdeck_store::Stored;
use watchdeck_wire::{
    settings::Settings,
    views::{AlertView, FinanceRow, StockRow},
};
use watchdeck_world::{World, approvals::Approvals, entity::Entity, finance::Finance, stock::Stock};

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
/// A link is not current.
pub const FEED_STALE: &str = "feed_stale";
/// A link is well and brings nothing for longer than usual.
pub const FEED_QUIET: &str = "feed_quiet";

/// Every rule with its severity, in the order of the page.
pub const ALL: [(&str, Severity); 7] = [
    (SYSTEM_CRITICAL, Severity::Critical),
    (FEED_STALE, Severity::Critical),
    (FEED_QUIET, Severity::Warning),
    (APPROVAL_REQUESTED, Severity::Warning),
    (LOW_STOCK, Severity::Warning),
    (LARGE_REFUND, Severity::Warning),
    (FINANCE_OVERDUE, Severity::Warning),
];

/// A low product is well again at this multiple of its threshold, so that one unit in and out does not ring twice.
const WELL_AGAIN: f64 = 1.2;
/// Longest text of an alert, characters; the drawer has the whole.
const TEXT: usize = 500;

pub(super) fn severity(rule: &str) -> Severity {
    ALL.iter().find(|(name, _)| *name == rule).map_or(Severity::Warning, |(_, severity)| *severity)
}

pub(super) fn is_on(rule: &str, settings: &Settings) -> bool {
    !settings.rules_off.iter().any(|off| off == rule)
}

/// Whether a rule is about our own links, and not about what an ERP tells.
#[must_use]
pub fn is_of_a_link(rule: &str) -> bool {
    [FEED_STALE, FEED_QUIET].contains(&rule)
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
    let mut rules = Rules { stored, at, world, settings, book, notices: Vec::new() };
    match view {
        View::InventoryChange(change) => rules.stock(change, today),
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
    world: &'a World,
    settings: &'a Settings,
    book: &'a mut AlertBook,
    notices: Vec<Notice>,
}

impl<'a> Rules<'a> {
    fn realm(&self) -> &'a Arc<str> {
        self.world.realms.realm(&self.stored.event.source)
    }

    fn stock(&mut self, change: &InventoryChange<'_>, today: &str) {
        let key = Stock::key(self.realm(), &change.product_id, change.variant_id.as_deref());
        let about = key.to_string();
        let was_low = self.book.is_active(LOW_STOCK, &about);
        let low = self.world.stock.is_low(&key, self.settings);
        if low != Some(true) && !was_low {
            return;
        }
        let Some(row) = self.world.stock.row(&key, self.settings, today, self.at) else { return };
        // What is told per batch is not known to be low.
        let on_hand = row.on_hand.unwrap_or(f64::INFINITY);
        if row.low {
            let rises = change.change().is_some_and(|by| !by.is_negative());
            if was_low && rises {
                // On the way up but not well yet: the numbers move, nothing fires.
                self.book.refresh(LOW_STOCK, &about, stock_values(&row));
                return;
            }
            self.raise(stock(&key, &row, Some(self.stored.seq)));
        } else if on_hand >= row.threshold * WELL_AGAIN {
            self.resolve(LOW_STOCK, &about);
        } else {
            self.book.refresh(LOW_STOCK, &about, stock_values(&row));
        }
    }

    fn approval(&mut self, approval: &Approval<'_>) {
        let key = Approvals::key(self.realm(), approval);
        let about = key.to_string();
        // The projection knows whether a request came before or after its decision.
        let Some(request) = self.world.approvals.get(&key).filter(|request| request.is_pending()) else {
            self.resolve(APPROVAL_REQUESTED, &about);
            return;
        };
        if approval.stage == ApprovalStage::Request {
            self.raise(super::rejudge::approval(&key, request));
        }
    }

    fn finance(&mut self, record: &Record<'_>) {
        let key = Finance::key(self.realm(), record);
        let about = key.to_string();
        let Some(row) = self.world.finance.row(&key) else { return };
        match record.action.as_deref() {
            Some("confirmed") => {
                self.resolve(FINANCE_OVERDUE, &about);
                self.refund(&key, row);
            }
            Some("cancelled") => {
                self.resolve(FINANCE_OVERDUE, &about);
                self.resolve(LARGE_REFUND, &about);
            }
            _ if Finance::says_overdue(record) && self.world.finance.is_overdue_now(&key) => {
                self.raise(money(FINANCE_OVERDUE, &key, row, false))
            }
            _ => self.refund(&key, row),
        }
    }

    fn refund(&mut self, key: &Entity, row: &FinanceRow) {
        // Created and then confirmed is one refund: the fingerprint is the record.
        if is_large_refund(row, self.settings) {
            self.raise(money(LARGE_REFUND, key, row, true));
        }
    }

    fn system(&mut self, notice: &System<'_>) {
        let severity = match notice.level {
            SystemLevel::Critical => Severity::Critical,
            // It may be the worst: somebody should look.
            SystemLevel::Unknown if notice.kind == SystemKind::Alert => Severity::Warning,
            _ => return,
        };
        let event = &self.stored.event;
        let said = notice.message.as_deref().or(notice.level_text.as_deref()).or(event.subject.as_deref()).unwrap_or(event.kind.as_str());
        let key = Entity::new(self.realm(), "system", fingerprint::of(said).trim());
        let label = line::of(said, line::LABEL).into_owned();
        self.raise(Raise {
            rule: SYSTEM_CRITICAL,
            about: key.to_string(),
            source: Some(key.realm.to_string()),
            subject: format!("system:{}", line::of(&key.id, line::LABEL)),
            severity,
            values: BTreeMap::from([("message".to_owned(), line::of(said, TEXT).into_owned())]),
            label,
            seq: Some(self.stored.seq),
            point: true,
        });
    }

    fn raise(&mut self, raise: Raise) {
        if is_on(raise.rule, self.settings) {
            self.notices.extend(self.book.raise(raise, self.at));
        }
    }

    fn resolve(&mut self, rule: &str, about: &str) {
        self.notices.extend(self.book.resolve(rule, about, self.at));
    }
}

/// Whether a record is a refund from the set amount on. An amount that could not be read may be any.
pub(super) fn is_large_refund(row: &FinanceRow, settings: &Settings) -> bool {
    row.record_type == "refund" && (row.amount.is_some_and(|amount| amount >= settings.large_refund) || row.unread.is_some())
}

/// The alert of a low product.
pub(super) fn stock(key: &Entity, row: &StockRow, seq: Option<u64>) -> Raise {
    Raise {
        rule: LOW_STOCK,
        about: key.to_string(),
        source: Some(row.source.clone()),
        subject: format!("product:{}", row.product_id),
        severity: severity(LOW_STOCK),
        label: row.name.clone(),
        values: stock_values(row),
        seq,
        point: false,
    }
}

/// The alert of a financial record.
pub(super) fn money(rule: &'static str, key: &Entity, row: &FinanceRow, point: bool) -> Raise {
    let mut values = BTreeMap::from([("number".to_owned(), row.number.clone())]);
    let given = [
        ("amount", row.amount.map(|amount| amount.to_string())),
        ("unread", row.unread.clone()),
        ("currency", row.currency.clone()),
        ("party", row.party.clone()),
    ];
    values.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Raise {
        rule,
        about: key.to_string(),
        source: Some(row.source.clone()),
        subject: format!("record:{}", row.record_id),
        severity: severity(rule),
        label: row.number.clone(),
        values,
        seq: Some(row.seq),
        point,
    }
}

pub(super) fn stock_values(row: &StockRow) -> BTreeMap<String, String> {
    let mut values = BTreeMap::from([("threshold".to_owned(), row.threshold.to_string()), ("number".to_owned(), row.product_id.clone())]);
    if let Some(on_hand) = row.on_hand {
        values.insert("on_hand".to_owned(), on_hand.to_string());
    }
    if let Some(hours) = row.hours_left {
        values.insert("hours_left".to_owned(), format!("{hours:.1}"));
    }
    values
}

/// The name that an alert of an earlier version would have now: what the event behind it is about, in its own world. `None` where that tells nothing.
#[must_use]
pub fn name_anew(alert: &AlertView, stored: &Stored, realm: &Arc<str>) -> Option<String> {
    let about = match View::of(&stored.event)? {
        View::InventoryChange(change) => Stock::key(realm, &change.product_id, change.variant_id.as_deref()),
        View::Approval(approval) => Approvals::key(realm, &approval),
        View::Finance(record) => Finance::key(realm, &record),
        View::System(_) => Entity::new(realm, "system", fingerprint::of(&alert.label).trim()),
        _ => return None,
    };
    Some(format!("{}:{about}", alert.rule))
}

/// A link's own health: `stale_for` is how long it has been without a current feed, `None` while it is current.
pub fn feed(source_id: &str, name: &str, stale_for: Option<i64>, settings: &Settings, now: Millis, book: &mut AlertBook) -> Option<Notice> {
    let limit = i64::from(settings.stale_after_seconds) * 1000;
    link(FEED_STALE, source_id, name, stale_for.filter(|quiet| *quiet >= limit), settings, now, book)
}

/// What a link brings: `quiet_for` is how long nothing came, where that is suspiciously long. The state has waited already, so this does not.
pub fn quiet(
    source_id: &str,
    name: &str,
    quiet_for: Option<i64>,
    settings: &Settings,
    now: Millis,
    book: &mut AlertBook,
) -> Option<Notice> {
    link(FEED_QUIET, source_id, name, quiet_for, settings, now, book)
}

fn link(
    rule: &'static str,
    source_id: &str,
    name: &str,
    since: Option<i64>,
    settings: &Settings,
    now: Millis,
    book: &mut AlertBook,
) -> Option<Notice> {
    let about = format!("source:{source_id}");
    let Some(quiet) = since.filter(|_| is_on(rule, settings)) else {
        return book.resolve(rule, &about, now);
    };
    if book.is_active(rule, &about) {
        return None;
    }
    let values = BTreeMap::from([
        ("source".to_owned(), name.to_owned()),
        ("since".to_owned(), now.plus(-quiet).0.to_string()),
        ("minutes".to_owned(), (quiet / 60_000).to_string()),
    ]);
    let raise = Raise {
        rule,
        subject: about.clone(),
        about,
        source: None,
        severity: severity(rule),
        label: name.to_owned(),
        values,
        seq: None,
        point: false,
    };
    book.raise(raise, now)
}
