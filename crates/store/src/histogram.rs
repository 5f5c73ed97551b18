//! How many events of which domain occurred when: from what the summaries counted, and from the events of what has no summary.

use crate::{StoreError, reader::Reader, summary::domain};
use std::collections::BTreeMap;
use watchdeck_events::Millis;

/// Events by when they occurred and the domain of their kind, which is what stands before its first `:` or `.` (`inventory` of `inventory:change`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// Minutes of a cell.
    pub minutes: u32,
    /// By when the cell begins, and domain: how many. Cells without events are not there.
    pub cells: BTreeMap<(Millis, Box<str>), u64>,
}

const MINUTE: i64 = 60_000;

impl Histogram {
    fn add(&mut self, at: i64, domain: &str, count: u64) {
        let width = i64::from(self.minutes) * MINUTE;
        let cell = (Millis(at.div_euclid(width).saturating_mul(width)), domain.into());
        *self.cells.entry(cell).or_default() += count;
    }
}

/// Of all events. Cells are cut in UTC.
pub(crate) fn all(reader: &Reader<'_>, minutes: u32) -> Result<Histogram, StoreError> {
    let _snapshot = reader.snapshot()?;
    let mut histogram = Histogram { minutes: minutes.max(1), ..Histogram::default() };
    for run in reader.packed.runs()? {
        let counts = reader.summary(run.number, |summary| summary.counts())?.flatten();
        match counts.filter(|counts| i64::from(histogram.minutes) % counts.minutes == 0) {
            Some(counts) => counts.cells.iter().for_each(|((cell, place), count)| {
                let at = cell.saturating_mul(counts.minutes * MINUTE);
                histogram.add(at, counts.domains.get(*place).map_or("", |domain| domain), *count);
            }),
            None => match reader.packed.block(run.number) {
                Ok(block) => {
                    for at in 0..block.len() {
                        histogram.add(block.occurred_at(at).0, domain(block.label(at).kind.as_str()), 1);
                    }
                }
                Err(StoreError::Damaged(words)) => reader.shared.damage.note(run.first..run.last + 1, &words),
                Err(error) => return Err(error),
            },
        }
    }
    reader.row_times(|at, kind| histogram.add(at, domain(kind), 1))?;
    Ok(histogram)
}
