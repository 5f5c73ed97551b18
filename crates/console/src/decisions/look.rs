//! What the window sees of the decisions made here.

use super::{Outbox, decision::Decision};
use std::collections::BTreeSet;
use watchdeck_wire::views::{ApprovalView, DecisionState, DecisionsView, WaitingDecision};
use watchdeck_world::approvals::Approvals;

/// Decisions that wait, in a view.
const WAITING: usize = 1_000;
/// Reasons offered.
const REASONS: usize = 6;

impl Outbox {
    /// A request with our decision on it. Where the ERP confirms it without a word, our own words stand.
    pub(crate) fn decorate(&self, view: &ApprovalView) -> ApprovalView {
        let decision = self.decisions.get(&view.key).filter(|decision| decision.view.at >= view.requested_at);
        let said = decision.filter(|decision| decision.view.state == DecisionState::Confirmed).and_then(|decision| decision.reason.clone());
        let comment = view.comment.clone().or(said);
        ApprovalView { decision: decision.map(|decision| decision.view.clone()), comment, ..view.clone() }
    }

    /// How many are in a state.
    pub(crate) fn count(&self, state: DecisionState) -> u32 {
        self.decisions.values().filter(|decision| decision.view.state == state).count() as u32
    }

    /// What waits, and the reasons that were given before: ours, then those that the ERP tells of.
    pub(crate) fn view(&self, approvals: &Approvals) -> DecisionsView {
        let mut waiting: Vec<_> = self.decisions.iter().filter(|(_, decision)| decision.view.state == DecisionState::Queued).collect();
        waiting.sort_by_key(|(key, decision)| (decision.view.at, *key));
        DecisionsView {
            waiting_count: waiting.len() as u32,
            waiting: waiting.into_iter().take(WAITING).map(|(key, decision)| waiting_for(key, decision, approvals)).collect(),
            reasons: self.reasons(approvals),
        }
    }

    fn reasons(&self, approvals: &Approvals) -> Vec<String> {
        let mut ours: Vec<_> = self.decisions.values().filter(|decision| !decision.view.approve).collect();
        ours.sort_by_key(|decision| std::cmp::Reverse(decision.view.at));
        let ours = ours.into_iter().filter_map(|decision| decision.reason.as_deref());
        let theirs = approvals.rejections().filter_map(|request| request.view.comment.as_deref());
        let mut seen = BTreeSet::new();
        ours.chain(theirs)
            .map(str::trim)
            .filter(|reason| !reason.is_empty() && seen.insert(*reason))
            .take(REASONS)
            .map(str::to_owned)
            .collect()
    }
}

fn waiting_for(key: &str, decision: &Decision, approvals: &Approvals) -> WaitingDecision {
    let request = key.parse().ok().and_then(|entity| approvals.get(&entity)).map(|request| &request.view);
    WaitingDecision {
        key: key.to_owned(),
        // A request that was let go is still called by its id.
        number: request.map_or_else(|| decision.resource_id.clone(), |request| request.number.clone()),
        amount: request.and_then(|request| request.amount),
        unread: request.and_then(|request| request.unread.clone()),
        currency: request.and_then(|request| request.currency.clone()),
        source: decision.source.clone(),
        reason: decision.reason.clone(),
        decision: decision.view.clone(),
    }
}
