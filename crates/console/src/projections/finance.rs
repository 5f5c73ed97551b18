//! Money by day and by hour, exact, and the records behind it.

use crate::{
    api::views::{FinanceDay, FinanceHour, FinanceRow, FinanceView},
    calendar::Calendar,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
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
    /// Records whose confirmation is in the sums: one is counted once, however often it is announced.
    counted: BTreeSet<String>,
    counted_order: VecDeque<String>,
    overdue: HashMap<String, FinanceRow>,
    /// Newest last, one per record.
    records: VecDeque<FinanceRow>,
}

/// Confirmed records remembered against a second announcement.
const COUNTED: usize = 50_000;

impl Finance {
    /// A record in a new state. Only confirmed money is in the sums.
    pub fn record(&mut self, stored: &Stored, record: &Record<'_>, calendar: &mut Calendar) {
        let at = stored.event.occurred_at;
        let row = FinanceRow {
            record_id: record.record_id.to_string(),
            number: record.record_number.to_string(),
            record_type: record.record_type.to_string(),
            action: record.action.to_string(),
            amount: record.amount,
            party: record.customer_name.as_deref().or(record.supplier_name.as_deref()).map(str::to_owned),
            large: false,
            at,
            seq: stored.seq,
        };
        match &*record.action {
            "overdue" => drop(self.overdue.insert(row.record_id.clone(), row.clone())),
            "confirmed" => {
                self.overdue.remove(&row.record_id);
                self.sum(&row, calendar);
            }
            "cancelled" => drop(self.overdue.remove(&row.record_id)),
            _ => {}
        }
        // One row per record: its newest state.
        if let Some(index) = self.records.iter().rposition(|known| known.record_id == row.record_id) {
            self.records.remove(index);
        }
        self.records.push_back(row);
        if self.records.len() > RECORDS {
            self.records.pop_front();
        }
    }

    fn sum(&mut self, row: &FinanceRow, calendar: &mut Calendar) {
        let identity = format!("{}:{}", row.record_type, row.record_id);
        if !self.counted.insert(identity.clone()) {
            return;
        }
        self.counted_order.push_back(identity);
        if self.counted_order.len() > COUNTED
            && let Some(oldest) = self.counted_order.pop_front()
        {
            self.counted.remove(&oldest);
        }
        let hour = calendar.hour(row.at);
        let name = calendar.day(row.at).name.clone();
        let day = self.days.entry(name.clone()).or_insert_with(|| FinanceDay { day: name.clone(), ..FinanceDay::default() });
        let hour = self.hours.entry(name).or_default().entry(hour).or_insert_with(|| FinanceHour { hour, ..FinanceHour::default() });
        match row.record_type.as_str() {
            "paymentOut" => {
                day.paid_out = day.paid_out.plus(row.amount);
                day.paid_out_count += 1;
            }
            "refund" => {
                day.refunded = day.refunded.plus(row.amount);
                day.refunded_count += 1;
                hour.refunded = hour.refunded.plus(row.amount);
            }
            _ => {
                day.received = day.received.plus(row.amount);
                day.received_count += 1;
                hour.received = hour.received.plus(row.amount);
            }
        }
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
        (self.overdue.values().map(|row| row.amount).sum(), self.overdue.len() as u32)
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
        let marked = |row: &FinanceRow| FinanceRow { large: row.amount >= large_from, ..row.clone() };
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
