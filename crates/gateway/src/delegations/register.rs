//! All delegations, kept in the log's database so that a restart and another gateway know them.

use super::{
    delegation::{Delegation, DelegationError, DelegationOrder},
    row,
};
use crate::{
    access::{Access, Principal},
    common::{CommonLog, Turn},
    log::{Log, now},
    named::Named,
};
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;
use watchdeck_store::{Batch, Document, Engine, StoreError};

/// Collection of the delegations.
const COLLECTION: &str = "delegations";
/// Of one person, that are not over.
const MOST: usize = 20;
/// What was over for so long is forgotten, ms.
const OLDEST: i64 = 30 * 24 * 60 * 60 * 1_000;

/// The longest wait before the clock is looked at again: it may be set.
const LOOK: Duration = Duration::from_secs(60);

/// See the [module docs](self).
pub(crate) struct Delegations {
    log: Log,
    /// Where other gateways may take delegations too.
    common: Option<Arc<dyn CommonLog>>,
    kept: Mutex<Vec<Delegation>>,
    /// One at a time.
    turn: tokio::sync::Mutex<()>,
    /// Counts changes: what was made or ended, and what begins or is over.
    changes: watch::Sender<u64>,
}

/// In whose name somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Behalf {
    /// In its own.
    Own,
    /// In this one's, who is away.
    Of(Named),
    /// In one of these, which has to be said.
    OneOf(Vec<String>),
    /// Nobody passed it on.
    Nobody,
}

/// Somebody decides for somebody at this time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StandsFor {
    /// In whose name.
    #[serde(flatten)]
    pub(crate) who: Named,
    /// On what kinds of things, as patterns.
    pub(crate) types: Vec<String>,
    /// Until when at the latest: others in the row may be back before.
    pub(crate) until: Millis,
}

impl Delegations {
    /// What an earlier run kept in the log; `common` is the same, where other gateways may be on it.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(log: Log, common: Option<Arc<dyn CommonLog>>) -> Result<Self, StoreError> {
        let kept = Mutex::new(read(&**log.store()).await?);
        Ok(Self { log, common, kept, turn: tokio::sync::Mutex::default(), changes: watch::Sender::new(0) })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Delegation>> {
        self.kept.lock().expect("no code panics while holding the delegations")
    }

    /// Make one.
    pub(crate) async fn make(&self, order: DelegationOrder, by: &Principal) -> Result<Delegation, DelegationError> {
        let _mine = self.turn.lock().await;
        let _everywhere = self.everywhere().await.map_err(unkept)?;
        let now = now();
        let new = Delegation::new(order, by, now)?;
        let gone = {
            let kept = self.kept();
            let over = |one: &&Delegation| now.since(one.until) > OLDEST;
            if kept.iter().filter(|one| one.giver.id == new.giver.id && one.until > now).count() >= MOST {
                return Err(DelegationError::TooMany(MOST));
            }
            if let Some(known) = row::overlapping(&kept, &new) {
                return Err(DelegationError::Twice(Box::new(known.clone())));
            }
            if let Some(people) = row::circle(&kept, &new) {
                return Err(DelegationError::Circle(people));
            }
            kept.iter().filter(over).map(|one| one.id.clone()).collect::<Vec<_>>()
        };
        let mut documents: Vec<Document> = gone.iter().map(|id| document(id, None)).collect();
        documents.push(document(&new.id, Some(&new)));
        self.log.store().append(Batch { documents, ..Batch::default() }).await.map_err(unkept)?;
        let mut kept = self.kept();
        kept.retain(|one| !gone.contains(&one.id));
        kept.push(new.clone());
        drop(kept);
        self.changed();
        Ok(new)
    }

    /// End one: whoever gave it may, and whoever looks after the others. One that is in force was until now.
    pub(crate) async fn end(&self, id: &str, by: &Principal) -> Result<Delegation, DelegationError> {
        let _mine = self.turn.lock().await;
        let _everywhere = self.everywhere().await.map_err(unkept)?;
        let known = self.kept().iter().find(|one| one.id == id && (*one.giver.id == *by.id || by.is_admin())).cloned();
        let known = known.filter(|_| by.is_person()).ok_or(DelegationError::Unknown)?;
        self.log.store().append(Batch { documents: vec![document(id, None)], ..Batch::default() }).await.map_err(unkept)?;
        self.kept().retain(|one| one.id != id);
        self.changed();
        Ok(known)
    }

    /// Those that somebody gave, and those that were given to it, that are not over.
    pub(crate) async fn of(&self, id: &str) -> Result<[Vec<Delegation>; 2], DelegationError> {
        self.refresh().await.map_err(unkept)?;
        let (kept, now) = (self.kept(), now());
        let mine = |is: fn(&Delegation) -> &str| kept.iter().filter(|one| is(one) == id && one.until > now).cloned().collect();
        Ok([mine(|one| &one.giver.id), mine(|one| &one.to.id)])
    }

    /// In whose name somebody decides on a type of things: in its own where it may and says nothing else, else in that of the one who passed it on.
    pub(crate) async fn behalf(&self, by: &Principal, said: Option<&str>, resource_type: &str, access: &Access) -> Behalf {
        if said.is_none_or(|said| *said == *by.id) && by.grants.may_decide(resource_type) {
            return Behalf::Own;
        }
        if let Err(error) = self.refresh().await {
            tracing::warn!(%error, "What other gateways were told of delegations cannot be read.");
        }
        let mut givers = self.givers(&by.id, resource_type, now(), access);
        givers.retain(|giver| said.is_none_or(|said| giver.id == said));
        match givers.len() {
            0 => Behalf::Nobody,
            1 => Behalf::Of(givers.remove(0)),
            _ => Behalf::OneOf(givers.into_iter().map(|giver| giver.id).collect()),
        }
    }

    /// Everybody who may decide on this and for whom this one does now.
    fn givers(&self, deputy: &str, resource_type: &str, now: Millis, access: &Access) -> Vec<Named> {
        let kept = self.kept();
        let mut givers: Vec<Named> = Vec::new();
        for one in kept.iter().filter(|one| one.from <= now && now < one.until && one.giver.id != deputy) {
            let last = row::deputy(&kept, &one.giver.id, resource_type, now);
            if last.is_some_and(|last| last.to.id == deputy)
                && access.grants_of(&one.giver_then(), one.is_of_a_user()).is_some_and(|grants| grants.may_decide(resource_type))
                && givers.iter().all(|known| known.id != one.giver.id)
            {
                givers.push(one.giver.clone());
            }
        }
        givers
    }

    /// What somebody may decide in its own name or in another's, as patterns.
    pub(crate) fn widened(&self, deputy: &Principal, access: &Access) -> Vec<String> {
        let mut all = deputy.grants.decides();
        if !deputy.is_person() {
            return all;
        }
        for (first, types) in row::passed_on(&self.kept(), &deputy.id, now()) {
            let given = access.grants_of(&first.giver_then(), first.is_of_a_user()).map(|grants| grants.decides()).unwrap_or_default();
            all.extend(row::of_both(&given, &types));
        }
        all.sort();
        all.dedup();
        if all.iter().any(|one| one == "*") { vec!["*".into()] } else { all }
    }

    /// For whom somebody decides at this time, and on what: what was passed on all the way to it, of what the first one may decide.
    pub(crate) fn stands_for(&self, deputy: &str, access: &Access) -> Vec<StandsFor> {
        let (kept, now) = (self.kept(), now());
        let mut all = Vec::new();
        for (first, types) in row::passed_on(&kept, deputy, now) {
            let given = access.grants_of(&first.giver_then(), first.is_of_a_user()).map(|grants| grants.decides()).unwrap_or_default();
            let mut types = row::of_both(&given, &types);
            // What the deputy has passed on itself is for whoever is present in the end.
            types.retain(|kind| row::deputy(&kept, &first.giver.id, kind, now).is_some_and(|last| last.to.id == deputy));
            if !types.is_empty() {
                all.push(StandsFor { who: first.giver.clone(), types, until: first.until });
            }
        }
        all
    }

    /// Changes with who decides for whom.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Say so when one begins or is over, until `stop`.
    pub(crate) async fn keep(&self, stop: CancellationToken) {
        let mut changes = self.watch();
        loop {
            changes.mark_unchanged();
            let at = now();
            let next = self.kept().iter().flat_map(|one| [one.from, one.until]).filter(|moment| *moment > at).min();
            let wait = next.map(|moment| Duration::from_millis(moment.since(at).unsigned_abs()).min(LOOK));
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.changed() => {}
                () = async { match wait { Some(wait) => tokio::time::sleep(wait).await, None => std::future::pending().await } } => {
                    if next.is_some_and(|moment| moment <= now()) {
                        self.changed();
                    }
                }
            }
        }
    }

    async fn refresh(&self) -> Result<(), StoreError> {
        if self.common.is_none() {
            return Ok(());
        }
        let read = read(&**self.log.store()).await?;
        *self.kept() = read;
        Ok(())
    }

    /// The turn among all gateways, with what the others have written meanwhile; nothing where there is one gateway only.
    async fn everywhere(&self) -> Result<Option<Turn>, StoreError> {
        let Some(common) = &self.common else { return Ok(None) };
        let turn = common.turn(COLLECTION).await?;
        self.refresh().await?;
        Ok(Some(turn))
    }
}

fn unkept(error: StoreError) -> DelegationError {
    DelegationError::Unavailable(error.to_string())
}

/// What is kept in `store`. What cannot be read there is left out and said.
async fn read(store: &dyn Engine) -> Result<Vec<Delegation>, StoreError> {
    let mut kept = Vec::new();
    for (key, body) in store.documents(COLLECTION).await? {
        match serde_json::from_str(&body) {
            Ok(one) => kept.push(one),
            Err(error) => tracing::warn!(%error, key, "A kept delegation cannot be read and is left out."),
        }
    }
    Ok(kept)
}

fn document(id: &str, one: Option<&Delegation>) -> Document {
    let body = one.map(|one| serde_json::to_string(one).expect("plain fields are always JSON"));
    Document { collection: COLLECTION, key: id.to_owned(), body }
}
