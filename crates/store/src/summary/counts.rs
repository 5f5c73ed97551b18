//! How many events of which domain a block has in which minute: what a histogram is drawn from without reading the block.

use super::wire::{Reader, Writer};
use std::collections::BTreeMap;

/// Cells of a block at most. Where minutes need more, ten minutes are one cell, then an hour, then a day.
const MOST: usize = 2_048;
/// Domains at most.
const MOST_DOMAINS: usize = 64;
/// Minutes of a cell: each a part of the next.
const UNITS: [i64; 4] = [1, 10, 60, 1_440];
const MINUTE: i64 = 60_000;

/// Counts of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Minutes that a cell stands for.
    pub(crate) minutes: i64,
    /// The kinds' words before the first `:` or `.`.
    pub(crate) domains: Vec<Box<str>>,
    /// Events by when their cell begins (in cells from the epoch, UTC) and their domain's place in `domains`.
    pub(crate) cells: BTreeMap<(i64, usize), u64>,
}

/// What the first `:` or `.` of a kind stands behind.
pub(crate) fn domain(kind: &str) -> &str {
    kind.split([':', '.']).next().unwrap_or_default()
}

impl Default for Counts {
    fn default() -> Self {
        Self { minutes: UNITS[0], domains: Vec::new(), cells: BTreeMap::new() }
    }
}

impl Counts {
    /// The place of a domain. There may be more of them than are kept.
    pub(super) fn place(&mut self, domain: &str) -> usize {
        self.domains.iter().position(|known| **known == *domain).unwrap_or_else(|| {
            self.domains.push(domain.into());
            self.domains.len() - 1
        })
    }

    pub(super) fn add(&mut self, at: i64, domain: usize) {
        *self.cells.entry((at.div_euclid(MINUTE * self.minutes), domain)).or_default() += 1;
    }

    /// As fine as they can be kept; `None` where not even days can.
    pub(super) fn fitted(mut self) -> Option<Self> {
        for unit in UNITS {
            if unit > self.minutes {
                let mut coarser = BTreeMap::new();
                self.cells
                    .iter()
                    .for_each(|((at, domain), count)| *coarser.entry((at.div_euclid(unit / self.minutes), *domain)).or_default() += count);
                (self.minutes, self.cells) = (unit, coarser);
            }
            if self.cells.len() <= MOST {
                break;
            }
        }
        (self.cells.len() <= MOST && self.domains.len() <= MOST_DOMAINS).then_some(self)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.number(self.minutes as u64);
        writer.number(self.domains.len() as u64);
        self.domains.iter().for_each(|domain| writer.bytes(domain.as_bytes()));
        writer.number(self.cells.len() as u64);
        let mut before = 0;
        for ((at, domain), count) in &self.cells {
            writer.signed(at.wrapping_sub(before));
            writer.number(*domain as u64);
            writer.number(*count);
            before = *at;
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let minutes = i64::try_from(reader.number()?).ok().filter(|minutes| UNITS.contains(minutes))?;
        let domains = (0..reader.count()?).map(|_| Some(str::from_utf8(reader.bytes()?).ok()?.into())).collect::<Option<Vec<_>>>()?;
        let (mut cells, mut before) = (BTreeMap::new(), 0i64);
        for _ in 0..reader.count()? {
            before = before.wrapping_add(reader.signed()?);
            let domain = usize::try_from(reader.number()?).ok().filter(|domain| *domain < domains.len())?;
            cells.insert((before, domain), reader.number()?);
        }
        Some(Self { minutes, domains, cells })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_minutes_become_few_hours_and_no_event_is_lost() {
        let mut counts = Counts::default();
        let order = counts.place(domain("order.status"));
        (0..4_096).for_each(|n| counts.add(n * MINUTE * 7, order));
        let counts = counts.fitted().unwrap();
        assert_eq!((counts.minutes, counts.cells.values().sum::<u64>()), (60, 4_096));
        assert_eq!((domain("a:b.c"), domain("untyped"), domain("")), ("a", "untyped", ""));
    }

    #[test]
    fn times_from_everywhere_are_not_counted() {
        let mut counts = Counts::default();
        (0..4_096).for_each(|n| counts.add(n * 900_000_000, 0));
        assert_eq!(counts.fitted(), None);
    }
}
