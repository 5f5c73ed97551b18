//! One step of letting go, prepared by a reader: what one transaction is to do.

use super::{
    edges::Edge,
    gone,
    keeping::Seen,
    plan::{Judge, LetGoPlan},
    stretch::{self, Stretch},
};
use crate::{
    StoreError, Stored,
    block::{Block, Sealer},
    packed::Run,
    reader::Reader,
    summary::Summarised,
    types::Lent,
};
use std::collections::BTreeMap;
use tokio::sync::oneshot;
use watchdeck_events::{Channel, Millis};

/// Stretches that are looked at for one step at most: whoever looks holds a connection meanwhile.
const MOST: usize = 64;

/// A step for the writer, and who waits for it.
pub(crate) struct Letting {
    pub(super) step: Step,
    /// Whether it was carried out: not where the file is no longer as it was.
    pub(crate) reply: oneshot::Sender<Result<bool, StoreError>>,
}

/// What goes in one transaction.
pub(super) struct Step {
    pub(super) at: Millis,
    pub(super) what: What,
    /// Where the channels are let go up to by it, with how many events it takes of each.
    pub(super) edges: Vec<Edge>,
}

pub(super) enum What {
    /// A block as it was seen, whole. The hashes of its ids.
    Block { run: Run, events: usize, hashes: Vec<u64> },
    /// The same, but for some of its events, which are written anew.
    Part { run: Run, events: usize, rest: Rest, hashes: Vec<u64> },
    /// Rows, by number, with their ids.
    Rows { seqs: Vec<u64>, ids: Vec<Box<str>> },
    /// Ids of what was let go before this time.
    Ids { before: Millis },
}

/// What stays of a block.
pub(super) struct Rest {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) events: usize,
    pub(super) received_at: Millis,
    pub(super) bytes: Vec<u8>,
    /// The events.
    pub(super) kept: Vec<Stored>,
    pub(super) summarised: Box<Summarised>,
}

impl Step {
    /// Events that go.
    pub(super) fn events(&self) -> u64 {
        self.edges.iter().map(|edge| edge.events).sum()
    }

    pub(super) fn of_ids(at: Millis) -> Self {
        let before = Millis(at.0.saturating_sub_unsigned(gone::REMEMBERED));
        Self { at, what: What::Ids { before }, edges: Vec::new() }
    }
}

/// The next step from `from` on, if there is one near; and where to go on, if there may be more.
pub(super) fn next(reader: &Reader<'_>, plan: &LetGoPlan, mut from: u64, at: Millis) -> Result<(Option<Step>, Option<u64>), StoreError> {
    let (judge, end) = (plan.judge(), plan.end());
    for _ in 0..MOST {
        if from >= end {
            return Ok((None, None));
        }
        let Some((stretch, next)) = stretch::from(reader, from)? else { return Ok((None, None)) };
        from = next;
        if let Some(step) = of_stretch(reader, &judge, &stretch, at)? {
            return Ok((Some(step), Some(next)));
        }
    }
    Ok((None, Some(from)))
}

fn of_stretch(reader: &Reader<'_>, judge: &Judge<'_>, stretch: &Stretch, at: Millis) -> Result<Option<Step>, StoreError> {
    let goes: Vec<bool> = stretch.events().map(|seen| judge.fate(&seen).goes()).collect();
    if !goes.contains(&true) {
        return Ok(None);
    }
    let mut edges = BTreeMap::new();
    for (seen, _) in stretch.events().zip(&goes).filter(|(_, goes)| **goes) {
        advance(&mut edges, &seen, at);
    }
    let what = match stretch {
        Stretch::Rows(rows) => {
            let going = rows.iter().zip(&goes).enumerate().filter(|(_, (_, goes))| **goes);
            let (seqs, ids) = going.map(|(place, (row, _))| (stretch.at(place).seq, row.id.clone())).unzip();
            What::Rows { seqs, ids }
        }
        Stretch::Block(run, block) => match of_block(reader, *run, block.len(), &goes) {
            // What cannot be read stays, and so does what makes no block.
            Err(StoreError::Damaged(words)) => {
                tracing::debug!(words, number = run.number, "A block stays that was to be let go.");
                return Ok(None);
            }
            what => match what? {
                Some(what) => what,
                None => return Ok(None),
            },
        },
    };
    Ok(Some(Step { at, what, edges: edges.into_values().collect() }))
}

fn advance(edges: &mut BTreeMap<Channel, Edge>, seen: &Seen<'_>, at: Millis) {
    let Seen { seq, offset, channel, received_at, .. } = *seen;
    match edges.get_mut(channel) {
        Some(edge) => *edge = Edge { seq, offset, received_at, events: edge.events + 1, ..edge.clone() },
        None => drop(edges.insert(channel.clone(), Edge { channel: channel.clone(), seq, offset, received_at, events: 1, at })),
    }
}

fn of_block(reader: &Reader<'_>, run: Run, events: usize, goes: &[bool]) -> Result<Option<What>, StoreError> {
    let ids = reader.packed.ids(run.number)?;
    let hashes = gone::hashes(ids.iter().zip(goes).filter(|(_, goes)| **goes).map(|(id, _)| &**id));
    if hashes.len() == events {
        return Ok(Some(What::Block { run, events, hashes }));
    }
    let (mut kept, mut place) = (Vec::with_capacity(events - hashes.len()), 0);
    reader.packed.each(run.number, |stored| {
        if !goes[place] {
            kept.push(stored.clone());
        }
        place += 1;
    })?;
    let lent: Vec<_> = kept.iter().map(Lent::from).collect();
    let (Some(first), Some(last), Ok(bytes)) = (lent.first(), lent.last(), Sealer::default().seal(&lent)) else { return Ok(None) };
    let block = Block::open(bytes, &mut reader.packed.scratch.borrow_mut())?;
    // Whether or not it has one by now: what is known of the whole block may be kept before the rest takes its place.
    let summarised = Box::new(reader.summarise_block(run.number, &block)?);
    let bytes = block.into_bytes();
    let (first, last, received_at) = (first.seq, last.seq, first.event.received_at);
    let rest = Rest { first, last, events: kept.len(), received_at, bytes, kept, summarised };
    Ok(Some(What::Part { run, events, rest, hashes }))
}
