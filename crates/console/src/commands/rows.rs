//! Rows of stored events, for whichever command shows some.

use crate::core::Core;
use watchdeck_contain::attempt;
use watchdeck_feed::{records::Clocks, seams::Point};
use watchdeck_store::Stored;
use watchdeck_wire::{
    row::{EventRow, GapView},
    views::SetAsideBy,
};
use watchdeck_world::{conventions::BySource, rows};

/// Most rows in one answer.
pub(super) const ROWS: u32 = 2_000;

pub(super) fn row_list<'a>(core: &Core, stored: impl Iterator<Item = &'a Stored> + Clone) -> Vec<EventRow> {
    let clocks = core.sources.records.clocks();
    let conventions = core.state().conventions();
    // What several sources of one ERP tell is shown once.
    let copies: Vec<bool> = {
        let state = core.state();
        stored.clone().map(|stored| state.world.through.original(stored.seq).is_some()).collect()
    };
    let shown = stored.zip(copies).filter(|(_, copy)| !copy);
    let mut rows: Vec<_> = shown.map(|(stored, _)| row(core, stored, &clocks, &conventions)).collect();
    let gaps = rows.iter_mut().filter_map(|row| row.gap.as_mut());
    fill_in(core, gaps);
    rows
}

/// One row. An event that no row can be made of is shown by what is known of every event.
pub(super) fn row(core: &Core, stored: &Stored, clocks: &Clocks, conventions: &BySource) -> EventRow {
    let made = attempt(|| {
        core.seams.pass(Point::Row(&stored.event));
        rows::row(stored, clocks.arrival(&stored.event), conventions.get(&stored.event.source))
    });
    made.unwrap_or_else(|why| {
        let asides = &mut core.state().asides;
        if !asides.is_known(stored.seq) {
            asides.add(stored.seq, &stored.event, SetAsideBy::Row, &why, "", core.now());
        }
        rows::bare(stored)
    })
}

/// Say of gaps whether they were filled since.
pub(super) fn fill_in<'a>(core: &Core, gaps: impl Iterator<Item = &'a mut GapView>) {
    let mut gaps = gaps.peekable();
    if gaps.peek().is_some() {
        let state = core.state();
        gaps.for_each(|gap| gap.filled = state.world.fills.of(gap).or(gap.filled));
    }
}
