//! All decisions and how they stand, kept in the log's database so that a restart goes on with them. What is settled is bounded by number, bytes and age;
//! what is not is never forgotten.

use super::{
    decision::Resource,
    standing::{Standing, State},
};
use crate::{
    common::{CommonLog, Turn},
    log::now,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;
use watchdeck_events::Millis;
use watchdeck_store::{Batch, Document, Engine, NewEvent, StoreError};

/// Collection of the decisions.
const COLLECTION: &str = "decisions";
/// Settled decisions remembered; the oldest are forgotten first.
pub(super) const MOST: usize = 10_000;
/// Bytes of them.
const MOST_BYTES: usize = 8 << 20;
/// Older ones are forgotten, ms. No retry comes after a month.
const OLDEST: i64 = 30 * 24 * 60 * 60 * 1_000;

/// See the [module docs](self).
pub(crate) struct Book {
    store: Arc<dyn Engine>,
    /// Where other gateways may decide too.
    common: Option<Arc<dyn CommonLog>>,
    /// This gateway among them.
    me: String,
    kept: Mutex<Kept>,
    /// Counts what was written down.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    by_key: HashMap<String, Entry>,
    /// The keys of each resource, the oldest decision first.
    by_resource: HashMap<Resource, Vec<String>>,
    /// Of what is settled, the oldest first.
    settled: BTreeSet<(Millis, String)>,
    settled_bytes: usize,
    /// Of what is not, by the time at which something is to be done.
    due: BTreeSet<(Millis, String)>,
}

struct Entry {
    standing: Arc<Standing>,
    bytes: usize,
    /// When something is to be done about it.
    due: Option<Millis>,
}

impl Kept {
    /// Take one in; answers the keys that are forgotten for it.
    fn insert(&mut self, me: &str, standing: Arc<Standing>, bytes: usize, now: Millis) -> Vec<String> {
        let key = standing.decision.idempotency_key.clone();
        if self.by_key.contains_key(&key) {
            self.unlist(&key);
        } else {
            self.by_resource.entry(standing.decision.resource()).or_default().push(key.clone());
        }
        if standing.state.is_settled() || standing.due.is_none() {
            self.settled.insert((standing.at, key.clone()));
            self.settled_bytes += bytes;
        }
        let others = standing.claim.as_ref().filter(|(gateway, _)| gateway != me).map(|(_, until)| *until);
        let due = standing.due.filter(|_| !standing.state.is_settled()).map(|due| others.map_or(due, |until| until.max(due)));
        if let Some(due) = due {
            self.due.insert((due, key.clone()));
        }
        self.by_key.insert(key, Entry { standing, bytes, due });
        let mut forgotten = Vec::new();
        while let Some((at, oldest)) = self.settled.first().cloned() {
            if now.since(at) <= OLDEST && self.settled.len() <= MOST && self.settled_bytes <= MOST_BYTES {
                break;
            }
            self.forget(&oldest);
            forgotten.push(oldest);
        }
        forgotten
    }

    fn unlist(&mut self, key: &str) {
        let Some(Entry { standing, bytes, due }) = self.by_key.get(key) else { return };
        if self.settled.remove(&(standing.at, key.to_owned())) {
            self.settled_bytes -= bytes;
        }
        if let Some(due) = due {
            self.due.remove(&(*due, key.to_owned()));
        }
    }

    fn forget(&mut self, key: &str) {
        self.unlist(key);
        let Some(gone) = self.by_key.remove(key) else { return };
        let resource = gone.standing.decision.resource();
        if let Some(keys) = self.by_resource.get_mut(&resource) {
            keys.retain(|known| known != key);
            if keys.is_empty() {
                self.by_resource.remove(&resource);
            }
        }
    }
}

impl Book {
    /// What an earlier run kept in `store`; `common` is the same, where other gateways may be on it.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(store: Arc<dyn Engine>, common: Option<Arc<dyn CommonLog>>) -> Result<Self, StoreError> {
        let me = uuid::Uuid::now_v7().to_string();
        let (kept, forgotten) = read(&*store, &me).await?;
        if !forgotten.is_empty() {
            let documents = forgotten.into_iter().map(gone).collect();
            if let Err(error) = store.append(Batch { documents, ..Batch::default() }).await {
                tracing::warn!(%error, "Old decisions could not be forgotten.");
            }
        }
        Ok(Self { store, common, me, kept: Mutex::new(kept), changes: watch::Sender::new(0) })
    }

    /// The turn at a resource among all gateways, with what the others have written meanwhile; nothing where there is one gateway only.
    ///
    /// # Errors
    /// As the log says. Deciding without knowing what the others did would be worse than deciding later.
    pub(super) async fn turn(&self, resource: &Resource) -> Result<Option<Turn>, StoreError> {
        let Some(common) = &self.common else { return Ok(None) };
        let turn = common.turn(&format!("decision:{resource:?}")).await?;
        self.refresh().await?;
        Ok(Some(turn))
    }

    /// Read what other gateways have written; nothing where there are none.
    pub(super) async fn refresh(&self) -> Result<(), StoreError> {
        if !self.is_shared() {
            return Ok(());
        }
        let (read, _) = read(&*self.store, &self.me).await?;
        *self.kept() = read;
        Ok(())
    }

    /// This gateway's claim to a try that takes `patience` at most; `None` where there is no other gateway.
    pub(super) fn claim(&self, now: Millis, patience: Duration) -> Option<(String, Millis)> {
        self.is_shared().then(|| (self.me.clone(), now.plus(i64::try_from(patience.as_millis()).unwrap_or(i64::MAX))))
    }

    /// Whether another gateway is trying it.
    pub(super) fn is_claimed(&self, standing: &Standing, now: Millis) -> bool {
        standing.claim.as_ref().is_some_and(|(gateway, until)| *gateway != self.me && *until > now)
    }

    pub(super) const fn is_shared(&self) -> bool {
        self.common.is_some()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no code panics while holding the book")
    }

    pub(crate) fn get(&self, key: &str) -> Option<Arc<Standing>> {
        self.kept().by_key.get(key).map(|known| Arc::clone(&known.standing))
    }

    /// Changes with everything that is written down.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// All on `resource`, the oldest first.
    pub(super) fn on(&self, resource: &Resource) -> Vec<Arc<Standing>> {
        let kept = self.kept();
        let keys = kept.by_resource.get(resource).map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(|key| kept.by_key.get(key)).map(|one| Arc::clone(&one.standing)).collect()
    }

    /// Those whose time has come, and when the next one's does.
    pub(super) fn due(&self, now: Millis) -> (Vec<Arc<Standing>>, Option<Millis>) {
        let kept = self.kept();
        let due = kept.due.iter().take_while(|(at, _)| *at <= now);
        let due = due.filter_map(|(_, key)| kept.by_key.get(key)).map(|one| Arc::clone(&one.standing)).collect();
        (due, kept.due.iter().map(|(at, _)| *at).find(|at| *at > now))
    }

    /// The keys of what a principal decided and what is not handed on.
    pub(super) fn open_of(&self, principal: &str) -> Vec<String> {
        let kept = self.kept();
        let waits =
            |key: &&String| kept.by_key.get(*key).is_some_and(|one| one.standing.is_of(principal) && one.standing.state != State::HandedOn);
        kept.due.iter().map(|(_, key)| key).filter(waits).cloned().collect()
    }

    /// Write one down with the event that tells of it, durably, before anybody is told.
    ///
    /// # Errors
    /// As the log says; nothing is kept then.
    pub(super) async fn keep(&self, standing: Standing, event: Option<NewEvent>) -> Result<Arc<Standing>, StoreError> {
        let body = serde_json::to_string(&standing).expect("plain fields are always JSON");
        let (bytes, key) = (body.len(), standing.decision.idempotency_key.clone());
        let documents = vec![Document { collection: COLLECTION, key, body: Some(body) }];
        self.store.append(Batch { documents, events: event.into_iter().collect(), ..Batch::default() }).await?;
        let standing = Arc::new(standing);
        let forgotten = self.kept().insert(&self.me, Arc::clone(&standing), bytes, now());
        self.changes.send_modify(|count| *count += 1);
        if !forgotten.is_empty() {
            let documents = forgotten.into_iter().map(gone).collect();
            if let Err(error) = self.store.append(Batch { documents, ..Batch::default() }).await {
                tracing::warn!(%error, "Old decisions could not be forgotten.");
            }
        }
        Ok(standing)
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        let kept = self.kept();
        [kept.by_key.len(), kept.by_resource.len(), kept.settled.len(), kept.due.len()]
    }
}

/// What is kept in `store`, and the keys of what is too much. What cannot be read there is left out and said.
async fn read(store: &dyn Engine, me: &str) -> Result<(Kept, Vec<String>), StoreError> {
    let mut read: Vec<(Standing, usize)> = Vec::new();
    for (key, body) in store.documents(COLLECTION).await? {
        match serde_json::from_str(&body) {
            Ok(standing) => read.push((standing, body.len())),
            Err(error) => tracing::warn!(%error, key, "A kept decision cannot be read and is left out."),
        }
    }
    read.sort_by_key(|(one, _)| one.at);
    let (mut kept, now) = (Kept::default(), now());
    let forgotten = read.into_iter().flat_map(|(one, bytes)| kept.insert(me, Arc::new(one), bytes, now)).collect();
    Ok((kept, forgotten))
}

fn gone(key: String) -> Document {
    Document { collection: COLLECTION, key, body: None }
}
