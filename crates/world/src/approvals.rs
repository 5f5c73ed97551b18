//! Requests, and what became of them, as the ERP says it; or as a pack makes them of what the ERP says of the things themselves.

mod request;
mod subject;
pub mod times;

pub use request::Request;

use super::{
    entity::Entity,
    find::{self, Wanted},
    money::Purse,
    per_minute::PerMinute,
};
use crate::arrival::Arrival;
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::HashMap};
use subject::{Subject, Told};
use watchdeck_events::{
    Millis,
    erp::{Approval, Claim, Deciding},
};
use watchdeck_store::Stored;
use watchdeck_wire::{
    settings::Settings,
    views::{ApprovalStatus, Found, FoundRow, MoneySum},
};

/// Requests kept that nobody waits for any more.
const HISTORY: usize = 500;
/// Decided requests in a view.
const SHOWN: usize = 200;
/// Requests that may wait at once; beyond, those that have waited for longest go, and are counted.
const WAITING: usize = 10_000;

/// All requests, by what they are about.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Approvals {
    subjects: HashMap<Entity, Subject>,
    per_minute: PerMinute,
    /// Waiting requests let go.
    forgotten: u64,
}

impl Approvals {
    /// A request or a decision. The first decision wins; a second one changes nothing.
    pub(super) fn apply(&mut self, key: &Entity, stored: &Stored, approval: &Approval<'_>, arrival: Arrival, purse: &Purse) {
        self.per_minute.count(arrival.occurred_at(&stored.event));
        let told = Told::of(key, stored, approval, arrival, purse);
        let subject = match self.subjects.get_mut(key) {
            Some(known) => known,
            None => self.subjects.entry(key.clone()).or_default(),
        };
        subject.take(told);
        if self.subjects.len() > HISTORY {
            self.forget_long_decided();
        }
    }

    /// How it stands with a decision on a request that is known.
    pub(super) fn decides(&mut self, key: &Entity, stored: &Stored, step: &Deciding<'_>, arrival: Arrival) {
        if let Some(subject) = self.subjects.get_mut(key) {
            subject.decides(stored, step, arrival.occurred_at(&stored.event));
        }
    }

    /// Who is on a request that is known.
    pub(super) fn claims(&mut self, key: &Entity, stored: &Stored, claim: &Claim<'_>, arrival: Arrival) {
        if let Some(subject) = self.subjects.get_mut(key) {
            subject.claims(stored, claim, arrival);
        }
    }

    /// Some at a time: looking at all of them for each decision would be slow.
    fn forget_long_decided(&mut self) {
        if !self.subjects.len().is_multiple_of(HISTORY / 10) {
            return;
        }
        let all = self.subjects.iter().map(|(key, subject)| (subject.is_open(), subject.last_told(), key));
        let (mut open, mut over): (Vec<_>, Vec<_>) = all.partition(|(open, ..)| *open);
        over.sort_unstable();
        open.sort_unstable();
        let long_over = over.len().saturating_sub(HISTORY);
        let too_many = open.len().saturating_sub(WAITING);
        let oldest: Vec<Entity> = over[..long_over].iter().chain(&open[..too_many]).map(|(_, _, key)| (*key).clone()).collect();
        self.forgotten += too_many as u64;
        for key in oldest {
            self.subjects.remove(&key);
        }
    }

    /// Waiting requests that were let go, because too many waited.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// What waits, in money.
    #[must_use]
    pub fn pending_sums(&self) -> Vec<MoneySum> {
        let mut sums = super::money::Sums::default();
        for (_, request) in self.open().filter(|(_, request)| request.view.amount.is_some() || request.view.unread.is_some()) {
            sums.add(&request.purse, request.view.amount);
        }
        sums.view()
    }

    /// The newest request by its key.
    #[must_use]
    pub fn get(&self, key: &Entity) -> Option<&Request> {
        self.subjects.get(key)?.newest()
    }

    /// Requests that a name without its source may mean: `type:id`.
    pub fn named<'a>(&'a self, short: &'a str) -> impl Iterator<Item = Entity> + 'a {
        let is = move |key: &&Entity| short.split_once(':').is_some_and(|(kind, id)| *key.kind == *kind && *key.id == *id);
        self.subjects.keys().filter(is).cloned()
    }

    /// Waiting, the nearest deadline first, the user's own included, then the oldest.
    #[must_use]
    pub fn pending(&self, settings: &Settings) -> Vec<&Request> {
        let mut pending: Vec<_> =
            self.subjects.values().filter(|subject| subject.is_open()).filter_map(|subject| subject.newest()).collect();
        pending.sort_by_cached_key(|request| {
            let view = &request.view;
            (times::due(settings, view).unwrap_or(Millis(i64::MAX)), view.requested_at, view.key.clone())
        });
        pending
    }

    /// Everything that waits, in no order.
    pub fn open(&self) -> impl Iterator<Item = (&Entity, &Request)> {
        self.subjects.iter().filter(|(_, subject)| subject.is_open()).filter_map(|(key, subject)| Some((key, subject.newest()?)))
    }

    /// The newest request of each resource that is called so, or was asked for by somebody who is.
    pub(super) fn find(&self, wanted: &Wanted, limit: usize) -> Found {
        let newest = self.subjects.iter().filter_map(|(key, subject)| Some((key, &subject.newest()?.view)));
        let all = newest.filter_map(|(key, view)| {
            let fit = wanted.fit(&[Some(&*key.id), Some(&view.number), Some(&view.requester), view.reason.as_deref()])?;
            Some((fit, Reverse(view.decided_at.unwrap_or(view.requested_at)), key, view))
        });
        find::best(all, limit, |key, view| FoundRow {
            key: key.to_string(),
            source: key.realm.to_string(),
            label: view.number.clone(),
            detail: Some(view.requester.clone()).filter(|name| !name.is_empty()),
            sort: Some(view.resource_type.clone()),
            status: Some(
                match view.status {
                    ApprovalStatus::Pending => "pending",
                    ApprovalStatus::Approved => "approved",
                    ApprovalStatus::Rejected => "rejected",
                    ApprovalStatus::Withdrawn => "withdrawn",
                }
                .to_owned(),
            ),
            seq: view.seq,
        })
    }

    /// How many wait.
    #[must_use]
    pub fn pending_count(&self) -> u32 {
        self.subjects.values().filter(|subject| subject.is_open()).count() as u32
    }

    /// Decided lately, newest first.
    pub fn history(&self) -> impl Iterator<Item = &Request> {
        self.decided().take(SHOWN)
    }

    /// Rejected, newest first.
    pub fn rejections(&self) -> impl Iterator<Item = &Request> {
        self.decided().filter(|request| request.view.status == ApprovalStatus::Rejected)
    }

    fn decided(&self) -> impl Iterator<Item = &Request> {
        let mut decided: Vec<_> = self.requests().filter(|request| !request.is_pending()).collect();
        decided.sort_by_key(|request| std::cmp::Reverse((request.view.decided_at, &request.view.key)));
        decided.into_iter()
    }

    /// Everything that is known, decided or not, in no order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.subjects.values().flat_map(Subject::requests)
    }

    /// Approval events per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis) -> Vec<f64> {
        self.per_minute.last_hour(now)
    }
}
