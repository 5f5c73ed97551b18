//! What would go, and why. Made by reading only.

use super::{
    keeping::{Keeping, Seen},
    stretch::{self, Stretch},
};
use crate::{StoreError, reader::Reader, rows::END};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
};
use watchdeck_events::{Channel, Millis};

/// What would go of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// The channel.
    pub channel: Channel,
    /// Events that would go.
    pub events: u64,
    /// Bytes that they take in the file, about.
    pub bytes: u64,
    /// When the first and the last of them were received, by the clock.
    pub from: Millis,
    /// See `from`.
    pub to: Millis,
    /// Some are older than is kept.
    pub by_age: bool,
    /// Some are more than is kept, and not that old yet.
    pub by_size: bool,
    /// Events that would go, and are held.
    pub held: u64,
}

/// What would go: [`Store::let_go`](crate::Store::let_go) carries out just that.
#[derive(Debug)]
pub struct LetGoPlan {
    keeping: Keeping,
    /// By age in milliseconds: the first event that is younger, or in front of one that is.
    ages: HashMap<u64, u64>,
    /// The first event of each channel that has room.
    sizes: HashMap<Channel, u64>,
    /// Events that are held by their numbers and ids.
    held: HashSet<u64>,
    /// Channels of which something would go, or is held, by name.
    pub portions: Vec<Portion>,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    Held,
    TooOld,
    TooMuch,
}

impl Fate {
    pub(super) fn goes(self) -> bool {
        matches!(self, Self::TooOld | Self::TooMuch)
    }
}

impl LetGoPlan {
    /// Events that would go.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.portions.iter().map(|portion| portion.events).sum()
    }

    /// Bytes that they take, about.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.portions.iter().map(|portion| portion.bytes).sum()
    }

    /// No event from this one on goes.
    #[must_use]
    pub fn end(&self) -> u64 {
        let furthest = self.ages.values().chain(self.sizes.values()).copied().max().unwrap_or(0);
        furthest.min(self.keeping.upto.saturating_add(1))
    }

    /// Decides. Whoever asks for many keeps the answers for channels.
    pub(super) fn judge(&self) -> Judge<'_> {
        Judge { plan: self, edges: RefCell::default() }
    }
}

/// See [`LetGoPlan::judge`].
pub(super) struct Judge<'a> {
    plan: &'a LetGoPlan,
    edges: RefCell<HashMap<Channel, [u64; 2]>>,
}

impl Judge<'_> {
    pub(super) fn fate(&self, seen: &Seen<'_>) -> Fate {
        let [age, size] = self.edges(seen.channel);
        if seen.seq >= age.max(size) || seen.seq > self.plan.keeping.upto {
            Fate::Stays
        } else if self.plan.held.contains(&seen.seq) || self.plan.keeping.holds.iter().any(|hold| hold.holds(seen)) {
            Fate::Held
        } else if seen.seq < age {
            Fate::TooOld
        } else {
            Fate::TooMuch
        }
    }

    fn edges(&self, channel: &Channel) -> [u64; 2] {
        if let Some(edges) = self.edges.borrow().get(channel) {
            return *edges;
        }
        let age = self.plan.keeping.of(channel.as_str()).age_ms.and_then(|age| self.plan.ages.get(&age)).copied();
        let edges = [age.unwrap_or(0), self.plan.sizes.get(channel).copied().unwrap_or(0)];
        self.edges.borrow_mut().insert(channel.clone(), edges);
        edges
    }
}

/// Make one.
pub(super) fn plan(reader: &Reader<'_>, keeping: Keeping) -> Result<LetGoPlan, StoreError> {
    let mut held: HashSet<u64> = keeping.open.iter().copied().collect();
    for id in keeping.holds.iter().map(|hold| &*hold.id).filter(|id| !id.is_empty()) {
        held.extend(reader.by_id(id)?.map(|stored| stored.seq));
    }
    let (ages, sizes) = (ages(reader, &keeping)?, sizes(reader, &keeping)?);
    let mut plan = LetGoPlan { keeping, ages, sizes, held, portions: Vec::new() };
    plan.portions = portions(reader, &plan)?;
    Ok(plan)
}

/// Where the ages end. Events are in the order in which they came; where the clock was set back meanwhile, more is kept rather than less.
fn ages(reader: &Reader<'_>, keeping: &Keeping) -> Result<HashMap<u64, u64>, StoreError> {
    let mut open: Vec<(u64, Millis)> = keeping.all().filter_map(|keep| Some((keep.age_ms?, keeping.cutoff(keep)?))).collect();
    open.sort_unstable();
    open.dedup();
    let (mut ends, mut at) = (HashMap::new(), 0);
    while !open.is_empty() {
        let next = if at > keeping.upto { None } else { stretch::from(reader, at)? };
        let Some((stretch, next)) = next else { break };
        at = next;
        for seen in stretch.events() {
            open.retain(|(age, cutoff)| {
                let is_old = seen.received_at < *cutoff;
                if !is_old {
                    ends.insert(*age, seen.seq);
                }
                is_old
            });
        }
    }
    // All that there is is older.
    ends.extend(open.into_iter().map(|(age, _)| (age, END)));
    Ok(ends)
}

/// Where the sizes end, counted from the newest event.
fn sizes(reader: &Reader<'_>, keeping: &Keeping) -> Result<HashMap<Channel, u64>, StoreError> {
    let mut ends = HashMap::new();
    let Some(least) = keeping.all().filter_map(|keep| keep.bytes).min() else { return Ok(ends) };
    // No channel takes more than the file.
    if reader.used_bytes()? <= least {
        return Ok(ends);
    }
    let (mut room, mut at) = (HashMap::<Channel, Option<u64>>::new(), END);
    while let Some((stretch, next)) = stretch::below(reader, at)? {
        at = next;
        for seen in stretch.events().rev() {
            if !room.contains_key(seen.channel) {
                room.insert(seen.channel.clone(), keeping.of(seen.channel.as_str()).bytes);
            }
            let Some(Some(left)) = room.get_mut(seen.channel) else { continue };
            match left.checked_sub(seen.bytes) {
                Some(less) => *left = less,
                None => {
                    ends.insert(seen.channel.clone(), seen.seq + 1);
                    room.insert(seen.channel.clone(), None);
                }
            }
        }
    }
    Ok(ends)
}

fn portions(reader: &Reader<'_>, plan: &LetGoPlan) -> Result<Vec<Portion>, StoreError> {
    let (judge, end) = (plan.judge(), plan.end());
    let (mut portions, mut at) = (BTreeMap::<Channel, Portion>::new(), 0);
    while at < end
        && let Some((stretch, next)) = stretch::from(reader, at)?
    {
        at = next;
        count(&judge, &stretch, &mut portions);
    }
    Ok(portions.into_values().collect())
}

fn count(judge: &Judge<'_>, stretch: &Stretch, portions: &mut BTreeMap<Channel, Portion>) {
    for seen in stretch.events() {
        let fate = judge.fate(&seen);
        if fate == Fate::Stays {
            continue;
        }
        if !portions.contains_key(seen.channel) {
            let (channel, from, to) = (seen.channel.clone(), Millis(i64::MAX), Millis(i64::MIN));
            let none = Portion { channel, events: 0, bytes: 0, from, to, by_age: false, by_size: false, held: 0 };
            portions.insert(seen.channel.clone(), none);
        }
        let Some(portion) = portions.get_mut(seen.channel) else { continue };
        if fate == Fate::Held {
            portion.held += 1;
            continue;
        }
        portion.events += 1;
        portion.bytes += seen.bytes;
        portion.from = portion.from.min(seen.received_at);
        portion.to = portion.to.max(seen.received_at);
        portion.by_age |= fate == Fate::TooOld;
        portion.by_size |= fate == Fate::TooMuch;
    }
}
