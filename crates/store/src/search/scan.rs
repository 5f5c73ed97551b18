//! The events of one stretch that are meant, in either direction, wherever they lie by now.

use super::{
    block::verdicts,
    compiled::Compiled,
    matches::{Match, Take},
};
use crate::{Order, StoreError, damage::again, packed::Run, reader::Reader};
use std::{
    ops::{ControlFlow, Range},
    rc::Rc,
};
use watchdeck_filter::Verdict;

/// Give the matches of a stretch to `take`. Answers where it stopped. What cannot be read is passed over and noted.
pub(super) fn scan(
    reader: &Reader<'_>,
    compiled: &Compiled,
    order: Order,
    seqs: &Range<u64>,
    take: &mut Take<'_>,
) -> Result<Option<u64>, StoreError> {
    let _snapshot = reader.snapshot()?;
    let mut left = seqs.clone();
    while !left.is_empty() {
        let (part, run) = next_part(reader, order, &left)?;
        match order {
            Order::NewestFirst => left.end = part.start,
            Order::OldestFirst => left.start = part.end,
        }
        // What was looked at, for whoever goes on behind what cannot be read.
        let mut unseen = part.clone();
        let mut pass = |seq: u64| match order {
            Order::NewestFirst => unseen.end = seq,
            Order::OldestFirst => unseen.start = seq + 1,
        };
        let scanned = match run {
            Some(run) => block(reader, compiled, order, run, &part, &mut pass, take),
            None => reader.rows.matching((&part, order == Order::OldestFirst), compiled, &reader.read, &mut pass, take),
        };
        let stopped = match scanned {
            Err(StoreError::Damaged(words)) => one_by_one(reader, compiled, order, unseen, &words, take)?,
            scanned => scanned?,
        };
        if stopped.is_some() {
            return Ok(stopped);
        }
    }
    Ok(None)
}

/// What comes next: as much as lies in one block, or as rows between two.
fn next_part(reader: &Reader<'_>, order: Order, left: &Range<u64>) -> Result<(Range<u64>, Option<Run>), StoreError> {
    Ok(match order {
        Order::NewestFirst => match reader.packed.upto(left.end - 1)? {
            Some(run) if run.holds(left.end - 1) => (run.first.max(left.start)..left.end, Some(run)),
            Some(run) => ((run.last + 1).max(left.start)..left.end, None),
            None => (left.clone(), None),
        },
        Order::OldestFirst => match reader.packed.from(left.start)? {
            Some(run) if run.holds(left.start) => (left.start..left.end.min(run.last + 1), Some(run)),
            Some(run) => (left.start..left.end.min(run.first), None),
            None => (left.clone(), None),
        },
    })
}

fn block(
    reader: &Reader<'_>,
    compiled: &Compiled,
    order: Order,
    run: Run,
    part: &Range<u64>,
    pass: &mut dyn FnMut(u64),
    take: &mut Take<'_>,
) -> Result<Option<u64>, StoreError> {
    let block = reader.packed.block(run.number)?;
    let scratch = Rc::clone(&reader.packed.scratch);
    let mut scratch = scratch.borrow_mut();
    let mut reading = block.read(&mut scratch);
    // A search that cannot read them reads the block.
    let marks = || reader.marks(run.number).ok().flatten();
    let places = block.place_of(part.start)..block.place_of(part.end);
    let verdicts = verdicts(compiled, &block, &places, &mut reading, &marks)?;
    let count = places.len();
    for nth in 0..count {
        let at = if order == Order::NewestFirst { places.end - 1 - nth } else { places.start + nth };
        let flow = match verdicts.at(at) {
            Verdict::No => continue,
            Verdict::Yes => take(Match::Place(&mut || Ok(reading.event(at)?)))?,
            Verdict::Maybe => {
                reader.read.set(reader.read.get() + 1);
                let stored = reading.event(at)?;
                if compiled.holds(&stored.event) { take(Match::Read(Box::new(stored)))? } else { ControlFlow::Continue(()) }
            }
        };
        pass(block.seq(at));
        if flow.is_break() {
            return Ok(Some(block.seq(at)));
        }
    }
    Ok(None)
}

/// Each by itself can be read or cannot.
fn one_by_one(
    reader: &Reader<'_>,
    compiled: &Compiled,
    order: Order,
    seqs: Range<u64>,
    words: &str,
    take: &mut Take<'_>,
) -> Result<Option<u64>, StoreError> {
    let count = seqs.end - seqs.start;
    for nth in 0..count {
        let seq = if order == Order::NewestFirst { seqs.end - 1 - nth } else { seqs.start + nth };
        match again(|| reader.event(seq), |_| true) {
            Ok(Some(stored)) => {
                if compiled.holds(&stored.event) && take(Match::Read(Box::new(stored)))?.is_break() {
                    return Ok(Some(seq));
                }
            }
            Ok(None) => {}
            Err(StoreError::Damaged(_)) => reader.shared.damage.note(seq..seq + 1, words),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
