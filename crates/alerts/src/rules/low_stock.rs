//! A product is below its threshold.

use crate::{
    alert::{Life, Raise, Values},
    judge::Judge,
    rule::{PLAIN, Rule, value},
};
use watchdeck_events::erp::View;
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::StockRow};
use watchdeck_world::{entity::Entity, facts::Facts};

/// Its name.
pub const ID: &str = "low_stock";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    threshold: |settings| Some(settings.low_stock_threshold.to_string()),
    title: |words, alert| words.of(format!("{} 库存不足", alert.label), format!("Low stock: {}", alert.label)),
    body: |words, alert| {
        let (on_hand, threshold) = (words.number(value(alert, "on_hand")), words.number(value(alert, "threshold")));
        words.of(format!("现有 {on_hand}，阈值 {threshold}"), format!("{on_hand} on hand, threshold {threshold}"))
    },
    several: ["库存不足", "low stock"],
    event,
    known,
    ..PLAIN
};

/// A low product is well again at this multiple of its threshold, so that one unit in and out does not ring twice.
const WELL_AGAIN: f64 = 1.2;

fn event(judge: &mut Judge<'_>, stored: &Stored, facts: &Facts<'_>) {
    let (Some(View::InventoryChange(change)), Some(key)) = (&facts.view, &facts.about) else { return };
    let low = judge.world.stock.is_low(key, judge.settings);
    if low != Some(true) && !judge.any_lives(ID) {
        return;
    }
    let about = key.to_string();
    let was_low = judge.is_active(ID, &about);
    if low != Some(true) && !was_low {
        return;
    }
    let Some(row) = judge.world.stock.row(key, judge.settings, &judge.today.name, judge.at) else { return };
    // What is told per batch is not known to be low.
    let on_hand = row.on_hand.unwrap_or(f64::INFINITY);
    if row.low {
        let rises = change.change().is_some_and(|by| !by.is_negative());
        if was_low && rises {
            // On the way up but not well yet: the numbers move, nothing fires.
            judge.refresh(ID, &about, values(&row));
            return;
        }
        judge.raise(raise(key, &row, Some(stored.seq)));
    } else if on_hand >= row.threshold * WELL_AGAIN {
        judge.resolve(ID, &about);
    } else {
        judge.refresh(ID, &about, values(&row));
    }
}

fn known(judge: &mut Judge<'_>, _: &Settings) {
    let (world, settings) = (judge.world, judge.settings);
    judge.end_others(ID, |key| world.stock.is_low(key, settings) == Some(true));
    for (key, _) in world.stock.judged(settings).filter(|(_, low)| *low == Some(true)) {
        let Some(row) = world.stock.row(key, settings, &judge.today.name, judge.at) else { continue };
        judge.refresh(ID, &key.to_string(), values(&row));
        judge.hold(raise(key, &row, Some(row.last_seq)));
    }
}

fn raise(key: &Entity, row: &StockRow, seq: Option<u64>) -> Raise {
    Raise {
        rule: ID.into(),
        about: key.to_string(),
        source: Some(row.source.clone()),
        subject: format!("product:{}", row.product_id),
        severity: RULE.severity,
        label: row.name.clone(),
        values: values(row),
        seq,
        life: Life::LASTING,
    }
}

fn values(row: &StockRow) -> Values {
    let mut values = Values::from([("threshold".to_owned(), row.threshold.to_string()), ("number".to_owned(), row.product_id.clone())]);
    if let Some(warehouse) = &row.warehouse {
        values.insert("warehouse".to_owned(), warehouse.clone());
    }
    if let Some(on_hand) = row.on_hand {
        values.insert("on_hand".to_owned(), on_hand.to_string());
    }
    if let Some(hours) = row.hours_left {
        values.insert("hours_left".to_owned(), format!("{hours:.1}"));
    }
    values
}
