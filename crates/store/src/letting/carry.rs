//! The writer's part: one step is one transaction.

use super::{
    edges, gone,
    step::{Letting, Rest, Step, What},
};
use crate::{
    Bounds, StoreError,
    packed::Run,
    schema::{self, Profile},
    shared::Shared,
    state::State,
    stretches,
    types::Lent,
};
use rusqlite::{Connection, params};

/// Pages that are given back to the disk in one transaction.
const PAGES: u32 = 64;

/// Carry out a step, unless the file is no longer as whoever prepared it saw it: whether that was done.
pub(crate) fn carry_out(connection: &mut Connection, state: &mut State, shared: &Shared, letting: &Letting) -> Result<bool, StoreError> {
    // Whoever publishes is answered with a place, and what was let go has none: an event of the same id is a new one.
    let (step, is_log) = (&letting.step, state.profile == Profile::Log);
    let transaction = connection.transaction()?;
    let mut next_block = state.next_block;
    let is_as_seen = match &step.what {
        What::Block { run, events, hashes } => {
            if !is_log {
                gone::remember(&transaction, run.number, hashes, step.at)?;
            }
            delete(&transaction, shared, *run, *events)?
        }
        What::Part { run, events, rest, hashes } => {
            if !is_log {
                gone::remember(&transaction, run.number, hashes, step.at)?;
            }
            replace(&transaction, shared, *run, *events, rest)?
        }
        What::Rows { seqs, ids } => {
            if !is_log {
                gone::remember(&transaction, next_block, &gone::hashes(ids.iter().map(|id| &**id)), step.at)?;
                // Known before the commit: whoever asks meanwhile looks for a number that is not there.
                shared.ids.write().expect("no code panics while holding the ids").add_block(next_block, ids.iter().map(|id| &**id));
                next_block += 1;
            }
            let mut delete = transaction.prepare_cached("DELETE FROM events WHERE seq = ?1")?;
            let mut gone = 0;
            for seq in seqs {
                gone += delete.execute([seq])?;
            }
            gone == seqs.len()
        }
        What::Ids { before } => {
            if !is_log {
                gone::forget(&transaction, *before)?;
            }
            true
        }
    };
    if !is_as_seen {
        return Ok(false);
    }
    for edge in &step.edges {
        edges::advance(&transaction, edge)?;
    }
    transaction.commit()?;
    state.known.forget();
    state.next_block = next_block;
    if let What::Rows { ids, .. } = &step.what {
        state.rows.remove(ids.iter().map(|id| &**id));
    }
    move_bounds(state.profile, shared, step);
    Ok(true)
}

fn delete(connection: &Connection, shared: &Shared, run: Run, events: usize) -> rusqlite::Result<bool> {
    let mut delete = connection.prepare_cached("DELETE FROM blocks WHERE number = ?1 AND first = ?2 AND last = ?3 AND events = ?4")?;
    if delete.execute(params![run.number, run.first, run.last, events])? == 0 {
        return Ok(false);
    }
    connection.prepare_cached("DELETE FROM block_bytes WHERE number = ?1")?.execute([run.number])?;
    connection.prepare_cached("DELETE FROM summaries WHERE block = ?1")?.execute([run.number])?;
    if shared.profile == Profile::Log {
        stretches::forget(connection, run.number)?;
    }
    Ok(true)
}

fn replace(connection: &Connection, shared: &Shared, run: Run, events: usize, rest: &Rest) -> rusqlite::Result<bool> {
    let mut update = connection.prepare_cached(
        "UPDATE blocks SET first = ?5, last = ?6, events = ?7, received_at = ?8 WHERE number = ?1 AND first = ?2 AND last = ?3 AND events = ?4",
    )?;
    let Rest { first, last, events: left, received_at, bytes, kept, summarised } = rest;
    if update.execute(params![run.number, run.first, run.last, events, first, last, left, received_at.0])? == 0 {
        return Ok(false);
    }
    connection.prepare_cached("UPDATE block_bytes SET bytes = ?2 WHERE number = ?1")?.execute(params![run.number, bytes])?;
    schema::keep_summary(connection, summarised)?;
    if shared.profile == Profile::Log {
        stretches::keep(connection, run.number, &kept.iter().map(Lent::from).collect::<Vec<_>>())?;
    }
    Ok(true)
}

/// What is left of a log's channels begins behind what went.
fn move_bounds(profile: Profile, shared: &Shared, step: &Step) {
    if profile != Profile::Log {
        return;
    }
    let mut bounds = shared.bounds.write().expect("no code panics while holding the bounds");
    for edge in &step.edges {
        let bounds = bounds.entry(edge.channel.clone()).or_insert(Bounds { first: 0, last: edge.offset });
        bounds.first = bounds.first.max(edge.offset + 1);
    }
}

/// Give some free pages back to the disk: whether there are more.
pub(crate) fn shrink(connection: &Connection) -> Result<bool, StoreError> {
    if !schema::gives_back(connection)? {
        return Ok(false);
    }
    connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    Ok(connection.pragma_query_value(None, "freelist_count", |row| row.get::<_, u64>(0))? > 0)
}
