//! The Approvals page: requests, and what became of them.

use super::money::MoneySum;
use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Money, Quantity};

/// The Approvals page.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ApprovalsView {
    /// Waiting, the nearest deadline first, then the oldest.
    pub pending: Vec<ApprovalView>,
    /// Decided lately, newest first, at most 200; the rest is `approval_history`.
    pub history: Vec<ApprovalView>,
    /// How many wait; `pending` has 1,000 at most.
    pub pending_count: u32,
    /// What waits in money, per currency.
    pub pending_sums: Vec<MoneySum>,
    /// Waiting requests that were let go because there were too many.
    pub forgotten: u64,
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ApprovalView {
    /// Its name beyond doubt, `source/type:id`; what `decide` takes.
    pub key: String,
    /// Whose request: the source, or the first of those that are one ERP.
    pub source: String,
    /// `order`, `return`, `payment`, `refund`, `adjustment`.
    pub resource_type: String,
    /// The ERP's id.
    pub resource_id: String,
    /// As people read it.
    pub number: String,
    /// Who asks; empty where nobody says.
    pub requester: String,
    /// How much is at stake.
    pub amount: Option<Money>,
    /// What stands in the amount's place and could not be read, as written.
    pub unread: Option<String>,
    /// ISO 4217 where it is one, else as the ERP writes it; `None` where nobody names one.
    pub currency: Option<String>,
    /// Whose business it is: the customer or the supplier, where the event names one.
    #[serde(default)]
    pub party: Option<String>,
    /// Why they ask.
    pub reason: Option<String>,
    /// When they asked.
    pub requested_at: Millis,
    /// When an answer is due.
    pub deadline: Option<Millis>,
    /// The deadline is one that the user set for this type, and not the ERP's word.
    #[serde(default)]
    pub deadline_is_own: bool,
    /// What the ERP last said.
    pub status: ApprovalStatus,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Millis>,
    /// What they said.
    pub comment: Option<String>,
    /// Our own decision on its way to the ERP, if there is one.
    pub decision: Option<DecisionView>,
    /// What somebody decided, here or elsewhere, while the ERP has not said so itself.
    #[serde(default)]
    pub deciding: Option<DecidingView>,
    /// Who is on it, where somebody is.
    #[serde(default)]
    pub claimed: Option<ClaimView>,
    /// Whether it can be decided here: its source takes decisions.
    #[serde(default)]
    pub can_decide: bool,
    /// In whose name it is decided here, where whoever sits here may not in their own. Of several `decide` has to be told which.
    #[serde(default)]
    pub for_whom: Vec<Deputy>,
    /// The kind of event that it is derived from, where nobody published it as a request.
    #[serde(default)]
    pub derived_from: Option<String>,
    /// Where the ERP shows it, where its source's settings say so.
    #[serde(default)]
    pub open_url: Option<String>,
    /// What a decision on it needs beside yes or no.
    #[serde(default)]
    pub needs: Vec<DecisionField>,
    /// Event behind it.
    pub seq: u64,
    /// Another one when it says something else: `decide` takes it, so that nobody decides on what was not on the screen.
    #[serde(default)]
    pub version: u32,
}

/// What the ERP last said about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ApprovalStatus {
    /// Waiting.
    Pending,
    /// Granted.
    Approved,
    /// Refused.
    Rejected,
    /// Nobody asks any more; neither granted nor refused.
    Withdrawn,
}

/// Something that whoever decides has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecisionField {
    /// What the ERP calls it; a key of `decide`'s `fields`.
    pub name: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What it is.
    pub kind: DecisionFieldKind,
    /// The least that a number may be.
    pub least: Option<Quantity>,
    /// The most that a number may be; of a text, how many characters.
    pub most: Option<Quantity>,
    /// Which decision needs it.
    pub needed_to: NeededTo,
    /// What is offered: the request's amount.
    pub default: Option<String>,
}

/// What whoever decides has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DecisionFieldKind {
    /// Words.
    Text,
    /// A number, in JSON too.
    Number,
}

/// Which decision needs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NeededTo {
    /// A yes.
    Approve,
    /// A no.
    Reject,
    /// Either.
    Both,
}

impl NeededTo {
    /// Whether this decision needs it.
    #[must_use]
    pub const fn is_for(self, approve: bool) -> bool {
        match self {
            Self::Approve => approve,
            Self::Reject => !approve,
            Self::Both => true,
        }
    }
}

/// Somebody is on a request, by the word of the gateway that it came through. It keeps nobody from deciding it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ClaimView {
    /// Who, as people read it.
    pub by: String,
    /// Who, as the gateway calls them.
    pub id: String,
    /// Since when.
    pub at: Millis,
    /// Until when, by itself.
    pub until: Option<Millis>,
    /// It is whoever sits here.
    pub mine: bool,
}

/// What is done about who is on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimAct {
    /// We are on it.
    Claim,
    /// Nobody is any more.
    Release,
    /// Somebody else is.
    HandOver,
}

/// Somebody, as a gateway knows them: who takes over, or who passed something on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Deputy {
    /// As the gateway calls them.
    pub id: String,
    /// As people read it; the id, where it is empty.
    pub name: String,
}

impl Deputy {
    /// As people read it.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.name.trim().is_empty() { &self.id } else { &self.name }
    }
}

/// What somebody decided, by the word of the gateway that takes it to the ERP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecidingView {
    /// Granted or refused.
    pub approve: bool,
    /// By whom.
    pub by: String,
    /// In whose name, where that one is away.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
    /// How far it is.
    pub state: DecidingState,
    /// Since when.
    pub at: Millis,
}

/// How far a decision is on its way to the ERP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DecidingState {
    /// The gateway has it.
    Received,
    /// The ERP has it.
    HandedOn,
    /// Nobody knows whether the ERP has it; it is sent again.
    Unanswered,
    /// The ERP said yes to it; its event is awaited.
    Confirmed,
}

/// A decision made here, until the ERP confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecisionView {
    /// Granted or refused.
    pub approve: bool,
    /// When the user decided.
    pub at: Millis,
    /// Where it is.
    pub state: DecisionState,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// It has not been handed on yet, and will be at this time: until then it can be taken back without a trace.
    #[serde(default)]
    pub held_until: Option<Millis>,
    /// In whose name it is, where that one has passed it on to whoever sits here.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
}

/// Where a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DecisionState {
    /// Kept here; not sent yet (offline, or between attempts).
    Queued,
    /// The gateway took it; the ERP's event is awaited.
    Sent,
    /// The ERP's event came and says the same.
    Confirmed,
    /// Somebody else decided first, and differently.
    Overtaken,
    /// Given up; the error says why. It can be decided again.
    Failed,
}

/// Decisions made here that have not been handed on, and what helps with the next one.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecisionsView {
    /// Not handed on yet, the oldest first, at most 1,000.
    pub waiting: Vec<WaitingDecision>,
    /// How many there are.
    pub waiting_count: u32,
    /// Reasons that were given before, the newest first.
    pub reasons: Vec<String>,
}

/// A decision that has not been handed on, and what it is about.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct WaitingDecision {
    /// The request.
    pub key: String,
    /// As people read it.
    pub number: String,
    /// How much is at stake.
    pub amount: Option<Money>,
    /// What stands in the amount's place and could not be read, as written.
    pub unread: Option<String>,
    /// As in [`ApprovalView::currency`].
    pub currency: Option<String>,
    /// The source that it goes to.
    pub source: String,
    /// The reason that goes with it.
    pub reason: Option<String>,
    /// What was decided, when, and what happened since.
    pub decision: DecisionView,
}

/// A page of what was decided, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ApprovalHistory {
    /// Decided.
    pub decided: Vec<ApprovalView>,
    /// Where to go on; `None` when the store holds no older decision.
    pub next_before: Option<u64>,
    /// How far back it was looked: when the oldest event that was looked at arrived.
    pub back_to: Option<Millis>,
}

/// What became of one request in a bulk decision.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecideResult {
    /// The request.
    pub key: String,
    /// The decision is queued.
    pub ok: bool,
    /// Why not.
    pub error: Option<String>,
}
