//! One event that comes through two sources.
//!
//! Of sources that are one ERP (see [`super::realms`]) each event counts once. The payload is the same through both, its envelope and
//! its ids are not: so what is compared is the channel and the payload in canonical form, the publisher's time in it included. Where it states
//! no time, equal messages within [`NEAR`] are one. What is said twice through *one* source is two (its own repeats are recognised
//! before they are stored): the n-th telling of a source is a copy of the n-th telling of another.
//!
//! Of sources that are *not* one ERP the same comparison makes an offer: when both tell the same again and again, they look like one.

use super::{moment::Moment, realms::Realms};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};
use watchdeck_events::{Channel, Millis, fields::Fields, identity};
use watchdeck_store::Stored;

/// Messages without a time of their own are one when they are at most this far apart, ms.
const NEAR: i64 = 2_000;
/// Messages remembered.
const REMEMBERED: usize = 16_384;
/// Copies whose place in the store is remembered, so that they are not shown twice.
const LISTED: usize = 20_000;
/// After so many equal events two sources look like one ERP.
const ALIKE: u32 = 5;
/// Pairs of sources that are compared.
const PAIRS: usize = 64;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Copies {
    told: HashMap<Box<str>, Told>,
    order: VecDeque<Box<str>>,
    /// Places of copies, with the place of what they are copies of.
    listed: BTreeMap<u64, u64>,
    /// The first source that was ever seen, until there is a second: one source alone needs no comparison.
    only: Option<Arc<str>>,
    several: bool,
    /// How often two sources told the same.
    alike: Vec<Alike>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Alike {
    pair: [Arc<str>; 2],
    times: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    at: Millis,
    seq: u64,
    /// How often, by source.
    by: BTreeMap<Arc<str>, u32>,
}

impl Copies {
    /// Look at the next event. Answers whether another source of the same ERP told it before.
    pub fn see(&mut self, stored: &Stored, fields: &Fields<'_>, moment: Moment, realms: &Realms) -> bool {
        let source = &stored.event.source;
        if !self.several {
            let only = self.only.get_or_insert_with(|| Arc::clone(source));
            if only == source && !realms.is_shared(source) {
                return false;
            }
            self.several |= only != source;
        }
        if stored.event.kind.as_str().starts_with("watchdeck:") {
            return false;
        }
        let stated = fields.stated();
        let key = key(&stored.event.channel, stated, stored.event.payload.as_str());
        let told = match self.told.get_mut(&key) {
            Some(told) if stated.is_some() || told.at.since(moment.at).abs() <= NEAR => told,
            Some(told) => {
                *told = Told { at: moment.at, seq: stored.seq, by: BTreeMap::new() };
                told
            }
            None => self.remember(key, Told { at: moment.at, seq: stored.seq, by: BTreeMap::new() }),
        };
        let realm = realms.realm(source);
        let most = told.by.iter().filter(|(other, _)| realms.realm(other) == realm).map(|(_, times)| *times).max().unwrap_or(0);
        let times = told.by.entry(Arc::clone(source)).or_default();
        *times = times.saturating_add(1);
        let (first, is_first_here, is_copy) = (told.seq, *times == 1, *times <= most);
        let strangers: Vec<_> = told.by.keys().filter(|other| realms.realm(other) != realm).cloned().collect();
        if stated.is_some() && is_first_here {
            strangers.into_iter().for_each(|other| self.resemble(other, Arc::clone(source)));
        }
        if is_copy {
            self.listed.insert(stored.seq, first);
            if self.listed.len() > LISTED {
                self.listed.pop_first();
            }
        }
        is_copy
    }

    fn remember(&mut self, key: Box<str>, told: Told) -> &mut Told {
        self.order.push_back(key.clone());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.told.remove(&oldest);
        }
        self.told.entry(key).or_insert(told)
    }

    fn resemble(&mut self, a: Arc<str>, b: Arc<str>) {
        let pair = if a <= b { [a, b] } else { [b, a] };
        match self.alike.iter_mut().find(|alike| alike.pair == pair) {
            Some(alike) => alike.times = alike.times.saturating_add(1),
            None => {
                if self.alike.len() < PAIRS {
                    self.alike.push(Alike { pair, times: 1 });
                }
            }
        }
    }

    /// The place of what the event at `seq` is a copy of.
    #[must_use]
    pub fn original(&self, seq: u64) -> Option<u64> {
        self.listed.get(&seq).copied()
    }

    /// Sources that told the same as this one again and again, and that the user has not called one ERP with it.
    #[must_use]
    pub fn looking_like(&self, source: &str) -> Vec<String> {
        let alike = self.alike.iter().filter(|alike| alike.times >= ALIKE && alike.pair.iter().any(|id| &**id == source));
        alike.flat_map(|alike| &alike.pair).filter(|id| &***id != source).map(ToString::to_string).collect()
    }
}

fn key(channel: &Channel, stated: Option<Millis>, payload: &str) -> Box<str> {
    identity::of(channel, Some(stated.unwrap_or(Millis(0))), Millis(0), payload)
}
