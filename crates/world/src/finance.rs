//! Money by day and by hour, exact and per currency, and the records behind it.

mod days;
mod entry;
mod ledger;

use super::{
    entity::Entity,
    moment::{Moment, place},
    money::{Purse, Sums},
};
use crate::{arrival::Arrival, calendar::Calendar};
use days::Days;
use entry::Entry;
use ledger::{Ledger, Step};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use watchdeck_events::{
    Millis, Money,
    erp::{Finance as Record, FinanceKind},
    line,
};
use watchdeck_store::Stored;
use watchdeck_wire::views::{FinanceDay, FinanceHour, FinanceRow, FinanceView, MoneySum};

/// Days in a view.
const SHOWN_DAYS: usize = 14;
/// Records kept.
const RECORDS: usize = 300;
/// Overdue records kept; beyond, those told longest ago go, and are counted.
const OVERDUE: usize = 10_000;
/// Of those, in a view.
const SHOWN_OVERDUE: usize = 500;

/// All money.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Finance {
    days: Days,
    ledger: Ledger,
    overdue: HashMap<Entity, Kept>,
    /// Overdue records let go.
    forgotten: u64,
    /// Newest last, one per record.
    records: VecDeque<Kept>,
}

/// A record's state with the moment that it is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    key: Entity,
    moment: Moment,
    row: FinanceRow,
    purse: Purse,
}

/// What is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The one sum; `None` where there are several currencies.
    pub single: Option<Money>,
    /// In how many records.
    pub count: u32,
    /// Per currency.
    pub sums: Vec<MoneySum>,
}

impl Finance {
    /// A record in a new state.
    pub(super) fn record(
        &mut self,
        key: &Entity,
        stored: &Stored,
        record: &Record<'_>,
        arrival: Arrival,
        purse: Purse,
        calendar: &mut Calendar,
    ) {
        let moment = Moment::of(stored, arrival);
        let text = |text: &str| line::of(text, line::LABEL).into_owned();
        let action = record.action.as_deref().unwrap_or_default();
        let row = FinanceRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            record_id: key.id.to_string(),
            number: text(record.record_number.as_deref().unwrap_or(&record.record_id)),
            record_type: key.kind.to_string(),
            action: text(action),
            amount: record.amount.as_known().copied(),
            unread: record.amount.unread().map(text),
            currency: purse.currency().map(ToString::to_string),
            party: record.customer_name.as_deref().or(record.supplier_name.as_deref()).map(text),
            large: false,
            at: arrival.occurred_at(&stored.event),
            seq: stored.seq,
        };
        let entry = Entry { moment, at: row.at, amount: row.amount, purse: purse.clone() };
        let kept = Kept { key: key.clone(), moment, row, purse };
        let step = step(record);
        self.ledger.step(key, step, entry, &mut self.days, calendar);
        match step {
            Step::Overdue => self.is_overdue(kept.clone()),
            Step::Confirmed | Step::Cancelled => self.close(key, moment),
            Step::Recorded => {}
        }
        self.keep(kept);
    }

    /// One row per record: its newest state.
    fn keep(&mut self, news: Kept) {
        if let Some(index) = self.records.iter().rposition(|known| known.key == news.key) {
            let known = &self.records[index];
            // Of a tie, created is before what came of it, where the times say so too.
            let earlier = news.moment.at <= known.moment.at && news.row.action == "created";
            if news.moment.is_long_before(known.moment) || earlier {
                return;
            }
            self.records.remove(index);
        }
        let place = place(&self.records, |known| known.moment, news.moment, |_| false);
        self.records.insert(place, news);
        if self.records.len() > RECORDS {
            self.records.pop_front();
        }
    }

    fn is_overdue(&mut self, news: Kept) {
        let newer = self.overdue.get(&news.key).is_some_and(|known| news.moment.is_long_before(known.moment));
        if newer || self.ledger.is_closed_since(&news.key, news.moment) {
            return;
        }
        self.overdue.insert(news.key.clone(), news);
        if self.overdue.len() > OVERDUE
            && let Some(oldest) = self.overdue.values().min_by_key(|kept| kept.moment.seq).map(|kept| kept.key.clone())
        {
            self.overdue.remove(&oldest);
            self.forgotten += 1;
        }
    }

    fn close(&mut self, key: &Entity, at: Moment) {
        if self.overdue.get(key).is_some_and(|known| !at.is_long_before(known.moment)) {
            self.overdue.remove(key);
        }
    }

    /// Sums of one local day.
    #[must_use]
    pub fn day(&self, name: &str) -> FinanceDay {
        self.days.day(name)
    }

    /// Hours 0 to 23 of one local day.
    #[must_use]
    pub fn hours(&self, name: &str) -> Vec<FinanceHour> {
        self.days.hours(name)
    }

    /// What is overdue now.
    #[must_use]
    pub fn overdue(&self) -> Overdue {
        let mut sums = Sums::default();
        self.overdue.values().for_each(|kept| sums.add(&kept.purse, kept.row.amount));
        Overdue { single: sums.single(), count: self.overdue.len() as u32, sums: sums.view() }
    }

    /// A record as it was told last, where it is among those kept.
    #[must_use]
    pub fn row(&self, key: &Entity) -> Option<&FinanceRow> {
        let among = self.records.iter().rev().find(|kept| kept.key == *key);
        among.or_else(|| self.overdue.get(key)).map(|kept| &kept.row)
    }

    /// Whether a record is overdue.
    #[must_use]
    pub fn is_overdue_now(&self, key: &Entity) -> bool {
        self.overdue.contains_key(key)
    }

    /// Every overdue record.
    pub fn overdue_rows(&self) -> impl Iterator<Item = (&Entity, &FinanceRow)> {
        self.overdue.values().map(|kept| (&kept.key, &kept.row))
    }

    /// The newest records, oldest first.
    pub fn rows(&self) -> impl Iterator<Item = (&Entity, &FinanceRow)> {
        self.records.iter().map(|kept| (&kept.key, &kept.row))
    }

    /// The page.
    #[must_use]
    pub fn view(&self, large_from: Money, now: Millis, calendar: &mut Calendar) -> FinanceView {
        let mut days = Vec::with_capacity(SHOWN_DAYS);
        let mut at = now;
        for _ in 0..SHOWN_DAYS {
            let day = calendar.day(at);
            at = day.start.plus(-1);
            days.push(self.day(&day.name));
        }
        days.reverse();
        let today = calendar.day(now).name.clone();
        let marked = |kept: &Kept| FinanceRow { large: kept.row.amount.is_some_and(|amount| amount >= large_from), ..kept.row.clone() };
        let mut overdue_records: Vec<_> = self.overdue.values().map(marked).collect();
        overdue_records.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| (&a.number, &a.key).cmp(&(&b.number, &b.key))));
        overdue_records.truncate(SHOWN_OVERDUE);
        let overdue = self.overdue();
        FinanceView {
            ahead_ms: calendar.ahead(now),
            today: self.day(&today),
            hours: self.hours(&today),
            day: today,
            days,
            overdue: overdue.single,
            overdue_count: overdue.count,
            overdue_sums: overdue.sums,
            overdue_records,
            forgotten: self.forgotten,
            records: self.records.iter().rev().map(marked).collect(),
            large_from,
        }
    }
}

fn step(record: &Record<'_>) -> Step {
    match (record.action.as_deref(), record.kind) {
        (Some("confirmed"), _) => Step::Confirmed,
        (Some("cancelled"), _) => Step::Cancelled,
        (Some("overdue"), _) | (None, FinanceKind::Overdue) => Step::Overdue,
        _ => Step::Recorded,
    }
}
