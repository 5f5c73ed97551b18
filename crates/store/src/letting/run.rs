//! Letting go from without: plan, carry out, give back, compact.

use super::{
    edges::{self, Edge},
    keeping::Keeping,
    plan::{self, LetGoPlan},
    step::{self, Letting, Step},
};
use crate::{Store, StoreError, command::Command};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};
use watchdeck_events::Millis;

/// Between two steps while no events come in.
const REST: Duration = Duration::from_millis(1);
/// And while they do.
const YIELD: Duration = Duration::from_millis(10);
/// While events come in, how many times longer it rests than it worked.
const SHARE: u32 = 4;
/// Steps between two foldings of the write-ahead log, which is done beside the writer: it would do the same while an event waits.
const FOLD: u32 = 64;

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Events that were let go.
    pub events: u64,
    /// Events that are to be.
    pub of: u64,
    /// They are gone, and their space is given back to the disk.
    pub giving_back: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LetGo {
    /// Events that were let go.
    pub events: u64,
    /// Bytes on disk before and after, write-ahead log included.
    pub bytes_before: u64,
    /// See `bytes_before`.
    pub bytes_after: u64,
}

impl Store {
    /// What would go. Reads only; on a large file some seconds.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn plan_letting_go(&self, keeping: Keeping) -> Result<LetGoPlan, StoreError> {
        self.read(move |reader| plan::plan(reader, keeping)).await
    }

    /// Let go of what a plan names, in small steps and with rests between them: events that come in do not wait. What has become a block meanwhile goes
    /// all the same. Dropping the future stops it between two steps, and so does a crash: the next plan goes on from there.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room even for that; what was done until then is done.
    pub async fn let_go(&self, plan: &Arc<LetGoPlan>, at: Millis, progress: &watch::Sender<Progress>) -> Result<LetGo, StoreError> {
        let (of, bytes_before) = (plan.events(), self.stats().await?.bytes);
        let mut pace = Pace { store: self, head: self.head(), steps: 0 };
        let (mut from, mut events, mut again) = (Some(0), 0, 0);
        while let Some(at_seq) = from {
            progress.send_replace(Progress { events, of, giving_back: false });
            let (began, plan) = (Instant::now(), Arc::clone(plan));
            let (step, next) = self.read(move |reader| step::next(reader, &plan, at_seq, at)).await?;
            from = next;
            if let Some(step) = step {
                let going = step.events();
                if self.carry_out(step).await? {
                    (events, again) = (events + going, 0);
                } else if again < 3 {
                    // Rows became a block while the step was prepared.
                    (from, again) = (Some(at_seq), again + 1);
                }
            }
            pace.rest(began).await;
        }
        self.carry_out(Step::of_ids(at)).await?;
        progress.send_replace(Progress { events, of, giving_back: true });
        self.give_back(&mut pace).await?;
        Ok(LetGo { events, bytes_before, bytes_after: self.stats().await?.bytes })
    }

    /// Up to where each channel was let go.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn edges(&self) -> Result<Vec<Edge>, StoreError> {
        self.read(|reader| edges::load(reader.connection)).await
    }

    /// Write the file anew without its free pages, so that it gives space back by itself from then on: for a file of before there was letting go. It
    /// needs as much room again meanwhile, and events wait until it is done; none is lost.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is not that much room; the file is as it was.
    pub async fn compact(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Compact { reply }).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)??;
        self.fold("PASSIVE").await
    }

    async fn carry_out(&self, step: Step) -> Result<bool, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::LetGo(Letting { step, reply })).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Free pages go back to the disk.
    async fn give_back(&self, pace: &mut Pace<'_>) -> Result<(), StoreError> {
        loop {
            let began = Instant::now();
            let (reply, answer) = oneshot::channel();
            self.commands.send(Command::Shrink { reply }).await.map_err(|_| StoreError::Closed)?;
            let more = answer.await.map_err(|_| StoreError::Closed)??;
            pace.rest(began).await;
            if !more {
                // The file ends where it should once its log is folded in; what that took meanwhile goes back last, when next to nothing is left in it.
                self.fold("PASSIVE").await?;
                return self.fold("TRUNCATE").await;
            }
        }
    }

    /// Fold the write-ahead log in, on a connection of its own: the writer goes on meanwhile, but for the moment in which the log is emptied.
    async fn fold(&self, how: &'static str) -> Result<(), StoreError> {
        let path = self.path().to_owned();
        let fold = move || {
            let connection = rusqlite::Connection::open(&path)?;
            connection.busy_timeout(Duration::from_secs(1))?;
            connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(()))
        };
        Ok(tokio::task::spawn_blocking(fold).await.map_err(|_| StoreError::Closed)??)
    }
}

/// How fast it goes.
struct Pace<'a> {
    store: &'a Store,
    head: u64,
    steps: u32,
}

impl Pace<'_> {
    async fn rest(&mut self, began: Instant) {
        self.steps += 1;
        if self.steps.is_multiple_of(FOLD)
            && let Err(error) = self.store.fold("PASSIVE").await
        {
            tracing::debug!(%error, "The write-ahead log was not folded in beside the writer.");
        }
        let head = std::mem::replace(&mut self.head, self.store.head());
        let rest = if head == self.head { REST } else { YIELD.max(began.elapsed() * SHARE) };
        tokio::time::sleep(rest).await;
    }
}
