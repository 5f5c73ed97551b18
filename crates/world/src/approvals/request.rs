//! One request, and how what is said of it adds up.
//!
//! The same request may be told twice: published as one, and derived from the state of the thing itself. What was published counts then; what is derived
//! fills in what that left unsaid, and never takes its place.

use crate::{arrival::Arrival, entity::Entity, money::Purse};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watchdeck_events::{
    erp::{Approval, ApprovalStage, Origin},
    line,
};
use watchdeck_store::Stored;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView};

/// Longest text of a request that is kept, characters; the event keeps the whole.
const TEXT: usize = 500;

/// One request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// What the window shows of it.
    pub view: ApprovalView,
    /// The source it came through: the decision goes back there.
    pub source: Arc<str>,
    /// What its amount is in.
    pub(super) purse: Purse,
    /// Its decision is derived.
    #[serde(default)]
    decided_by_state: bool,
    /// The event that asked, by the id that its source gave it; empty where nobody knows it any more.
    #[serde(default)]
    pub asked_by: Box<str>,
}

impl Request {
    /// Nobody has decided it yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.view.status == ApprovalStatus::Pending
    }

    fn is_derived(&self) -> bool {
        self.view.derived_from.is_some()
    }

    /// Asked for once more before anybody answered: the newer words count, but for what is derived. A state that is told again asks nothing anew.
    pub(super) fn asked_again(&mut self, again: &Self) {
        match (self.is_derived(), again.is_derived()) {
            (false, false) => *self = again.clone(),
            (false, true) => self.fill_in(again),
            (true, false) => {
                let before = std::mem::replace(self, again.clone());
                self.fill_in(&before);
            }
            (true, true) => {
                let before = std::mem::replace(self, again.clone());
                (self.view.requested_at, self.view.seq) = (before.view.requested_at, before.view.seq);
                self.fill_in(&before);
            }
        }
    }

    /// What is not said here, as another telling of the same says it.
    fn fill_in(&mut self, other: &Self) {
        let (view, said) = (&mut self.view, &other.view);
        if view.amount.is_none() && view.unread.is_none() {
            (view.amount, view.unread) = (said.amount, said.unread.clone());
            view.currency.clone_from(&said.currency);
            self.purse = other.purse.clone();
        }
        if view.number == view.resource_id {
            view.number.clone_from(&said.number);
        }
        if view.requester.is_empty() {
            view.requester.clone_from(&said.requester);
        }
        view.party = view.party.take().or_else(|| said.party.clone());
        view.reason = view.reason.take().or_else(|| said.reason.clone());
        view.deadline = view.deadline.or(said.deadline);
    }

    pub(super) fn decide(&mut self, status: ApprovalStatus, decision: &Self) {
        let said = &decision.view;
        self.decided_by_state = decision.is_derived();
        self.view.status = status;
        self.view.decided_by.clone_from(&said.decided_by);
        self.view.decided_at = Some(said.requested_at);
        self.view.comment = self.comment_of(decision);
        // A request that came as its decision only is told by what that says.
        self.view.party = self.view.party.take().or_else(|| said.party.clone());
        self.view.seq = said.seq;
    }

    /// Its decision told once more: where it is the same one, by whom and with which words, as published before as derived.
    pub(super) fn told_again(&mut self, status: ApprovalStatus, decision: &Self) {
        if status != self.view.status || self.decided_by_state == decision.is_derived() {
            return;
        }
        let (by, comment) = (decision.view.decided_by.clone(), self.comment_of(decision));
        let known = (self.view.decided_by.take(), self.view.comment.take());
        let (first, second) = if self.decided_by_state { ((by, comment), known) } else { (known, (by, comment)) };
        (self.view.decided_by, self.view.comment) = (first.0.or(second.0), first.1.or(second.1));
        self.decided_by_state = false;
    }

    /// A publisher that has no comment repeats the request's reason in its place.
    fn comment_of(&self, decision: &Self) -> Option<String> {
        decision.view.comment.clone().filter(|comment| self.view.reason.as_ref() != Some(comment))
    }

    /// As one message says it. Of a decision, who decided and what was said with it.
    pub(super) fn new(key: &Entity, stored: &Stored, approval: &Approval<'_>, decision: bool, arrival: Arrival, purse: &Purse) -> Self {
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
            deadline_is_own: false,
            status: ApprovalStatus::Pending,
            decided_by: given(approval.approver_name.as_deref().or(approval.approver_id.as_deref())),
            decided_at: None,
            comment: given(approval.comment.as_deref().or(refusal)),
            decision: None,
            deciding: None,
            for_whom: Vec::new(),
            claimed: None,
            can_decide: false,
            derived_from: matches!(approval.origin, Origin::Derived { .. }).then(|| stored.event.kind.to_string()),
            open_url: None,
            needs: Vec::new(),
            seq: stored.seq,
            version: 0,
        };
        Self {
            view,
            source: Arc::clone(&stored.event.source),
            purse: purse.clone(),
            decided_by_state: false,
            asked_by: stored.event.id.clone(),
        }
    }
}
