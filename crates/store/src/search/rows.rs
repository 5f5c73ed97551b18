//! A plan among rows: by their numbers first; what these leave open is read.

use super::compiled::{Compiled, Leaf};
use watchdeck_events::Severity;
use watchdeck_filter::Verdict;

impl Compiled {
    /// What the numbers of a row say: of its source, channel and kind, its severity, and when it occurred.
    pub(crate) fn of_row(&self, names: [i64; 3], severity: Severity, occurred_at: i64) -> Verdict {
        self.judge(&mut |leaf| match &self.leaves[leaf] {
            Leaf::Name { column, numbers, .. } => numbers.contains(&names[*column]).into(),
            Leaf::Severity(severities) => severities.has(severity).into(),
            Leaf::Occurred { from, before } => (*from..*before).contains(&occurred_at).into(),
            _ => Verdict::Maybe,
        })
    }
}
