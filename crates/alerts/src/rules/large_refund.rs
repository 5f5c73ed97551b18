//! A refund from the set amount on.

use super::record;
use crate::{
    judge::{Judge, is_on},
    rule::{PLAIN, Rule, value},
};
use watchdeck_events::{Money, erp::View};
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::FinanceRow};
use watchdeck_world::{facts::Facts, finance::Finance};

/// Its name.
pub const ID: &str = "large_refund";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    threshold: |settings| Some(settings.large_refund.to_string()),
    title: |words, alert| record::title(words, alert, words.either("大额退款", "Large refund")),
    body: record::body,
    several: ["大额退款", "large refunds"],
    event,
    known,
    ..PLAIN
};

fn event(judge: &mut Judge<'_>, _: &Stored, facts: &Facts<'_>) {
    let (Some(View::Finance(told)), Some(key)) = (&facts.view, &facts.about) else { return };
    let Some(row) = judge.world.finance.row(key) else { return };
    if told.action.as_deref() == Some("cancelled") {
        judge.resolve(ID, &key.to_string());
    } else if is_large(row, judge.settings) && !(Finance::says_overdue(told) && judge.world.finance.is_overdue_now(key)) {
        // Created and then confirmed is one refund: the fingerprint is the record.
        judge.raise(record::raise(&RULE, key, row, true));
    }
}

/// A refund is a single event, so only what the change itself made large is news.
fn known(judge: &mut Judge<'_>, before: &Settings) {
    let settings = judge.settings;
    let amount = |alert| Money::from_json(value(alert, "amount"));
    let small = judge.living(ID).filter(|alert| amount(alert).is_some_and(|amount| amount < settings.large_refund));
    let small: Vec<_> = small.filter_map(|alert| alert.id.split_once(':').map(|(_, about)| about.to_owned())).collect();
    small.iter().for_each(|about| judge.resolve(ID, about));
    let was_on = is_on(ID, before);
    for (key, row) in judge.world.finance.rows() {
        let judged_before = was_on && is_large(row, before);
        let is_open = row.action != "cancelled" && judge.today.holds(row.at);
        if is_open && !judged_before && is_large(row, settings) {
            judge.hold(record::raise(&RULE, key, row, true));
        }
    }
}

/// Whether a record is a refund from the set amount on. An amount that could not be read may be any.
fn is_large(row: &FinanceRow, settings: &Settings) -> bool {
    row.record_type == "refund" && (row.amount.is_some_and(|amount| amount >= settings.large_refund) || row.unread.is_some())
}
