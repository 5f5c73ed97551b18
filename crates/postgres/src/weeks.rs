//! Partitions, one for each week of receipt (from Monday, UTC), made ahead: an event never waits for its own, and no event is without one.

use crate::{failure::Io, schema::SETUP};
use std::{collections::HashSet, sync::Mutex};
use tokio_postgres::Client;
use watchdeck_events::Millis;
use watchdeck_store::StoreError;

const DAY: i64 = 24 * 60 * 60 * 1_000;
const LENGTH: i64 = 7 * DAY;
/// The first Monday since 1970.
const MONDAY: i64 = 4 * DAY;
/// Weeks that are there before they begin.
const AHEAD: i64 = 2;
/// Times of receipt that can be: from 2000 to 2200. What lies outside would make partitions that nobody ever drops.
const POSSIBLE: std::ops::Range<i64> = 946_684_800_000..7_258_118_400_000;

/// A week, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Week(i64);

impl Week {
    /// The week of a time; `None` for one that cannot be.
    pub(crate) fn of(at: Millis) -> Option<Self> {
        POSSIBLE.contains(&at.0).then(|| Self((at.0 - MONDAY).div_euclid(LENGTH)))
    }

    fn begin(self) -> i64 {
        MONDAY + self.0 * LENGTH
    }

    /// When it is over.
    pub(crate) fn end(self) -> Millis {
        Millis(self.begin() + LENGTH)
    }

    /// The name of its table.
    pub(crate) fn table(self) -> String {
        format!("events_w{}", self.0)
    }

    /// Whose table this is.
    pub(crate) fn named(table: &str) -> Option<Self> {
        table.strip_prefix("events_w")?.parse().ok().map(Self)
    }
}

/// The partitions that are there.
pub(crate) const ATTACHED: &str = "SELECT child.relname::text FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'events'::regclass ORDER BY 1";

/// The weeks that are known to have a partition.
#[derive(Debug, Default)]
pub(crate) struct Weeks(Mutex<HashSet<Week>>);

impl Weeks {
    /// Whether all of `wanted` are there, as far as is known.
    pub(crate) fn have(&self, wanted: impl IntoIterator<Item = Week>) -> bool {
        let known = self.0.lock().expect("no code panics while holding the weeks");
        wanted.into_iter().all(|week| known.contains(&week))
    }

    /// Somebody has dropped some.
    pub(crate) fn forget(&self) {
        self.0.lock().expect("no code panics while holding the weeks").clear();
    }

    /// Make what is missing of this week and the next ones, and of `others`.
    pub(crate) async fn make(&self, client: &mut Client, now: Millis, others: impl IntoIterator<Item = Week>) -> Result<(), StoreError> {
        let this = Week::of(now).into_iter().flat_map(|this| (0..=AHEAD).map(move |ahead| Week(this.0 + ahead)));
        let wanted: HashSet<Week> = this.chain(others).collect();
        if self.have(wanted.iter().copied()) {
            return Ok(());
        }
        let transaction = client.transaction().await.io()?;
        transaction.batch_execute(SETUP).await.io()?;
        let mut there: HashSet<Week> =
            transaction.query(ATTACHED, &[]).await.io()?.iter().filter_map(|row| Week::named(row.get(0))).collect();
        for week in wanted.difference(&there) {
            let (table, from, to) = (week.table(), week.begin(), week.end().0);
            // Attached and not made in place: readers and writers of the others go on meanwhile.
            let made = format!(
                "CREATE TABLE {table} (LIKE events INCLUDING DEFAULTS);
                 ALTER TABLE events ATTACH PARTITION {table} FOR VALUES FROM ({from}) TO ({to})"
            );
            transaction.batch_execute(&made).await.io()?;
        }
        transaction.commit().await.io()?;
        there.extend(wanted);
        *self.0.lock().expect("no code panics while holding the weeks") = there;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_and_knows_its_table() {
        // 2026-11-23 is a Monday.
        let monday = Millis(1_795_392_000_000);
        let week = Week::of(monday).unwrap();
        assert_eq!(week.begin(), monday.0);
        assert_eq!(Week::of(Millis(monday.0 - 1)), Some(Week(week.0 - 1)));
        assert_eq!(week.end(), Millis(monday.0 + LENGTH));
        assert_eq!(Week::named(&week.table()), Some(week));
        assert_eq!((Week::of(Millis(0)), Week::of(Millis(i64::MAX))), (None, None), "no clock says so");
    }
}
