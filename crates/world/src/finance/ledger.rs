//! Which records are in the sums, and where.
//!
//! A record is *recorded* when it is first told of, and *received* (paid out, refunded) when it is confirmed: an ERP that never confirms still
//! has recorded what it recorded. Each is counted once, on the day where it happened first, however often and in whatever order it is told;
//! a record that was cancelled and never confirmed is not counted.

use super::{
    days::{Days, Flow},
    entry::Entry,
};
use crate::{calendar::Calendar, entity::Entity, moment::Moment};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};

/// Records remembered against a second announcement.
const KNOWN: usize = 30_000;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    records: HashMap<Entity, Record>,
    /// In the order of arrival, for forgetting.
    order: VecDeque<Entity>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Record {
    first: Option<Entry>,
    confirmed: Option<Entry>,
    /// Confirmed or cancelled last: it has not been overdue since.
    closed: Option<Moment>,
    cancelled: bool,
}

/// What is told of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Recorded,
    Confirmed,
    Cancelled,
    Overdue,
}

impl Ledger {
    /// Take one step of a record in.
    pub(super) fn step(&mut self, key: &Entity, step: Step, entry: Entry, days: &mut Days, calendar: &mut Calendar) {
        if !self.records.contains_key(key) {
            self.order.push_back(key.clone());
            if self.order.len() > KNOWN
                && let Some(oldest) = self.order.pop_front()
            {
                self.records.remove(&oldest);
            }
        }
        let record = self.records.entry(key.clone()).or_default();
        let before = record.clone();
        match step {
            Step::Recorded => earliest(&mut record.first, entry),
            Step::Confirmed => {
                close(&mut record.closed, entry.moment);
                earliest(&mut record.confirmed, entry);
            }
            Step::Cancelled => {
                close(&mut record.closed, entry.moment);
                record.cancelled = true;
            }
            // Money that is overdue was recorded once, on a day that nobody told.
            Step::Overdue => {}
        }
        let kind = Flow::of(&key.kind);
        for (was, is, confirmed) in
            [(before.recorded(), record.recorded(), false), (before.confirmed.as_ref(), record.confirmed.as_ref(), true)]
        {
            if was.map(Entry::place) == is.map(Entry::place) {
                continue;
            }
            if let Some(was) = was {
                days.take_back(kind, confirmed, was, calendar);
            }
            if let Some(is) = is {
                days.add(kind, confirmed, is, calendar);
            }
        }
    }

    /// Whether it was confirmed or cancelled after it became overdue at `at`.
    pub(super) fn is_closed_since(&self, key: &Entity, at: Moment) -> bool {
        self.records.get(key).and_then(|record| record.closed).is_some_and(|closed| at.at <= closed.at)
    }
}

impl Record {
    /// What counts as recorded: told first, confirmed or not; not where it was cancelled before it came to anything.
    fn recorded(&self) -> Option<&Entry> {
        let both = [self.first.as_ref(), self.confirmed.as_ref()].into_iter().flatten();
        both.min_by_key(|entry| (entry.moment.at, entry.moment.seq)).filter(|_| !self.cancelled || self.confirmed.is_some())
    }
}

/// The first by occurrence counts; of a tie the one that came first.
fn earliest(known: &mut Option<Entry>, news: Entry) {
    if known.as_ref().is_none_or(|known| news.moment.is_long_before(known.moment)) {
        *known = Some(news);
    }
}

fn close(known: &mut Option<Moment>, news: Moment) {
    if known.is_none_or(|known| !news.is_long_before(known)) {
        *known = Some(news);
    }
}
