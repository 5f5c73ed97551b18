//! All claims, kept in the log's database so that a restart and another gateway know them.

use super::claim::{Act, Claim, ClaimError, ClaimOrder, LASTS};
use crate::{
    access::Principal,
    common::{CommonLog, Turn},
    decisions::{ELSEWHERE, Requests, Resource},
    log::{Arrived, Log, now},
    named::Named,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};
use watchdeck_events::{Channel, Kind, Millis, Payload};
use watchdeck_store::{Batch, Document, Engine, NewEvent, StoreError};

/// Collection of the claims.
const COLLECTION: &str = "claims";
/// Claims at a time; the oldest go first.
const MOST: usize = 10_000;

/// See the [module docs](self).
pub(crate) struct Claims {
    log: Log,
    source: Arc<str>,
    /// Where other gateways may take claims too.
    common: Option<Arc<dyn CommonLog>>,
    kept: Mutex<HashMap<Resource, Claim>>,
    /// One at a time.
    turn: tokio::sync::Mutex<()>,
}

/// One who claims, by the gateway's own word.
#[derive(Debug, Clone)]
pub(crate) struct Claimant {
    person: Named,
    /// It may release and hand over what others hold.
    over_others: bool,
}

impl Claimant {
    /// A principal; of a key that several may show, whoever it says to be.
    pub(crate) fn of(principal: &Principal, said: Option<&Named>) -> Self {
        let own = Named { id: principal.id.to_string(), name: principal.name.to_string() };
        let said = said.filter(|_| !principal.is_person()).and_then(Named::checked);
        Self { person: said.unwrap_or(own), over_others: principal.is_admin() }
    }
}

/// How it stands with a request, and what was changed.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) holder: Option<Claim>,
    /// In a word, for the audit; nothing where it was so already.
    pub(crate) words: Option<String>,
}

impl Changed {
    fn none(holder: Option<Claim>) -> Self {
        Self { holder, words: None }
    }

    /// As whoever asks is told.
    pub(crate) fn told(&self) -> serde_json::Value {
        let claim = self.holder.as_ref();
        serde_json::json!({
            "changed": self.words.is_some(),
            "holder": claim.map(|claim| &claim.holder),
            "at": claim.map(|claim| claim.at),
            "until": claim.map(|claim| claim.until),
        })
    }
}

impl Claims {
    /// What an earlier run kept in the log; `common` is the same, where other gateways may be on it.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(log: Log, common: Option<Arc<dyn CommonLog>>) -> Result<Self, StoreError> {
        let kept = Mutex::new(read(&**log.store()).await?);
        Ok(Self { log, source: "claims".into(), common, kept, turn: tokio::sync::Mutex::default() })
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Resource, Claim>> {
        self.kept.lock().expect("no code panics while holding the claims")
    }

    /// Do what somebody wants, once it is their turn among all gateways.
    pub(crate) async fn order(&self, order: &ClaimOrder, by: &Claimant, requests: &Requests) -> Result<Changed, ClaimError> {
        let _mine = self.turn.lock().await;
        let _everywhere = self.everywhere().await.map_err(unkept)?;
        let (now, head) = (now(), self.log.store().head());
        let resource: Resource = (order.resource_type.clone(), order.resource_id.clone());
        if let (Some(over), true) = (requests.over(&resource), order.action != Act::Release) {
            return Err(ClaimError::Over(over.to_string()));
        }
        let known = self.kept().get(&resource).cloned();
        let known = known.filter(|claim| now < claim.until && requests.decided_upto(&resource) <= claim.head);
        let is_held_by_another = known.as_ref().is_some_and(|claim| claim.holder.id != by.person.id);
        if let (Some(claim), true) = (&known, is_held_by_another && !(by.over_others && order.action != Act::Claim)) {
            return Err(ClaimError::Held(Box::new(claim.clone())));
        }
        let holder = match order.action {
            Act::Claim => Some(by.person.clone()),
            Act::Release => None,
            Act::HandOver => Some(to(order)?),
        };
        if known.as_ref().map(|claim| &claim.holder.id) == holder.as_ref().map(|holder| &holder.id) {
            return Ok(Changed::none(known));
        }
        let words = words(order.action, known.as_ref(), holder.as_ref());
        let claim = holder.map(|holder| {
            let (resource_type, resource_id) = resource.clone();
            Claim { resource_type, resource_id, holder, at: now, until: now.plus(LASTS), head }
        });
        let event = self.event(order, &by.person, claim.as_ref(), requests.channel(&resource), now);
        self.keep(resource, claim.clone(), event, now).await.map_err(unkept)?;
        Ok(Changed { holder: claim, words: Some(words) })
    }

    /// The turn among all gateways, with what the others have written meanwhile; nothing where there is one gateway only.
    async fn everywhere(&self) -> Result<Option<Turn>, StoreError> {
        let Some(common) = &self.common else { return Ok(None) };
        let turn = common.turn(COLLECTION).await?;
        *self.kept() = read(&**self.log.store()).await?;
        Ok(Some(turn))
    }

    /// Write it down with the event that tells of it, and let go of those whose time is over.
    async fn keep(&self, resource: Resource, claim: Option<Claim>, event: NewEvent, now: Millis) -> Result<(), StoreError> {
        let mut gone: Vec<Resource> =
            self.kept().iter().filter(|(known, claim)| **known != resource && claim.until <= now).map(|(known, _)| known.clone()).collect();
        if self.kept().len() >= MOST + gone.len() {
            let oldest = self.kept().iter().min_by_key(|(_, claim)| claim.at).map(|(known, _)| known.clone());
            gone.extend(oldest.filter(|oldest| *oldest != resource));
        }
        let mut documents: Vec<Document> = gone.iter().map(|known| document(known, None)).collect();
        documents.push(document(&resource, claim.as_ref()));
        self.log.store().append(Batch { documents, events: vec![event], ..Batch::default() }).await?;
        let mut kept = self.kept();
        gone.iter().for_each(|known| drop(kept.remove(known)));
        match claim {
            Some(claim) => drop(kept.insert(resource, claim)),
            None => drop(kept.remove(&resource)),
        }
        Ok(())
    }

    /// The event that tells of a change, in the `channel` of its request.
    fn event(&self, order: &ClaimOrder, by: &Named, claim: Option<&Claim>, channel: Option<Channel>, now: Millis) -> NewEvent {
        let told = serde_json::json!({
            "type": Kind::CLAIM,
            "resourceType": order.resource_type,
            "resourceId": order.resource_id,
            "action": order.action,
            "holder": claim.map(|claim| claim.holder.shown()),
            "holderId": claim.map(|claim| &claim.holder.id),
            "by": by.shown(),
            "byId": by.id,
            "until": claim.map(|claim| claim.until),
            "timestamp": now,
        });
        let channel = channel.unwrap_or_else(|| Channel::from(ELSEWHERE));
        let arrived = Arrived { channel, id: None, payload: Payload::from_json(told.to_string()) };
        self.log.event(arrived, &self.source, now)
    }
}

/// To whom it is handed over.
fn to(order: &ClaimOrder) -> Result<Named, ClaimError> {
    let to = order.to.as_ref().ok_or_else(|| ClaimError::Invalid("say to whom it is handed over: `to` with an `id`".into()))?;
    to.checked().ok_or_else(|| ClaimError::Invalid("`to` needs an `id` of 1 to 128 bytes, and a `name` of at most as many".into()))
}

/// What was done, for the audit.
fn words(act: Act, before: Option<&Claim>, after: Option<&Named>) -> String {
    let id = |person: Option<&Named>| person.map_or("nobody", |person| person.id.as_str()).to_owned();
    let (before, after) = (id(before.map(|claim| &claim.holder)), id(after));
    match act {
        Act::Claim => "claimed".into(),
        Act::Release => format!("released, was with {before}"),
        Act::HandOver => format!("handed over to {after}, was with {before}"),
    }
}

fn unkept(error: StoreError) -> ClaimError {
    ClaimError::Unavailable(error.to_string())
}

/// What is kept in `store`. What cannot be read there is left out and said.
async fn read(store: &dyn Engine) -> Result<HashMap<Resource, Claim>, StoreError> {
    let mut kept = HashMap::new();
    for (key, body) in store.documents(COLLECTION).await? {
        match serde_json::from_str::<Claim>(&body) {
            Ok(claim) => drop(kept.insert((claim.resource_type.clone(), claim.resource_id.clone()), claim)),
            Err(error) => tracing::warn!(%error, key, "A kept claim cannot be read and is left out."),
        }
    }
    Ok(kept)
}

fn document((kind, id): &Resource, claim: Option<&Claim>) -> Document {
    let body = claim.map(|claim| serde_json::to_string(claim).expect("plain fields are always JSON"));
    Document { collection: COLLECTION, key: format!("{kind}:{id}"), body }
}
