//! Orders on their way: sales, purchases, returns, each through its states with time in between, with the stock and the money that follow.

use crate::{
    company::Person,
    waiting::{Order, OrderKind},
    world::Simulator,
};
use rand::Rng;
use watchdeck_events::{
    Millis,
    publish::{self, OrderMove},
};

/// Orders on their way at once; more are not opened.
const MOST_OPEN: usize = 70;

impl OrderKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Purchase => "purchase",
            Self::Return => "return",
        }
    }

    const fn states(self) -> &'static [&'static str] {
        match self {
            Self::Sales => &["pending", "confirmed", "picking", "packed", "shipped", "completed"],
            Self::Purchase => &["draft", "submitted", "ordered", "in_transit", "receiving", "completed"],
            Self::Return => &["pending", "approved", "in_transit", "inspecting", "refunded"],
        }
    }

    /// Prefix of ids and series of numbers.
    const fn series(self) -> (&'static str, &'static str) {
        match self {
            Self::Sales => ("so", "SO"),
            Self::Purchase => ("po", "PO"),
            Self::Return => ("ro", "RT"),
        }
    }
}

impl Simulator {
    /// An order moves on, or a new one is opened. False when all of them are waiting.
    pub(crate) fn move_order(&mut self, now: Millis) -> bool {
        let count = self.orders.len();
        if count > 0 {
            let start = self.rng.random_range(0..count);
            let due = (0..count).map(|step| (start + step) % count).find(|place| self.is_over(self.orders[*place].due, now));
            if let Some(place) = due {
                self.advance(place, now);
                return true;
            }
        }
        if count < MOST_OPEN {
            self.open_order(now);
        }
        count < MOST_OPEN
    }

    fn open_order(&mut self, now: Millis) {
        let kind = match self.rng.random_range(0..10) {
            0..=6 => OrderKind::Sales,
            7..=8 => OrderKind::Purchase,
            _ => OrderKind::Return,
        };
        let partner = if kind == OrderKind::Purchase { self.supplier() } else { self.customer() };
        let (id, number) = self.new_number(kind.series().0, kind.series().1, now);
        self.add_order(kind, id, number, partner, now);
    }

    /// An order that was approved enters the flow under the id by which approval was asked.
    pub(crate) fn open_approved(&mut self, id: String, number: String, now: Millis) {
        let partner = self.customer();
        self.add_order(OrderKind::Sales, id, number, partner, now);
    }

    fn add_order(&mut self, kind: OrderKind, id: String, number: String, partner: Person, now: Millis) {
        let dear = if kind == OrderKind::Purchase { 40..160 } else { 1..16 };
        let lines = (0..self.rng.random_range(1..=3))
            .map(|_| (self.rng.random_range(0..self.products.len()), self.rng.random_range(dear.clone())))
            .collect();
        let (owner, due) = (self.somebody(), self.until(now, 8..90));
        let order = Order { kind, id, number, partner, owner, lines, step: 1, due };
        self.announce(&order, kind.states()[0], kind.states()[1], now);
        self.orders.push(order);
    }

    fn advance(&mut self, place: usize, now: Millis) {
        let mut order = self.orders.swap_remove(place);
        let states = order.kind.states();
        let old = states[order.step];
        // People change their minds early on.
        if order.step == 1 && order.kind != OrderKind::Return && self.rng.random_bool(0.05) {
            return self.announce(&order, old, "cancelled", now);
        }
        order.step += 1;
        let new = states[order.step];
        self.announce(&order, old, new, now);
        self.follow_up(&order, new, now);
        if order.step + 1 < states.len() {
            order.due = self.until(now, 15..240);
            self.orders.push(order);
        }
    }

    /// What a new state brings with it: goods that move, money that comes or goes.
    fn follow_up(&mut self, order: &Order, state: &str, now: Millis) {
        match (order.kind, state) {
            (OrderKind::Sales, "shipped") => {
                order.lines.iter().for_each(|(product, amount)| self.change_stock(*product, "outbound", -amount, Some(&order.number), now))
            }
            (OrderKind::Purchase | OrderKind::Return, "receiving" | "inspecting") => {
                order.lines.iter().for_each(|(product, amount)| self.change_stock(*product, "inbound", *amount, Some(&order.number), now));
            }
            (OrderKind::Sales, "completed") if self.rng.random_bool(0.7) => {
                let total = self.total(order);
                self.payment_arrives(&order.partner, total, now);
            }
            // Large refunds go through approval.
            (OrderKind::Return, "refunded") => {
                let total = self.total(order).min(480_000);
                self.refund(&order.partner, total, now);
            }
            (OrderKind::Purchase, "completed") => {
                let total = self.total(order);
                self.supplier_is_paid(&order.partner, total, now);
            }
            _ => {}
        }
    }

    /// Fen.
    fn total(&self, order: &Order) -> i64 {
        order.lines.iter().map(|(product, amount)| self.products[*product].price * amount).sum()
    }

    fn announce(&mut self, order: &Order, old: &str, new: &str, now: Millis) {
        let is_sale = order.kind != OrderKind::Purchase;
        let body = OrderMove {
            order_type: order.kind.name(),
            order_id: &order.id,
            order_number: &order.number,
            old_status: old,
            new_status: new,
            customer_id: is_sale.then_some(order.partner.id.as_str()),
            customer_name: is_sale.then_some(order.partner.name),
        };
        self.publish(publish::order_status(now, Some(&order.owner.id), &body));
    }
}
