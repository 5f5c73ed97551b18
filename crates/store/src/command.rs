//! What the writer is asked to do.

use crate::{Appended, Batch, Refused, StoreError, Stored, letting::step::Letting, summary::Summarised};
use std::path::PathBuf;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

pub(crate) enum Command {
    Append(Job),
    /// Rows became a block.
    Pack(Packing),
    /// A block was summarised while it had so many events; see [`crate::summary`].
    Summary {
        summarised: Box<Summarised>,
        events: u64,
    },
    /// Some events are let go.
    LetGo(Letting),
    /// Some free pages go back to the disk: whether there are more.
    Shrink {
        reply: oneshot::Sender<Result<bool, StoreError>>,
    },
    /// The file is written anew without its free pages.
    Compact {
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
    /// This file, which is part of the store, was deleted or replaced under it.
    Lost(PathBuf),
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// Rows that become a block.
pub(crate) struct Packing {
    /// All rows between the first and the last of them.
    pub(crate) events: Vec<Stored>,
    /// The block.
    pub(crate) bytes: Vec<u8>,
}

/// A refused batch goes back to whoever sent it: nobody has to keep a copy in order to try again.
pub(crate) type Reply = oneshot::Sender<Result<Appended, Box<Refused>>>;

/// A batch, who waits for it, and its share of the memory that batches may take while they wait.
pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) reply: Reply,
    pub(crate) room: OwnedSemaphorePermit,
}

impl Job {
    /// Nobody waits any more when the answer cannot be delivered; that is fine.
    pub(crate) fn refuse(self, error: StoreError) {
        drop(self.reply.send(Err(Box::new(Refused { error, batch: self.batch }))));
    }
}
