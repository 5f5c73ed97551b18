//! What somebody looked at that is masked: told to the gateway that the event came through, for its audit. Kept until it is told, over a restart too.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Mutex};
use tokio::sync::Notify;
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_store::{Document, Store, StoreError};

const COLLECTION: &str = "reveals";
/// How many wait for a gateway that is away.
const MOST: usize = 10_000;

/// One look.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reveal {
    pub(crate) source: String,
    pub(crate) channel: String,
    /// The event's id.
    pub(crate) event: String,
    pub(crate) at: Millis,
    /// Who looked.
    pub(crate) by: String,
}

impl Reveal {
    fn key(&self) -> String {
        format!("{:014}:{}", self.at.0, self.event)
    }
}

/// Those that were not told yet, by their keys in the store.
#[derive(Debug, Default)]
pub(crate) struct Reveals {
    waiting: Mutex<BTreeMap<String, Reveal>>,
    /// There is one more.
    pub(crate) noted: Notify,
}

impl Reveals {
    /// Those of an earlier run.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let kept = store.documents(COLLECTION).await?;
        let waiting = kept.into_iter().filter_map(|(key, body)| Some((key, serde_json::from_str(&body).ok()?))).collect();
        Ok(Self { waiting: Mutex::new(waiting), noted: Notify::new() })
    }

    /// One more waits: how it is kept. `None` where too many do already.
    pub(crate) fn add(&self, reveal: Reveal) -> Option<Document> {
        let (key, body) = (reveal.key(), serde_json::to_string(&reveal).expect("plain fields are always JSON"));
        let mut waiting = self.waiting.hold();
        if waiting.len() >= MOST {
            return None;
        }
        waiting.insert(key.clone(), reveal);
        Some(document(key, Some(body)))
    }

    /// The oldest that waits, but for those of `sources`.
    pub(crate) fn next(&self, sources: &[String]) -> Option<(String, Reveal)> {
        let waiting = self.waiting.hold();
        let mut open = waiting.iter().filter(|(_, reveal)| !sources.contains(&reveal.source));
        open.next().map(|(key, reveal)| (key.clone(), reveal.clone()))
    }

    /// It was told.
    pub(crate) fn remove(&self, key: &str) {
        self.waiting.hold().remove(key);
    }
}

/// How one is kept, or no more.
pub(crate) fn document(key: String, body: Option<String>) -> Document {
    Document { collection: COLLECTION, key, body }
}
