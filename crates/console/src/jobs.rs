//! What takes its time beside everything else: one of each kind at once, seen and stopped from the window.

use crate::error::CommandError;
use std::{collections::BTreeMap, sync::Mutex};
use tokio_util::sync::CancellationToken;
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_wire::views::{JobKind, JobView};

/// The last of each kind since the start.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<JobKind, Job>>);

#[derive(Debug)]
struct Job {
    view: JobView,
    stop: CancellationToken,
}

/// What came of one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    /// Events, or bytes of a copy.
    pub(crate) done: u64,
    /// Size of a file that was written, or bytes that went back to the disk.
    pub(crate) bytes: u64,
}

impl Jobs {
    /// Begin one. `stop` is what it listens to.
    pub(crate) fn begin(&self, kind: JobKind, path: String, at: Millis, stop: CancellationToken) -> Result<(), CommandError> {
        let mut jobs = self.0.hold();
        if jobs.get(&kind).is_some_and(|job| job.view.ended_at.is_none()) {
            return Err(CommandError::invalid("this is being done already"));
        }
        let view = JobView { kind, began_at: at, ended_at: None, done: 0, of: 0, path, bytes: 0, error: None, cancelled: false };
        jobs.insert(kind, Job { view, stop });
        Ok(())
    }

    /// How far it is.
    pub(crate) fn report(&self, kind: JobKind, done: u64, of: u64) {
        if let Some(job) = self.0.hold().get_mut(&kind) {
            (job.view.done, job.view.of) = (done, of);
        }
    }

    /// How it ended; `None`: somebody stopped it.
    pub(crate) fn end(&self, kind: JobKind, at: Millis, outcome: Option<Result<Done, String>>) {
        let mut jobs = self.0.hold();
        let Some(Job { view, .. }) = jobs.get_mut(&kind) else { return };
        view.ended_at = Some(at);
        match outcome {
            Some(Ok(Done { done, bytes })) => (view.done, view.bytes) = (done, bytes),
            Some(Err(why)) => view.error = Some(why),
            None => view.cancelled = true,
        }
    }

    pub(crate) fn stop(&self, kind: JobKind) {
        if let Some(job) = self.0.hold().get(&kind) {
            job.stop.cancel();
        }
    }

    pub(crate) fn views(&self) -> Vec<JobView> {
        self.0.hold().values().map(|job| job.view.clone()).collect()
    }
}
