//! What is computed, computed anew because somebody wanted that: from the oldest event on (and what was computed of older ones before they were let go), beside what is on screen, which stays until the new is as far.
//!
//! What was set aside is tried again here: its note goes in the transaction that stores the figures with it, and stays where it fails again.

use super::{Core, intake::Looks};
use crate::state::State;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use tokio_util::sync::CancellationToken;
use watchdeck_contain::{self as contain, Hold as _, attempt};
use watchdeck_store::Batch;
use watchdeck_wire::views::{ErrandName, ErrandView, SetAsideBy};
use watchdeck_world::snapshot;

/// Events read at once.
const PAGE: usize = 2_000;

/// A rebuild, running or ended.
#[derive(Debug, Default)]
pub(crate) struct Rebuilding(Mutex<Option<Run>>);

#[derive(Debug)]
struct Run {
    view: ErrandView,
    stop: CancellationToken,
}

impl Rebuilding {
    /// How far it is.
    pub(crate) fn view(&self) -> Option<ErrandView> {
        self.0.hold().as_ref().map(|run| run.view.clone())
    }

    /// End it where it is; what is on screen stays. Whether there was one.
    pub(crate) fn call_back(&self) -> bool {
        self.0.hold().as_ref().filter(|run| !run.view.ended).inspect(|run| run.stop.cancel()).is_some()
    }

    /// Begin one, unless one runs.
    fn begin(&self, stop: CancellationToken) -> bool {
        let mut run = self.0.hold();
        if run.as_ref().is_some_and(|run| !run.view.ended) {
            return false;
        }
        let view = ErrandView { kind: ErrandName::Rebuild, pace: 0.0, total: 0, at: 0, done: 0, failed: 0, paused: false, ended: false };
        *run = Some(Run { view, stop });
        true
    }

    fn tell(&self, change: impl FnOnce(&mut ErrandView)) {
        if let Some(run) = &mut *self.0.hold() {
            change(&mut run.view);
        }
    }
}

/// What came of a try.
enum Tried {
    /// It is as far as what was on screen, and took its place.
    Done,
    /// One more event was set aside, and everything begins again.
    Again,
    /// Somebody ended it.
    Stopped,
}

impl Core {
    /// Compute everything anew, this time with what of it was set aside under the numbers `again`. `false`: that is under way already.
    pub(crate) fn rebuild_all(self: &Arc<Self>, again: BTreeSet<u64>) -> bool {
        let stop = self.stop.child_token();
        if !self.rebuilding.begin(stop.clone()) {
            return false;
        }
        let core = Arc::clone(self);
        self.tasks.spawn(async move {
            let outcome = contain::outcome(core.made_anew(again, &stop)).await;
            let failed = outcome.and_then(|outcome| outcome.map_err(|error| error.to_string())).err();
            if let Some(why) = failed {
                core.part_failed("rebuild", &why);
            }
            core.rebuilding.tell(|view| view.ended = true);
            core.pulse();
        });
        true
    }

    async fn made_anew(&self, mut again: BTreeSet<u64>, stop: &CancellationToken) -> anyhow::Result<()> {
        loop {
            match self.try_anew(&mut again, stop).await? {
                Tried::Done => {
                    self.save_projections(false).await;
                    return Ok(());
                }
                Tried::Stopped => return Ok(()),
                Tried::Again => {}
            }
        }
    }

    async fn try_anew(&self, again: &mut BTreeSet<u64>, stop: &CancellationToken) -> anyhow::Result<Tried> {
        let mut counted_again = BTreeSet::new();
        let realms = self.state().world.realms.clone();
        let mut world = snapshot::begin(&self.store, realms).await?;
        let looks = Looks::of(self.sources.records.clocks(), &mut self.state(), self.now());
        let mut calendar = self.seams.calendar();
        loop {
            let upto = {
                let mut state = self.state();
                // While the other is being mended it is not known how far that is.
                if world.cursor >= state.world.cursor && !state.torn {
                    // Whatever is on screen is fetched anew.
                    world.changed = state.world.changed.and_all();
                    state.world = world;
                    // What the store let go of meanwhile was not counted, and its note stays.
                    state.asides.take_back(&counted_again);
                    return Ok(Tried::Done);
                }
                state.world.cursor
            };
            if stop.is_cancelled() {
                return Ok(Tried::Stopped);
            }
            let mut page = self.store.read_after(world.cursor, PAGE).await?;
            page.retain(|stored| stored.seq <= upto);
            let reached = page.last().map_or(upto, |last| last.seq);
            for stored in &page {
                let once_more = again.contains(&stored.seq);
                if !once_more && self.state().asides.is_out(stored.seq) {
                    continue;
                }
                let counted = attempt(|| self.apply(&mut world, stored, &looks.facts(&stored.event), &looks, &mut calendar));
                if let Err(why) = counted {
                    self.set_aside(&mut self.state(), stored, SetAsideBy::Numbers, &why);
                    self.rebuilding.tell(|view| view.failed += 1);
                    again.remove(&stored.seq);
                    return Ok(Tried::Again);
                }
                if once_more {
                    counted_again.insert(stored.seq);
                }
            }
            world.cursor = reached;
            self.rebuilding.tell(|view| (view.at, view.total) = (reached, upto));
            tokio::task::yield_now().await;
        }
    }

    /// What is computed of the events before `end` is written down for good: they are about to be let go, and a rebuild begins behind them.
    pub(crate) async fn move_base(&self, end: u64) -> anyhow::Result<()> {
        let realms = self.state().world.realms.clone();
        let mut world = snapshot::begin(&self.store, realms).await?;
        if world.cursor + 1 >= end {
            return Ok(());
        }
        let looks = Looks::of(self.sources.records.clocks(), &mut self.state(), self.now());
        let mut calendar = self.seams.calendar();
        while world.cursor + 1 < end {
            let mut page = self.store.read_after(world.cursor, PAGE).await?;
            page.retain(|stored| stored.seq < end);
            let reached = page.last().map_or(end - 1, |last| last.seq);
            for stored in &page {
                if !self.state().asides.is_out(stored.seq) {
                    // What the numbers cannot take was set aside, or will be where it is counted for the screen.
                    drop(attempt(|| self.apply(&mut world, stored, &looks.facts(&stored.event), &looks, &mut calendar)));
                }
            }
            world.cursor = reached;
            tokio::task::yield_now().await;
        }
        let documents = snapshot::base(&world).into_iter().collect::<Vec<_>>();
        anyhow::ensure!(!documents.is_empty(), "the figures cannot be written down");
        self.store.append(Batch { documents, ..Batch::default() }).await?;
        Ok(())
    }

    /// The rules look once more at events that they could not take. What comes of it is stored with the notes that go. Answers how many there were.
    pub(crate) async fn judge_again(&self, seqs: BTreeSet<u64>) -> anyhow::Result<u64> {
        let events = self.store.get_many(seqs.into_iter().collect()).await?;
        let clocks = self.sources.records.clocks();
        let judge = |state: &mut State| {
            state.asides.take_back(&events.iter().map(|stored| stored.seq).collect());
            let looks = Looks::of(clocks, state, self.now());
            for stored in &events {
                self.judged(state, stored, &looks, None);
            }
            let said = state.settle(self.words(&state.settings), self.now(), true);
            state.to_say.extend(said);
            ((), Vec::new())
        };
        let ((), stored) = self.record(judge).await;
        self.announced.notify_one();
        stored?;
        Ok(events.len() as u64)
    }
}
