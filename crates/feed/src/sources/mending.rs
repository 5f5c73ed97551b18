//! A part of a source that failed: seen, said, and started again.
//!
//! A source is a link, an inbox, a stand-in that polls and somebody who writes down what the link says. When one of them ends without being told to, the
//! others still look well: the link says *Live* while nothing is stored. So from that moment the source is shown as offline with the reason, all of
//! it is ended, and it begins anew from what is committed, after a pause that grows with every failure.

use super::{
    breakdown::{Breakdown, Down, News},
    known::{Known, Running},
    links::Sources,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watchdeck_contain as contain;
use watchdeck_contain::Hold as _;
use watchdeck_wire::link::LinkState;

impl Sources {
    /// Run one part of a source. When it ends before `ending` fires, the source is down; `calm` says of what it answers that this is no failure.
    pub(super) fn guarded<T: Send + 'static>(
        self: &Arc<Self>,
        id: &str,
        part: &'static str,
        ending: &CancellationToken,
        run: impl Future<Output = T> + Send + 'static,
        calm: fn(&T) -> bool,
    ) -> JoinHandle<Option<T>> {
        let (sources, id, ending) = (Arc::clone(self), id.to_owned(), ending.clone());
        tokio::spawn(async move {
            let began = Instant::now();
            let ended = contain::outcome(run).await;
            if !ending.is_cancelled() {
                let calm = ended.as_ref().is_ok_and(calm);
                let why = match &ended {
                    Err(why) => why,
                    Ok(_) if calm => "it begins anew from what is stored",
                    Ok(_) => "it ended by itself",
                };
                // The parts of one source end together; the first says why.
                ending.cancel();
                sources.broke(&id, &format!("{part}: {why}"), calm, began.elapsed());
            }
            ended.ok()
        })
    }

    fn broke(&self, id: &str, why: &str, calm: bool, ran: Duration) {
        let state = {
            let mut all = self.breakdowns.hold();
            let breakdown = all.entry(id.to_owned()).or_default();
            let pause = breakdown.patience.after(ran);
            breakdown.times += 1;
            let next_try_at = self.seams.now().plus(pause.as_millis() as i64);
            breakdown.down = Some(Down { why: why.to_owned(), due: Instant::now() + pause, next_try_at, told: calm });
            breakdown.state()
        };
        if let Some(state) = state {
            self.records.of(id).timeline().step(self.seams.now(), state);
        }
        self.broken.notify_one();
        self.changed.send_modify(|n| *n += 1);
    }

    /// It begins anew, or is gone.
    pub(super) fn is_mended(&self, id: &str) {
        if let Some(breakdown) = self.breakdowns.hold().get_mut(id) {
            breakdown.down = None;
        }
    }

    /// What is known of sources that are no more.
    pub(super) fn forget_breakdowns(&self, wanted: &[Known]) {
        self.breakdowns.hold().retain(|id, _| wanted.iter().any(|known| known.source.id == *id));
    }

    /// What is shown of a source that is down.
    pub(super) fn down(&self, id: &str) -> Option<LinkState> {
        self.breakdowns.hold().get(id).and_then(Breakdown::state)
    }

    /// Failures since the last call.
    pub fn news(&self) -> Vec<News> {
        let mut all = self.breakdowns.hold();
        let down = all.iter_mut().filter_map(|(id, breakdown)| Some((id, breakdown.down.as_mut().filter(|down| !down.told)?)));
        down.map(|(id, down)| {
            down.told = true;
            News { source: id.clone(), why: down.why.clone() }
        })
        .collect()
    }

    /// When one is to be started again next.
    pub fn next_mending(&self) -> Option<Instant> {
        self.breakdowns.hold().values().filter_map(|breakdown| Some(breakdown.down.as_ref()?.due)).min()
    }

    /// Start again what is due.
    pub async fn mend(self: &Arc<Self>) {
        let mut running = self.running.lock().await;
        let at = Instant::now();
        let due: Vec<String> = {
            let all = self.breakdowns.hold();
            all.iter().filter(|(_, known)| known.down.as_ref().is_some_and(|down| down.due <= at)).map(|(id, _)| id.clone()).collect()
        };
        for id in due {
            if let Some(Running { source, keys, .. }) = running.get(&id) {
                let (source, keys) = (source.borrow().clone(), keys.clone());
                self.views.hold().remove(&id);
                if let Some(runs) = running.remove(&id) {
                    self.end(runs).await;
                }
                let runs = self.start(source, keys).await;
                self.views.hold().insert(id.clone(), runs.view());
                running.insert(id.clone(), runs);
            }
            self.is_mended(&id);
        }
        self.changed.send_modify(|n| *n += 1);
    }
}
