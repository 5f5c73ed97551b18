//! Pages of matches.

use super::{
    Compiled, readers, refresh,
    scan::scan,
    side_by_side,
    walk::{Stretch, Walk},
};
use crate::{Limit, Order, Page, Query, StoreError, Stored, reader::Reader, shared::Shared};
use std::{
    ops::{ControlFlow, Range},
    sync::atomic::{AtomicU64, Ordering},
};
use watchdeck_filter::Plan;

/// Stretches that are looked at at once, at most: the first one alone, which is enough for most pages; then more and more.
const MOST: usize = 128;

/// A page. Blocking.
pub(crate) fn page(shared: &Shared, query: &Query) -> Result<Page, StoreError> {
    // Before the names: what is committed later may have new ones.
    let newest = shared.newest();
    let connection = shared.readers.take()?;
    refresh(shared, &connection)?;
    let compiled = Compiled::of(&query.plan, &shared.names);
    let page = Run { shared, query, compiled: &compiled, read: AtomicU64::new(0) }.page(&Reader::new(&connection, shared), newest);
    shared.readers.put_back(connection);
    page
}

/// The newest of some events that is meant, as one connection sees it.
pub(crate) fn newest_match(reader: &Reader<'_>, plan: &Plan, seqs: Range<u64>) -> Result<Option<Stored>, StoreError> {
    let compiled = Compiled::of(plan, &reader.shared.names);
    let mut walk = Walk::new(reader, &compiled, Order::NewestFirst, seqs);
    let mut newest = None;
    while let Some(stretch) = walk.next()? {
        scan(reader, &compiled, Order::NewestFirst, &stretch.seqs, &mut |found| {
            newest = Some(found.event()?);
            Ok(ControlFlow::Break(()))
        })?;
        if newest.is_some() {
            break;
        }
    }
    Ok(newest)
}

struct Run<'a> {
    shared: &'a Shared,
    query: &'a Query,
    compiled: &'a Compiled,
    /// Events that were read.
    read: AtomicU64,
}

/// What one stretch brought, and where the reader stopped before its end.
type Part = (Vec<Stored>, Option<u64>);

impl Run<'_> {
    fn page(&self, reader: &Reader<'_>, newest: u64) -> Result<Page, StoreError> {
        let Query { order, before, after, limit, max_read, .. } = *self.query;
        let seqs = after.saturating_add(1)..before.unwrap_or(u64::MAX).min(newest.saturating_add(1));
        let mut walk = Walk::new(reader, self.compiled, order, seqs.clone());
        let (mut page, mut allowed, mut wave, mut looked) = (Page::default(), max_read, 1, 0);
        let mut stopped = None;
        while stopped.is_none() {
            let mut stretches: Vec<Stretch> = Vec::new();
            let mut spent = None;
            while stretches.len() < wave {
                let Some(mut stretch) = walk.next()? else { break };
                let length = (stretch.seqs.end - stretch.seqs.start).min(allowed);
                if length == 0 {
                    spent = Some(self.edge(&stretch));
                    break;
                }
                match order {
                    Order::NewestFirst if length < stretch.seqs.end - stretch.seqs.start => {
                        stretch.seqs.start = stretch.seqs.end - length;
                        spent = Some(stretch.seqs.start);
                    }
                    Order::OldestFirst if length < stretch.seqs.end - stretch.seqs.start => {
                        stretch.seqs.end = stretch.seqs.start + length;
                        spent = Some(stretch.seqs.end - 1);
                    }
                    Order::NewestFirst | Order::OldestFirst => {}
                }
                allowed -= length;
                stretches.push(stretch);
                if spent.is_some() {
                    break;
                }
            }
            if stretches.is_empty() && spent.is_none() {
                break;
            }
            let wanted = limit.saturating_sub(page.events.len()).max(1);
            for (events, cut) in self.gather(reader, &stretches, wanted)? {
                let room = limit.saturating_sub(page.events.len());
                page.events.extend(events.into_iter().take(room));
                let full = page.events.len() >= limit || page.events.iter().map(Stored::bytes).sum::<usize>() >= Limit::BYTES;
                stopped = if full { page.events.last().map(|last| last.seq).or(cut) } else { cut };
                if stopped.is_some() {
                    break;
                }
            }
            stopped = stopped.or(spent);
            looked += stretches.len();
            wave = self.wave(wave, looked, page.events.len());
        }
        // At the edge there is nothing to go on to.
        let left = |at: &u64| if order == Order::NewestFirst { *at > seqs.start } else { at + 1 < seqs.end };
        page.next = stopped.filter(left);
        page.scanned = match (order, stopped) {
            (_, None) => seqs.end.saturating_sub(seqs.start),
            (Order::NewestFirst, Some(at)) => seqs.end - at,
            (Order::OldestFirst, Some(at)) => at + 1 - seqs.start,
        };
        page.read = self.read.load(Ordering::Relaxed);
        Ok(page)
    }

    /// How many stretches to look at next: as many as will bring what is left to find, if they are like those before; more and more while nothing is found.
    fn wave(&self, before: usize, looked: usize, found: usize) -> usize {
        let left = self.query.limit.saturating_sub(found);
        let enough = if found == 0 { before * 4 } else { left.saturating_mul(looked).div_ceil(found) };
        enough.min(before * 16).min(MOST).max(readers(self.shared))
    }

    /// Where to go on with a stretch that was not looked at.
    fn edge(&self, stretch: &Stretch) -> u64 {
        match self.query.order {
            Order::NewestFirst => stretch.seqs.end,
            Order::OldestFirst => stretch.seqs.start.saturating_sub(1),
        }
    }

    fn gather(&self, reader: &Reader<'_>, stretches: &[Stretch], wanted: usize) -> Result<Vec<Part>, StoreError> {
        match stretches {
            [one] => Ok(vec![self.look(reader, one, wanted)?]),
            _ => side_by_side(self.shared, stretches, |reader, stretch| self.look(reader, stretch, wanted)),
        }
    }

    fn look(&self, reader: &Reader<'_>, stretch: &Stretch, wanted: usize) -> Result<Part, StoreError> {
        let (mut events, mut bytes) = (Vec::new(), 0);
        let stopped = scan(reader, self.compiled, self.query.order, &stretch.seqs, &mut |found| {
            let stored = found.event()?;
            bytes += stored.bytes();
            events.push(stored);
            Ok(if events.len() < wanted && bytes < Limit::BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        self.read.fetch_add(reader.read.take(), Ordering::Relaxed);
        Ok((events, stopped))
    }
}
