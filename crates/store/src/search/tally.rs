//! How much there is of what: of blocks their columns are read and nothing else, of rows their numbers.

use super::side_by_side;
use crate::{StoreError, Tally, reader::Reader, rows::TallyKey as Key, shared::Shared};
use std::{collections::HashMap, sync::Arc};
use watchdeck_events::{Millis, Severity};

/// How many, and when the first and the last of them occurred.
#[derive(Clone, Copy)]
struct Known {
    events: u64,
    first: i64,
    last: i64,
}

impl Known {
    fn add(known: &mut HashMap<Key, Self>, key: Key, more: Self) {
        known
            .entry(key)
            .and_modify(|known| {
                known.events += more.events;
                known.first = known.first.min(more.first);
                known.last = known.last.max(more.last);
            })
            .or_insert(more);
    }
}

/// All of it, the most frequent first. Blocking.
pub(crate) fn tally(shared: &Shared) -> Result<Vec<Tally>, StoreError> {
    let connection = shared.readers.take()?;
    let mut known = HashMap::new();
    let began = begin(&Reader::new(&connection, shared), &mut known);
    shared.readers.put_back(connection);
    let parts = side_by_side(shared, &began?, |reader, number| of_block(reader, *number))?;
    for (key, more) in parts.into_iter().flatten() {
        Known::add(&mut known, key, more);
    }
    let tally = |((source, channel, kind, severity), known): (Key, Known)| Tally {
        source,
        channel,
        kind,
        severity: Severity::from_code(severity),
        events: known.events,
        first: Millis(known.first),
        last: Millis(known.last),
    };
    let mut all: Vec<_> = known.into_iter().map(tally).collect();
    all.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| (&*a.source, a.kind.as_str()).cmp(&(&*b.source, b.kind.as_str()))));
    Ok(all)
}

/// The rows, and the numbers of the blocks that there are beside them at the same moment.
fn begin(reader: &Reader<'_>, known: &mut HashMap<Key, Known>) -> Result<Vec<u64>, StoreError> {
    let _snapshot = reader.snapshot()?;
    reader.rows.tally(|key, events, first, last| Known::add(known, key, Known { events, first, last }))?;
    Ok(reader.packed.runs()?.into_iter().map(|run| run.number).collect())
}

fn of_block(reader: &Reader<'_>, number: u64) -> Result<Vec<(Key, Known)>, StoreError> {
    let block = match reader.packed.block(number) {
        Ok(block) => block,
        // It was let go of, or it cannot be read: whoever reads it says so.
        Err(StoreError::Damaged(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut labels = vec![Known { events: 0, first: i64::MAX, last: i64::MIN }; block.labels().len()];
    for at in 0..block.len() {
        let (known, time) = (&mut labels[block.label_number(at)], block.occurred_at(at).0);
        known.events += 1;
        known.first = known.first.min(time);
        known.last = known.last.max(time);
    }
    let key = |number: usize| {
        let label = &block.labels()[number];
        (Arc::clone(&label.source), label.channel.clone(), label.kind.clone(), label.severity.code())
    };
    Ok(labels.into_iter().enumerate().filter(|(_, known)| known.events > 0).map(|(number, known)| (key(number), known)).collect())
}
