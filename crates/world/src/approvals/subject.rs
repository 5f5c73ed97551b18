//! Everything that was said about one resource, and what it comes to: it can be asked for again after a decision.

use super::request::Request;
use crate::{
    arrival::Arrival,
    entity::Entity,
    moment::{Moment, place},
    money::Purse,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::VecDeque};
use watchdeck_events::{
    Millis,
    erp::{self, Approval, ApprovalStage, Origin},
    line,
};
use watchdeck_store::Stored;
use watchdeck_wire::views::{ApprovalStatus, ClaimView, DecidingState, DecidingView};

/// Messages kept per resource.
const TOLD: usize = 12;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Subject {
    /// The oldest first, by occurrence, in whatever order it came.
    told: VecDeque<Told>,
    /// What it comes to: each request with its decision, the last one open or not.
    requests: Vec<Request>,
    /// What somebody decided, as far as a gateway knows what became of it.
    #[serde(default)]
    deciding: Option<Deciding>,
    /// Who is on it, and where that was told.
    #[serde(default)]
    claimed: Option<(u64, ClaimView)>,
}

/// A decision on its way, and which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Deciding {
    key: String,
    seq: u64,
    view: DecidingView,
}

/// One message.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    moment: Moment,
    /// What was decided; `None` for a request.
    decision: Option<ApprovalStatus>,
    /// It says something only where somebody was heard asking.
    #[serde(default)]
    answers: bool,
    /// As the message alone says it.
    request: Request,
}

impl Told {
    pub(super) fn of(key: &Entity, stored: &Stored, approval: &Approval<'_>, arrival: Arrival, purse: &Purse) -> Self {
        let decision = match approval.stage {
            ApprovalStage::Request => None,
            ApprovalStage::Approved => Some(ApprovalStatus::Approved),
            ApprovalStage::Rejected => Some(ApprovalStatus::Rejected),
            ApprovalStage::Withdrawn => Some(ApprovalStatus::Withdrawn),
        };
        let request = Request::new(key, stored, approval, decision.is_some(), arrival, purse);
        let answers = matches!(approval.origin, Origin::Derived { alone: false });
        Self { moment: Moment::of(stored, arrival), decision, answers, request }
    }
}

impl Subject {
    pub(super) fn requests(&self) -> &[Request] {
        &self.requests
    }

    pub(super) fn newest(&self) -> Option<&Request> {
        self.requests.last()
    }

    pub(super) fn is_open(&self) -> bool {
        self.newest().is_some_and(Request::is_pending)
    }

    /// When the last of it happened, and its place in the store.
    pub(super) fn last_told(&self) -> Option<(Millis, u64)> {
        self.told.back().map(|told| (told.moment.at, told.moment.seq))
    }

    /// How it stands with a decision that somebody made. One that came to nothing is none.
    pub(super) fn decides(&mut self, stored: &Stored, step: &erp::Deciding<'_>, at: Millis) {
        let state = match &*step.state {
            "received" => DecidingState::Received,
            "handed_on" => DecidingState::HandedOn,
            "unanswered" => DecidingState::Unanswered,
            "confirmed" => DecidingState::Confirmed,
            _ => {
                self.deciding = self.deciding.take().filter(|known| known.key != step.key);
                return self.show();
            }
        };
        let text = |text: &Cow<'_, str>| line::of(text, line::LABEL).into_owned();
        let view = DecidingView {
            approve: step.approve,
            by: step.by.as_ref().map(text).unwrap_or_default(),
            on_behalf_of: step.on_behalf_of.as_ref().map(text),
            state,
            at,
        };
        self.deciding = Some(Deciding { key: step.key.clone().into_owned(), seq: stored.seq, view });
        self.show();
    }

    /// Who is on it, or that nobody is any more.
    pub(super) fn claims(&mut self, stored: &Stored, claim: &erp::Claim<'_>, arrival: Arrival) {
        let text = |text: &Cow<'_, str>| line::of(text, line::LABEL).into_owned();
        let view = claim.holder_id.as_ref().map(|id| ClaimView {
            by: text(claim.holder.as_ref().unwrap_or(id)),
            id: id.clone().into_owned(),
            at: arrival.occurred_at(&stored.event),
            until: claim.until.as_known().map(|until| until.plus(-arrival.skew)),
            mine: false,
        });
        self.claimed = view.map(|view| (stored.seq, view));
        self.show();
    }

    /// The newest request says who is on it and who is deciding it, unless it was asked for since.
    fn show(&mut self) {
        let before = self.requests.iter().rev().skip(1).map(|request| request.view.seq);
        let decided_before = before.max().unwrap_or_default();
        let Some(newest) = self.requests.last_mut() else { return };
        let on_it = self.claimed.as_ref().filter(|(seq, _)| newest.is_pending() && *seq > decided_before);
        newest.view.claimed = on_it.map(|(_, claim)| claim.clone());
        let of_it = self.deciding.as_ref().filter(|deciding| newest.is_pending() && deciding.seq > newest.view.seq);
        newest.view.deciding = of_it.map(|deciding| deciding.view.clone());
    }

    /// Put a message where it belongs among the others, and see anew what they come to.
    pub(super) fn take(&mut self, told: Told) {
        // Of a tie, a request is before its decision where the times say so too: it may have come by another way.
        let asks_before = |known: &Told| told.decision.is_none() && known.decision.is_some();
        let place = place(&self.told, |known| known.moment, told.moment, asks_before);
        self.told.insert(place, told);
        if self.told.len() > TOLD {
            self.told.pop_front();
        }
        let mut requests: Vec<Request> = Vec::new();
        for told in &self.told {
            match (told.decision, requests.last_mut()) {
                // Asked again before anybody answered, or told once more in other words.
                (None, Some(open)) if open.is_pending() => open.asked_again(&told.request),
                (None, _) => requests.push(told.request.clone()),
                (Some(status), Some(open)) if open.is_pending() => open.decide(status, &told.request),
                // The first decision stands.
                (Some(status), Some(decided)) => decided.told_again(status, &told.request),
                (Some(_), None) if told.answers => {}
                // What was decided before it was ever asked is still history.
                (Some(status), None) => {
                    let mut request = told.request.clone();
                    request.decide(status, &told.request);
                    requests.push(request);
                }
            }
        }
        self.requests = requests;
        self.show();
    }
}
