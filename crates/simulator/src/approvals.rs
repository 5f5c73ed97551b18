//! Requests that wait for a decision, and what a decision sets in motion. The first decision wins; who comes later is told who was first.

use crate::{
    Published, names,
    waiting::{Approvals, Pending, Settled},
    world::{Simulator, yuan},
};
use rand::Rng;
use serde::{Deserialize, Serialize};
use watchdeck_events::{
    Millis,
    publish::{self, Request, Verdict},
};

/// Above this nobody asks of themselves.
const ENOUGH_PENDING: usize = 9;
/// Above this nothing is asked at all.
const MOST_PENDING: usize = 12;
/// Decisions remembered, so that a late one is told about the first.
const REMEMBERED: usize = 10_000;

/// Somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Chosen once by the sender for this decision; repeated with every retry.
    pub idempotency_key: String,
    /// What kind of thing waits (`order`, `refund`, …).
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// Approve, or reject.
    pub approve: bool,
    /// Why, in the approver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who decided, for the ERP.
    pub approver_id: String,
    /// Who decided, for people.
    pub approver_name: String,
}

/// Why a decision changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// Nothing of that name waits or waited.
    #[error("no such request")]
    Unknown,
    /// Somebody was first.
    #[error("already {} by {by}", if *approve { "approved" } else { "rejected" })]
    AlreadyDecided {
        /// Who.
        by: String,
        /// What they decided.
        approve: bool,
    },
}

/// A request of an earlier life of the company, which nobody here remembers: it is closed, in an event that says so.
#[must_use]
pub fn lapse(decision: &Decision, at: Millis) -> Published {
    let request = Request {
        resource_type: &decision.resource_type,
        resource_id: &decision.resource_id,
        resource_number: &decision.resource_id,
        requester_id: "",
        requester_name: "",
        reason: None,
        amount: None,
        currency: None,
        deadline: None,
    };
    let verdict = Verdict {
        approve: false,
        approver_id: "system",
        approver_name: "演示 ERP · Demo ERP",
        comment: Some("lapsed: the built-in ERP was restarted after this was asked · 内置 ERP 重启后，此申请已失效"),
        title: "",
        message: "",
    };
    let [(channel, json), _] = publish::approval_result(at, &request, &verdict);
    Published { channel, json }
}

impl Simulator {
    /// Somebody asks for approval. False when enough is waiting, or the last one was just now.
    pub(crate) fn ask_for_approval(&mut self, now: Millis) -> bool {
        if self.approvals.pending.len() >= ENOUGH_PENDING || now < self.approvals.next_request {
            return false;
        }
        self.approvals.next_request = now.plus(self.rng.random_range(30_000..80_000));
        let kind = ["order", "order", "return", "payment", "refund", "adjustment"][self.rng.random_range(0..6)];
        self.request(kind, now);
        true
    }

    /// How many wait.
    #[must_use]
    pub fn pending_approvals(&self) -> usize {
        self.approvals.pending.len()
    }

    /// Resource type and id of each that waits, oldest first.
    pub fn pending(&self) -> impl Iterator<Item = (&str, &str)> {
        self.approvals.pending.iter().map(|pending| (pending.resource_type, pending.id.as_str()))
    }

    pub(crate) fn request(&mut self, resource_type: &'static str, now: Millis) {
        if self.approvals.pending.len() >= MOST_PENDING {
            return;
        }
        let (prefix, series, amount) = match resource_type {
            "order" => ("so", "SO", 800_000..16_000_000),
            "return" => ("ro", "RT", 60_000..900_000),
            "payment" => ("pay", "PAY", 300_000..12_000_000),
            "refund" => ("rf", "RF", 40_000..480_000),
            _ => ("adj", "ADJ", 20_000..400_000),
        };
        let (id, number) = self.new_number(prefix, series, now);
        let deadline = now.plus(self.rng.random_range(5..=60) * 60_000);
        // Half of them are settled by a head of department in good time, the rest only when the time is up.
        let late = deadline.plus(self.rng.random_range(30_000..180_000));
        let early = now.plus(self.rng.random_range(240_000..900_000));
        let pending = Pending {
            resource_type,
            id,
            number,
            requester: self.somebody(),
            reason: self.one_word(names::approval_reasons(resource_type)),
            amount: self.rng.random_range(amount) / 100 * 100,
            deadline,
            decided_for_at: if self.rng.random_bool(0.5) { early.min(late) } else { late },
        };
        self.publish(publish::approval_request(now, &pending.as_request()));
        self.approvals.pending.push(pending);
    }

    /// Decide. Answers the events that follow; none for a decision whose key was seen before.
    ///
    /// # Errors
    /// [`DecideError`] when nothing of that name waits. Nothing has changed then.
    pub fn decide(&mut self, decision: &Decision, now: Millis) -> Result<Vec<Published>, DecideError> {
        let name = (decision.resource_type.clone(), decision.resource_id.clone());
        if let Some(settled) = self.approvals.settled.get(&name) {
            if settled.key == decision.idempotency_key && settled.approve == decision.approve {
                return Ok(Vec::new());
            }
            return Err(DecideError::AlreadyDecided { by: settled.by.clone(), approve: settled.approve });
        }
        let waits = |pending: &Pending| pending.resource_type == decision.resource_type && pending.id == decision.resource_id;
        let place = self.approvals.pending.iter().position(waits).ok_or(DecideError::Unknown)?;
        let pending = self.approvals.pending.remove(place);
        self.settle(pending, decision, now);
        Ok(self.take_out())
    }

    /// A head of department decides what has waited for too long. False when nothing has.
    pub(crate) fn settle_due_approval(&mut self, now: Millis) -> bool {
        let Some(place) = self.approvals.pending.iter().position(|pending| now >= pending.decided_for_at) else { return false };
        let pending = self.approvals.pending.remove(place);
        let head = self.head();
        let approve = self.rng.random_bool(0.75);
        let reason = if approve { None } else { Some(self.word(("资料不全，请补充", "Please complete the documents")).to_owned()) };
        let decision = Decision {
            idempotency_key: format!("erp:{}", pending.id),
            resource_type: pending.resource_type.to_owned(),
            resource_id: pending.id.clone(),
            approve,
            reason,
            approver_id: head.id,
            approver_name: head.name.to_owned(),
        };
        self.settle(pending, &decision, now);
        true
    }

    fn settle(&mut self, pending: Pending, decision: &Decision, now: Millis) {
        let title = if decision.approve {
            self.word(("审批已通过", "Request approved"))
        } else {
            self.word(("审批被驳回", "Request rejected"))
        };
        let verdict = Verdict {
            approve: decision.approve,
            approver_id: &decision.approver_id,
            approver_name: &decision.approver_name,
            comment: decision.reason.as_deref(),
            title,
            message: &format!("{} · {}", pending.number, decision.approver_name),
        };
        for message in publish::approval_result(now, &pending.as_request(), &verdict) {
            self.publish(message);
        }
        self.approvals.remember(decision);
        if decision.approve {
            self.carry_out(pending, now);
        }
    }

    /// What was asked for now happens.
    fn carry_out(&mut self, pending: Pending, now: Millis) {
        match pending.resource_type {
            "order" => self.open_approved(pending.id, pending.number, now),
            "payment" => {
                let supplier = self.supplier();
                self.supplier_is_paid(&supplier, pending.amount, now);
            }
            "refund" | "return" => {
                let customer = self.customer();
                self.refund(&customer, pending.amount, now);
            }
            _ => {
                let place = self.rng.random_range(0..self.products.len());
                let amount = -self.rng.random_range(2..10);
                self.change_stock(place, "adjust", amount, Some(&pending.number), now);
            }
        }
    }
}

impl Approvals {
    fn remember(&mut self, decision: &Decision) {
        let name = (decision.resource_type.clone(), decision.resource_id.clone());
        let settled = Settled { key: decision.idempotency_key.clone(), by: decision.approver_name.clone(), approve: decision.approve };
        self.oldest.push_back(name.clone());
        self.settled.insert(name, settled);
        while self.oldest.len() > REMEMBERED {
            self.oldest.pop_front().and_then(|name| self.settled.remove(&name));
        }
    }
}

impl Pending {
    fn as_request(&self) -> Request<'_> {
        Request {
            resource_type: self.resource_type,
            resource_id: &self.id,
            resource_number: &self.number,
            requester_id: &self.requester.id,
            requester_name: self.requester.name,
            reason: Some(self.reason),
            amount: Some(yuan(self.amount).into()),
            currency: Some("CNY"),
            deadline: Some(self.deadline),
        }
    }
}
