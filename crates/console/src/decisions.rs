//! Decisions made here, until the ERP has confirmed them.
//!
//! A decision is kept before it is sent, carries an idempotency key, and is sent again until somebody answers. Offline it waits, visible.
//! The ERP's own event has the last word: it says the same (confirmed) or something else (overtaken: somebody was first). Until that event comes the
//! gateway is asked again now and then, with the same key: a decision that was taken and then lost behind it does not stay *sent* for ever.

mod decision;
mod kept;
mod sender;

pub(crate) use decision::{Answer, Decision};
pub(crate) use sender::Sender;

use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_store::Document;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView, DecisionState, DecisionView};
use watchdeck_world::{approvals::Approvals, entity::Entity, realms::Realms};

/// Collection of the stored decisions.
pub(crate) const COLLECTION: &str = "decisions";
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

/// A decision that was put in, and what it took the place of.
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
    pub(crate) fn decide(
        &mut self,
        request: &watchdeck_world::approvals::Request,
        approve: bool,
        reason: Option<String>,
        by: &str,
        on_toast: bool,
        now: Millis,
    ) -> Result<Option<Made>, String> {
        let view = &request.view;
        if view.status != ApprovalStatus::Pending {
            return Err(format!("{} was already decided by {}", view.number, view.decided_by.as_deref().unwrap_or("somebody else")));
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
            reason,
            by: by.to_owned(),
            next_try_at: now,
            taken: 0,
            on_toast,
            view: DecisionView { approve, at: now, state: DecisionState::Queued, attempts: 0, error: None },
        };
        let idempotency_key = decision.idempotency_key.clone();
        let before = self.decisions.insert(view.key.clone(), decision);
        self.touch(&view.key);
        Ok(Some(Made { key: view.key.clone(), idempotency_key, before }))
    }

    /// It could not be written down, so it was not made.
    pub(crate) fn take_back(&mut self, made: Vec<Made>) {
        for Made { key, idempotency_key, before } in made {
            if self.decisions.get(&key).is_some_and(|decision| decision.idempotency_key == idempotency_key) {
                match before {
                    Some(before) => drop(self.decisions.insert(key.clone(), before)),
                    None => drop(self.decisions.remove(&key)),
                }
                self.touch(&key);
            }
        }
    }

    /// Decisions whose time to be sent has come.
    pub(crate) fn due(&self, now: Millis) -> Vec<(String, Decision)> {
        self.decisions
            .iter()
            .filter(|(key, decision)| {
                let waits = matches!(decision.view.state, DecisionState::Queued | DecisionState::Sent);
                waits && decision.next_try_at <= now && !self.dirty.contains(key)
            })
            .map(|(key, decision)| (key.clone(), decision.clone()))
            .collect()
    }

    /// What came of sending one. Answers it when it is lost and somebody waits to hear of it.
    pub(crate) fn answered(&mut self, key: &str, idempotency_key: &str, answer: Answer, now: Millis) -> Option<Decision> {
        let decision = self.decisions.get_mut(key).filter(|decision| decision.idempotency_key == idempotency_key)?;
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
            Answer::Overtaken(who) => {
                view.state = DecisionState::Overtaken;
                view.error = Some(who);
            }
            Answer::Refused(why) | Answer::Unsupported(why) => {
                view.state = DecisionState::Failed;
                view.error = Some(why);
            }
            Answer::Unreachable(why) => {
                view.error = Some(why);
                let wait = BACKOFF.0.saturating_mul(1 << view.attempts.min(16)).min(BACKOFF.1);
                decision.next_try_at = now.plus(wait);
            }
        }
        let lost = matches!(view.state, DecisionState::Failed | DecisionState::Overtaken) && decision.on_toast;
        let lost = lost.then(|| decision.clone());
        self.touch(key);
        lost
    }

    /// The ERP's own word on a request: settles our decision.
    pub(crate) fn erp_says(&mut self, key: &str, approvals: &Approvals) {
        let request = key.parse().ok().and_then(|entity| approvals.get(&entity));
        let Some(request) = request.filter(|request| !request.is_pending()) else { return };
        let Some(decision) = self.decisions.get_mut(key) else { return };
        if !matches!(decision.view.state, DecisionState::Queued | DecisionState::Sent | DecisionState::Failed) {
            return;
        }
        let same = (request.view.status == ApprovalStatus::Approved) == decision.view.approve;
        let ours = request.view.decided_by.as_deref().is_none_or(|by| by == decision.by);
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

    /// A request with our decision on it.
    pub(crate) fn decorate(&self, view: &ApprovalView) -> ApprovalView {
        let decision = self.decisions.get(&view.key).filter(|decision| decision.view.at >= view.requested_at);
        ApprovalView { decision: decision.map(|decision| decision.view.clone()), ..view.clone() }
    }

    /// How many are in a state.
    pub(crate) fn count(&self, state: DecisionState) -> u32 {
        self.decisions.values().filter(|decision| decision.view.state == state).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(at: Millis) -> Outbox {
        let view = DecisionView { approve: true, at, state: DecisionState::Queued, attempts: 0, error: None };
        let decision = Decision {
            idempotency_key: "k".into(),
            resource_type: "order".into(),
            resource_id: "o1".into(),
            source: "s".into(),
            reason: None,
            by: "张敏".into(),
            next_try_at: at,
            taken: 0,
            on_toast: true,
            view,
        };
        let mut outbox = Outbox::default();
        outbox.decisions.insert("order:o1".into(), decision);
        outbox
    }

    fn state(outbox: &Outbox) -> DecisionState {
        outbox.decisions["order:o1"].view.state
    }

    #[test]
    fn what_the_store_refused_is_stored_later_and_not_sent_before() {
        let at = Millis(1_000);
        let mut outbox = outbox(at);
        outbox.touch("order:o1");
        let refused = outbox.take_dirty();
        assert_eq!(outbox.due(at).len(), 1);
        outbox.put_back(&refused);
        assert!(outbox.due(at).is_empty(), "a decision is kept before it is sent");
        assert_eq!(outbox.take_dirty().len(), 1, "and is not forgotten");
    }

    #[test]
    fn what_was_sent_is_asked_for_again_with_the_same_key_and_ever_less_often() {
        let mut at = Millis(1_000);
        let mut outbox = outbox(at);
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert!(outbox.answered("order:o1", "k", Answer::Taken, at).is_none());
            drop(outbox.take_dirty());
            assert!(outbox.due(at).is_empty() && state(&outbox) == DecisionState::Sent);
            let due = outbox.decisions["order:o1"].next_try_at;
            assert_eq!(outbox.due(due)[0].1.idempotency_key, "k");
            waits.push(due.since(at));
            at = due;
        }
        assert_eq!((waits[0], waits[1], waits[7]), (60_000, 120_000, 30 * 60_000));
        assert!(outbox.answered("order:o1", "k", Answer::Unreachable("away".into()), at).is_none());
        assert_eq!(state(&outbox), DecisionState::Sent, "what was taken once is still taken");
        let lost = outbox.answered("order:o1", "k", Answer::Refused("no".into()), at);
        assert!(lost.is_some() && state(&outbox) == DecisionState::Failed, "and whoever pressed the button hears of it");
    }

    #[test]
    fn a_decision_that_could_not_be_written_down_was_not_made() {
        let at = Millis(1_000);
        let mut outbox = outbox(at);
        let before = Some(outbox.decisions["order:o1"].clone());
        let made = |key: &str, before| Made { key: key.into(), idempotency_key: "k".into(), before };
        outbox.take_back(vec![made("order:o1", before)]);
        assert_eq!(state(&outbox), DecisionState::Queued);
        outbox.take_back(vec![made("order:o1", None)]);
        assert!(outbox.decisions.is_empty() && outbox.take_dirty()[0].body.is_none());
    }
}
