//! Sums by local day and hour.

use super::entry::Entry;
use crate::{calendar::Calendar, money::Sums};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_wire::views::{FinanceDay, FinanceHour};

/// Days kept.
const DAYS: usize = 60;
/// Days whose hours are kept.
const HOURLY: usize = 2;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Days {
    days: BTreeMap<String, Flows>,
    hours: BTreeMap<String, BTreeMap<u32, Flows>>,
}

/// Which way money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    In,
    Out,
    Back,
}

impl Flow {
    /// By a record's type.
    pub(super) fn of(record_type: &str) -> Self {
        match record_type {
            "paymentOut" => Self::Out,
            "refund" => Self::Back,
            _ => Self::In,
        }
    }
}

/// All sums of one stretch of time.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Flows {
    recorded: [Sums; 3],
    confirmed: [Sums; 3],
}

impl Flows {
    fn of(&mut self, flow: Flow, confirmed: bool) -> &mut Sums {
        let sums = if confirmed { &mut self.confirmed } else { &mut self.recorded };
        &mut sums[flow as usize]
    }

    fn day(&self, day: &str) -> FinanceDay {
        let [into, out, back] = &self.confirmed;
        let [recorded, out_recorded, back_recorded] = &self.recorded;
        FinanceDay {
            day: day.to_owned(),
            received: into.single(),
            received_count: into.count(),
            received_sums: into.view(),
            recorded: recorded.single(),
            recorded_count: recorded.count(),
            recorded_sums: recorded.view(),
            paid_out: out.single(),
            paid_out_count: out.count(),
            paid_out_sums: out.view(),
            paid_out_recorded: out_recorded.single(),
            paid_out_recorded_count: out_recorded.count(),
            paid_out_recorded_sums: out_recorded.view(),
            refunded: back.single(),
            refunded_count: back.count(),
            refunded_sums: back.view(),
            refunds_recorded: back_recorded.single(),
            refunds_recorded_count: back_recorded.count(),
            refunds_recorded_sums: back_recorded.view(),
        }
    }

    fn hour(&self, hour: u32) -> FinanceHour {
        FinanceHour {
            hour,
            received: self.confirmed[Flow::In as usize].view(),
            recorded: self.recorded[Flow::In as usize].view(),
            refunded: self.confirmed[Flow::Back as usize].view(),
            refunds_recorded: self.recorded[Flow::Back as usize].view(),
        }
    }
}

impl Days {
    pub(super) fn add(&mut self, flow: Flow, confirmed: bool, entry: &Entry, calendar: &mut Calendar) {
        let hour = calendar.hour(entry.at);
        let name = &calendar.day(entry.at).name;
        let hours = self.hours.entry(name.clone()).or_default();
        hours.entry(hour).or_default().of(flow, confirmed).add(&entry.purse, entry.amount);
        self.days.entry(name.clone()).or_default().of(flow, confirmed).add(&entry.purse, entry.amount);
        while self.days.len() > DAYS {
            self.days.pop_first();
        }
        while self.hours.len() > HOURLY {
            self.hours.pop_first();
        }
    }

    pub(super) fn take_back(&mut self, flow: Flow, confirmed: bool, entry: &Entry, calendar: &mut Calendar) {
        let hour = calendar.hour(entry.at);
        let name = &calendar.day(entry.at).name;
        if let Some(flows) = self.days.get_mut(name) {
            flows.of(flow, confirmed).take_back(&entry.purse, entry.amount);
        }
        if let Some(flows) = self.hours.get_mut(name).and_then(|hours| hours.get_mut(&hour)) {
            flows.of(flow, confirmed).take_back(&entry.purse, entry.amount);
        }
    }

    /// Sums of one local day.
    pub(super) fn day(&self, name: &str) -> FinanceDay {
        self.days.get(name).map_or_else(|| Flows::default().day(name), |flows| flows.day(name))
    }

    /// Hours 0 to 23 of one local day.
    pub(super) fn hours(&self, name: &str) -> Vec<FinanceHour> {
        let known = self.hours.get(name);
        let hour = |hour| known.and_then(|hours| hours.get(&hour)).map_or_else(|| Flows::default().hour(hour), |flows| flows.hour(hour));
        (0..24).map(hour).collect()
    }
}
