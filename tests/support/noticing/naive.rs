//! The same day with a notification for each event that says that somebody is needed, as it comes.

use super::{
    count::{Measured, measured},
    day::Day,
};
use serde_json::json;

pub(super) fn live(day: &Day) -> Measured {
    // What comes while the machine sleeps is shown when it wakes.
    let shown = |at: i64| if (day.sleep.0..day.sleep.1).contains(&at) { day.sleep.1 } else { at };
    let needed: Vec<_> = day.worthy.iter().filter(|worthy| !worthy.over).collect();
    let mut moments: Vec<i64> = needed.iter().map(|worthy| shown(worthy.at)).collect();
    moments.sort_unstable();
    let had = |n: usize, at: i64| day.situations[n].acknowledged.is_some_and(|had| had < at);
    let after = needed.iter().filter(|worthy| had(worthy.situation, worthy.at)).count();
    let heard_of = day.situations.iter().filter(|one| one.sort.name != super::sorts::OUTAGE);
    let missed: Vec<_> = heard_of.filter(|one| needed.iter().all(|worthy| worthy.situation != one.n)).map(|one| one.word.clone()).collect();
    measured(
        day,
        &moments,
        &missed,
        after,
        json!({ "notifications": moments.len(), "no_part_of_it": "the link that is down, which is no event" }),
    )
}
