//! Parts of the console that failed: counted, kept for Feed health, and said in the window while it is recent.

use std::sync::Mutex;
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_wire::views::PartFault;

/// For how long a failure is said in the frame around the pages, ms.
const RECENT: i64 = 10 * 60_000;
/// Parts kept.
const KEPT: usize = 50;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<PartFault>>);

impl Faults {
    /// A part failed.
    pub(crate) fn note(&self, part: &str, detail: &str, at: Millis) {
        tracing::error!(part, detail, "A part of Watchdeck failed; it is started again.");
        let mut faults = self.0.hold();
        let known = faults.iter().position(|fault| fault.part == part).map(|place| faults.remove(place));
        let (times, first_at) = known.map_or((0, at), |fault| (fault.times, fault.first_at));
        faults.insert(0, PartFault { part: part.to_owned(), detail: detail.to_owned(), times: times + 1, first_at, last_at: at });
        faults.truncate(KEPT);
    }

    /// The last to fail first.
    pub(crate) fn all(&self) -> Vec<PartFault> {
        self.0.hold().clone()
    }

    /// Whether one failed lately.
    pub(crate) fn are_recent(&self, now: Millis) -> bool {
        self.0.hold().first().is_some_and(|fault| now.since(fault.last_at) < RECENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_part_again_is_counted_and_an_old_failure_is_no_news() {
        let faults = Faults::default();
        faults.note("follower", "one", Millis(0));
        faults.note("decisions", "two", Millis(5));
        faults.note("follower", "three", Millis(9));
        let all = faults.all();
        assert_eq!(all.iter().map(|fault| (fault.part.as_str(), fault.times)).collect::<Vec<_>>(), [("follower", 2), ("decisions", 1)]);
        assert_eq!((all[0].first_at, all[0].detail.as_str()), (Millis(0), "three"));
        assert!(faults.are_recent(Millis(10)) && !faults.are_recent(Millis(9 + RECENT)));
    }
}
