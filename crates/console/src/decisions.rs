//! Decisions made here, until the ERP has confirmed them.
//!
//! A decision is kept before it is sent, carries an idempotency key, and is sent again until somebody answers. Offline it waits, visible.
//! The ERP's own event has the last word: it says the same (confirmed) or something else (overtaken: somebody was first).

use crate::{
    api::{
        settings::{DialectName, Source},
        views::{ApprovalStatus, ApprovalView, DecisionState, DecisionView},
    },
    projections::approvals::Approvals,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_client::Secret;
use watchdeck_events::Millis;
use watchdeck_store::Document;

/// Collection of the stored decisions.
pub(crate) const COLLECTION: &str = "decisions";
/// First and longest wait between tries, ms.
const BACKOFF: (i64, i64) = (1_000, 60_000);
/// Settled decisions kept.
const SETTLED: usize = 500;

/// One decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) idempotency_key: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: String,
    pub(crate) source: String,
    pub(crate) reason: Option<String>,
    pub(crate) by: String,
    pub(crate) next_try_at: Millis,
    pub(crate) view: DecisionView,
}

/// All decisions, by approval key.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    decisions: BTreeMap<String, Decision>,
    dirty: Vec<String>,
    pub(crate) version: u64,
}

/// What the gateway said to a decision.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has it.
    Taken,
    /// Somebody was first.
    Overtaken(String),
    /// It will not take it; trying again cannot help.
    Refused(String),
    /// No answer that counts; try again.
    Unreachable(String),
}

impl Outbox {
    pub(crate) fn load(documents: Vec<(String, String)>) -> Self {
        let decisions = documents
            .into_iter()
            .filter_map(|(key, body)| match serde_json::from_str(&body) {
                Ok(decision) => Some((key, decision)),
                Err(error) => {
                    tracing::warn!(%error, key, "A stored decision could not be read and is left out.");
                    None
                }
            })
            .collect();
        Self { decisions, ..Self::default() }
    }

    pub(crate) fn take_dirty(&mut self) -> Vec<Document> {
        let mut keys = std::mem::take(&mut self.dirty);
        keys.sort();
        keys.dedup();
        keys.into_iter()
            .map(|key| {
                let body = self.decisions.get(&key).and_then(|decision| serde_json::to_string(decision).ok());
                Document { collection: COLLECTION, key, body }
            })
            .collect()
    }

    /// What was taken to be stored was not: it is still to be stored, and not sent before.
    pub(crate) fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
    }

    /// Queue a decision about a pending request. One that is on its way already stands; a failed one is replaced.
    pub(crate) fn decide(
        &mut self,
        request: &crate::projections::approvals::Request,
        approve: bool,
        reason: Option<String>,
        by: &str,
        now: Millis,
    ) -> Result<(), String> {
        let view = &request.view;
        if view.status != ApprovalStatus::Pending {
            return Err(format!("{} was already decided by {}", view.number, view.decided_by.as_deref().unwrap_or("somebody else")));
        }
        if let Some(known) = self.decisions.get(&view.key)
            && matches!(known.view.state, DecisionState::Queued | DecisionState::Sent)
            && known.view.at >= view.requested_at
        {
            return if known.view.approve == approve {
                Ok(())
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
            view: DecisionView { approve, at: now, state: DecisionState::Queued, attempts: 0, error: None },
        };
        self.decisions.insert(view.key.clone(), decision);
        self.touch(&view.key);
        Ok(())
    }

    /// Decisions whose time to be sent has come.
    pub(crate) fn due(&self, now: Millis) -> Vec<(String, Decision)> {
        self.decisions
            .iter()
            .filter(|(key, decision)| {
                decision.view.state == DecisionState::Queued && decision.next_try_at <= now && !self.dirty.contains(key)
            })
            .map(|(key, decision)| (key.clone(), decision.clone()))
            .collect()
    }

    /// What came of sending one.
    pub(crate) fn answered(&mut self, key: &str, idempotency_key: &str, answer: Answer, now: Millis) {
        let Some(decision) = self.decisions.get_mut(key).filter(|decision| decision.idempotency_key == idempotency_key) else { return };
        let view = &mut decision.view;
        if view.state != DecisionState::Queued {
            // The ERP's event was faster than the gateway's answer.
            return;
        }
        view.attempts += 1;
        view.error = None;
        match answer {
            Answer::Taken => view.state = DecisionState::Sent,
            Answer::Overtaken(who) => {
                view.state = DecisionState::Overtaken;
                view.error = Some(who);
            }
            Answer::Refused(why) => {
                view.state = DecisionState::Failed;
                view.error = Some(why);
            }
            Answer::Unreachable(why) => {
                view.error = Some(why);
                let wait = BACKOFF.0.saturating_mul(1 << view.attempts.min(16)).min(BACKOFF.1);
                decision.next_try_at = now.plus(wait);
            }
        }
        self.touch(key);
    }

    /// The ERP's own word on a request: settles our decision.
    pub(crate) fn erp_says(&mut self, key: &str, approvals: &Approvals) {
        let Some(request) = approvals.get(key).filter(|request| request.view.status != ApprovalStatus::Pending) else { return };
        let Some(decision) = self.decisions.get_mut(key) else { return };
        if !matches!(decision.view.state, DecisionState::Queued | DecisionState::Sent | DecisionState::Failed) {
            return;
        }
        let same = (request.view.status == ApprovalStatus::Approved) == decision.view.approve;
        let ours = request.view.decided_by.as_deref().is_none_or(|by| by == decision.by);
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

/// Sends decisions to gateways.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    http: reqwest::Client,
}

impl Sender {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(10)).build()?;
        Ok(Self { http })
    }

    /// One try.
    pub(crate) async fn send(&self, decision: &Decision, source: Option<&Source>, token: Option<&Secret>) -> Answer {
        let Some(source) = source else { return Answer::Refused("the source that this request came through has been removed".into()) };
        if matches!(source.dialect, DialectName::Erp | DialectName::SocketIo | DialectName::Hub) {
            return Answer::Refused(
                "this server takes no decisions over its event stream; decide in the ERP, or connect through a Watchdeck gateway".into(),
            );
        }
        let Some(url) = decisions_url(&source.url) else { return Answer::Refused(format!("{} is not an address", source.url)) };
        let body = serde_json::json!({
            "idempotencyKey": decision.idempotency_key,
            "resourceType": decision.resource_type,
            "resourceId": decision.resource_id,
            "approve": decision.view.approve,
            "reason": decision.reason,
            "approverId": decision.by,
            "approverName": decision.by,
        });
        let mut request = self.http.post(url).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Answer::Unreachable(error.without_url().to_string()),
        };
        let status = response.status();
        let said: serde_json::Value = response.json().await.unwrap_or_default();
        let message = said["message"].as_str().or(said["error"].as_str()).map_or_else(|| status.to_string(), str::to_owned);
        match status.as_u16() {
            200..=299 => Answer::Taken,
            409 => Answer::Overtaken(said["decidedBy"].as_str().map_or(message, str::to_owned)),
            429 | 500 | 502..=599 => Answer::Unreachable(message),
            _ => Answer::Refused(message),
        }
    }
}

/// Where a gateway takes decisions, from the address of its stream.
fn decisions_url(stream: &str) -> Option<String> {
    let (scheme, rest) = stream.split_once("://")?;
    let secure = matches!(scheme, "wss" | "https");
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())?;
    Some(format!("{}://{authority}/api/decisions", if secure { "https" } else { "http" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_refused_is_stored_later_and_not_sent_before() {
        let at = Millis(1_000);
        let view = DecisionView { approve: true, at, state: DecisionState::Queued, attempts: 0, error: None };
        let decision = Decision {
            idempotency_key: "k".into(),
            resource_type: "order".into(),
            resource_id: "o1".into(),
            source: "s".into(),
            reason: None,
            by: "张敏".into(),
            next_try_at: at,
            view,
        };
        let mut outbox = Outbox::default();
        outbox.decisions.insert("order:o1".into(), decision);
        outbox.touch("order:o1");
        let refused = outbox.take_dirty();
        assert_eq!(outbox.due(at).len(), 1);
        outbox.put_back(&refused);
        assert!(outbox.due(at).is_empty(), "a decision is kept before it is sent");
        assert_eq!(outbox.take_dirty().len(), 1, "and is not forgotten");
    }

    #[test]
    fn decisions_go_to_the_gateway_that_the_stream_comes_from() {
        assert_eq!(decisions_url("ws://127.0.0.1:3010/ws").as_deref(), Some("http://127.0.0.1:3010/api/decisions"));
        assert_eq!(decisions_url("wss://erp.example/ws?x=1").as_deref(), Some("https://erp.example/api/decisions"));
        assert_eq!(decisions_url("nonsense"), None);
    }
}
