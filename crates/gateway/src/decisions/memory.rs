//! What was answered to which key, kept in the log's file so that a restart answers the same. Bounded by number, bytes and age.

use super::decision::{Decided, DecisionError, DecisionRequest, Resource, Taken};
use crate::log::now;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use watchdeck_events::Millis;
use watchdeck_postgres::{Postgres, Turn};
use watchdeck_store::{Batch, Document, Engine, StoreError};

/// Collection of the kept answers.
const COLLECTION: &str = "decisions";
/// Answers remembered; the oldest are forgotten first.
pub(super) const MOST: usize = 10_000;
/// Bytes of answers remembered.
const MOST_BYTES: usize = 8 << 20;
/// Answers older than this are forgotten, ms. No retry comes after a month.
const OLDEST: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How a decision ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It arrived.
    Taken,
    /// The ERP said no.
    Refused(String),
    /// Another one was first.
    Overtaken(Decided),
}

/// A decision and its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) decision: DecisionRequest,
    pub(super) at: Millis,
    pub(super) outcome: Outcome,
}

impl Remembered {
    pub(super) fn decided(&self) -> Decided {
        let DecisionRequest { decided_by, approver_name, approver_id, .. } = &self.decision;
        let named = decided_by.iter().chain([approver_name, approver_id]).find(|name| !name.trim().is_empty());
        Decided {
            decided_by: named.map_or_else(|| "somebody else".to_owned(), Clone::clone),
            approve: self.decision.approve,
            decided_at: self.at.0,
        }
    }

    /// What is answered to this key, the first time and every time.
    pub(super) fn answer(&self, repeated: bool) -> Result<Taken, DecisionError> {
        match &self.outcome {
            Outcome::Taken => Ok(Taken { decided: self.decided(), repeated }),
            Outcome::Refused(words) => Err(DecisionError::Refused(words.clone())),
            Outcome::Overtaken(first) => Err(DecisionError::Overtaken(first.clone())),
        }
    }
}

/// All kept answers.
pub(crate) struct Memory {
    /// `None` keeps nothing beyond this process.
    store: Option<Arc<dyn Engine>>,
    /// Where other gateways may decide too.
    shared: Option<Postgres>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_key: HashMap<String, (Arc<Remembered>, usize)>,
    /// Oldest first.
    order: VecDeque<String>,
    /// The keys of each resource, oldest first.
    by_resource: HashMap<Resource, Vec<String>>,
    bytes: usize,
}

impl Kept {
    /// Take one in; answers the keys that are forgotten for it.
    fn insert(&mut self, remembered: Remembered, bytes: usize, now: Millis) -> Vec<String> {
        let key = remembered.decision.idempotency_key.clone();
        self.bytes += bytes;
        let resource = remembered.decision.resource();
        if let Some((_, before)) = self.by_key.insert(key.clone(), (Arc::new(remembered), bytes)) {
            self.bytes -= before;
        } else {
            self.by_resource.entry(resource).or_default().push(key.clone());
            self.order.push_back(key);
        }
        let mut forgotten = Vec::new();
        while let Some(oldest) = self.order.front() {
            let aged = self.by_key.get(oldest).is_none_or(|(one, _)| now.since(one.at) > OLDEST);
            if !(aged || self.order.len() > MOST || self.bytes > MOST_BYTES) {
                break;
            }
            if let Some(oldest) = self.order.pop_front() {
                self.forget(&oldest);
                forgotten.push(oldest);
            }
        }
        forgotten
    }

    fn forget(&mut self, key: &str) {
        let Some((gone, bytes)) = self.by_key.remove(key) else { return };
        self.bytes -= bytes;
        let resource = gone.decision.resource();
        if let Some(keys) = self.by_resource.get_mut(&resource) {
            keys.retain(|known| known != key);
            if keys.is_empty() {
                self.by_resource.remove(&resource);
            }
        }
    }
}

impl Memory {
    /// What an earlier run kept in `store`; `shared` is the same, where other gateways may be on it.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(store: Arc<dyn Engine>, shared: Option<Postgres>) -> Result<Self, StoreError> {
        let (kept, forgotten) = read(&*store).await?;
        let memory = Self { store: Some(store), shared, kept: Mutex::new(kept) };
        memory.write(forgotten.into_iter().map(gone).collect()).await;
        Ok(memory)
    }

    /// The turn at a resource among all gateways, with what the others have answered meanwhile; nothing where there is one gateway only.
    ///
    /// # Errors
    /// As the log says. Deciding without knowing what the others did would be worse than deciding later.
    pub(super) async fn turn(&self, resource: &Resource) -> Result<Option<Turn>, StoreError> {
        let Some(shared) = &self.shared else { return Ok(None) };
        let turn = shared.turn(&format!("decision:{resource:?}")).await?;
        let (read, _) = read(shared).await?;
        let mut kept = self.kept();
        let before = std::mem::replace(&mut *kept, read);
        // What is known here and not there could not be kept, or is about to be.
        for (key, (one, bytes)) in before.by_key {
            if !kept.by_key.contains_key(&key) {
                kept.insert(Remembered::clone(&one), bytes, now());
            }
        }
        drop(kept);
        Ok(Some(turn))
    }

    /// One that forgets with the process.
    #[cfg(test)]
    pub(super) fn fleeting() -> Self {
        Self { store: None, shared: None, kept: Mutex::default() }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("no code panics while holding the answers")
    }

    pub(super) fn get(&self, key: &str) -> Option<Arc<Remembered>> {
        self.kept().by_key.get(key).map(|(known, _)| Arc::clone(known))
    }

    /// The oldest on `resource` for which `holds`.
    pub(super) fn first(&self, resource: &Resource, holds: impl Fn(&Remembered) -> bool) -> Option<Arc<Remembered>> {
        let kept = self.kept();
        kept.by_resource.get(resource)?.iter().filter_map(|key| kept.by_key.get(key)).map(|(one, _)| one).find(|one| holds(one)).cloned()
    }

    /// Remember an answer, on disk before it is given.
    pub(super) async fn keep(&self, remembered: Remembered) {
        let body = serde_json::to_string(&remembered).expect("plain fields are always JSON");
        let key = remembered.decision.idempotency_key.clone();
        let forgotten = self.kept().insert(remembered, body.len(), now());
        let mut documents = vec![Document { collection: COLLECTION, key, body: Some(body) }];
        documents.extend(forgotten.into_iter().map(gone));
        self.write(documents).await;
    }

    async fn write(&self, documents: Vec<Document>) {
        let Some(store) = self.store.as_ref().filter(|_| !documents.is_empty()) else { return };
        // The decision has been handed on; not keeping its key is worse than before, but refusing now would be untrue.
        if let Err(error) = store.append(Batch { documents, ..Batch::default() }).await {
            tracing::error!(%error, "A decision's answer could not be kept; a retry after a restart would be handed on again.");
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        let kept = self.kept();
        [kept.by_key.len(), kept.order.len(), kept.by_resource.len()]
    }
}

/// What is kept in `store`, and the keys of what is too much. What cannot be read there is left out and said.
async fn read(store: &dyn Engine) -> Result<(Kept, Vec<String>), StoreError> {
    let mut read: Vec<(Remembered, usize)> = Vec::new();
    for (key, body) in store.documents(COLLECTION).await? {
        match serde_json::from_str(&body) {
            Ok(remembered) => read.push((remembered, body.len())),
            Err(error) => tracing::warn!(%error, key, "A kept decision cannot be read and is left out."),
        }
    }
    read.sort_by_key(|(one, _)| one.at);
    let (mut kept, now) = (Kept::default(), now());
    let forgotten = read.into_iter().flat_map(|(one, bytes)| kept.insert(one, bytes, now)).collect();
    Ok((kept, forgotten))
}

fn gone(key: String) -> Document {
    Document { collection: COLLECTION, key, body: None }
}
