//! Following the store: catch-up, then live, with no seam between.

use crate::{Chunk, Store, StoreError};
use std::sync::Arc;
use tokio::sync::watch;

/// A reader with a cursor. Dropping a pending [`Subscription::next`] loses nothing.
#[derive(Debug)]
pub struct Subscription {
    store: Store,
    cursor: u64,
    head: watch::Receiver<u64>,
}

/// How many events one catch-up read brings.
const PAGE: usize = crate::BLOCK as usize;

impl Store {
    /// Follow the store from after `after`: first what is there, then what comes. `after = 0` replays everything.
    #[must_use]
    pub fn subscribe(&self, after: u64) -> Subscription {
        Subscription::new(self.clone(), after)
    }
}

impl Subscription {
    fn new(store: Store, after: u64) -> Self {
        let head = store.watch_head();
        Self { store, cursor: after, head }
    }

    /// The last event handed out.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// How many committed events have not been handed out yet.
    #[must_use]
    pub fn lag(&self) -> u64 {
        self.head.borrow().saturating_sub(self.cursor)
    }

    /// The next events in order, at least one. Waits while there is nothing new. A cursor ahead of the store (the file was replaced) starts over.
    ///
    /// # Errors
    /// As SQLite says; the cursor has not moved then.
    pub async fn next(&mut self) -> Result<Chunk, StoreError> {
        loop {
            let head = *self.head.borrow_and_update();
            if self.cursor > head {
                self.cursor = 0;
            }
            if self.cursor < head {
                let chunk = self.read().await?;
                if let Some(last) = chunk.last() {
                    self.cursor = last.seq;
                    return Ok(chunk);
                }
            }
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    async fn read(&self) -> Result<Chunk, StoreError> {
        let near = self.store.shared.recent.lock().expect("no code panics while holding the recent commits").after(self.cursor);
        match near {
            Some(chunk) => Ok(chunk),
            None => Ok(Chunk::new(Arc::new(self.store.read_after(self.cursor, PAGE).await?), 0)),
        }
    }
}
