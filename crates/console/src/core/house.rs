//! What is done for the store now and then, or on request: letting go, copies, exports. Each is a job that is seen in the window and can be stopped.

use super::Core;
use crate::{error::CommandError, jobs::Done, keeping};
use anyhow::Context as _;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use watchdeck_contain as contain;
use watchdeck_feed::seams::Point;
use watchdeck_store::{Plan, Progress};
use watchdeck_wire::views::JobKind;

/// A start has other things to do first.
const AFTER_START: Duration = Duration::from_secs(30);
/// How often what is too old or too much is let go.
const EVERY: Duration = Duration::from_secs(3600);

impl Core {
    /// Lets go of what is too old or too much, once an hour.
    pub(super) async fn keep_house(self: Arc<Self>) {
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + AFTER_START, EVERY);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.seams.pass(Point::Part("keeping"));
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = due.tick() => {}
            }
            // One that somebody has started does the same.
            if self.state().settings.keeping.on
                && let Err(error) = self.let_go()
            {
                tracing::debug!(%error, "Nothing is let go now.");
            }
        }
    }

    /// What would be let go, by the settings of this moment.
    pub(crate) async fn plan_letting_go(&self) -> anyhow::Result<Plan> {
        // What is computed of the events is written down first: nothing goes that it would have to be computed from anew.
        let upto = self.save_projections(false).await.context("the figures cannot be written down, so nothing is let go")?;
        let keeping = {
            let state = self.state();
            let requests = state.world.approvals.open().map(|(_, request)| request.view.seq);
            let open = requests.chain(state.alerts().filter_map(|alert| alert.seq)).collect();
            keeping::in_store(&state.settings.keeping, open, upto, self.now())
        };
        Ok(self.store.plan_letting_go(keeping).await?)
    }

    /// Let go of it, in the background.
    pub(crate) fn let_go(self: &Arc<Self>) -> Result<(), CommandError> {
        let core = Arc::clone(self);
        self.start_job(JobKind::LetGo, String::new(), async move {
            let plan = Arc::new(core.plan_letting_go().await?);
            let progress = watch::Sender::default();
            let letting = core.store.let_go(&plan, core.now(), &progress);
            let told = |Progress { events, of, .. }: Progress| core.jobs.report(JobKind::LetGo, events, of);
            let done = followed(letting, progress.subscribe(), told).await?;
            if done.events > 0 {
                tracing::info!(events = done.events, before = done.bytes_before, after = done.bytes_after, "Older events were let go.");
            }
            Ok(Done { done: done.events, bytes: done.bytes_before.saturating_sub(done.bytes_after) })
        })
    }

    /// Run something that takes its time, until it is done or stopped. Stopped it is dropped where it waits.
    pub(crate) fn start_job(
        self: &Arc<Self>,
        kind: JobKind,
        path: String,
        run: impl Future<Output = anyhow::Result<Done>> + Send + 'static,
    ) -> Result<(), CommandError> {
        let stop = self.stop.child_token();
        self.jobs.begin(kind, path, self.now(), stop.clone())?;
        let core = Arc::clone(self);
        self.tasks.spawn(async move {
            let outcome = tokio::select! {
                () = stop.cancelled() => None,
                outcome = contain::outcome(run) => Some(outcome),
            };
            let outcome = outcome.map(|outcome| match outcome {
                Ok(done) => done.map_err(|error| format!("{error:#}")),
                Err(why) => Err(why),
            });
            if let Some(Err(why)) = &outcome {
                tracing::warn!(?kind, why, "It was not done.");
            }
            core.jobs.end(kind, core.now(), outcome);
            core.pulse();
        });
        Ok(())
    }
}

/// Wait for something, and tell how far it is meanwhile.
pub(crate) async fn followed<T, P: Clone>(work: impl Future<Output = T>, mut progress: watch::Receiver<P>, told: impl Fn(P)) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            Ok(()) = progress.changed() => told(progress.borrow_and_update().clone()),
        }
    }
}
