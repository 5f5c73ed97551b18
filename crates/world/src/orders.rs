//! Where every order is, how it got there, and which ones are stuck.

use super::{
    dated::Dated,
    entity::Entity,
    find::{self, Wanted},
    moment::{Moment, place},
    per_minute::PerMinute,
};
use crate::arrival::Arrival;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, VecDeque},
};
use watchdeck_events::{Millis, erp::OrderStatus, line};
use watchdeck_store::Stored;
use watchdeck_wire::views::{Found, FoundRow, OrderRow, OrderStateCount, OrdersView, Transition};

/// Transitions in a row.
const TRANSITIONS: usize = 20;
/// Messages kept per order.
const TOLD: usize = 24;
/// Finished orders kept; the longest finished go first.
const FINISHED: usize = 5_000;
/// Orders kept in all; beyond, those go that have not moved for longest, and are counted.
const ORDERS: usize = 50_000;
/// States of one order type that stand in the flow; an ERP has a dozen.
const STATES: usize = 64;
/// Longest status kept, characters.
const STATUS: usize = 60;
/// Rows in a view.
const ROWS: usize = 500;
/// Dwell times kept per state.
const DWELLS: usize = 256;

/// Statuses after which nothing follows, in the words that ERPs use.
const FINAL: [&str; 12] = [
    "completed",
    "cancelled",
    "canceled",
    "closed",
    "done",
    "refunded",
    "rejected",
    "received",
    "delivered",
    "archived",
    "已完成",
    "已取消",
];

/// All orders.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Orders {
    orders: HashMap<Entity, Order>,
    /// Unfinished orders let go.
    forgotten: u64,
}

/// One order. Its states are what was told of it, in the order in which it happened, in whatever order it came.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Order {
    number: Dated,
    customer: Dated,
    mover: Dated,
    /// What was told, the oldest first.
    told: VecDeque<Told>,
    /// What of it are transitions, the oldest first. Never empty once something was one.
    passed: Vec<Transition>,
}

/// One message about an order.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    moment: Moment,
    /// By our clock.
    at: Millis,
    /// Empty where the message does not say it: the first state of an order has none before it.
    from: String,
    /// Empty where it could not be read: then it says only that there is such an order.
    to: String,
}

impl Told {
    /// By the messages' own words, `other` begins where this one ends, and not the other way round.
    fn leads_to(&self, other: &Self) -> bool {
        self.to == other.from && self.from != other.to && self.to != other.to
    }
}

/// What is known of one status of one order type.
#[derive(Debug, Default)]
struct StateRecord {
    count: u32,
    stuck: u32,
    oldest_at: Option<Millis>,
    /// When orders left it, and after how long.
    dwell: Vec<(Millis, i64)>,
    /// Statuses that orders came from, to put the states in the order in which orders pass them.
    from: BTreeMap<String, u32>,
}

/// Whether nothing follows `status`.
#[must_use]
pub fn is_final(status: &str) -> bool {
    FINAL.iter().any(|known| status.eq_ignore_ascii_case(known))
}

impl Orders {
    /// An order's status. A "change" to the status it has is not a transition.
    pub(super) fn step(&mut self, key: &Entity, stored: &Stored, step: &OrderStatus<'_>, arrival: Arrival) {
        let moment = Moment::of(stored, arrival);
        let order = match self.orders.get_mut(key) {
            Some(known) => known,
            None => self.orders.entry(key.clone()).or_default(),
        };
        order.number.keep(moment, step.order_number.as_deref());
        order.customer.keep(moment, step.customer_name.as_deref());
        order.mover.keep(moment, stored.event.actor.as_deref());
        order.take(Told {
            moment,
            at: arrival.occurred_at(&stored.event),
            from: step.old_status.as_deref().map(|status| line::of(status, STATUS).into_owned()).unwrap_or_default(),
            to: step.new_status.as_deref().map(|status| line::of(status, STATUS).into_owned()).unwrap_or_default(),
        });
        if self.orders.len() > FINISHED {
            self.forget_long_finished();
        }
    }

    /// Some at a time: looking at all orders for each one that ends would be slow.
    fn forget_long_finished(&mut self) {
        if self.orders.len() <= ORDERS && !self.orders.len().is_multiple_of(FINISHED / 10) {
            return;
        }
        let last = |order: &Order| order.passed.last().map(|last| (last.at, is_final(&last.to)));
        let all = self.orders.iter().filter_map(|(key, order)| last(order).map(|(at, ended)| (at, ended, key)));
        let (mut ended, mut open): (Vec<_>, Vec<_>) = all.partition(|(_, ended, _)| *ended);
        ended.sort_unstable();
        open.sort_unstable();
        let surplus = ended.len().saturating_sub(FINISHED);
        let over = (ended.len() - surplus + open.len()).saturating_sub(ORDERS);
        let over = if over == 0 { 0 } else { (over + ORDERS / 10).min(open.len()) };
        let oldest: Vec<Entity> = ended[..surplus].iter().chain(&open[..over]).map(|(_, _, key)| (*key).clone()).collect();
        self.forgotten += over as u64;
        for key in oldest {
            self.orders.remove(&key);
        }
    }

    /// Orders that have a state, with the newest transition.
    fn known(&self) -> impl Iterator<Item = (&Entity, &Order, &Transition)> {
        self.orders.iter().filter_map(|(key, order)| order.passed.last().map(|last| (key, order, last)))
    }

    /// Every order that has a state.
    pub fn keys(&self) -> impl Iterator<Item = &Entity> {
        self.known().map(|(key, ..)| key)
    }

    /// Where an order is now: number, customer, and how it came there.
    #[must_use]
    pub fn state(&self, key: &Entity) -> Option<(Option<&str>, Option<&str>, &Transition)> {
        let order = self.orders.get(key)?;
        Some((order.number.get(), order.customer.get(), order.passed.last()?))
    }

    /// Orders under way, and how many of them are stuck.
    #[must_use]
    pub fn open(&self, now: Millis, stuck_after_ms: u64) -> (u32, u32) {
        self.known()
            .filter(|(_, _, last)| !is_final(&last.to))
            .fold((0, 0), |(open, stuck), (_, _, last)| (open + 1, stuck + u32::from(is_stuck(last, now, stuck_after_ms))))
    }

    /// Transitions per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis) -> Vec<f64> {
        let mut counts = PerMinute::default();
        let since = now.plus(-2 * 3_600_000);
        for (_, order, last) in self.known() {
            if last.at >= since {
                order.passed.iter().filter(|passed| passed.at >= since).for_each(|passed| counts.count(passed.at));
            }
        }
        counts.last_hour(now)
    }

    /// The page.
    #[must_use]
    pub fn view(&self, now: Millis, stuck_after_ms: u64) -> OrdersView {
        let mut newest: Vec<_> = self.known().collect();
        let total = newest.len() as u32;
        newest.sort_by_key(|(key, _, last)| {
            let ended = is_final(&last.to);
            (ended, if ended { last.at.0.saturating_neg() } else { last.at.0 }, *key)
        });
        let orders = newest.into_iter().take(ROWS).map(|(key, order, last)| order.row(key, last, now, stuck_after_ms)).collect();
        OrdersView { states: self.flow(now, stuck_after_ms), orders, total, stuck_after_ms, forgotten: self.forgotten }
    }

    /// Orders that are called so, or are for somebody who is.
    pub(super) fn find(&self, wanted: &Wanted, limit: usize) -> Found {
        let all = self.known().filter_map(|(key, order, last)| {
            let fit = wanted.fit(&[Some(&*key.id), order.number.get(), order.customer.get()])?;
            Some((fit, Reverse(last.at), key, (order, last)))
        });
        find::best(all, limit, |key, (order, last)| FoundRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            label: order.number.get().unwrap_or(&key.id).to_owned(),
            detail: order.customer.get().map(str::to_owned),
            sort: Some(key.kind.to_string()),
            status: Some(last.to.clone()),
            seq: last.seq,
        })
    }

    /// Whom orders are for, with the newest transition of each order.
    pub(super) fn customers(&self) -> impl Iterator<Item = (&str, u64)> {
        self.known().filter_map(|(_, order, last)| Some((order.customer.get()?, last.seq)))
    }

    fn flow(&self, now: Millis, stuck_after_ms: u64) -> Vec<OrderStateCount> {
        let mut types: BTreeMap<(&str, &str), BTreeMap<String, StateRecord>> = BTreeMap::new();
        for (key, order, last) in self.known() {
            let states = types.entry((&key.realm, &key.kind)).or_default();
            for (n, passed) in order.passed.iter().enumerate() {
                if states.len() >= STATES && !states.contains_key(&passed.to) {
                    continue;
                }
                let entered = states.entry(passed.to.clone()).or_default();
                *entered.from.entry(passed.from.clone()).or_default() += 1;
                if let Some(next) = order.passed.get(n + 1) {
                    entered.dwell.push((next.at, next.at.since(passed.at).max(0)));
                }
            }
            if let Some(now_in) = states.get_mut(&last.to) {
                now_in.count += 1;
                now_in.oldest_at = Some(now_in.oldest_at.map_or(last.at, |oldest| oldest.min(last.at)));
                now_in.stuck += u32::from(is_stuck(last, now, stuck_after_ms));
            }
        }
        let mut flow = Vec::new();
        for ((source, order_type), states) in &mut types {
            states.values_mut().for_each(StateRecord::keep_newest);
            for status in in_order_of_passing(states) {
                let record = &states[status];
                flow.push(OrderStateCount {
                    source: (*source).to_owned(),
                    order_type: (*order_type).to_owned(),
                    status: status.to_owned(),
                    terminal: is_final(status),
                    count: record.count,
                    stuck: record.stuck,
                    oldest_at: record.oldest_at,
                    dwell_ms: record.median_dwell(),
                });
            }
        }
        flow
    }
}

/// States so that each stands after those that orders came from: repeatedly take the one with the fewest predecessors not yet taken.
/// Circles (reopened orders) are cut where the least traffic flows; final states go last.
fn in_order_of_passing(states: &BTreeMap<String, StateRecord>) -> Vec<&str> {
    let mut left: Vec<&str> = states.keys().map(String::as_str).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waiting = |status: &str| -> u32 {
            states[status]
                .from
                .iter()
                .filter(|(from, _)| *from != status && left.contains(&from.as_str()))
                .map(|(_, traffic)| traffic)
                .sum()
        };
        let next = left.iter().enumerate().min_by_key(|(_, status)| (is_final(status), waiting(status))).map(|(index, _)| index);
        let Some(next) = next else { break };
        ordered.push(left.remove(next));
    }
    ordered
}

impl StateRecord {
    fn keep_newest(&mut self) {
        self.dwell.sort_unstable();
        let old = self.dwell.len().saturating_sub(DWELLS);
        self.dwell.drain(..old);
    }

    fn median_dwell(&self) -> Option<u64> {
        let mut dwell: Vec<_> = self.dwell.iter().map(|(_, dwell)| *dwell).collect();
        let middle = dwell.len().checked_sub(1)? / 2;
        let (_, median, _) = dwell.select_nth_unstable(middle);
        u64::try_from(*median).ok()
    }
}

fn is_stuck(last: &Transition, now: Millis, after_ms: u64) -> bool {
    !is_final(&last.to) && now.since(last.at) > i64::try_from(after_ms).unwrap_or(i64::MAX)
}

impl Order {
    /// Put a message where it belongs among the others, and see anew which are transitions.
    fn take(&mut self, told: Told) {
        let place = place(&self.told, |known| known.moment, told.moment, |known| told.leads_to(known));
        if place == 0 && self.told.len() >= TOLD {
            // Older than everything that is kept: it says nothing of the present.
            return;
        }
        self.told.insert(place, told);
        if self.told.len() > TOLD {
            self.told.pop_front();
        }
        self.passed.clear();
        for told in &self.told {
            let from = match self.passed.last() {
                Some(last) if last.to == told.to || told.to.is_empty() => continue,
                Some(last) => last.to.clone(),
                // It is where it was: no transition, but where it is is known.
                None if told.from == told.to => String::new(),
                None => told.from.clone(),
            };
            self.passed.push(Transition { from, to: told.to.clone(), at: told.at, seq: told.moment.seq });
        }
    }

    fn row(&self, key: &Entity, last: &Transition, now: Millis, stuck_after_ms: u64) -> OrderRow {
        OrderRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            order_id: key.id.to_string(),
            number: self.number.get().unwrap_or(&key.id).to_owned(),
            order_type: key.kind.to_string(),
            status: last.to.clone(),
            since: last.at,
            customer: self.customer.get().map(str::to_owned),
            last_mover: self.mover.get().map(str::to_owned),
            stuck: is_stuck(last, now, stuck_after_ms),
            last_seq: last.seq,
            transitions: self.passed[self.passed.len().saturating_sub(TRANSITIONS)..].to_vec(),
        }
    }
}
