//! Requests, and what became of them, as the ERP says it.

use super::per_minute::PerMinute;
use crate::{
    api::views::{ApprovalStatus, ApprovalView},
    source_clock::Arrival,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use watchdeck_events::{
    Millis,
    erp::{Approval, ApprovalStage},
};
use watchdeck_store::Stored;

/// Requests kept that nobody waits for any more.
const HISTORY: usize = 500;
/// Decided requests in a view.
const SHOWN: usize = 200;
/// Messages kept per resource.
const TOLD: usize = 12;

/// All requests, by what they are about.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Approvals {
    subjects: HashMap<String, Subject>,
    per_minute: PerMinute,
}

/// Everything said about one resource: it can be asked for again after a decision.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Subject {
    /// The oldest first, by occurrence, in whatever order it came.
    told: Vec<Told>,
    /// What it comes to: each request with its decision, the last one open or not.
    requests: Vec<Request>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// By the publisher's clock. Of one instant, what came later is the later one.
    order: (Millis, u64),
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
    /// The requester's id.
    pub requester_id: String,
}

impl Approvals {
    /// `resourceType:resourceId`.
    #[must_use]
    pub fn key(approval: &Approval<'_>) -> String {
        format!("{}:{}", approval.resource_type.as_deref().unwrap_or_default(), approval.resource_id)
    }

    /// A request or a decision. The first decision wins; a second one changes nothing.
    pub fn apply(&mut self, stored: &Stored, approval: &Approval<'_>, arrival: Arrival) {
        self.per_minute.count(arrival.occurred_at(&stored.event));
        let key = Self::key(approval);
        let decision = match approval.stage {
            ApprovalStage::Request => None,
            ApprovalStage::Approved => Some(ApprovalStatus::Approved),
            ApprovalStage::Rejected => Some(ApprovalStatus::Rejected),
        };
        let request = Request::new(key.clone(), stored, approval, decision.is_some(), arrival);
        self.subjects.entry(key).or_default().take(Told { order: (stored.event.occurred_at, stored.seq), decision, request });
        if self.subjects.len() > HISTORY {
            self.forget_long_decided();
        }
    }

    /// Some at a time: looking at all of them for each decision would be slow.
    fn forget_long_decided(&mut self) {
        let over = self.subjects.iter().filter(|(_, subject)| !subject.is_open());
        let mut over: Vec<_> = over.map(|(key, subject)| (subject.told.last().map(|told| told.order), key)).collect();
        if over.len() <= HISTORY + HISTORY / 10 {
            return;
        }
        over.sort_unstable();
        let oldest: Vec<String> = over[..over.len() - HISTORY].iter().map(|(_, key)| (*key).clone()).collect();
        for key in oldest {
            self.subjects.remove(&key);
        }
    }

    /// The newest request by its key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Request> {
        self.subjects.get(key)?.requests.last()
    }

    /// Waiting, the nearest deadline first, then the oldest.
    #[must_use]
    pub fn pending(&self) -> Vec<&Request> {
        let mut pending: Vec<_> =
            self.subjects.values().filter(|subject| subject.is_open()).filter_map(|subject| subject.requests.last()).collect();
        pending.sort_by_key(|request| (request.view.deadline.unwrap_or(Millis(i64::MAX)), request.view.requested_at, &request.view.key));
        pending
    }

    /// How many wait.
    #[must_use]
    pub fn pending_count(&self) -> u32 {
        self.subjects.values().filter(|subject| subject.is_open()).count() as u32
    }

    /// Decided, newest first.
    pub fn history(&self) -> impl Iterator<Item = &Request> {
        let decided =
            self.subjects.values().flat_map(|subject| &subject.requests).filter(|request| request.view.status != ApprovalStatus::Pending);
        let mut decided: Vec<_> = decided.collect();
        decided.sort_by_key(|request| std::cmp::Reverse((request.view.decided_at, &request.view.key)));
        decided.into_iter().take(SHOWN)
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
        let place = self.told.partition_point(|known| known.order < told.order);
        self.told.insert(place, told);
        if self.told.len() > TOLD {
            self.told.remove(0);
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
    fn decide(&mut self, status: ApprovalStatus, decision: &Self) {
        let said = &decision.view;
        self.view.status = status;
        self.view.decided_by.clone_from(&said.decided_by);
        self.view.decided_at = Some(said.requested_at);
        self.view.comment.clone_from(&said.comment);
        self.view.seq = said.seq;
    }

    /// As one message says it. Of a decision, who decided and what was said with it.
    fn new(key: String, stored: &Stored, approval: &Approval<'_>, decision: bool, arrival: Arrival) -> Self {
        let given = |text: Option<&str>| text.filter(|_| decision).map(str::to_owned);
        let view = ApprovalView {
            key,
            resource_type: approval.resource_type.as_deref().unwrap_or_default().to_owned(),
            resource_id: approval.resource_id.to_string(),
            number: approval.resource_number.as_deref().unwrap_or(&approval.resource_id).to_owned(),
            requester: approval.requester_name.as_deref().or(approval.requester_id.as_deref()).unwrap_or_default().to_owned(),
            amount: approval.amount.as_known().copied(),
            currency: approval.currency.as_ref().map(ToString::to_string),
            reason: approval.reason.as_deref().map(str::to_owned),
            requested_at: arrival.occurred_at(&stored.event),
            deadline: approval.deadline.as_known().map(|due| due.plus(arrival.skew.saturating_neg())),
            status: ApprovalStatus::Pending,
            decided_by: given(approval.approver_name.as_deref().or(approval.approver_id.as_deref())),
            decided_at: None,
            comment: given(approval.comment.as_deref().or(approval.reason.as_deref())),
            decision: None,
            can_decide: false,
            seq: stored.seq,
        };
        Self {
            view,
            source: Arc::clone(&stored.event.source),
            requester_id: approval.requester_id.as_deref().unwrap_or_default().to_owned(),
        }
    }
}
