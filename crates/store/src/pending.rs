//! A batch between its sender and the writer.

use crate::{Appended, Batch, StoreError};
use tokio::sync::oneshot;

/// A batch on its way into the file.
#[derive(Debug)]
pub struct Pending {
    answer: oneshot::Receiver<Result<Appended, Box<Refused>>>,
    landed: Option<Result<Appended, Box<Refused>>>,
}

/// A batch that was not stored, given back so that it can be tried again.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: StoreError,
    /// The batch, whole. Empty when the store was closed before it came to it.
    pub batch: Batch,
}

impl Refused {
    fn closed() -> Box<Self> {
        Box::new(Self { error: StoreError::Closed, batch: Batch::default() })
    }
}

impl Pending {
    /// What an engine's writer will answer through the other end. Dropped without an answer it reads as [`StoreError::Closed`].
    #[must_use]
    pub const fn new(answer: oneshot::Receiver<Result<Appended, Box<Refused>>>) -> Self {
        Self { answer, landed: None }
    }

    /// Wait until the writer is through with it, without taking the outcome. Safe to drop and to ask again.
    pub async fn landed(&mut self) {
        if self.landed.is_none() {
            self.landed = Some((&mut self.answer).await.unwrap_or_else(|_| Err(Refused::closed())));
        }
    }

    /// Wait for the commit.
    ///
    /// # Errors
    /// As [`Store::append`], with the batch, so that it can be tried again.
    pub async fn outcome(mut self) -> Result<Appended, Box<Refused>> {
        self.landed().await;
        self.landed.take().unwrap_or_else(|| Err(Refused::closed()))
    }
}
