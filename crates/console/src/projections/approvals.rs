//! Requests, and what became of them, as the ERP says it.

use super::per_minute::PerMinute;
use crate::api::views::{ApprovalStatus, ApprovalView};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use watchdeck_events::{
    Millis,
    erp::{Approval, ApprovalStage},
};
use watchdeck_store::Stored;

/// Decided requests kept.
const HISTORY: usize = 500;
/// Decided requests in a view.
const SHOWN: usize = 200;

/// All requests.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Approvals {
    pending: HashMap<String, Request>,
    /// Newest last.
    decided: VecDeque<Request>,
    per_minute: PerMinute,
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
        format!("{}:{}", approval.resource_type, approval.resource_id)
    }

    /// A request or a decision. The first decision wins; a second one changes nothing.
    pub fn apply(&mut self, stored: &Stored, approval: &Approval<'_>) {
        let event = &stored.event;
        self.per_minute.count(event.occurred_at);
        let key = Self::key(approval);
        let status = match approval.stage {
            ApprovalStage::Request => {
                let request = Request::new(key.clone(), stored, approval);
                self.pending.insert(key, request);
                return;
            }
            ApprovalStage::Approved => ApprovalStatus::Approved,
            ApprovalStage::Rejected => ApprovalStatus::Rejected,
        };
        let request = match self.pending.remove(&key) {
            Some(request) => request,
            // Decided before: the first decision stands.
            None if self.decided.iter().any(|request| request.view.key == key) => return,
            // The request itself was never seen here.
            None => Request::new(key, stored, approval),
        };
        let view = ApprovalView {
            status,
            decided_by: approval.approver_name.as_deref().or(approval.approver_id.as_deref()).map(str::to_owned),
            decided_at: Some(event.occurred_at),
            comment: approval.comment.as_deref().or(approval.reason.as_deref()).map(str::to_owned),
            seq: stored.seq,
            ..request.view
        };
        self.decided.push_back(Request { view, ..request });
        if self.decided.len() > HISTORY {
            self.decided.pop_front();
        }
    }

    /// A request by its key, pending first.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Request> {
        self.pending.get(key).or_else(|| self.decided.iter().rev().find(|request| request.view.key == key))
    }

    /// Waiting, the nearest deadline first, then the oldest.
    #[must_use]
    pub fn pending(&self) -> Vec<&Request> {
        let mut pending: Vec<_> = self.pending.values().collect();
        pending.sort_by_key(|request| (request.view.deadline.unwrap_or(Millis(i64::MAX)), request.view.requested_at));
        pending
    }

    /// How many wait.
    #[must_use]
    pub fn pending_count(&self) -> u32 {
        self.pending.len() as u32
    }

    /// Decided, newest first.
    pub fn history(&self) -> impl Iterator<Item = &Request> {
        self.decided.iter().rev().take(SHOWN)
    }

    /// Approval events per minute, 60 values, the current minute last.
    #[must_use]
    pub fn per_minute(&self, now: Millis) -> Vec<f64> {
        self.per_minute.last_hour(now)
    }
}

impl Request {
    fn new(key: String, stored: &Stored, approval: &Approval<'_>) -> Self {
        let view = ApprovalView {
            key,
            resource_type: approval.resource_type.to_string(),
            resource_id: approval.resource_id.to_string(),
            number: approval.resource_number.to_string(),
            requester: approval.requester_name.to_string(),
            amount: approval.amount,
            currency: approval.currency.as_deref().map(str::to_owned),
            reason: approval.reason.as_deref().map(str::to_owned),
            requested_at: stored.event.occurred_at,
            deadline: approval.deadline,
            status: ApprovalStatus::Pending,
            decided_by: None,
            decided_at: None,
            comment: None,
            decision: None,
            seq: stored.seq,
        };
        Self { view, source: Arc::clone(&stored.event.source), requester_id: approval.requester_id.to_string() }
    }
}
