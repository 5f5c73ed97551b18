//! The company and its day: what there is, and what happens next.

use crate::{
    Config, Language, Published,
    company::{Person, Product, Until},
    names::{self, Pair},
    waiting::{Approvals, Due, Order},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use watchdeck_events::{Millis, Money, publish::Message};

/// Ticks that count as one second for what waits. At five events a second both clocks agree; faster, the world moves with its events.
const TICKS_PER_SECOND: u64 = 5;

/// A simulated ERP.
pub struct Simulator {
    pub(crate) rng: StdRng,
    pub(crate) language: Language,
    pub(crate) products: Vec<Product>,
    pub(crate) staff: Vec<Person>,
    pub(crate) heads: Vec<Person>,
    pub(crate) customers: Vec<Person>,
    pub(crate) suppliers: Vec<Person>,
    pub(crate) orders: Vec<Order>,
    pub(crate) approvals: Approvals,
    pub(crate) overdue: Vec<Due>,
    pub(crate) next_overdue: Millis,
    pub(crate) next_warning: Millis,
    /// Makes ids of this life differ from those of an earlier one.
    life: i64,
    counter: u64,
    ticks: u64,
    out: Vec<Published>,
    /// Made by a tick, but beyond what was asked for.
    left_over: std::collections::VecDeque<Published>,
}

impl Simulator {
    /// A company on the morning of `now`.
    #[must_use]
    pub fn new(config: Config, now: Millis) -> Self {
        let mut rng = StdRng::seed_from_u64(config.seed);
        let language = config.language;
        let mut person = |prefix: &str, place: usize, pair: Pair| Person {
            id: format!("{prefix}{}", place + 1),
            name: names::pick(pair, language, &mut rng),
        };
        let mut people =
            |prefix: &str, pairs: &[Pair]| pairs.iter().enumerate().map(|(place, pair)| person(prefix, place, *pair)).collect();
        let (staff, heads) = (people("u", &names::STAFF), people("h", &names::HEADS));
        let (customers, suppliers) = (people("c", &names::CUSTOMERS), people("s", &names::SUPPLIERS));
        let warehouses = names::WAREHOUSES.map(|pair| names::pick(pair, language, &mut rng));
        let mut products: Vec<_> = names::PRODUCTS
            .iter()
            .enumerate()
            .map(|(place, (pair, series, price))| Product {
                id: format!("p{}", 101 + place),
                code: format!("{series}-{}", 101 + place),
                name: names::pick(*pair, language, &mut rng),
                price: *price,
                warehouse: warehouses[rng.random_range(0..warehouses.len())],
                // What is dear is kept in small numbers.
                quantity: if *price > 40_000 { rng.random_range(60..400) } else { rng.random_range(240..4_800) },
            })
            .collect();
        // One shelf is nearly empty, as in every warehouse.
        let low = rng.random_range(0..products.len());
        products[low].quantity = rng.random_range(6..9);
        Self {
            language,
            products,
            staff,
            heads,
            customers,
            suppliers,
            orders: Vec::new(),
            approvals: Approvals::default(),
            overdue: Vec::new(),
            next_overdue: now.plus(rng.random_range(120_000..420_000)),
            next_warning: now.plus(rng.random_range(150_000..400_000)),
            life: now.0 / 1000,
            counter: 0,
            ticks: 0,
            out: Vec::new(),
            left_over: std::collections::VecDeque::new(),
            rng,
        }
    }

    /// One thing happens: one to a handful of events that belong together.
    pub fn tick(&mut self, now: Millis) -> Vec<Published> {
        self.ticks += 1;
        self.happen(now);
        self.take_out()
    }

    /// Exactly `count` events, of as many happenings as it takes.
    pub fn take(&mut self, now: Millis, count: usize) -> Vec<Published> {
        while self.left_over.len() < count {
            let made = self.tick(now);
            self.left_over.extend(made);
        }
        self.left_over.drain(..count).collect()
    }

    /// A past: about `count` events spread over the `span_ms` before `now`, oldest first. The world that follows continues from there.
    pub fn history(&mut self, now: Millis, span_ms: i64, count: usize) -> Vec<Published> {
        let start = now.plus(-span_ms);
        self.next_warning = start.plus(self.rng.random_range(200_000..900_000));
        self.next_overdue = start.plus(self.rng.random_range(200_000..900_000));
        let mut events: Vec<Published> = Vec::with_capacity(count + 8);
        while events.len() < count {
            let share = span_ms.saturating_mul(events.len() as i64) / count.max(1) as i64;
            let at = start.plus(share);
            events.extend(self.tick(at));
        }
        events
    }

    /// Products and what is on hand of each, for whoever checks the sums.
    pub fn stock(&self) -> impl Iterator<Item = (&str, i64)> {
        self.products.iter().map(|product| (product.id.as_str(), product.quantity))
    }

    fn happen(&mut self, now: Millis) {
        if self.settle_due_approval(now) || self.raise_due_notice(now) {
            return;
        }
        match self.rng.random_range(0..1000) {
            0..=39 if self.ask_for_approval(now) => {}
            0..=359 if self.move_order(now) => {}
            360..=429 => self.money_moves(now),
            430..=464 => self.data_changes(now),
            465..=479 => self.tell_somebody(now),
            480..=484 => self.system_informs(now),
            _ => self.move_stock(now),
        }
    }

    pub(crate) fn take_out(&mut self) -> Vec<Published> {
        std::mem::take(&mut self.out)
    }

    pub(crate) fn publish(&mut self, (channel, json): Message) {
        self.out.push(Published { channel, json });
    }

    pub(crate) fn word(&mut self, pair: Pair) -> &'static str {
        names::pick(pair, self.language, &mut self.rng)
    }

    pub(crate) fn one_word(&mut self, pairs: &[Pair]) -> &'static str {
        let pair = pairs[self.rng.random_range(0..pairs.len())];
        self.word(pair)
    }

    pub(crate) fn somebody(&mut self) -> Person {
        one_of(&self.staff, &mut self.rng)
    }

    pub(crate) fn head(&mut self) -> Person {
        one_of(&self.heads, &mut self.rng)
    }

    pub(crate) fn customer(&mut self) -> Person {
        one_of(&self.customers, &mut self.rng)
    }

    pub(crate) fn supplier(&mut self) -> Person {
        one_of(&self.suppliers, &mut self.rng)
    }

    /// An id that no earlier or later thing has, and the number that people read.
    pub(crate) fn new_number(&mut self, prefix: &str, series: &str, now: Millis) -> (String, String) {
        self.counter += 1;
        let running = self.life.rem_euclid(86_400) as u64 / 10 + self.counter;
        (format!("{prefix}{:x}-{}", self.life, self.counter), format!("{series}-{}-{running:04}", day(now)))
    }

    pub(crate) fn until(&mut self, now: Millis, seconds: std::ops::Range<u64>) -> Until {
        let seconds = self.rng.random_range(seconds);
        Until { at: now.plus(seconds as i64 * 1000), tick: self.ticks + seconds * TICKS_PER_SECOND }
    }

    pub(crate) fn is_over(&self, until: Until, now: Millis) -> bool {
        now >= until.at || self.ticks >= until.tick
    }
}

fn one_of(people: &[Person], rng: &mut StdRng) -> Person {
    people[rng.random_range(0..people.len())].clone()
}

/// Fen as an amount in yuan.
pub(crate) fn yuan(fen: i64) -> Money {
    Money::from_cents(fen)
}

/// `20261121`.
fn day(now: Millis) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(now.0) else { return "00000000".into() };
    at.strftime("%Y%m%d").to_string()
}
