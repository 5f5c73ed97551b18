//! Following the store: catch-up, then live, with no seam between.

use crate::{Chunk, Engine, Limit, Store, StoreError, Stored};
use std::sync::Arc;
use tokio::{sync::watch, task::JoinHandle};

/// A reader with a cursor. Dropping a pending [`Subscription::next`] loses nothing.
#[derive(Debug)]
pub struct Subscription {
    engine: Arc<dyn Engine>,
    cursor: u64,
    head: watch::Receiver<u64>,
    /// The page after a place, on its way from the disk: read while the one before it is dealt with.
    ahead: Option<(u64, Coming)>,
}

/// A page on its way.
type Coming = JoinHandle<Result<Vec<Stored>, StoreError>>;

/// How much one catch-up read brings: enough to be read from several places at once.
const PAGE: Limit = Limit { events: 4 * crate::BLOCK as usize, bytes: 4 * Limit::BYTES };

impl Store {
    /// Follow the store from after `after`: first what is there, then what comes. `after = 0` replays everything.
    #[must_use]
    pub fn subscribe(&self, after: u64) -> Subscription {
        Subscription::over(Arc::new(self.clone()), after)
    }
}

impl Subscription {
    /// As [`Store::subscribe`], to whatever engine.
    #[must_use]
    pub fn over(engine: Arc<dyn Engine>, after: u64) -> Self {
        let head = engine.watch_head();
        Self { engine, cursor: after, head, ahead: None }
    }

    /// The last event handed out.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Whether everything that was committed has been handed out.
    #[must_use]
    pub fn is_at_head(&self) -> bool {
        *self.head.borrow() <= self.cursor
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
                if let Some(last) = chunk.last().map(|last| last.seq) {
                    // What is committed can be read a moment before it is told.
                    self.head.wait_for(|head| *head >= last).await.map_err(|_| StoreError::Closed)?;
                    self.cursor = last;
                    return Ok(chunk);
                }
            }
            self.head.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    async fn read(&mut self) -> Result<Chunk, StoreError> {
        match self.engine.at_hand(self.cursor) {
            Some(chunk) => Ok(chunk),
            None => Ok(Chunk::new(Arc::new(self.page().await?), 0)),
        }
    }

    /// The next page from the disk. The one after it is asked for at once where there is more than that.
    async fn page(&mut self) -> Result<Vec<Stored>, StoreError> {
        if self.ahead.as_ref().is_none_or(|(after, _)| *after != self.cursor) {
            self.ahead = Some(self.ask(self.cursor));
        }
        // It stays here until it has come: whoever stops waiting finds it next time.
        let (_, coming) = self.ahead.as_mut().expect("just asked for");
        let page = coming.await.map_err(|_| StoreError::Closed);
        self.ahead = None;
        let page = page??;
        if let Some(last) = page.last().map(|last| last.seq)
            && last < self.engine.head()
            && self.engine.at_hand(last).is_none()
        {
            self.ahead = Some(self.ask(last));
        }
        Ok(page)
    }

    fn ask(&self, after: u64) -> (u64, Coming) {
        let engine = Arc::clone(&self.engine);
        (after, tokio::spawn(async move { engine.read_after(after, PAGE).await }))
    }
}
