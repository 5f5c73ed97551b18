//! Stock that adds up: every change names what was there before and what is there after, and nothing goes below zero.

use crate::{
    names::{ADJUST_REASONS, IN_REASONS, OUT_REASONS},
    world::Simulator,
};
use rand::Rng;
use watchdeck_events::{
    Millis,
    publish::{self, StockChange},
};

/// Ordinary sales stop here, so that a shelf runs low only when an incident says so.
const RESERVE: i64 = 24;

impl Simulator {
    /// Something moves in a warehouse.
    pub(crate) fn move_stock(&mut self, now: Millis) {
        let place = self.busy_product();
        let quantity = self.products[place].quantity;
        let scale = if self.products[place].price > 40_000 { 1 } else { 4 };
        let refill = if quantity < 240 {
            0.14
        } else if quantity < 1_500 {
            0.04
        } else if quantity < 5_000 {
            0.01
        } else {
            0.0
        };
        if self.rng.random_bool(refill) {
            let amount = self.rng.random_range(30..200) * scale;
            let reason = self.one_word(&IN_REASONS);
            return self.change_stock(place, "inbound", amount, Some(reason), now);
        }
        match self.rng.random_range(0..100) {
            0..=7 => {
                let amount = [-4, -3, -2, -1, 1, 2, 3][self.rng.random_range(0..7)];
                let reason = self.one_word(&ADJUST_REASONS);
                self.change_stock(place, "adjust", amount, Some(reason), now);
            }
            8..=12 => {
                let amount = -self.rng.random_range(1..=3 * scale);
                self.change_stock(place, "reserve", amount, None, now);
            }
            13..=15 => {
                let amount = self.rng.random_range(1..=2 * scale);
                self.change_stock(place, "release", amount, None, now);
            }
            _ => {
                let amount = -self.rng.random_range(1..=3 * scale);
                let reason = self.one_word(&OUT_REASONS);
                self.change_stock(place, "outbound", amount, Some(reason), now);
            }
        }
    }

    /// Some products move often, most seldom. A nearly empty shelf is passed by most of the time.
    fn busy_product(&mut self) -> usize {
        let count = self.products.len();
        let draw = |rng: &mut rand::rngs::StdRng| rng.random_range(0..count).min(rng.random_range(0..count)) * 7 % count;
        let first = draw(&mut self.rng);
        if self.products[first].quantity <= RESERVE && self.rng.random_bool(0.8) { draw(&mut self.rng) } else { first }
    }

    /// Take `amount` out or put it in, as far as the shelf allows; what cannot be taken is topped up instead.
    pub(crate) fn change_stock(&mut self, place: usize, action: &str, amount: i64, reason: Option<&str>, now: Millis) {
        let quantity = self.products[place].quantity;
        let taken = amount.max((RESERVE - quantity).min(0));
        if taken == 0 {
            // An empty shelf has no outbound; somebody counts what is left and finds one more.
            return self.set_stock(place, "adjust", quantity + 1, reason, now);
        }
        self.set_stock(place, action, quantity + taken, reason, now);
    }

    /// Publish the change of a product's stock to `new`, which is not negative.
    pub(crate) fn set_stock(&mut self, place: usize, action: &str, new: i64, reason: Option<&str>, now: Millis) {
        let operator = self.somebody().name;
        let product = &mut self.products[place];
        let old = std::mem::replace(&mut product.quantity, new);
        let message = publish::inventory_change(
            now,
            &StockChange {
                action,
                product_id: &product.id,
                product_name: Some(product.name),
                product_code: Some(&product.code),
                variant_id: None,
                warehouse: Some(product.warehouse),
                old_quantity: old.into(),
                new_quantity: new.into(),
                reason,
                operator: Some(operator),
            },
        );
        self.publish(message);
    }
}
