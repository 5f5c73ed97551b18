//! What the user did with alerts and their gateways are to tell the other consoles. Kept until they were told, over a restart too.
//!
//! It is done here at once, and never waits for a gateway. What was told waits for its own echo: whatever is heard of the same alert before that was done
//! before it, and by that order all consoles come to the same end.

use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
use watchdeck_events::Millis;
use watchdeck_store::Document;

/// Collection of the orders.
pub(crate) const COLLECTION: &str = "alert_orders";
/// How many wait at most.
const MOST: usize = 10_000;
/// How long a gateway is tried, ms: it takes nothing older.
const TRIED: i64 = 30 * 24 * 60 * 60 * 1_000;
/// How long an echo is waited for, ms. A source that does not follow the alert's channel hears none.
const ECHO: i64 = 24 * 60 * 60 * 1_000;

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Doing {
    Acknowledge,
    Shelve,
    Unshelve,
}

/// What the user did with one alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The alert, as it is called here.
    pub(crate) alert: String,
    pub(crate) rule: String,
    pub(crate) about_type: String,
    pub(crate) about_id: String,
    /// Whose it is: its gateway is one of this realm's sources.
    pub(crate) realm: String,
    pub(crate) doing: Doing,
    pub(crate) by: String,
    pub(crate) at: Millis,
    #[serde(default)]
    pub(crate) until: Option<Millis>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// The event that it fired by.
    #[serde(default)]
    pub(crate) fired_by: Option<u64>,
}

/// One that is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    order: Order,
    /// Its gateway has it, and its echo was not heard yet.
    #[serde(default)]
    told: bool,
    /// Counts those of this run.
    #[serde(skip)]
    number: u64,
}

/// Those that were not told yet, or not heard again, by the keys that make a repeat of them recognisable; the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    orders: BTreeMap<String, Kept>,
    dirty: BTreeSet<String>,
    made: u64,
}

impl Relay {
    /// Those of an earlier run.
    pub(crate) fn load(documents: Vec<(String, String)>) -> Self {
        let read = |(key, body): (String, String)| match serde_json::from_str(&body) {
            Ok(kept) => Some((key, kept)),
            Err(error) => {
                tracing::warn!(%error, key, "A stored order about an alert could not be read and is left out.");
                None
            }
        };
        Self { orders: documents.into_iter().filter_map(read).collect(), ..Self::default() }
    }

    /// What changed since the last call.
    pub(crate) fn take_dirty(&mut self) -> Vec<Document> {
        let keys = std::mem::take(&mut self.dirty);
        let body = |key: &String| self.orders.get(key).and_then(|kept| serde_json::to_string(kept).ok());
        keys.into_iter().map(|key| Document { collection: COLLECTION, body: body(&key), key }).collect()
    }

    /// What was taken to be stored was not.
    pub(crate) fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
    }

    /// One more.
    pub(crate) fn add(&mut self, order: Order) {
        if self.orders.len() >= MOST {
            tracing::warn!("Too much of what was done with alerts waits for its gateways; this is told to nobody.");
            return;
        }
        self.made += 1;
        let key = uuid::Uuid::now_v7().to_string();
        self.dirty.insert(key.clone());
        self.orders.insert(key, Kept { order, told: false, number: self.made });
    }

    /// How many were made in this run, for [`Relay::undo`].
    pub(crate) const fn made(&self) -> u64 {
        self.made
    }

    /// What they are about could not be stored, and was not done.
    pub(crate) fn undo(&mut self, made: &Range<u64>) {
        let undone = |kept: &Kept| kept.number > made.start && kept.number <= made.end;
        let undone = self.orders.iter().filter(|(_, kept)| undone(kept)).map(|(key, _)| key.clone()).collect();
        self.forget(undone);
    }

    /// The oldest that is not told yet, but for those of `realms`; those that no gateway takes any more are given up.
    pub(crate) fn next(&mut self, realms: &[String], now: Millis) -> Option<(String, Order)> {
        let over = |kept: &Kept| now.since(kept.order.at) > if kept.told { ECHO } else { TRIED };
        let over = self.orders.iter().filter(|(_, kept)| over(kept)).map(|(key, _)| key.clone()).collect();
        self.forget(over);
        let mut open = self.orders.iter().filter(|(_, kept)| !kept.told && !realms.contains(&kept.order.realm));
        open.next().map(|(key, kept)| (key.clone(), kept.order.clone()))
    }

    /// Its gateway has it.
    pub(crate) fn told(&mut self, key: &str) {
        if let Some(kept) = self.orders.get_mut(key) {
            kept.told = true;
            self.dirty.insert(key.to_owned());
        }
    }

    /// It is heard again, or will be told to nobody. Whether it was one of these.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let known = self.orders.remove(key).is_some();
        if known {
            self.dirty.insert(key.to_owned());
        }
        known
    }

    fn forget(&mut self, keys: Vec<String>) {
        for key in keys {
            self.orders.remove(&key);
            self.dirty.insert(key);
        }
    }

    /// Whether what was done here with an alert comes after all that is heard of it now.
    pub(crate) fn is_under_way(&self, alert: &str) -> bool {
        self.orders.values().any(|kept| kept.order.alert == alert)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(alert: &str, at: i64) -> Order {
        let [alert, rule, about_type, about_id, realm, by] = [alert, "r", "order", "7", "realm", "张敏"].map(str::to_owned);
        let (doing, at) = (Doing::Acknowledge, Millis(at));
        Order { alert, rule, about_type, about_id, realm, doing, by, at, until: None, note: None, fired_by: Some(3) }
    }

    #[test]
    fn what_was_not_told_is_known_to_the_next_run_and_what_was_told_waits_for_its_echo() {
        let mut relay = Relay::default();
        relay.add(order("a", 1));
        relay.add(order("b", 2));
        let documents = |relay: &mut Relay| -> Vec<_> {
            relay.take_dirty().into_iter().filter_map(|document| Some((document.key, document.body?))).collect()
        };
        let mut again = Relay::load(documents(&mut relay));
        let (key, first) = again.next(&[], Millis(3)).unwrap();
        assert_eq!((first.alert.as_str(), first.by.as_str(), first.fired_by), ("a", "张敏", Some(3)), "the oldest");
        again.told(&key);
        assert_eq!(again.next(&[], Millis(3)).unwrap().1.alert, "b");
        assert!(again.next(&["realm".to_owned()], Millis(3)).is_none(), "its gateway is away");
        assert!(again.is_under_way("a"), "others may have been first");
        assert!(again.remove(&key) && !again.remove(&key) && !again.is_under_way("a"), "its echo");
        assert!(again.next(&[], Millis(TRIED + 3)).is_none() && again.orders.is_empty(), "no gateway takes it any more");
    }

    #[test]
    fn what_could_not_be_stored_was_not_done() {
        let mut relay = Relay::default();
        relay.add(order("a", 1));
        let before = relay.made();
        relay.add(order("b", 2));
        relay.undo(&(before..relay.made()));
        assert!(relay.is_under_way("a") && !relay.is_under_way("b"));
    }
}
