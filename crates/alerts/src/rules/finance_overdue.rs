//! Money did not come in time.

use super::record;
use crate::{
    judge::Judge,
    rule::{PLAIN, Rule},
};
use watchdeck_events::erp::View;
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{facts::Facts, finance::Finance};

/// Its name.
pub const ID: &str = "finance_overdue";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    title: |words, alert| record::title(words, alert, words.either("逾期", "Overdue")),
    body: record::body,
    several: ["逾期", "overdue"],
    event,
    known,
    ..PLAIN
};

fn event(judge: &mut Judge<'_>, _: &Stored, facts: &Facts<'_>) {
    let (Some(View::Finance(told)), Some(key)) = (&facts.view, &facts.about) else { return };
    let Some(row) = judge.world.finance.row(key) else { return };
    match told.action.as_deref() {
        Some("confirmed" | "cancelled") => judge.resolve(ID, &key.to_string()),
        _ if Finance::says_overdue(told) && judge.world.finance.is_overdue_now(key) => {
            judge.raise(record::raise(&RULE, key, row, false));
        }
        _ => {}
    }
}

fn known(judge: &mut Judge<'_>, _: &Settings) {
    let world = judge.world;
    judge.end_others(ID, |key| world.finance.is_overdue_now(key));
    for (key, row) in world.finance.overdue_rows() {
        judge.hold(record::raise(&RULE, key, row, false));
    }
}
