//! What a handler's work leaves to be stored, one transaction at a time. What the store does not take stays to be taken.

use std::{pin::Pin, time::Duration};
use tokio::time::Instant;
use watchdeck_store::{Batch, Document, Store, StoreError};

/// Between two tries to store the same.
const RETRY: Duration = Duration::from_secs(1);

type Commit = Pin<Box<dyn Future<Output = Result<u64, (StoreError, Vec<Document>)>> + Send>>;

/// See the [module docs](self).
pub(crate) struct Books {
    store: Store,
    documents: Vec<Document>,
    /// When what has changed is to be stored.
    when: Option<Instant>,
    under_way: Option<Commit>,
    /// The store took nothing the last time.
    pub(crate) stuck: bool,
}

impl Books {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, documents: Vec::new(), when: None, under_way: None, stuck: false }
    }

    /// Something has changed, and is stored by then at the latest.
    pub(crate) fn changed(&mut self, by: Instant) {
        self.when = Some(self.when.map_or(by, |when| when.min(by)));
    }

    /// These are to be stored now.
    pub(crate) fn add(&mut self, documents: impl IntoIterator<Item = Document>, now: Instant) {
        let before = self.documents.len();
        self.documents.extend(documents);
        if self.documents.len() > before {
            self.changed(now);
        }
    }

    /// Whether anything is to be stored, or on its way.
    pub(crate) fn is_open(&self) -> bool {
        self.when.is_some() || self.under_way.is_some()
    }

    /// Whether a transaction may begin now. `hurry`: whether or not it is time.
    pub(crate) fn is_due(&self, now: Instant, hurry: bool) -> bool {
        self.under_way.is_none() && self.when.is_some_and(|when| when <= now || (hurry && !self.stuck))
    }

    /// Store what has changed, with how far the handler is: everything that is done by now, and nothing else.
    pub(crate) fn commit(&mut self, floor: Option<(String, u64)>, how_far: Option<Document>) {
        let documents = std::mem::take(&mut self.documents);
        self.when = None;
        let (store, checkpoint) = (self.store.clone(), floor.as_ref().map_or(0, |(_, floor)| *floor));
        let batch = Batch {
            documents: documents.into_iter().chain(how_far).collect(),
            checkpoints: floor.into_iter().collect(),
            ..Batch::default()
        };
        self.under_way = Some(Box::pin(async move {
            let pending = store.enqueue(batch).await.map_err(|error| (error, Vec::new()))?;
            pending.outcome().await.map(|_| checkpoint).map_err(|refused| (refused.error, refused.batch.documents))
        }));
    }

    /// The transaction ended: the checkpoint that is stored now. Never while there is none, or nothing is due.
    pub(crate) async fn ended(&mut self) -> Result<u64, StoreError> {
        let Some(commit) = &mut self.under_way else { return std::future::pending().await };
        let outcome = commit.await;
        self.under_way = None;
        self.stuck = outcome.is_err();
        outcome.map_err(|(error, documents)| {
            // Before what has come since: of two of one name the later one holds.
            self.documents.splice(0..0, documents);
            self.when = Some(Instant::now() + RETRY);
            error
        })
    }

    /// When it is time to store.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.when.filter(|_| self.under_way.is_none())
    }
}
