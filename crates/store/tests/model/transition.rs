//! What may happen to a store. Places and events are named by their share of what there is, so that a shorter history still has them.

use crate::{
    events::{CHANNELS, MOST, SOURCES},
    reference::Reference,
};
use proptest::prelude::*;
use watchdeck_store::{Order, suite::FILTERS};

/// A share of a whole, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(u16);

impl Place {
    pub(crate) fn of(self, whole: u64) -> u64 {
        whole * u64::from(self.0) / 1_000
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Transition {
    Append(Append),
    ReadAfter {
        seq: Place,
        limit: usize,
    },
    Pages {
        filter: usize,
        order: Order,
        limit: usize,
        max_read: u64,
        after: Place,
        before: Option<Place>,
    },
    Count {
        filter: usize,
        after: Place,
    },
    Find {
        event: Place,
    },
    About {
        subject: usize,
        limit: usize,
    },
    Tally,
    Pack,
    LetGo(Letting),
    /// A copy has to do with a share of the space that the events take.
    Squeeze {
        room: Place,
        held: usize,
    },
    Reopen,
    /// What is on the disk at this moment goes on in another place, as after a kill.
    Kill,
}

/// A batch: some events that were sent before, some new ones, and what is kept beside them.
#[derive(Debug, Clone)]
pub(crate) struct Append {
    pub(crate) fresh: usize,
    /// How many of the newest are sent again.
    pub(crate) again: usize,
    /// Half of the batch stands in it twice.
    pub(crate) twice: bool,
    /// The youngest comes first.
    pub(crate) reversed: bool,
    pub(crate) beside: Beside,
    pub(crate) claim: Option<Claim>,
}

#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Source, channel and offset.
    pub(crate) position: Option<(usize, usize, u64)>,
    pub(crate) checkpoint: Option<(usize, Place)>,
    /// Key and body; `None` deletes it.
    pub(crate) document: Option<(usize, Option<u8>)>,
}

/// What the sender believes to be so.
#[derive(Debug, Clone)]
pub(crate) enum Claim {
    /// Nothing of a filter came after its newest event, less so many numbers.
    Unchanged { filter: usize, behind: u64 },
    /// Nothing of it came after a place.
    UnchangedSince { filter: usize, after: Place },
    /// The newest event about a subject is the one it is, or another one.
    Version { subject: usize, off: u64 },
}

#[derive(Debug, Clone)]
pub(crate) struct Letting {
    /// Older than this one.
    pub(crate) older: Option<Place>,
    /// There is no room at all.
    pub(crate) no_room: bool,
    /// Of this channel only.
    pub(crate) channel: Option<usize>,
    pub(crate) hold: Option<Holding>,
    pub(crate) upto: Option<Place>,
}

#[derive(Debug, Clone)]
pub(crate) enum Holding {
    Channel(usize),
    Subject(usize),
    Event(Place),
    Open(Place),
    Between(Place, Place),
}

pub(crate) fn transitions(state: &Reference) -> BoxedStrategy<Transition> {
    let read = (place(), prop_oneof![1usize..50, 50usize..2_000]);
    let count = (filter(), place());
    let about = (0usize..12, prop_oneof![1usize..20, Just(usize::MAX)]);
    prop_oneof![
        // Of an empty store there is little to ask.
        if state.next == 0 { 30 } else { 6 } => append(MOST - state.next).prop_map(Transition::Append),
        2 => read.prop_map(|(seq, limit)| Transition::ReadAfter { seq, limit }),
        4 => pages(),
        3 => count.prop_map(|(filter, after)| Transition::Count { filter, after }),
        2 => place().prop_map(|event| Transition::Find { event }),
        2 => about.prop_map(|(subject, limit)| Transition::About { subject, limit }),
        1 => Just(Transition::Tally),
        1 => Just(Transition::Pack),
        2 => letting().prop_map(Transition::LetGo),
        1 => (place(), 0usize..12).prop_map(|(room, held)| Transition::Squeeze { room, held }),
        1 => Just(Transition::Reopen),
        1 => Just(Transition::Kill),
    ]
    .boxed()
}

/// Some become rows, and some are so many that they are blocks at once.
fn append(room: usize) -> impl Strategy<Value = Append> {
    let fresh = prop_oneof![6 => 0usize..40, 2 => 40usize..400, 1 => 1_100usize..1_500].prop_map(move |fresh| fresh.min(room));
    let again = prop_oneof![3 => Just(0usize), 1 => 1usize..60, 1 => 60usize..2_500];
    (fresh, again, any::<bool>(), any::<bool>(), beside(), prop::option::of(claim()))
        .prop_map(|(fresh, again, twice, reversed, beside, claim)| Append { fresh, again, twice, reversed, beside, claim })
}

fn beside() -> impl Strategy<Value = Beside> {
    let position = prop::option::of((0..SOURCES.len(), 0..CHANNELS.len(), 0u64..1_000));
    let checkpoint = prop::option::of((0usize..3, place()));
    let document = prop::option::of((0usize..3, prop::option::of(any::<u8>())));
    (position, checkpoint, document).prop_map(|(position, checkpoint, document)| Beside { position, checkpoint, document })
}

fn claim() -> impl Strategy<Value = Claim> {
    prop_oneof![
        (filter(), 0u64..3).prop_map(|(filter, behind)| Claim::Unchanged { filter, behind }),
        (filter(), place()).prop_map(|(filter, after)| Claim::UnchangedSince { filter, after }),
        (0usize..12, 0u64..2).prop_map(|(subject, off)| Claim::Version { subject, off }),
    ]
}

fn pages() -> impl Strategy<Value = Transition> {
    let order = prop_oneof![Just(Order::NewestFirst), Just(Order::OldestFirst)];
    let limit = prop_oneof![1usize..5, 5usize..300, Just(usize::MAX)];
    let max_read = prop_oneof![1u64..1_000, Just(u64::MAX)];
    (filter(), order, limit, max_read, place(), prop::option::of(place()))
        .prop_map(|(filter, order, limit, max_read, after, before)| Transition::Pages { filter, order, limit, max_read, after, before })
}

fn letting() -> impl Strategy<Value = Letting> {
    let hold = prop_oneof![
        (0..CHANNELS.len()).prop_map(Holding::Channel),
        (0usize..12).prop_map(Holding::Subject),
        place().prop_map(Holding::Event),
        place().prop_map(Holding::Open),
        (place(), place()).prop_map(|(from, before)| Holding::Between(from, before)),
    ];
    let (older, upto) = (prop::option::weighted(0.8, place()), prop::option::weighted(0.3, place()));
    (older, prop::bool::weighted(0.3), prop::option::of(0..CHANNELS.len()), prop::option::of(hold), upto)
        .prop_map(|(older, no_room, channel, hold, upto)| Letting { older, no_room, channel, hold, upto })
}

/// Everything, or one of the suite's.
fn filter() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0), 2 => 0..FILTERS.len()]
}

fn place() -> impl Strategy<Value = Place> {
    (0u16..=1_000).prop_map(Place)
}
