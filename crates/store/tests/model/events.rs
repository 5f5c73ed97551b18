//! The events that there may be, and which of them each filter means: made once, because a model asks for them all the time.

use std::sync::{LazyLock, OnceLock};
use watchdeck_events::{Event, Millis};
use watchdeck_filter::{Filter, Plan};
use watchdeck_store::suite;

/// Events of one history at most.
pub(crate) const MOST: usize = 6_000;
pub(crate) const CHANNELS: [&str; 5] = ["inventory", "order", "approval", "finance", "system"];
pub(crate) const SOURCES: [&str; 2] = ["north", "south"];

static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| (0..=MOST as u64).map(suite::event).collect());
static FILTERS: LazyLock<Vec<(Plan, OnceLock<Vec<bool>>)>> =
    LazyLock::new(|| suite::FILTERS.iter().map(|text| (parsed(text), OnceLock::new())).collect());

fn parsed(text: &str) -> Plan {
    Filter::parse(text, Millis(0)).expect("a filter of the suite").plan().clone()
}

/// The event `n`. One with a larger number comes later.
pub(crate) fn event(n: usize) -> &'static Event {
    &EVENTS[n]
}

/// A filter of the suite's.
pub(crate) fn plan(filter: usize) -> Plan {
    FILTERS[filter].0.clone()
}

/// Whether a filter means the event `n`.
pub(crate) fn means(filter: usize, n: usize) -> bool {
    let (plan, verdicts) = &FILTERS[filter];
    verdicts.get_or_init(|| EVENTS.iter().map(|event| plan.holds(event)).collect())[n]
}

/// What some events are about.
pub(crate) fn subject(n: usize) -> String {
    format!("product:SKU-{n}")
}
