//! Events a stretch at a time, by what decides their fate: the columns of a block, or rows without their payloads.

use super::keeping::Seen;
use crate::{StoreError, block::Block, names::Lookup, packed::Run, reader::Reader, rows::END, types::OVERHEAD};
use rusqlite::params;
use std::rc::Rc;
use watchdeck_events::{Channel, Millis};

/// Rows of a stretch. As many go in one transaction at most.
const ROWS: usize = 256;

/// A row without its payload.
pub(super) struct Row {
    pub(super) id: Box<str>,
    seq: u64,
    offset: u64,
    channel: Channel,
    kind: std::sync::Arc<str>,
    subject: Option<Box<str>>,
    occurred_at: Millis,
    received_at: Millis,
    bytes: u64,
}

/// A block, or rows that no block is among.
pub(super) enum Stretch {
    Block(Run, Rc<Block>),
    Rows(Vec<Row>),
}

impl Stretch {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Block(_, block) => block.len(),
            Self::Rows(rows) => rows.len(),
        }
    }

    /// The event at a place of it.
    pub(super) fn at(&self, at: usize) -> Seen<'_> {
        match self {
            Self::Block(_, block) => {
                let label = block.label(at);
                Seen {
                    seq: block.seq(at),
                    offset: block.offset(at),
                    channel: &label.channel,
                    kind: label.kind.as_str(),
                    subject: block.subject(at),
                    occurred_at: block.occurred_at(at),
                    received_at: block.received_at(at),
                    bytes: (block.bytes().len() / block.len()) as u64,
                }
            }
            Self::Rows(rows) => {
                let row = &rows[at];
                Seen {
                    seq: row.seq,
                    offset: row.offset,
                    channel: &row.channel,
                    kind: &row.kind,
                    subject: row.subject.as_deref(),
                    occurred_at: row.occurred_at,
                    received_at: row.received_at,
                    bytes: row.bytes,
                }
            }
        }
    }

    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = Seen<'_>> {
        (0..self.len()).map(|at| self.at(at))
    }
}

/// The stretch that begins at `from` or next behind it, and where to go on. What cannot be read is passed over: it stays.
pub(super) fn from(reader: &Reader<'_>, mut from: u64) -> Result<Option<(Stretch, u64)>, StoreError> {
    let _snapshot = reader.snapshot()?;
    loop {
        let run = reader.packed.from(from)?;
        let upto = run.map_or(END, |run| run.first);
        if from < upto {
            let rows = readable(rows(reader, "seq >= ?1 AND seq < ?2 ORDER BY seq", [from, upto]))?;
            if let Some(last) = rows.last() {
                let next = last.seq + 1;
                return Ok(Some((Stretch::Rows(rows), next)));
            }
        }
        let Some(run) = run else { return Ok(None) };
        match reader.packed.block(run.number) {
            Ok(block) => return Ok(Some((Stretch::Block(run, block), run.last + 1))),
            Err(StoreError::Damaged(_)) => from = run.last + 1,
            Err(error) => return Err(error),
        }
    }
}

/// The stretch that ends below `below`, and where to go on below it.
pub(super) fn below(reader: &Reader<'_>, mut below: u64) -> Result<Option<(Stretch, u64)>, StoreError> {
    let _snapshot = reader.snapshot()?;
    while below > 0 {
        let run = reader.packed.upto(below - 1)?;
        match run {
            Some(run) if run.holds(below - 1) => match reader.packed.block(run.number) {
                Ok(block) => return Ok(Some((Stretch::Block(run, block), run.first))),
                Err(StoreError::Damaged(_)) => below = run.first,
                Err(error) => return Err(error),
            },
            _ => {
                let bottom = run.map_or(0, |run| run.last + 1);
                let mut rows = readable(rows(reader, "seq >= ?1 AND seq < ?2 ORDER BY seq DESC", [bottom, below]))?;
                rows.reverse();
                match rows.first().map(|first| first.seq) {
                    Some(first) => return Ok(Some((Stretch::Rows(rows), first))),
                    None => below = bottom,
                }
            }
        }
    }
    Ok(None)
}

fn readable(rows: Result<Vec<Row>, StoreError>) -> Result<Vec<Row>, StoreError> {
    match rows {
        Err(StoreError::Damaged(_)) => Ok(Vec::new()),
        rows => rows,
    }
}

fn rows(reader: &Reader<'_>, which: &str, range: [u64; 2]) -> Result<Vec<Row>, StoreError> {
    let mut names = Lookup::new(&reader.shared.names);
    let columns = "seq, offset, channel, kind, subject, occurred_at, received_at, octet_length(payload), id";
    let mut query = reader.connection.prepare_cached(&format!("SELECT {columns} FROM events WHERE {which} LIMIT {ROWS}"))?;
    let mut found = query.query(params![range[0].min(END), range[1].min(END)])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(Row {
            seq: row.get(0)?,
            offset: row.get(1)?,
            channel: Channel::from(names.name(row.get(2)?)),
            kind: names.name(row.get(3)?),
            subject: row.get(4)?,
            occurred_at: Millis(row.get(5)?),
            received_at: Millis(row.get(6)?),
            bytes: row.get::<_, u64>(7)? + OVERHEAD as u64,
            id: row.get(8)?,
        });
    }
    Ok(rows)
}
