//! A plan among rows: by their numbers first; what these leave open is read.

use super::{
    compiled::{Compiled, Leaf},
    matches::{Match, Take},
};
use crate::{
    StoreError,
    names::Lookup,
    rows::{COLUMNS, END, Rows, stored},
};
use rusqlite::params;
use std::{
    cell::Cell,
    ops::{ControlFlow, Range},
};
use watchdeck_events::Severity;
use watchdeck_filter::Verdict;

impl Compiled {
    /// What the numbers of a row say: of its source, channel and kind, its severity, and when it occurred.
    fn of_row(&self, names: [i64; 3], severity: Severity, occurred_at: i64) -> Verdict {
        self.judge(&mut |leaf| match &self.leaves[leaf] {
            Leaf::Name { column, numbers, .. } => numbers.contains(&names[*column]).into(),
            Leaf::Severity(severities) => severities.has(severity).into(),
            Leaf::Occurred { from, before } => (*from..*before).contains(&occurred_at).into(),
            _ => Verdict::Maybe,
        })
    }
}

impl Rows<'_> {
    /// The rows of a range that are meant, as a scan gives them. `pass` is told of each that was looked at.
    pub(super) fn matching(
        &self,
        (range, ascending): (&Range<u64>, bool),
        compiled: &Compiled,
        read: &Cell<u64>,
        pass: &mut dyn FnMut(u64),
        take: &mut Take<'_>,
    ) -> Result<Option<u64>, StoreError> {
        let mut names = Lookup::new(self.names);
        let order = if ascending { "ASC" } else { "DESC" };
        let text = format!("SELECT {COLUMNS} FROM events WHERE seq >= ?1 AND seq < ?2 ORDER BY seq {order}");
        let mut query = self.connection.prepare_cached(&text)?;
        let mut rows = query.query(params![range.start.min(END), range.end.min(END)])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            let verdict = compiled.of_row([row.get(2)?, row.get(3)?, row.get(4)?], Severity::from_code(row.get(8)?), row.get(6)?);
            let mut flow = ControlFlow::Continue(());
            if verdict != Verdict::No {
                read.set(read.get() + 1);
                let stored = stored(row, &mut names)?;
                if verdict == Verdict::Yes || compiled.holds(&stored.event) {
                    flow = take(Match::Read(Box::new(stored)))?;
                }
            }
            pass(seq);
            if flow.is_break() {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }
}
