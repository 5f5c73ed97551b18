//! One change that the ERP tells several times, in its typed words and in its old ones.
//!
//! The plain ERP publishes an adjustment and a sale as one `inventory:change` and beside it as up to two `adjust` or `outbound`; a new record as
//! `data:change`, `created` and `data:update`. They have different payloads, so no identity makes them one. [`Twins`] watches the events in
//! the order of their arrival and says of each whether its change was told before. Nothing is hidden or removed by it: every copy stays an
//! event and a row; whoever *counts* changes asks first.
//!
//! What counts as the same change: same ERP, same product, same signed quantity (or same resource, id and action), at most
//! [`WINDOW_MS`] apart by occurrence, and nothing that contradicts it (another adjustment number, another stock record). One typed event
//! stands for at most [`COPIES`] of each old form: two equal sales with their copies are two, in whatever order the six messages arrive.
//! `inbound` has only its old form and is never a copy.
//!
//! Old messages without a typed one are taken as one only when they are [`REPEAT_MS`] apart or say the same number; else each is new, because
//! two equal sales look like that too. When their typed event comes after all, it takes the place of each of them.
//!
//! # How to count with it
//! * [`Sight::New`]: apply the event.
//! * [`Sight::CopyOf`]: do not apply it; count a copy.
//! * [`Sight::Supersedes`]: take back what was applied for those events (each moved this event's own signed quantity, under the product
//!   without variant: the old forms know none), then apply this one; each id is a copy.
//!
//! The state is part of whatever is derived with it: keep it in the same snapshot (it is `Serialize`), else a copy that arrives after a
//! restart counts twice.

use crate::{
    erp::{DataChange, View},
    event::Event,
    quantity::Quantity,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use xxhash_rust::xxh3::xxh3_64;

/// A typed event and its old forms are at most this far apart, in ms. Their times come from two programs: the ERP, and the server that forwards.
pub const WINDOW_MS: i64 = 5000;
/// Two copies of one old form come from the same clock and are at most this far apart, in ms.
pub const COPIES_APART_MS: i64 = 2000;
/// Two equal old messages this close, in ms, are one change even when no typed event says so.
pub const REPEAT_MS: i64 = 50;
/// How often one old form is told of one change.
pub const COPIES: usize = 2;
/// Changes remembered, over all keys.
const REMEMBERED: usize = 2048;
/// Changes remembered of one key: a product that sells one piece at a time, very often.
const REMEMBERED_OF_KEY: usize = 64;

/// What an event is to the events before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// A change not seen before, or an event that has no twins.
    New,
    /// Tells again what the event with this id told.
    CopyOf(Box<str>),
    /// Tells in full what the events with these ids told in old words; they were the copies. Each of them was [`Sight::New`].
    Supersedes(Vec<Box<str>>),
}

/// The recogniser. Bounded: it remembers the last 2,048 changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Twins {
    changes: HashMap<Key, VecDeque<Change>>,
    /// Keys in the order of their changes' arrival, a key once for each.
    order: VecDeque<Key>,
}

/// What a change is of: a hash (XXH3) of the realm, the thing, what happened to it and by how much.
type Key = u64;

/// One change and who told it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Change {
    typed: Option<(Box<str>, Millis)>,
    /// In the order of arrival.
    old: Vec<Told>,
}

/// An old form of a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    id: Box<str>,
    kind: Box<str>,
    at: Millis,
    /// The time in the payload; most old messages have none.
    stated: Option<Millis>,
    /// Number of the adjustment.
    number: Option<Box<str>>,
    /// The stock record.
    record: Option<Box<str>>,
}

/// What an event says, and in which words.
enum Form {
    Typed,
    Old(Told),
}

impl Twins {
    /// Look at the next event, in the order of arrival. An event may be given once only.
    /// `realm` is the source, or what several sources of one ERP have in common.
    pub fn see(&mut self, realm: &str, event: &Event, view: &View<'_>) -> Sight {
        let Some((key, form)) = read(realm, event, view) else { return Sight::New };
        match form {
            Form::Typed => self.typed(key, event),
            Form::Old(told) => self.old(key, told),
        }
    }

    fn old(&mut self, key: Key, told: Told) -> Sight {
        let changes = self.changes.entry(key).or_default();
        let best = changes.iter_mut().filter(|change| change.takes(&told)).min_by_key(|change| change.distance(&told));
        if let Some(change) = best {
            let id = change.id();
            change.old.push(told);
            return id.map_or(Sight::New, Sight::CopyOf);
        }
        self.remember(key, Change { typed: None, old: vec![told] });
        Sight::New
    }

    fn typed(&mut self, key: Key, event: &Event) -> Sight {
        let at = event.occurred_at;
        let mut change = Change { typed: Some((event.id.clone(), at)), old: Vec::new() };
        let mut superseded = Vec::new();
        let changes = self.changes.entry(key).or_default();
        while let Some(place) = change.nearest(changes, at) {
            let Some(earlier) = changes.remove(place) else { break };
            superseded.extend(earlier.id());
            change.old.extend(earlier.old);
        }
        self.remember(key, change);
        if superseded.is_empty() { Sight::New } else { Sight::Supersedes(superseded) }
    }

    fn remember(&mut self, key: Key, change: Change) {
        let changes = self.changes.entry(key).or_default();
        changes.push_back(change);
        if changes.len() > REMEMBERED_OF_KEY {
            changes.pop_front();
        }
        self.order.push_back(key);
        // A change that was merged into another left its entry in the order: forgetting comes a little early then, never late.
        while self.order.len() > REMEMBERED {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(changes) = self.changes.get_mut(&oldest) {
                changes.pop_front();
                if changes.is_empty() {
                    self.changes.remove(&oldest);
                }
            }
        }
    }
}

impl Change {
    /// The event that counts for it. A change is told by one at least; only a snapshot that somebody changed may hold another.
    fn id(&self) -> Option<Box<str>> {
        self.typed.as_ref().map(|(id, _)| id).or(self.old.first().map(|told| &told.id)).cloned()
    }

    /// Whether one more old message can be about this change.
    fn takes(&self, told: &Told) -> bool {
        let near = self.typed.as_ref().is_none_or(|(_, at)| apart(*at, told.at) <= WINDOW_MS);
        let fits = |other: &Told| other.may_be(told) && (self.typed.is_some() || other.surely_is(told));
        near && self.room(&told.kind) && self.old.iter().all(fits)
    }

    /// A number in common says more than any time, a typed event more than none.
    fn distance(&self, told: &Told) -> (bool, bool, i64) {
        let same_number = told.number.is_some() && self.old.iter().any(|other| other.number == told.number);
        let nearest = self.old.iter().map(|other| other.at).chain(self.typed.as_ref().map(|(_, at)| *at));
        (!same_number, self.typed.is_none(), nearest.map(|at| apart(at, told.at)).min().unwrap_or(i64::MAX))
    }

    fn room(&self, kind: &str) -> bool {
        self.old.iter().filter(|other| &*other.kind == kind).count() < COPIES
    }

    /// The place of the nearest change without a typed event, all of whose messages this one can take.
    fn nearest(&self, changes: &VecDeque<Self>, at: Millis) -> Option<usize> {
        let takes_all = |other: &Self| {
            let room = |told: &Told| {
                let of_kind = |change: &Self| change.old.iter().filter(|each| each.kind == told.kind).count();
                of_kind(self) + of_kind(other) <= COPIES
            };
            let fits = |told: &Told| apart(at, told.at) <= WINDOW_MS && room(told) && self.old.iter().all(|each| each.may_be(told));
            other.typed.is_none() && other.old.iter().all(fits)
        };
        let candidates = changes.iter().enumerate().filter(|(_, other)| takes_all(other));
        candidates.min_by_key(|(_, other)| other.old.iter().map(|told| apart(at, told.at)).min()).map(|(place, _)| place)
    }
}

impl Told {
    /// Nothing contradicts that both are about one change.
    fn may_be(&self, other: &Self) -> bool {
        let agree = |a: &Option<Box<str>>, b: &Option<Box<str>>| a.is_none() || b.is_none() || a == b;
        let same_form = self.kind == other.kind;
        let limit = if same_form { COPIES_APART_MS } else { WINDOW_MS };
        let stated = !same_form || self.stated.is_none() || other.stated.is_none() || self.stated == other.stated;
        stated && agree(&self.number, &other.number) && agree(&self.record, &other.record) && apart(self.at, other.at) <= limit
    }

    /// Something shows that both are about one change, without a typed event to say so.
    fn surely_is(&self, other: &Self) -> bool {
        self.kind != other.kind
            || (self.number.is_some() && self.number == other.number)
            || (self.stated.is_some() && self.stated == other.stated)
            || apart(self.at, other.at) <= REPEAT_MS
    }
}

fn apart(a: Millis, b: Millis) -> i64 {
    a.since(b).saturating_abs()
}

/// What the event is about and how it says so, or `None` when nothing else can tell the same.
fn read(realm: &str, event: &Event, view: &View<'_>) -> Option<(Key, Form)> {
    let stock = |action: &str, product: &str, quantity: Quantity| {
        // `12.0` and `12` are one quantity; and a sale takes away, whatever sign its publisher gave it.
        let quantity = if action == "outbound" { quantity.magnitude().negated() } else { quantity };
        let (units, places) = quantity.parts();
        matches!(action, "adjust" | "outbound").then(|| key([realm, action, product], &[&units.to_le_bytes(), &places.to_le_bytes()]))
    };
    match view {
        View::InventoryChange(change) => {
            let quantity = change.change()?;
            // A bridge that does not say what it was says whether it left.
            let implied = if quantity.is_negative() { "outbound" } else { "adjust" };
            Some((stock(change.action.as_deref().unwrap_or(implied), &change.product_id, quantity)?, Form::Typed))
        }
        View::LegacyMove(told) => {
            let key = stock(told.action, &told.product_id, *told.quantity.as_known()?)?;
            let number = told.number.as_deref().map(Into::into);
            Some((key, Form::Old(old(event, number, told.inventory_id.as_deref().map(Into::into)))))
        }
        View::DataChange(change) => {
            let key = key([realm, change.action.as_deref().unwrap_or_default(), &resource(change)], &[change.resource_id.as_bytes()]);
            let form = if event.kind.as_str() == "data:change" { Form::Typed } else { Form::Old(old(event, None, None)) };
            Some((key, form))
        }
        _ => None,
    }
}

fn key(texts: [&str; 3], rest: &[&[u8]]) -> Key {
    let mut whole = Vec::with_capacity(96);
    for text in texts {
        whole.extend_from_slice(text.as_bytes());
        whole.push(b'\n');
    }
    rest.iter().for_each(|part| whole.extend_from_slice(part));
    xxh3_64(&whole)
}

fn old(event: &Event, number: Option<Box<str>>, record: Option<Box<str>>) -> Told {
    let stated = event.fields().millis("timestamp");
    Told { id: event.id.clone(), kind: event.kind.as_str().into(), at: event.occurred_at, stated, number, record }
}

/// `products` → `product`, `categories` → `category`.
fn resource(change: &DataChange<'_>) -> String {
    match change.resource.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => change.resource.strip_suffix('s').unwrap_or(&change.resource).to_owned(),
    }
}

#[cfg(test)]
mod tests;
