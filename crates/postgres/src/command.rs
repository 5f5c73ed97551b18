//! What the writer is asked to do.

use crate::term::Term;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use watchdeck_store::{Appended, Batch, Refused, StoreError};

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Append(Box<Job>),
    Close(oneshot::Sender<()>),
}

/// A batch, who waits for it, under which lease it is written, and its share of the memory that batches may take while they wait.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) reply: oneshot::Sender<Result<Appended, Box<Refused>>>,
    pub(crate) term: Option<Term>,
    pub(crate) room: OwnedSemaphorePermit,
}

impl Job {
    /// Nobody waits any more when the answer cannot be delivered; that is fine.
    pub(crate) fn refuse(self, error: StoreError) {
        drop(self.reply.send(Err(Box::new(Refused { error, batch: self.batch }))));
    }
}
