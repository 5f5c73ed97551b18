//! What the alerts about one financial record have in common.

use crate::{
    alert::{Life, Raise, Values},
    rule::{Rule, joined, value},
    words::Words,
};
use watchdeck_wire::views::{AlertView, FinanceRow};
use watchdeck_world::entity::Entity;

/// The alert of a record.
pub(super) fn raise(rule: &Rule, key: &Entity, row: &FinanceRow, point: bool) -> Raise {
    let mut values = Values::from([("number".to_owned(), row.number.clone())]);
    let given = [
        ("amount", row.amount.map(|amount| amount.to_string())),
        ("unread", row.unread.clone()),
        ("currency", row.currency.clone()),
        ("party", row.party.clone()),
    ];
    values.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Raise {
        rule: rule.id.into(),
        about: key.to_string(),
        source: Some(row.source.clone()),
        subject: format!("record:{}", row.record_id),
        severity: rule.severity,
        label: row.number.clone(),
        values,
        seq: Some(row.seq),
        life: if point { Life::point(7) } else { Life::LASTING },
    }
}

/// What it is, and how much.
pub(super) fn title(words: Words, alert: &AlertView, what: &str) -> String {
    words.amount(alert).map_or_else(|| what.to_owned(), |amount| format!("{what}{}{amount}", words.either("：", ": ")))
}

/// Which record, and of whom.
pub(super) fn body(_: Words, alert: &AlertView) -> String {
    joined(&[value(alert, "number"), value(alert, "party")])
}
