//! One task that writes for this process: whatever waits is committed together, and what cannot be kept is handed back alone.

use crate::{
    command::{Command, Job},
    shared::Shared,
    transaction::{self, Done, Failed},
};
use std::sync::Arc;
use tokio::sync::mpsc;
use watchdeck_store::{StoreError, Stored};

/// Events per transaction at which no more batches join.
const GROUP: usize = 8_192;
/// Bytes at which no more batches join.
const GROUP_BYTES: usize = 8 << 20;

/// Write until closed, or until nobody is left who could ask.
pub(crate) async fn run(shared: Arc<Shared>, mut queue: mpsc::Receiver<Command>) {
    let mut closing = None;
    while closing.is_none() {
        let Some(command) = queue.recv().await else { break };
        let (mut jobs, mut events, mut bytes) = (Vec::new(), 0, 0);
        let mut next = Some(command);
        while let Some(command) = next.take() {
            match command {
                Command::Append(job) => {
                    events += job.batch.events.len();
                    bytes += job.batch.bytes();
                    jobs.push(*job);
                }
                Command::Close(reply) => closing = Some(reply),
            }
            if closing.is_none() && events < GROUP && bytes < GROUP_BYTES {
                next = queue.try_recv().ok();
            }
        }
        commit_in_turn(&shared, jobs).await;
    }
    drop(queue);
    shared.stop.cancel();
    shared.server.close();
    if let Some(reply) = closing {
        reply.send(()).ok();
    }
}

/// Commit what waits together, and alone what has a condition: it is held against everything that came before it.
async fn commit_in_turn(shared: &Shared, jobs: Vec<Job>) {
    let mut together = Vec::with_capacity(jobs.len());
    for job in jobs {
        if job.batch.condition.is_some() {
            commit(shared, std::mem::take(&mut together)).await;
            commit(shared, vec![job]).await;
        } else {
            together.push(job);
        }
    }
    commit(shared, together).await;
}

/// Commit all jobs, or as many of them as can be.
async fn commit(shared: &Shared, mut jobs: Vec<Job>) {
    while !jobs.is_empty() {
        let error = match transaction::run(shared, &jobs).await {
            Ok(done) => return succeed(shared, jobs, done).await,
            Err(Failed::Batch { index, error }) => {
                tracing::warn!(%error, "A batch was refused; the others go without it.");
                jobs.remove(index).refuse(error);
                continue;
            }
            Err(Failed::Value(reason)) => StoreError::Refused { event: None, reason },
            Err(Failed::All(error)) => error,
        };
        // Which of them the server refuses is not known, and what is small may fit where not all of it does.
        if jobs.len() > 1 && matches!(error, StoreError::Refused { .. } | StoreError::Full(_)) {
            for job in jobs {
                Box::pin(commit(shared, vec![job])).await;
            }
            return;
        }
        shared.met(&error);
        return jobs.into_iter().for_each(|job| job.refuse(error.clone()));
    }
}

async fn succeed(shared: &Shared, jobs: Vec<Job>, done: Done) {
    shared.failures.written();
    let (mut waiting, mut events) = (Vec::with_capacity(jobs.len()), Vec::new());
    for (Job { batch, reply, room, .. }, answer) in jobs.into_iter().zip(done.answers) {
        events.extend(batch.events);
        waiting.push((reply, answer));
        drop(room);
    }
    let placed = events.into_iter().zip(done.places);
    let stored = placed.filter_map(|(new, place)| place.map(|(seq, offset)| Stored { seq, offset, event: new.event }));
    if !shared.horizon.extend(done.after, stored.collect()) {
        // Others have written between. What cannot be read just now, the follower reads.
        if let Err(error) = shared.catch_up().await {
            tracing::debug!(%error, "What was committed was not read again.");
            shared.woken.notify_one();
        }
    }
    // Woken after the commit, never before; answered after that.
    for (reply, answer) in waiting {
        drop(reply.send(Ok(answer)));
    }
}
