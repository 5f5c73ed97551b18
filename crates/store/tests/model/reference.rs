//! What a store is to be: a plain list, and some maps.

use crate::{
    events::{CHANNELS, MOST, SOURCES, event, means, plan, subject},
    transition::{Append, Beside, Claim, Holding, Letting, Transition, transitions},
};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::collections::BTreeMap;
use watchdeck_events::Event;
use watchdeck_store::{Condition, Hold, Keep, Keeping};

const DAY: u64 = 24 * 3_600_000;

/// An event where it was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) n: usize,
}

impl Kept {
    pub(crate) fn event(self) -> &'static Event {
        event(self.n)
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Reference {
    /// In order.
    pub(crate) kept: Vec<Kept>,
    pub(crate) head: u64,
    /// The event that was not sent yet.
    pub(crate) next: usize,
    /// How many were let go.
    pub(crate) gone: u64,
    /// By source and channel.
    pub(crate) positions: BTreeMap<(usize, usize), u64>,
    pub(crate) checkpoints: BTreeMap<String, u64>,
    pub(crate) documents: BTreeMap<String, String>,
    /// What the last transition asked for, and what it is to be told.
    pub(crate) sent: Option<Sent>,
    pub(crate) letting: Option<(Keeping, BTreeMap<String, Said>)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) events: Vec<usize>,
    pub(crate) condition: Option<Condition>,
    /// Events stored and passed over; or what stands against it.
    pub(crate) answer: Result<(usize, usize), u64>,
}

/// What a plan says of a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) events: u64,
    pub(crate) held: u64,
    pub(crate) by_age: bool,
    pub(crate) by_size: bool,
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Transition> {
        transitions(state)
    }

    fn preconditions(state: &Self, transition: &Transition) -> bool {
        !matches!(transition, Transition::Append(append) if state.next + append.fresh > MOST)
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        match transition {
            Transition::Append(append) => state.append(append),
            Transition::LetGo(letting) => state.let_go(letting),
            _ => {}
        }
        state
    }
}

impl Reference {
    /// The events that a filter means, in order.
    pub(crate) fn meant(&self, filter: usize) -> impl DoubleEndedIterator<Item = Kept> {
        self.kept.iter().copied().filter(move |kept| means(filter, kept.n))
    }

    /// The events about something, in order.
    pub(crate) fn about(&self, subject: &str) -> impl DoubleEndedIterator<Item = Kept> {
        self.kept.iter().copied().filter(move |kept| kept.event().subject.as_deref() == Some(subject))
    }

    fn append(&mut self, append: &Append) {
        let mut events: Vec<usize> = (self.next.saturating_sub(append.again)..self.next).collect();
        let fresh = self.next..self.next + append.fresh;
        if append.reversed {
            events.extend(fresh.clone().rev())
        } else {
            events.extend(fresh.clone())
        }
        let new: Vec<usize> = events.iter().copied().filter(|n| fresh.contains(n)).collect();
        if append.twice {
            events.extend_from_within(events.len() / 2..);
        }
        let (condition, against) = append.claim.as_ref().map_or((None, None), |claim| self.claimed(claim));
        let answer = against.map_or(Ok((new.len(), events.len() - new.len())), Err);
        if answer.is_ok() {
            self.next = fresh.end;
            for n in new {
                self.head += 1;
                self.kept.push(Kept { seq: self.head, n });
            }
            self.keep_beside(&append.beside);
        }
        self.sent = Some(Sent { events, condition, answer });
    }

    /// A claim as the store is told it, and what stands against it.
    fn claimed(&self, claim: &Claim) -> (Option<Condition>, Option<u64>) {
        let unchanged = |filter: usize, after: u64| {
            let newest = self.meant(filter).next_back().map_or(0, |newest| newest.seq);
            (Some(Condition::Unchanged { plan: plan(filter), after }), (newest > after).then_some(newest))
        };
        match *claim {
            Claim::Unchanged { filter, behind } => {
                let newest = self.meant(filter).next_back().map_or(0, |newest| newest.seq);
                unchanged(filter, newest.saturating_sub(behind))
            }
            Claim::UnchangedSince { filter, after } => unchanged(filter, after.of(self.head)),
            Claim::Version { subject: about, off } => {
                let about = subject(about);
                let newest = self.about(&about).next_back().map_or(0, |newest| newest.seq);
                (Some(Condition::Version { subject: about, expected: newest + off }), (off > 0).then_some(newest))
            }
        }
    }

    fn keep_beside(&mut self, beside: &Beside) {
        if let Some((source, channel, offset)) = beside.position {
            self.positions.insert((source, channel), offset);
        }
        if let Some((name, place)) = beside.checkpoint {
            self.checkpoints.insert(name.to_string(), place.of(self.head));
        }
        match beside.document {
            Some((key, Some(body))) => drop(self.documents.insert(key.to_string(), body.to_string())),
            Some((key, None)) => drop(self.documents.remove(&key.to_string())),
            None => {}
        }
    }

    fn let_go(&mut self, letting: &Letting) {
        let keeping = self.keeping(letting);
        let keep_of = |channel: &str| keeping.channels.iter().find(|(name, _)| name == channel).map_or(keeping.default, |(_, keep)| *keep);
        let cutoff = keeping.now.0 - DAY as i64;
        // Events are in the order in which they came: the first that is young enough ends what is too old.
        let age = self.kept.iter().find(|kept| kept.event().received_at.0 >= cutoff).map_or(u64::MAX, |kept| kept.seq);
        let mut said = BTreeMap::<String, Said>::new();
        self.kept.retain(|kept| {
            let channel = kept.event().channel.as_str();
            let keep = keep_of(channel);
            let is_old = keep.age_ms.is_some() && kept.seq < age;
            if kept.seq > keeping.upto || !(is_old || keep.bytes.is_some()) {
                return true;
            }
            let said = said.entry(channel.to_owned()).or_default();
            if holds(&keeping, *kept) {
                said.held += 1;
                return true;
            }
            said.events += 1;
            said.by_age |= is_old;
            said.by_size |= !is_old;
            false
        });
        self.gone += said.values().map(|said| said.events).sum::<u64>();
        self.letting = Some((keeping, said));
    }

    fn keeping(&self, letting: &Letting) -> Keeping {
        let of = |place: crate::transition::Place| place.of(self.next as u64) as usize;
        let keep = Keep { age_ms: letting.older.map(|_| DAY), bytes: letting.no_room.then_some(0) };
        let channels: Vec<_> = letting.channel.iter().map(|channel| (CHANNELS[*channel].to_owned(), keep)).collect();
        let (mut holds, mut open) = (Vec::new(), Vec::new());
        match &letting.hold {
            Some(Holding::Channel(channel)) => holds.push(Hold { channel: CHANNELS[*channel].into(), ..Hold::default() }),
            Some(Holding::Subject(about)) => holds.push(Hold { subject: subject(*about), ..Hold::default() }),
            Some(Holding::Event(place)) => holds.push(Hold { id: event(of(*place)).id.to_string(), ..Hold::default() }),
            Some(Holding::Between(from, before)) => {
                let [from, before] = [from, before].map(|place| Some(event(of(*place)).occurred_at));
                holds.push(Hold { from, before, ..Hold::default() });
            }
            Some(Holding::Open(place)) => open.push(place.of(self.head)),
            None => {}
        }
        Keeping {
            default: if channels.is_empty() { keep } else { Keep::default() },
            channels,
            holds,
            open,
            upto: letting.upto.map_or(u64::MAX, |place| place.of(self.head)),
            now: event(letting.older.map_or(0, of)).received_at.plus(DAY as i64),
        }
    }
}

fn holds(keeping: &Keeping, kept: Kept) -> bool {
    let event = kept.event();
    let within = |hold: &Hold, at| hold.from.is_none_or(|from| from <= at) && hold.before.is_none_or(|before| at < before);
    keeping.open.contains(&kept.seq)
        || keeping.holds.iter().any(|hold| {
            (hold.id.is_empty() || *hold.id == *event.id)
                && (hold.channel.is_empty() || hold.channel == event.channel.as_str())
                && (hold.subject.is_empty() || event.subject.as_deref() == Some(&*hold.subject))
                && (within(hold, event.occurred_at) || within(hold, event.received_at))
        })
}

/// The positions of a source, as a store tells them.
pub(crate) fn positions(state: &Reference, source: usize) -> BTreeMap<String, u64> {
    let of_source = state.positions.iter().filter(|((of, _), _)| SOURCES[*of] == SOURCES[source]);
    of_source.map(|((_, channel), offset)| (CHANNELS[*channel].to_owned(), *offset)).collect()
}
