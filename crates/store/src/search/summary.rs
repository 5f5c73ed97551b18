//! What a summary says of a plan: of all events of a block at once.

use super::compiled::{Compiled, Leaf};
use crate::summary::Summary;
use std::collections::HashSet;
use watchdeck_filter::Verdict;

impl Compiled {
    /// *No*: none of the block's events is meant. *Yes*: all are.
    pub(super) fn of_block(&self, summary: &Summary<'_>) -> Verdict {
        let may_say = |needle: &usize| summary.may_say(&self.needles[*needle].wanted);
        let perhaps = |may: bool| if may { Verdict::Maybe } else { Verdict::No };
        self.judge(&mut |leaf| match &self.leaves[leaf] {
            Leaf::Name { column, numbers, .. } => share(&summary.names[*column], numbers),
            Leaf::Severity(severities) if summary.severities & !severities.0 == 0 => Verdict::Yes,
            Leaf::Severity(severities) => perhaps(summary.severities & severities.0 != 0),
            Leaf::Occurred { from, before } => of_times(&summary.occurred, *from, *before),
            Leaf::Domain(_) | Leaf::Id(_) | Leaf::Number => Verdict::Maybe,
            Leaf::Subject(_, parts) | Leaf::Actor(_, parts) | Leaf::Field(parts) => perhaps(parts.iter().all(may_say)),
            Leaf::Text { own, values, severities, kinds, made, .. } => {
                let is_shown = summary.severities & severities.0 != 0 || share(&summary.names[2], kinds) != Verdict::No;
                perhaps(*made || may_say(own) || is_shown || values.iter().any(may_say))
            }
        })
    }
}

/// By the ends of the times alone.
pub(super) fn of_times(occurred: &std::ops::RangeInclusive<i64>, from: i64, before: i64) -> Verdict {
    match (*occurred.start(), *occurred.end()) {
        (first, last) if first >= from && last < before => Verdict::Yes,
        (first, last) if last < from || first >= before => Verdict::No,
        _ => Verdict::Maybe,
    }
}

fn share(there: &[i64], wanted: &HashSet<i64>) -> Verdict {
    match there.iter().filter(|number| wanted.contains(number)).count() {
        0 => Verdict::No,
        all if all == there.len() => Verdict::Yes,
        _ => Verdict::Maybe,
    }
}
