//! One product: what its newest changes add up to in the order in which they happened, in whatever order they came.

use super::{holes::Holes, levels::Levels};
use crate::{
    calendar::Calendar,
    dated::Dated,
    entity::Entity,
    moment::{Moment, place},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use watchdeck_events::{Millis, Quantity};
use watchdeck_wire::{
    settings::Settings,
    views::{FoundRow, StockRow},
};

/// Points of a spark line.
const SPARK: usize = 32;
/// Changes kept: those of the spark line, and some for what comes out of order.
const CHANGES: usize = 48;
/// Hours over which the pace is measured.
const PACE_HOURS: i64 = 24;
const HOUR: i64 = 3_600_000;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Product {
    pub(super) name: Dated,
    /// On the shelf, where the publisher gives one.
    #[serde(default)]
    pub(super) code: Dated,
    pub(super) warehouse: Dated,
    pub(super) mover: Dated,
    /// The newest changes, oldest first.
    changes: VecDeque<Change>,
    /// What was on hand before the first of `changes`.
    before: Levels,
    /// And after the last of them.
    now: Levels,
    day: String,
    change_today: Quantity,
    /// Units that left, by hour since 1970.
    out: BTreeMap<i64, Quantity>,
    first_at: Millis,
}

/// One change of stock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) moment: Moment,
    /// By our clock.
    pub(super) at: Millis,
    pub(super) by: Quantity,
    pub(super) what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum What {
    /// A typed change: so many are on hand after it.
    Set { before: Option<Quantity>, after: Quantity },
    /// An old message: only by how much. With its event's id, so that a typed one can take its place.
    Moved(Box<str>),
    /// Something changed, and its numbers could not be read.
    Unread,
}

impl Change {
    fn apply(&self, levels: &mut Levels, last: Option<&Self>, gaps: &Holes<'_>) {
        match self.what {
            What::Set { before, after } => {
                let lost = last.is_some_and(|last| gaps.between(last.moment.seq, self.moment.seq));
                levels.set(before, after, lost);
            }
            What::Moved(_) => levels.moved(self.by),
            What::Unread => {}
        }
    }

    /// By the changes' own words, `other` begins where this one ends, and not the other way round.
    fn leads_to(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Set { before, after }, What::Set { before: then, after: at_last }) => *then == Some(*after) && *before != Some(*at_last),
            _ => false,
        }
    }
}

impl Product {
    pub(super) fn new(at: Millis) -> Self {
        Self { first_at: at, ..Self::default() }
    }

    /// Put a change where it belongs among the others. Nearly always that is the end.
    pub(super) fn add(&mut self, change: Change, day: &str, gaps: &Holes<'_>) {
        self.sum(&change, day);
        self.first_at = self.first_at.min(change.at);
        let at = place(&self.changes, |known| known.moment, change.moment, |known| change.leads_to(known));
        if at == self.changes.len() {
            change.apply(&mut self.now, self.changes.back(), gaps);
            self.changes.push_back(change);
        } else if at > 0 || self.before == Levels::default() {
            self.changes.insert(at, change);
            self.recount(gaps);
        }
        if self.changes.len() > CHANGES
            && let Some(oldest) = self.changes.pop_front()
        {
            oldest.apply(&mut self.before, None, gaps);
        }
    }

    fn sum(&mut self, change: &Change, day: &str) {
        if self.day.as_str() < day {
            day.clone_into(&mut self.day);
            self.change_today = Quantity::ZERO;
        }
        if self.day == day {
            self.change_today = self.change_today.plus(change.by).unwrap_or(self.change_today);
        }
        if change.by.is_negative() {
            let hour = change.at.0.div_euclid(HOUR);
            let left = self.out.entry(hour).or_default();
            *left = left.minus(change.by).unwrap_or(*left);
            let newest = self.out.last_key_value().map_or(hour, |(newest, _)| *newest);
            while self.out.first_key_value().is_some_and(|(first, _)| *first <= newest.saturating_sub(PACE_HOURS)) {
                self.out.pop_first();
            }
        }
    }

    /// Old messages that told what a typed change tells as well. Answers what was taken back.
    pub(super) fn take_back(&mut self, ids: &[Box<str>], gaps: &Holes<'_>, calendar: &mut Calendar) -> Vec<Change> {
        let mut taken = Vec::new();
        for id in ids {
            let told = |change: &Change| matches!(&change.what, What::Moved(known) if known == id);
            let Some(change) = self.changes.iter().position(told).and_then(|place| self.changes.remove(place)) else { continue };
            if self.day == calendar.day(change.at).name {
                self.change_today = self.change_today.minus(change.by).unwrap_or(self.change_today);
            }
            if change.by.is_negative()
                && let Some(left) = self.out.get_mut(&change.at.0.div_euclid(HOUR))
            {
                *left = left.plus(change.by).unwrap_or(*left);
            }
            taken.push(change);
        }
        self.recount(gaps);
        taken
    }

    /// Nothing is left that says anything of it.
    pub(super) fn is_unknown(&self) -> bool {
        self.changes.is_empty() && self.before == Levels::default()
    }

    pub(super) fn last_at(&self) -> Millis {
        self.changes.back().map_or(self.first_at, |last| last.at)
    }

    fn recount(&mut self, gaps: &Holes<'_>) {
        self.now = self.before.clone();
        let mut last = None;
        for change in &self.changes {
            change.apply(&mut self.now, last, gaps);
            last = Some(change);
        }
    }

    /// The level after each of the last changes, oldest first; of something told per batch, nothing that could be drawn as one line.
    fn spark(&self) -> Vec<f64> {
        if self.now.per_batch() {
            return Vec::new();
        }
        let mut levels = self.before.clone();
        let none: VecDeque<_> = VecDeque::new();
        let gaps = Holes { of: &"".into(), all: &none };
        let after = self.changes.iter().filter_map(|change| {
            change.apply(&mut levels, None, &gaps);
            levels.newest().map(Quantity::to_f64)
        });
        let all: Vec<_> = after.collect();
        all[all.len().saturating_sub(SPARK)..].to_vec()
    }

    pub(super) fn row(&self, key: &Entity, settings: &Settings, today: &str, now: Millis) -> StockRow {
        let (threshold, own) = threshold(key, self.warehouse.get(), settings);
        let on_hand = self.now.on_hand().map(Quantity::to_f64);
        let out_per_hour = self.pace(now);
        let last = self.changes.back();
        StockRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            product_id: key.id.to_string(),
            name: self.name.get().unwrap_or(&key.id).to_owned(),
            code: self.code.get().map(str::to_owned),
            warehouse: self.warehouse.get().map(str::to_owned),
            on_hand,
            per_batch: self.now.per_batch(),
            batches: self.now.batches().iter().map(|level| level.to_f64()).collect(),
            change_today: self.change_of(today),
            out_per_hour,
            hours_left: on_hand.and_then(|on_hand| hours_left(on_hand, out_per_hour)),
            threshold,
            threshold_own: own,
            low: on_hand.is_some_and(|on_hand| on_hand < threshold),
            last_mover: self.mover.get().map(str::to_owned),
            last_at: self.last_at(),
            last_change: last.map_or(0.0, |last| last.by.to_f64()),
            last_seq: last.map_or(0, |last| last.moment.seq),
            spark: self.spark(),
        }
    }

    /// What the palette shows of it.
    pub(super) fn found(&self, key: &Entity) -> FoundRow {
        FoundRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            label: self.name.get().unwrap_or(&key.id).to_owned(),
            detail: Some(self.code.get().unwrap_or(&key.id).to_owned()),
            sort: None,
            status: None,
            seq: self.changes.back().map_or(0, |last| last.moment.seq),
        }
    }

    fn change_of(&self, today: &str) -> f64 {
        if self.day == today { self.change_today.to_f64() } else { 0.0 }
    }

    /// Units leaving per hour over the last 24 hours, or over the time since the first movement where that is shorter (at least one hour).
    fn pace(&self, now: Millis) -> f64 {
        let newest = now.0.div_euclid(HOUR);
        let left: f64 = self.out.range(newest.saturating_sub(PACE_HOURS - 1)..).map(|(_, units)| units.to_f64()).sum();
        let known_hours = (now.since(self.first_at) as f64 / HOUR as f64).clamp(1.0, PACE_HOURS as f64);
        left / known_hours
    }
}

/// What rules compare of a product, and what it is called: read as it is asked for, since rules ask for little of it at every movement.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub(super) key: &'a Entity,
    pub(super) product: &'a Product,
}

impl<'a> Told<'a> {
    /// As in a row: on hand; `None` while it is not known.
    #[must_use]
    pub fn on_hand(self) -> Option<f64> {
        self.product.now.on_hand().map(Quantity::to_f64)
    }

    /// Below this it is low.
    #[must_use]
    pub fn threshold(self, settings: &Settings) -> f64 {
        threshold(self.key, self.warehouse(), settings).0
    }

    /// Until nothing is left.
    #[must_use]
    pub fn hours_left(self, now: Millis) -> Option<f64> {
        hours_left(self.on_hand()?, self.product.pace(now))
    }

    /// Net change today.
    #[must_use]
    pub fn change_today(self, today: &str) -> f64 {
        self.product.change_of(today)
    }

    /// As people read it.
    #[must_use]
    pub fn name(self) -> Option<&'a str> {
        self.product.name.get()
    }

    /// The code on its shelf.
    #[must_use]
    pub fn code(self) -> Option<&'a str> {
        self.product.code.get()
    }

    /// Where it is.
    #[must_use]
    pub fn warehouse(self) -> Option<&'a str> {
        self.product.warehouse.get()
    }

    /// Who moved it last.
    #[must_use]
    pub fn mover(self) -> Option<&'a str> {
        self.product.mover.get()
    }

    /// Event behind the last change.
    #[must_use]
    pub fn seq(self) -> u64 {
        self.product.changes.back().map_or(0, |last| last.moment.seq)
    }
}

fn hours_left(on_hand: f64, out_per_hour: f64) -> Option<f64> {
    (out_per_hour > 0.0).then(|| on_hand.max(0.0) / out_per_hour)
}

/// The threshold of a product, and whether it is its own: by its full name, which is of one source, else by its id in any; else its warehouse's, else the one
/// of all.
fn threshold(key: &Entity, warehouse: Option<&str>, settings: &Settings) -> (f64, bool) {
    let own = &settings.product_thresholds;
    if !own.is_empty()
        && let Some(own) = own.get(&key.to_string()).or_else(|| own.get(&*key.id))
    {
        return (*own, true);
    }
    let of_warehouse = warehouse.and_then(|warehouse| settings.warehouse_thresholds.get(warehouse));
    (of_warehouse.copied().unwrap_or(settings.low_stock_threshold), false)
}
