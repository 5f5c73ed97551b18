//! Decisions made here, until the ERP has confirmed them.
//!
//! A decision is kept before it is sent, carries an idempotency key, and is sent again until somebody answers. For its first seconds it is held: whoever made
//! it may take it back, and nobody has heard of it. A run that ends meanwhile leaves it stored, and the next start hands it on. Offline it waits, visible, and
//! can be withdrawn for as long as no try may have reached anybody.
//! The ERP's own event has the last word: it says the same (confirmed) or something else (overtaken: somebody was first). Until that event comes the
//! gateway is asked again now and then, with the same key: a decision that was taken and then lost behind it does not stay *sent* for ever.

mod ask;
mod decision;
mod fields;
mod kept;
mod look;
mod sender;
mod version;

pub(crate) use ask::{asks, is_large};
pub(crate) use decision::{Answer, Decision};
pub(crate) use fields::{given, needed};
pub(crate) use sender::{Sender, take_back};
pub(crate) use version::version;

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, erp::Deciding};
use watchdeck_store::Document;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView, DecisionState, DecisionView, Deputy};
use watchdeck_world::{
    approvals::{Approvals, Request},
    entity::Entity,
    realms::Realms,
};

/// Collection of the stored decisions.
pub(crate) const COLLECTION: &str = "decisions";
/// How long a decision can be taken back before it is handed on, ms.
pub(crate) const HOLD: i64 = 6_000;
/// First and longest wait between tries, ms.
const BACKOFF: (i64, i64) = (1_000, 60_000);
/// First and longest wait for the ERP's word on what was sent, ms; then the gateway is asked again.
const ASK_AGAIN: (i64, i64) = (60_000, 30 * 60_000);
/// Settled decisions kept.
const SETTLED: usize = 500;

/// All decisions, by approval key.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    decisions: BTreeMap<String, Decision>,
    dirty: Vec<String>,
    pub(crate) version: u64,
}

/// Who decides what, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict<'a> {
    pub(crate) approve: bool,
    pub(crate) reason: Option<&'a str>,
    /// What it needs beside yes or no, checked.
    pub(crate) fields: Option<&'a Map<String, Value>>,
    /// In whose name it is, where that is not whoever decides.
    pub(crate) on_behalf_of: Option<&'a Deputy>,
    pub(crate) by: &'a str,
    /// It is made on a notification.
    pub(crate) on_toast: bool,
    pub(crate) at: Millis,
    /// How long it can be taken back, ms.
    pub(crate) hold: i64,
}

/// A decision that was put in or taken out, and what it took the place of.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    key: String,
    idempotency_key: String,
    before: Option<Decision>,
}

impl Outbox {
    /// As they were stored; each by the name that its request has now.
    pub(crate) fn load(documents: Vec<(String, String)>, realms: &Realms) -> Self {
        let mut outbox = Self::default();
        let decisions: Vec<(String, Decision)> = documents
            .into_iter()
            .filter_map(|(key, body)| match kept::read(&body) {
                Ok(decision) => Some((key, decision)),
                Err(error) => {
                    tracing::warn!(%error, key, "A stored decision could not be read and is left out.");
                    None
                }
            })
            .collect();
        for (stored_as, decision) in decisions {
            let key =
                Entity::new(realms.realm(&decision.source.as_str().into()), &decision.resource_type, &decision.resource_id).to_string();
            if key != stored_as {
                outbox.dirty.extend([stored_as, key.clone()]);
            }
            outbox.decisions.insert(key, decision);
        }
        outbox
    }

    pub(crate) fn take_dirty(&mut self) -> Vec<Document> {
        let mut keys = std::mem::take(&mut self.dirty);
        keys.sort();
        keys.dedup();
        keys.into_iter()
            .map(|key| {
                let body = self.decisions.get(&key).and_then(kept::written);
                Document { collection: COLLECTION, key, body }
            })
            .collect()
    }

    /// What was taken to be stored was not: it is still to be stored, and not sent before.
    pub(crate) fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
    }

    /// Queue a decision about a pending request. One that is on its way already stands (`None`); a failed one is replaced.
    pub(crate) fn decide(&mut self, request: &Request, verdict: Verdict<'_>) -> Result<Option<Made>, String> {
        let Verdict { approve, reason, fields, on_behalf_of, by, on_toast, at, hold } = verdict;
        let view = &request.view;
        if view.status == ApprovalStatus::Withdrawn {
            return Err(format!("{} was withdrawn; there is nothing to decide any more", view.number));
        }
        if view.status != ApprovalStatus::Pending {
            return Err(format!("{} was already decided by {}", view.number, view.decided_by.as_deref().unwrap_or("somebody else")));
        }
        if let Some(deciding) = view.deciding.as_ref().filter(|_| !self.decisions.get(&view.key).is_some_and(Decision::is_under_way)) {
            return Err(if deciding.approve {
                format!("{} approved {} already; the ERP is being told", deciding.by, view.number)
            } else {
                format!("{} rejected {} already; the ERP is being told", deciding.by, view.number)
            });
        }
        if let Some(known) = self.decisions.get(&view.key)
            && matches!(known.view.state, DecisionState::Queued | DecisionState::Sent)
            && known.view.at >= view.requested_at
        {
            return if known.view.approve == approve {
                Ok(None)
            } else {
                Err(format!("the opposite decision on {} is already on its way", view.number))
            };
        }
        let decision = Decision {
            idempotency_key: uuid::Uuid::now_v7().to_string(),
            resource_type: view.resource_type.clone(),
            resource_id: view.resource_id.clone(),
            source: request.source.to_string(),
            reason: reason.map(str::to_owned),
            fields: fields.cloned().unwrap_or_default(),
            on_behalf_of: on_behalf_of.map(|giver| giver.id.clone()),
            asked_by: request.asked_by.to_string(),
            by: by.to_owned(),
            next_try_at: at.plus(hold),
            under_way: false,
            left: false,
            taken: 0,
            on_toast,
            view: DecisionView {
                approve,
                at,
                state: DecisionState::Queued,
                attempts: 0,
                error: None,
                held_until: Some(at.plus(hold)),
                on_behalf_of: on_behalf_of.map(|giver| giver.shown().to_owned()),
            },
        };
        let idempotency_key = decision.idempotency_key.clone();
        let before = self.decisions.insert(view.key.clone(), decision);
        self.touch(&view.key);
        Ok(Some(Made { key: view.key.clone(), idempotency_key, before }))
    }

    /// Whether a decision on this request was made here and is not settled.
    pub(crate) fn is_under_way(&self, view: &ApprovalView) -> bool {
        self.decisions.get(&view.key).is_some_and(|decision| decision.is_under_way() && decision.view.at >= view.requested_at)
    }

    /// Take a decision back that nobody has heard of. `number` is what people call its request.
    pub(crate) fn withdraw(&mut self, key: &str, number: &str) -> Result<Made, String> {
        let Some(decision) = self.decisions.get(key) else { return Err(format!("there is no decision on {number} to take back")) };
        match decision.view.state {
            DecisionState::Sent | DecisionState::Confirmed => Err(format!("the decision on {number} was already handed on")),
            DecisionState::Overtaken | DecisionState::Failed => Err(format!("there is no decision on {number} to take back")),
            DecisionState::Queued if decision.under_way || decision.left => {
                Err(format!("the decision on {number} may have reached the ERP already and cannot be taken back"))
            }
            DecisionState::Queued => {
                let before = self.decisions.remove(key);
                self.touch(key);
                Ok(Made { key: key.to_owned(), idempotency_key: String::new(), before })
            }
        }
    }

    /// It could not be written down, so it was not done.
    pub(crate) fn undo(&mut self, made: Vec<Made>) {
        for Made { key, idempotency_key, before } in made {
            if self.decisions.get(&key).is_none_or(|decision| decision.idempotency_key == idempotency_key) {
                match before {
                    Some(before) => drop(self.decisions.insert(key.clone(), before)),
                    None => drop(self.decisions.remove(&key)),
                }
                self.touch(&key);
            }
        }
    }

    /// Whether the time of any has come.
    pub(crate) fn any_due(&self, now: Millis) -> bool {
        self.decisions.iter().any(|(key, decision)| self.is_due(key, decision, now))
    }

    fn is_due(&self, key: &String, decision: &Decision, now: Millis) -> bool {
        let waits = matches!(decision.view.state, DecisionState::Queued | DecisionState::Sent) && !decision.under_way;
        waits && decision.next_try_at <= now && !self.dirty.contains(key)
    }

    /// Hand on those whose time has come and whose way is `free`. From here on they may have arrived, which is to be stored before they go.
    pub(crate) fn hand_on(&mut self, now: Millis, mut free: impl FnMut(&Decision) -> bool) -> Vec<(String, Decision)> {
        let due = self.decisions.iter().filter(|(key, decision)| self.is_due(key, decision, now) && free(decision));
        let going: Vec<String> = due.map(|(key, _)| key.clone()).collect();
        going
            .into_iter()
            .filter_map(|key| {
                let decision = self.decisions.get_mut(&key)?;
                (decision.under_way, decision.view.held_until) = (true, None);
                let going = decision.clone();
                self.touch(&key);
                Some((key, going))
            })
            .collect()
    }

    /// That they go could not be stored, so they did not.
    pub(crate) fn stays(&mut self, going: &[(String, Decision)]) {
        for (key, _) in going {
            if let Some(decision) = self.decisions.get_mut(key) {
                decision.under_way = false;
            }
        }
    }

    /// What came of sending one. Answers it when it is lost and somebody waits to hear of it.
    pub(crate) fn answered(&mut self, key: &str, idempotency_key: &str, answer: Answer, now: Millis) -> Option<Decision> {
        let decision = self.decisions.get_mut(key).filter(|decision| decision.idempotency_key == idempotency_key)?;
        decision.under_way = false;
        let view = &mut decision.view;
        if !matches!(view.state, DecisionState::Queued | DecisionState::Sent) {
            // The ERP's event was faster than the gateway's answer.
            return None;
        }
        view.attempts += 1;
        view.error = None;
        match answer {
            Answer::Taken => {
                view.state = DecisionState::Sent;
                let wait = ASK_AGAIN.0.saturating_mul(1 << decision.taken.min(16)).min(ASK_AGAIN.1);
                decision.taken += 1;
                decision.next_try_at = now.plus(wait);
            }
            Answer::Unanswered(why) => {
                view.state = DecisionState::Sent;
                view.error = Some(why);
                decision.taken += 1;
                decision.next_try_at = now.plus(ASK_AGAIN.0);
            }
            Answer::Done => view.state = DecisionState::Confirmed,
            Answer::Overtaken(who) => {
                view.state = DecisionState::Overtaken;
                view.error = Some(who);
            }
            Answer::Refused(why) | Answer::Unsupported(why) => {
                view.state = DecisionState::Failed;
                view.error = Some(why);
            }
            Answer::Unreachable { why, left } => {
                view.error = Some(why);
                decision.left |= left;
                let wait = BACKOFF.0.saturating_mul(1 << view.attempts.min(16)).min(BACKOFF.1);
                decision.next_try_at = now.plus(wait);
            }
        }
        let lost = matches!(view.state, DecisionState::Failed | DecisionState::Overtaken) && decision.on_toast;
        let lost = lost.then(|| decision.clone());
        self.touch(key);
        lost
    }

    /// A gateway's word on a decision; nothing where it is none of ours. Answers ours when it is lost and somebody waits to hear of it.
    pub(crate) fn told(&mut self, key: &str, step: &Deciding<'_>, now: Millis) -> Option<Decision> {
        let ours = self.decisions.get(key).filter(|decision| decision.idempotency_key == *step.key)?;
        let words = || step.message.as_deref().unwrap_or_default().to_owned();
        let answer = match &*step.state {
            "received" | "handed_on" => Answer::Taken,
            "unanswered" => Answer::Unanswered(words()),
            "confirmed" => Answer::Done,
            "refused" => Answer::Refused(words()),
            "overtaken" => Answer::Overtaken(step.by.as_deref().unwrap_or_default().to_owned()),
            _ => return None,
        };
        let (idempotency_key, under_way, attempts) = (ours.idempotency_key.clone(), ours.under_way, ours.view.attempts);
        let lost = self.answered(key, &idempotency_key, answer, now);
        // It is no answer to a try of ours.
        if let Some(decision) = self.decisions.get_mut(key) {
            (decision.under_way, decision.view.attempts) = (under_way, attempts);
        }
        lost
    }

    /// One that its gateway may still take back: how it was sent.
    pub(crate) fn sent(&self, key: &str) -> Option<Decision> {
        // Its gateway may say that it has it before it answers.
        let is_there = |decision: &&Decision| match decision.view.state {
            DecisionState::Sent => true,
            DecisionState::Queued => decision.left && !decision.under_way,
            _ => false,
        };
        self.decisions.get(key).filter(is_there).cloned()
    }

    /// Its gateway has taken it back.
    pub(crate) fn taken_back(&mut self, key: &str, idempotency_key: &str) {
        if self.decisions.get(key).is_some_and(|decision| decision.idempotency_key == idempotency_key) {
            self.decisions.remove(key);
            self.touch(key);
        }
    }

    /// The ERP's own word on a request: settles our decision.
    pub(crate) fn erp_says(&mut self, key: &str, approvals: &Approvals) {
        let request = key.parse().ok().and_then(|entity| approvals.get(&entity));
        let Some(request) = request.filter(|request| !request.is_pending()) else { return };
        let Some(decision) = self.decisions.get_mut(key) else { return };
        if !matches!(decision.view.state, DecisionState::Queued | DecisionState::Sent | DecisionState::Failed) {
            return;
        }
        let same = match request.view.status {
            ApprovalStatus::Approved => decision.view.approve,
            ApprovalStatus::Rejected => !decision.view.approve,
            ApprovalStatus::Withdrawn | ApprovalStatus::Pending => false,
        };
        let ours = |by: &str| by == decision.by || decision.view.on_behalf_of.as_deref() == Some(by);
        let ours = request.view.decided_by.as_deref().is_none_or(ours);
        if decision.view.state == DecisionState::Failed && !(same && request.view.decided_by.is_some() && ours) {
            // It was refused, with a reason, before anybody else decided.
            return;
        }
        if same && (ours || decision.view.state == DecisionState::Sent) {
            decision.view.state = DecisionState::Confirmed;
            decision.view.error = None;
        } else {
            decision.view.state = DecisionState::Overtaken;
            decision.view.error.clone_from(&request.view.decided_by);
        }
        self.touch(key);
        self.forget_settled();
    }

    fn forget_settled(&mut self) {
        let mut settled: Vec<_> = self
            .decisions
            .iter()
            .filter(|(_, decision)| matches!(decision.view.state, DecisionState::Confirmed | DecisionState::Overtaken))
            .map(|(key, decision)| (decision.view.at, key.clone()))
            .collect();
        if settled.len() > SETTLED {
            settled.sort();
            for (_, key) in settled.drain(..settled.len() - SETTLED) {
                self.decisions.remove(&key);
                self.touch(&key);
            }
        }
    }

    fn touch(&mut self, key: &str) {
        self.version += 1;
        self.dirty.push(key.to_owned());
    }
}

#[cfg(test)]
mod tests;
