//! One transaction over the batches that waited together.

use crate::{
    Appended, Batch, Condition, NewEvent, Placed, StoreError,
    direct::Direct,
    holders,
    insert::{Failed, Insert},
    known::Known,
    letting::gone,
    reader::Reader,
    schema::Profile,
    search,
    shared::Shared,
    state::State,
    types::Lent,
};
use rusqlite::{Connection, params};
use std::{collections::HashMap, sync::Arc};
use watchdeck_events::Channel;

/// What a transaction did: per batch, and per event where it went (`None`: it was there already).
pub(crate) struct Outcome {
    pub(crate) answers: Vec<Appended>,
    pub(crate) places: Vec<Option<(u64, u64)>>,
}

/// Commit all `batches`, or nothing of them. `state` moves with a commit only.
pub(crate) fn run<'b>(
    connection: &mut Connection,
    state: &mut State,
    shared: &Shared,
    batches: impl Iterator<Item = &'b Batch>,
) -> Result<Outcome, Failed> {
    let batches: Vec<_> = batches.collect();
    // Kept apart from `state` until the commit, so that a failed transaction leaves the state as it was.
    let (mut head, mut offsets) = (state.head, HashMap::new());
    let log = state.profile == Profile::Log;
    let (mut places, mut answers, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    let transaction = connection.transaction()?;
    for (index, batch) in batches.iter().enumerate() {
        if let Some(condition) = &batch.condition
            && let Some(current) = stands_against(&transaction, shared, condition, head).map_err(Failed::All)?
        {
            return Err(Failed::Batch { index, error: StoreError::Conflict { current } });
        }
    }
    let mut run = Direct::of(&batches, &state.rows, &mut state.sealer, state.next_block, shared);
    {
        let mut insert = Insert::new(&transaction, shared, &mut fresh)?;
        for (index, batch) in batches.iter().enumerate() {
            let (before, mut placed) = (head, Vec::new());
            for (at, NewEvent { event, offset }) in batch.events.iter().enumerate() {
                let failed = |error| Failed::at(index, Some(at), error);
                let offset = if log { next_offset(&offsets, &state.offsets, &event.channel) } else { offset.unwrap_or(0) };
                let packed = packed(&transaction, shared, &mut state.known, &event.id)?;
                let new = match &mut run {
                    _ if packed.is_some() => false,
                    Some(run) => run.take(&mut insert, Lent { seq: head + 1, offset, event }).map_err(failed)?,
                    None => insert.event(head + 1, offset, event).map_err(failed)?,
                };
                if new {
                    head += 1;
                }
                places.push(new.then_some((head, offset)));
                if log {
                    let known = packed.or_else(|| run.as_ref()?.place_of(&event.id));
                    placed.push(match known.filter(|_| !new) {
                        Some((seq, offset)) => Placed { seq, offset, duplicate: true },
                        None if new => Placed { seq: head, offset, duplicate: false },
                        None => insert.existing(&event.id)?,
                    });
                    if new {
                        match offsets.get_mut(&event.channel) {
                            Some(newest) => *newest = offset,
                            None => drop(offsets.insert(event.channel.clone(), offset)),
                        }
                    }
                }
            }
            keep_books(&transaction, batch).map_err(|error| Failed::at(index, None, error))?;
            let inserted = (head - before) as usize;
            answers.push(Appended { head, inserted, duplicates: batch.events.len() - inserted, placed });
        }
        if let Some(run) = &mut run {
            run.write(&mut insert)?;
        }
    }
    // Announced before the commit, or a reader could meet a number without a name; taken back when the commit fails.
    for (number, name) in &fresh {
        shared.names.write().expect("no code panics while holding the names").insert(*number, Arc::clone(name));
    }
    if let Err(error) = transaction.commit() {
        let mut names = shared.names.write().expect("no code panics while holding the names");
        fresh.iter().for_each(|(number, name)| names.forget(*number, name));
        return Err(error.into());
    }
    state.head = head;
    state.offsets.extend(offsets);
    let rows_from = run.map_or(0, |run| {
        state.next_block = run.next_block;
        run.rows_from
    });
    if state.packs {
        let new = batches.iter().flat_map(|batch| &batch.events).zip(&places);
        let rows = new.filter(|(_, place)| place.is_some_and(|(seq, _)| seq >= rows_from));
        state.rows.add(rows.map(|(new, _)| &*new.event.id));
    }
    Ok(Outcome { answers, places })
}

/// The event that stands against a condition; `None` when it holds. What is committed together is not seen: a batch with a condition is committed alone.
fn stands_against(connection: &Connection, shared: &Shared, condition: &Condition, head: u64) -> Result<Option<u64>, StoreError> {
    let reader = Reader::new(connection, shared);
    match condition {
        Condition::Unchanged { plan, after } => {
            Ok(search::newest_match(&reader, plan, after.saturating_add(1)..head + 1)?.map(|stored| stored.seq))
        }
        Condition::Version { subject, expected } => {
            let newest = reader.by_subject(subject, 1)?.first().map_or(0, |stored| stored.seq);
            Ok((newest != *expected).then_some(newest))
        }
    }
}

/// Sequence number and offset of the event with this id, if a block has one; zeros where it had one that was let go.
fn packed(connection: &Connection, shared: &Shared, known: &mut Known, id: &str) -> Result<Option<(u64, u64)>, Failed> {
    if !shared.packs {
        return Ok(None);
    }
    for number in holders::numbers(connection, &shared.ids, id).map_err(Failed::All)? {
        // An event that was let go does not come back as a new one.
        if gone::has(connection, number, id).map_err(Failed::All)? {
            return Ok(Some((0, 0)));
        }
        if !holders::is_there(connection, number).map_err(Failed::All)? {
            continue;
        }
        match known.place_of(connection, number, id) {
            Ok(None) => {}
            Ok(place) => return Ok(place),
            // What cannot be read cannot be told apart either: once too often is better than not at all.
            Err(StoreError::Damaged(words)) => shared.damage.note(0..0, &words),
            Err(error) => return Err(Failed::All(error)),
        }
    }
    Ok(None)
}

/// Positions, checkpoints and documents of a batch.
fn keep_books(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    for update in &batch.positions {
        connection
            .prepare_cached(
                "INSERT INTO positions VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, offset = excluded.offset",
            )?
            .execute(params![&*update.source, update.channel.as_str(), update.position.epoch, update.position.offset])?;
    }
    for (name, seq) in &batch.checkpoints {
        connection
            .prepare_cached("INSERT INTO checkpoints VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seq = excluded.seq")?
            .execute(params![name, seq])?;
    }
    for document in &batch.documents {
        match &document.body {
            Some(body) => connection
                .prepare_cached("INSERT INTO documents VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET body = excluded.body")?
                .execute(params![document.collection, document.key, body])?,
            None => connection
                .prepare_cached("DELETE FROM documents WHERE collection = ?1 AND key = ?2")?
                .execute(params![document.collection, document.key])?,
        };
    }
    Ok(())
}

fn next_offset(pending: &HashMap<Channel, u64>, committed: &HashMap<Channel, u64>, channel: &Channel) -> u64 {
    pending.get(channel).or_else(|| committed.get(channel)).map_or(1, |newest| newest + 1)
}
