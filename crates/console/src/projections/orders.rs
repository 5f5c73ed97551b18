//! Where every order is, how it got there, and which ones are stuck.

use super::per_minute::PerMinute;
use crate::api::views::{OrderRow, OrderStateCount, OrdersView, Transition};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, VecDeque};
use watchdeck_events::{Millis, erp::OrderStatus};
use watchdeck_store::Stored;

/// Transitions kept per order.
const TRANSITIONS: usize = 20;
/// Finished orders kept; the longest finished go first.
const FINISHED: usize = 5_000;
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
    orders: HashMap<String, Order>,
    /// Finished orders in the order in which they finished.
    finished: VecDeque<String>,
    states: BTreeMap<String, BTreeMap<String, StateRecord>>,
    per_minute: PerMinute,
}

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    number: String,
    order_type: String,
    status: String,
    since: Millis,
    customer: Option<String>,
    last_seq: u64,
    transitions: VecDeque<(String, String, Millis, u64)>,
}

/// What is known of one status of one order type.
#[derive(Debug, Default, Serialize, Deserialize)]
struct StateRecord {
    count: u32,
    dwell: VecDeque<i64>,
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
    pub fn step(&mut self, stored: &Stored, step: &OrderStatus<'_>) {
        let at = stored.event.occurred_at;
        let known = self.orders.get(&*step.order_id);
        if known.is_some_and(|order| order.status == step.new_status) || (known.is_none() && step.old_status == step.new_status) {
            return;
        }
        self.per_minute.count(at);
        let states = self.states.entry(step.order_type.to_string()).or_default();
        let order = self.orders.entry(step.order_id.to_string()).or_insert_with(|| Order {
            number: String::new(),
            order_type: step.order_type.to_string(),
            status: String::new(),
            since: at,
            customer: None,
            last_seq: 0,
            transitions: VecDeque::new(),
        });
        if !order.status.is_empty()
            && let Some(left) = states.get_mut(&order.status)
        {
            left.count = left.count.saturating_sub(1);
            left.dwell.push_back(at.since(order.since).max(0));
            if left.dwell.len() > DWELLS {
                left.dwell.pop_front();
            }
        }
        let from = if order.status.is_empty() { step.old_status.to_string() } else { std::mem::take(&mut order.status) };
        let entered = states.entry(step.new_status.to_string()).or_default();
        entered.count += 1;
        *entered.from.entry(from.clone()).or_default() += 1;
        order.number = step.order_number.to_string();
        order.status = step.new_status.to_string();
        order.since = at;
        order.last_seq = stored.seq;
        if let Some(customer) = &step.customer_name {
            order.customer = Some(customer.to_string());
        }
        order.transitions.push_back((from, step.new_status.to_string(), at, stored.seq));
        if order.transitions.len() > TRANSITIONS {
            order.transitions.pop_front();
        }
        if is_final(&step.new_status) {
            self.finished.push_back(step.order_id.to_string());
            self.forget_long_finished();
        }
    }

    fn forget_long_finished(&mut self) {
        while self.finished.len() > FINISHED {
            let Some(oldest) = self.finished.pop_front() else { return };
            // It may have been reopened since.
            if self.orders.get(&oldest).is_some_and(|order| is_final(&order.status))
                && let Some(order) = self.orders.remove(&oldest)
                && let Some(state) = self.states.get_mut(&order.order_type).and_then(|states| states.get_mut(&order.status))
            {
                state.count = state.count.saturating_sub(1);
            }
        }
    }

    /// Orders under way, and how many of them are stuck.
    #[must_use]
    pub fn open(&self, now: Millis, stuck_after_ms: u64) -> (u32, u32) {
        self.orders
            .values()
            .filter(|order| !is_final(&order.status))
            .fold((0, 0), |(open, stuck), order| (open + 1, stuck + u32::from(order.is_stuck(now, stuck_after_ms))))
    }

    /// Transitions per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis) -> Vec<f64> {
        self.per_minute.last_hour(now)
    }

    /// The page.
    #[must_use]
    pub fn view(&self, now: Millis, stuck_after_ms: u64) -> OrdersView {
        let mut newest: Vec<_> = self.orders.iter().collect();
        newest.sort_by_key(|(_, order)| (!order.is_stuck(now, stuck_after_ms), std::cmp::Reverse(order.last_seq)));
        let orders = newest.into_iter().take(ROWS).map(|(id, order)| order.row(id, now, stuck_after_ms)).collect();
        OrdersView { states: self.flow(now, stuck_after_ms), orders, total: self.orders.len() as u32, stuck_after_ms }
    }

    fn flow(&self, now: Millis, stuck_after_ms: u64) -> Vec<OrderStateCount> {
        let mut stuck: HashMap<(&str, &str), u32> = HashMap::new();
        for order in self.orders.values().filter(|order| order.is_stuck(now, stuck_after_ms)) {
            *stuck.entry((&order.order_type, &order.status)).or_default() += 1;
        }
        let mut flow = Vec::new();
        for (order_type, states) in &self.states {
            for status in in_order_of_passing(states) {
                let record = &states[status];
                flow.push(OrderStateCount {
                    order_type: order_type.clone(),
                    status: status.to_owned(),
                    terminal: is_final(status),
                    count: record.count,
                    stuck: stuck.get(&(order_type.as_str(), status)).copied().unwrap_or(0),
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
    fn median_dwell(&self) -> Option<u64> {
        let mut dwell: Vec<_> = self.dwell.iter().copied().collect();
        let middle = dwell.len().checked_sub(1)? / 2;
        let (_, median, _) = dwell.select_nth_unstable(middle);
        u64::try_from(*median).ok()
    }
}

impl Order {
    fn is_stuck(&self, now: Millis, after_ms: u64) -> bool {
        !is_final(&self.status) && now.since(self.since) > i64::try_from(after_ms).unwrap_or(i64::MAX)
    }

    fn row(&self, id: &str, now: Millis, stuck_after_ms: u64) -> OrderRow {
        OrderRow {
            order_id: id.to_owned(),
            number: self.number.clone(),
            order_type: self.order_type.clone(),
            status: self.status.clone(),
            since: self.since,
            customer: self.customer.clone(),
            stuck: self.is_stuck(now, stuck_after_ms),
            last_seq: self.last_seq,
            transitions: self
                .transitions
                .iter()
                .map(|(from, to, at, seq)| Transition { from: from.clone(), to: to.clone(), at: *at, seq: *seq })
                .collect(),
        }
    }
}
