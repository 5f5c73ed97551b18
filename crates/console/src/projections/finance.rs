//! Money by day and by hour, exact, and the records behind it.

use crate::{
    api::views::{FinanceDay, FinanceHour, FinanceRow, FinanceView},
    calendar::Calendar,
    source_clock::Arrival,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use watchdeck_events::{Millis, Money, erp::Finance as Record};
use watchdeck_store::Stored;

/// Days kept.
const DAYS: usize = 60;
/// Days in a view.
const SHOWN_DAYS: usize = 14;
/// Records kept.
const RECORDS: usize = 300;

/// All money.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Finance {
    days: BTreeMap<String, FinanceDay>,
    hours: BTreeMap<String, BTreeMap<u32, FinanceHour>>,
    /// Records whose confirmation is in the sums, `type:id`: one is counted once, however often it is announced, where it was confirmed first.
    counted: HashMap<String, Confirmed>,
    /// When a record was confirmed or cancelled last, by the publisher's clock: it has not been overdue since.
    closed: HashMap<String, Millis>,
    /// Keys of the two above in the order of arrival, for forgetting.
    known: VecDeque<String>,
    overdue: HashMap<String, Kept>,
    /// Newest last by occurrence, one per record.
    records: VecDeque<Kept>,
}

/// A confirmation that is in the sums.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Confirmed {
    /// By the publisher's clock, then by arrival.
    order: (Millis, u64),
    at: Millis,
    amount: Money,
}

/// A record's state with the instant that it is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    order: (Millis, u64),
    row: FinanceRow,
}

/// Confirmed and closed records remembered against a second announcement.
const KNOWN: usize = 50_000;

impl Finance {
    /// A record in a new state. Only confirmed money is in the sums.
    pub fn record(&mut self, stored: &Stored, record: &Record<'_>, arrival: Arrival, calendar: &mut Calendar) {
        let order = (stored.event.occurred_at, stored.seq);
        let row = FinanceRow {
            record_id: record.record_id.to_string(),
            number: record.record_number.as_deref().unwrap_or(&record.record_id).to_owned(),
            record_type: record.record_type.as_deref().unwrap_or_default().to_owned(),
            action: record.action.as_deref().unwrap_or_default().to_owned(),
            amount: record.amount.as_known().copied().unwrap_or_default(),
            party: record.customer_name.as_deref().or(record.supplier_name.as_deref()).map(str::to_owned),
            large: false,
            at: arrival.occurred_at(&stored.event),
            seq: stored.seq,
        };
        match record.action.as_deref().unwrap_or_default() {
            "overdue" => self.is_overdue(Kept { order, row: row.clone() }),
            "confirmed" => {
                self.close(&row, order.0);
                self.sum(&row, order, calendar);
            }
            "cancelled" => self.close(&row, order.0),
            _ => {}
        }
        self.keep(Kept { order, row });
    }

    /// One row per record: its newest state.
    fn keep(&mut self, news: Kept) {
        if let Some(index) = self.records.iter().rposition(|known| known.row.record_id == news.row.record_id) {
            if self.records[index].order > news.order {
                return;
            }
            self.records.remove(index);
        }
        let place = self.records.partition_point(|known| known.order < news.order);
        self.records.insert(place, news);
        if self.records.len() > RECORDS {
            self.records.pop_front();
        }
    }

    fn is_overdue(&mut self, news: Kept) {
        let id = &news.row.record_id;
        let later = |at: &Millis| *at >= news.order.0;
        if self.closed.get(id).is_some_and(later) || self.overdue.get(id).is_some_and(|known| known.order > news.order) {
            return;
        }
        self.overdue.insert(id.clone(), news);
    }

    fn close(&mut self, row: &FinanceRow, at: Millis) {
        if self.overdue.get(&row.record_id).is_some_and(|known| known.order.0 <= at) {
            self.overdue.remove(&row.record_id);
        }
        match self.closed.get_mut(&row.record_id) {
            Some(known) => *known = (*known).max(at),
            None => {
                self.closed.insert(row.record_id.clone(), at);
                self.remember(row.record_id.clone());
            }
        }
    }

    fn remember(&mut self, key: String) {
        self.known.push_back(key);
        if self.known.len() > KNOWN
            && let Some(oldest) = self.known.pop_front()
        {
            self.closed.remove(&oldest);
            self.counted.remove(&oldest);
        }
    }

    fn sum(&mut self, row: &FinanceRow, order: (Millis, u64), calendar: &mut Calendar) {
        let identity = format!("{}:{}", row.record_type, row.record_id);
        let news = Confirmed { order, at: row.at, amount: row.amount };
        match self.counted.get_mut(&identity) {
            Some(known) if known.order <= order => return,
            // Confirmed earlier than what came first: it counts there.
            Some(known) => {
                let before = std::mem::replace(known, news.clone());
                self.add(&row.record_type, before.at, before.amount.negated(), -1, calendar);
            }
            None => {
                self.counted.insert(identity.clone(), news.clone());
                self.remember(identity);
            }
        }
        self.add(&row.record_type, news.at, news.amount, 1, calendar);
    }

    /// Into the sums of its day and hour, or (`count` −1) out of them.
    fn add(&mut self, record_type: &str, at: Millis, amount: Money, count: i32, calendar: &mut Calendar) {
        let hour = calendar.hour(at);
        let name = calendar.day(at).name.clone();
        let day = self.days.entry(name.clone()).or_insert_with(|| FinanceDay { day: name.clone(), ..FinanceDay::default() });
        let hour = self.hours.entry(name).or_default().entry(hour).or_insert_with(|| FinanceHour { hour, ..FinanceHour::default() });
        let (sum, number) = match record_type {
            "paymentOut" => (&mut day.paid_out, &mut day.paid_out_count),
            "refund" => {
                hour.refunded = hour.refunded.plus(amount).unwrap_or(hour.refunded);
                (&mut day.refunded, &mut day.refunded_count)
            }
            _ => {
                hour.received = hour.received.plus(amount).unwrap_or(hour.received);
                (&mut day.received, &mut day.received_count)
            }
        };
        *sum = sum.plus(amount).unwrap_or(*sum);
        *number = number.saturating_add_signed(count);
        while self.days.len() > DAYS {
            self.days.pop_first();
        }
        while self.hours.len() > 2 {
            self.hours.pop_first();
        }
    }

    /// Sums of one local day.
    #[must_use]
    pub fn day(&self, name: &str) -> FinanceDay {
        self.days.get(name).cloned().unwrap_or_else(|| FinanceDay { day: name.to_owned(), ..FinanceDay::default() })
    }

    /// Hours 0 to 23 of one local day.
    #[must_use]
    pub fn hours(&self, name: &str) -> Vec<FinanceHour> {
        let known = self.hours.get(name);
        (0..24)
            .map(|hour| known.and_then(|hours| hours.get(&hour)).cloned().unwrap_or(FinanceHour { hour, ..FinanceHour::default() }))
            .collect()
    }

    /// What is overdue now, and in how many records.
    #[must_use]
    pub fn overdue(&self) -> (Money, u32) {
        (self.overdue.values().fold(Money::ZERO, |sum, kept| sum.plus(kept.row.amount).unwrap_or(sum)), self.overdue.len() as u32)
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
        let marked = |kept: &Kept| FinanceRow { large: kept.row.amount >= large_from, ..kept.row.clone() };
        let mut overdue_records: Vec<_> = self.overdue.values().map(marked).collect();
        overdue_records.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.number.cmp(&b.number)));
        FinanceView {
            today: self.day(&today),
            hours: self.hours(&today),
            day: today,
            days,
            overdue: self.overdue().0,
            overdue_records,
            records: self.records.iter().rev().map(marked).collect(),
            large_from,
        }
    }
}
