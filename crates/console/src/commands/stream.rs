//! What is pushed to every page: new rows, the frame around the pages, and which views have changed.

use super::rows::{ROWS, row_list};
use crate::{core::Core, error::CommandError};
use std::time::Duration;
use tokio::time::Instant;
use watchdeck_events::Severity;
use watchdeck_store::Chunk;
use watchdeck_wire::live::{Batch, Frame, Versions};

/// Long enough to turn a burst into one answer, short enough to feel instant.
const COALESCE: Duration = Duration::from_millis(50);
/// A held request answers at the latest after this, so that clocks and states on screen stay fresh.
const HELD: Duration = Duration::from_secs(1);

/// Up to where rows can be shown. Where several sources tell of one ERP, what is a copy is known once the projections have seen it.
fn shown_up_to(core: &Core) -> u64 {
    let head = core.store.head();
    let world = &core.state().world;
    if world.realms.any_shared() { head.min(world.cursor) } else { head }
}

/// The place of the last event in these.
fn last(chunks: &[Chunk]) -> Option<u64> {
    chunks.last().and_then(|chunk| chunk.last()).map(|last| last.seq)
}

/// The newest rows.
pub(crate) async fn recent(core: &Core, rows: u32) -> Result<Batch, CommandError> {
    let cursor = shown_up_to(core);
    let after = cursor.saturating_sub(u64::from(rows.min(ROWS)));
    let events = core.store.between(after, cursor).await?;
    // Large events make short pages; the rest comes with the next batch.
    let cursor = last(&events).unwrap_or(cursor);
    Ok(Batch {
        cursor,
        resync: false,
        omitted: 0,
        events: row_list(core, events.iter().flat_map(|chunk| chunk.iter())),
        frame: frame(core),
        versions: versions(core),
    })
}

/// Held until something is committed after the cursor, or something else on screen changed, or a second has passed; and, for whoever draws every
/// `every_ms` only, that long from being asked, unless something comes that must not wait.
pub(crate) async fn next_batch(core: &Core, after: u64, rows: u32, every_ms: u32) -> Result<Batch, CommandError> {
    let every = Instant::now() + Duration::from_millis(every_ms.into()).min(HELD);
    let calm = Attention::of(core);
    // Subscribed before looking: a change in between is seen twice rather than not at all.
    let (mut head, mut pulse) = (core.store.watch_head(), core.pulse.subscribe());
    let wait = async {
        let cursor = *head.borrow_and_update();
        if cursor == after {
            tokio::select! {
                _ = head.changed() => {}
                _ = pulse.changed() => {}
            }
        }
    };
    if tokio::time::timeout(HELD, wait).await.is_ok() {
        tokio::time::sleep(COALESCE).await;
        while Instant::now() + COALESCE < every && !pulse.has_changed().unwrap_or(true) && !calm.is_broken(core, after).await? {
            tokio::time::sleep(COALESCE).await;
        }
    }
    let cursor = shown_up_to(core);
    if after > core.store.head() {
        // A cursor from another life of the store.
        return Ok(Batch { resync: true, ..recent(core, rows).await? });
    }
    // The projections may be behind what was shown already: nothing is new then.
    let cursor = cursor.max(after);
    let from = after.max(cursor.saturating_sub(u64::from(rows.min(ROWS))));
    let events = if from < cursor { core.store.between(from, cursor).await? } else { Vec::new() };
    let cursor = last(&events).unwrap_or(cursor);
    Ok(Batch {
        cursor,
        resync: false,
        omitted: from - after,
        events: row_list(core, events.iter().flat_map(|chunk| chunk.iter())),
        frame: frame(core),
        versions: versions(core),
    })
}

/// What people are waiting for, and must not wait longer than they have to.
struct Attention {
    approvals: u32,
    alerts: usize,
}

impl Attention {
    fn of(core: &Core) -> Self {
        let state = core.state();
        Self { approvals: state.world.approvals.pending_count(), alerts: state.alerts().count() }
    }

    /// Whether there is more of it, or something critical came.
    async fn is_broken(&self, core: &Core, after: u64) -> Result<bool, CommandError> {
        let now = Self::of(core);
        if now.approvals > self.approvals || now.alerts > self.alerts {
            return Ok(true);
        }
        let head = core.store.head();
        let new = core.store.between(after.max(head.saturating_sub(ROWS.into())), head).await?;
        Ok(new.iter().flat_map(|chunk| chunk.iter()).any(|stored| stored.event.severity == Severity::Critical))
    }
}

fn frame(core: &Core) -> Frame {
    let sources = core.source_statuses();
    let state = core.state();
    let at = core.now();
    Frame {
        now: at,
        sources,
        approvals_pending: state.world.approvals.pending_count(),
        alerts_firing: state.alerts().count() as u32,
        alerts_worst: state.alerts().map(|alert| alert.severity).max(),
        events_per_second: state.world.rates.current(at),
        events_stored: core.store.head(),
        banner: state.banner(),
        notices: state.notices.all(),
        to_reject: state.to_reject(at),
        muted: state.settings.muted,
        desktop_quiet: state.desktop_quiet,
        hints: state.hints.iter().copied().collect(),
    }
}

fn versions(core: &Core) -> Versions {
    let state = core.state();
    let changed = state.world.changed;
    let (links, second) = (*core.pulse.borrow(), core.now().0.unsigned_abs() / 1000);
    let settings = state.settings_version;
    // Ages, dwell times and deadlines move with the clock as well; the pages tick those themselves, the sums every few seconds.
    let clock = second / 10;
    let inventory = changed.stock + settings;
    let orders = changed.orders + settings + clock;
    let approvals = changed.approvals + state.outbox.version + state.decides_for_version;
    let finance = changed.finance + settings;
    // A turn is handed over by the clock alone.
    let turns = if state.settings.rotations.is_empty() { 0 } else { second / 60 };
    let alerts = state.book.version + settings + turns;
    Versions {
        inventory,
        orders,
        approvals,
        decisions: approvals,
        finance,
        alerts,
        health: links + second,
        settings,
        packs: core.packs.version(),
        overview: inventory + orders + approvals + finance + alerts + second / 2,
    }
}
