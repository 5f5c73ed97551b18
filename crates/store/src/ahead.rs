//! Whoever is far behind reads several blocks at once, by several readers.

use crate::{BLOCK, Limit, StoreError, Stored, packed::Run, reader::Reader, rows::Gathered, search::side_by_side, shared::Shared};

/// As [`Reader::after`], where the next events lie in several blocks; otherwise nothing.
pub(crate) fn after(shared: &Shared, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
    let most = limit.events / BLOCK as usize;
    if most < 2 || !shared.packs {
        return Ok(Vec::new());
    }
    let connection = shared.readers.take()?;
    let runs = next_runs(&Reader::new(&connection, shared), seq, most);
    shared.readers.put_back(connection);
    let runs = runs?;
    if runs.len() < 2 {
        return Ok(Vec::new());
    }
    let each = limit.bytes / runs.len();
    let parts = side_by_side(shared, &runs, |reader, run| {
        let mut found = Gathered::new(Limit { events: limit.events, bytes: each });
        // What cannot be read is met again, and told, by whoever reads on from there.
        let whole = matches!(reader.packed.gather(&mut found, *run, run.first.max(seq + 1))?, Ok(true));
        Ok((found.events, whole))
    })?;
    let mut all = Vec::with_capacity(parts.iter().map(|(events, _)| events.len()).sum());
    for (events, whole) in parts {
        all.extend(events);
        if !whole {
            break;
        }
    }
    Ok(all)
}

/// The blocks that come next with nothing between them.
fn next_runs(reader: &Reader<'_>, seq: u64, most: usize) -> Result<Vec<Run>, StoreError> {
    let _snapshot = reader.snapshot()?;
    let (mut runs, mut upto) = (Vec::new(), seq);
    for run in reader.packed.next(seq + 1, most)? {
        if reader.rows.any_between(upto, run.first)? {
            break;
        }
        upto = run.last;
        runs.push(run);
    }
    Ok(runs)
}
