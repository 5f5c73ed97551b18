//! How many events are meant: blocks of which all are count themselves, and of the others only what cannot be told otherwise is made an event.

use super::{Compiled, refresh, scan::scan, side_by_side, walk::Walk};
use crate::{Order, StoreError, reader::Reader, shared::Shared};
use std::ops::ControlFlow;
use watchdeck_filter::Plan;

/// How many of the events after `after` are meant. Blocking.
pub(crate) fn count(shared: &Shared, plan: &Plan, after: u64) -> Result<u64, StoreError> {
    let newest = shared.newest();
    let connection = shared.readers.take()?;
    refresh(shared, &connection)?;
    let compiled = Compiled::of(plan, &shared.names);
    let walked = stretches(&Reader::new(&connection, shared), &compiled, after, newest);
    shared.readers.put_back(connection);
    let (known, left) = walked?;
    let counted = side_by_side(shared, &left, |reader, seqs| {
        let mut count = 0_u64;
        scan(reader, &compiled, Order::OldestFirst, seqs, &mut |_| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    })?;
    Ok(known + counted.iter().sum::<u64>())
}

/// How many are known without looking, and where the others may be.
fn stretches(reader: &Reader<'_>, compiled: &Compiled, after: u64, newest: u64) -> Result<(u64, Vec<std::ops::Range<u64>>), StoreError> {
    let mut walk = Walk::new(reader, compiled, Order::OldestFirst, after.saturating_add(1)..newest.saturating_add(1)).counting();
    let (mut known, mut left) = (0, Vec::new());
    while let Some(stretch) = walk.next()? {
        match stretch.all {
            Some(events) => known += events,
            None => left.push(stretch.seqs),
        }
    }
    Ok((known, left))
}
