//! Requests, and what became of them, as the ERP says it.

use super::{
    entity::Entity,
    find::{self, Wanted},
    moment::{Moment, place},
    money::Purse,
    per_minute::PerMinute,
};
use crate::arrival::Arrival;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use watchdeck_events::{
    Millis,
    erp::{Approval, ApprovalStage},
    line,
};
use watchdeck_store::Stored;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView, Found, FoundRow, MoneySum};

/// Requests kept that nobody waits for any more.
const HISTORY: usize = 500;
/// Decided requests in a view.
const SHOWN: usize = 200;
/// Messages kept per resource.
const TOLD: usize = 12;
/// Requests that may wait at once; beyond, those that have waited for longest go, and are counted.
const WAITING: usize = 10_000;
/// Longest text of a request that is kept, characters; the event keeps the whole.
const TEXT: usize = 500;

/// All requests, by what they are about.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Approvals {
    subjects: HashMap<Entity, Subject>,
    per_minute: PerMinute,
    /// Waiting requests let go.
    forgotten: u64,
}

/// Everything said about one resource: it can be asked for again after a decision.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Subject {
    /// The oldest first, by occurrence, in whatever order it came.
    told: VecDeque<Told>,
    /// What it comes to: each request with its decision, the last one open or not.
    requests: Vec<Request>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    moment: Moment,
    /// What was decided; `None` for a request.
    decision: Option<ApprovalStatus>,
    /// As the message alone says it.
    request: Request,
}

/// One request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// What the window shows of it.
    pub view: ApprovalView,
    /// The source it came through: the decision goes back there.
    pub source: Arc<str>,
    /// What its amount is in.
    purse: Purse,
}

impl Approvals {
    /// A request or a decision. The first decision wins; a second one changes nothing.
    pub(super) fn apply(&mut self, key: &Entity, stored: &Stored, approval: &Approval<'_>, arrival: Arrival, purse: &Purse) {
        self.per_minute.count(arrival.occurred_at(&stored.event));
        let decision = match approval.stage {
            ApprovalStage::Request => None,
            ApprovalStage::Approved => Some(ApprovalStatus::Approved),
            ApprovalStage::Rejected => Some(ApprovalStatus::Rejected),
        };
        let request = Request::new(key, stored, approval, decision.is_some(), arrival, purse);
        let subject = match self.subjects.get_mut(key) {
            Some(known) => known,
            None => self.subjects.entry(key.clone()).or_default(),
        };
        subject.take(Told { moment: Moment::of(stored, arrival), decision, request });
        if self.subjects.len() > HISTORY {
            self.forget_long_decided();
        }
    }

    /// Some at a time: looking at all of them for each decision would be slow.
    fn forget_long_decided(&mut self) {
        if !self.subjects.len().is_multiple_of(HISTORY / 10) {
            return;
        }
        let last = |subject: &Subject| subject.told.back().map(|told| (told.moment.at, told.moment.seq));
        let all = self.subjects.iter().map(|(key, subject)| (subject.is_open(), last(subject), key));
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
        self.subjects.get(key)?.requests.last()
    }

    /// Requests that a name without its source may mean: `type:id`.
    pub fn named<'a>(&'a self, short: &'a str) -> impl Iterator<Item = Entity> + 'a {
        let is = move |key: &&Entity| short.split_once(':').is_some_and(|(kind, id)| *key.kind == *kind && *key.id == *id);
        self.subjects.keys().filter(is).cloned()
    }

    /// Waiting, the nearest deadline first, then the oldest.
    #[must_use]
    pub fn pending(&self) -> Vec<&Request> {
        let mut pending: Vec<_> =
            self.subjects.values().filter(|subject| subject.is_open()).filter_map(|subject| subject.requests.last()).collect();
        pending.sort_by_key(|request| (request.view.deadline.unwrap_or(Millis(i64::MAX)), request.view.requested_at, &request.view.key));
        pending
    }

    /// Everything that waits, in no order.
    pub fn open(&self) -> impl Iterator<Item = (&Entity, &Request)> {
        self.subjects.iter().filter(|(_, subject)| subject.is_open()).filter_map(|(key, subject)| Some((key, subject.requests.last()?)))
    }

    /// The newest request of each resource that is called so, or was asked for by somebody who is.
    pub(super) fn find(&self, wanted: &Wanted, limit: usize) -> Found {
        let newest = self.subjects.iter().filter_map(|(key, subject)| Some((key, &subject.requests.last()?.view)));
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
        self.subjects.values().flat_map(|subject| &subject.requests)
    }

    /// Approval events per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis) -> Vec<f64> {
        self.per_minute.last_hour(now)
    }
}

impl Subject {
    fn is_open(&self) -> bool {
        self.requests.last().is_some_and(|request| request.view.status == ApprovalStatus::Pending)
    }

    /// Put a message where it belongs among the others, and see anew what they come to.
    fn take(&mut self, told: Told) {
        // Of a tie, a request is before its decision where the times say so too: it may have come by another way.
        let asks_before = |known: &Told| told.decision.is_none() && known.decision.is_some();
        let place = place(&self.told, |known| known.moment, told.moment, asks_before);
        self.told.insert(place, told);
        if self.told.len() > TOLD {
            self.told.pop_front();
        }
        let mut requests: Vec<Request> = Vec::new();
        for told in &self.told {
            let first = requests.is_empty();
            let open = requests.last_mut().filter(|request| request.view.status == ApprovalStatus::Pending);
            match (told.decision, open) {
                // Asked again before anybody answered: the newer words count.
                (None, Some(open)) => *open = told.request.clone(),
                (None, None) => requests.push(told.request.clone()),
                (Some(status), Some(open)) => open.decide(status, &told.request),
                // The first decision stands, and what was decided before it was ever asked is still history.
                (Some(_), None) if !first => {}
                (Some(status), None) => {
                    let mut request = told.request.clone();
                    request.decide(status, &told.request);
                    requests.push(request);
                }
            }
        }
        self.requests = requests;
    }
}

impl Request {
    /// Nobody has decided it yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.view.status == ApprovalStatus::Pending
    }

    fn decide(&mut self, status: ApprovalStatus, decision: &Self) {
        let said = &decision.view;
        self.view.status = status;
        self.view.decided_by.clone_from(&said.decided_by);
        self.view.decided_at = Some(said.requested_at);
        // A publisher that has no comment repeats the request's reason in its place.
        self.view.comment = said.comment.clone().filter(|comment| self.view.reason.as_ref() != Some(comment));
        // A request that came as its decision only is told by what that says.
        self.view.party = self.view.party.take().or_else(|| said.party.clone());
        self.view.seq = said.seq;
    }

    /// As one message says it. Of a decision, who decided and what was said with it.
    fn new(key: &Entity, stored: &Stored, approval: &Approval<'_>, decision: bool, arrival: Arrival, purse: &Purse) -> Self {
        let text = |text: &str| line::of(text, TEXT).into_owned();
        let given = |said: Option<&str>| said.filter(|_| decision).map(text);
        // Of a rejection without a comment the reason is why it was refused; of any other decision it is the request's own, told once more.
        let refusal = approval.reason.as_deref().filter(|_| approval.stage == ApprovalStage::Rejected && approval.comment.is_none());
        let reason = approval.reason.as_deref().filter(|_| refusal.is_none()).map(text);
        let requester = approval.requester_name.as_deref().or(approval.requester_id.as_deref());
        let view = ApprovalView {
            key: key.to_string(),
            source: key.realm.to_string(),
            resource_type: key.kind.to_string(),
            resource_id: key.id.to_string(),
            number: text(approval.resource_number.as_deref().unwrap_or(&approval.resource_id)),
            requester: requester.map(text).unwrap_or_default(),
            amount: approval.amount.as_known().copied(),
            unread: approval.amount.unread().map(|written| line::of(written, line::LABEL).into_owned()),
            currency: purse.currency().map(ToString::to_string),
            party: approval.party.as_deref().map(text),
            reason,
            requested_at: arrival.occurred_at(&stored.event),
            deadline: approval.deadline.as_known().map(|due| due.plus(-arrival.skew)),
            status: ApprovalStatus::Pending,
            decided_by: given(approval.approver_name.as_deref().or(approval.approver_id.as_deref())),
            decided_at: None,
            comment: given(approval.comment.as_deref().or(refusal)),
            decision: None,
            can_decide: false,
            seq: stored.seq,
        };
        Self { view, source: Arc::clone(&stored.event.source), purse: purse.clone() }
    }
}
