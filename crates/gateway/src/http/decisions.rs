//! The routes of decisions.

use super::asking::{BODY_PATIENCE, Refused, acting, ordered, refused};
use crate::{
    access::{Principal, Purpose, Refusal, Why},
    audit::{Act, Entry},
    decisions::{Answered, Approver, DecisionError, DecisionRequest, Standing, State as Stand},
    delegations::Behalf,
    door::Guest,
    log::now,
    shared::Shared,
};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use std::{sync::Arc, time::Duration};

/// Largest body of a decision.
const DECISION_BYTES: usize = 64 << 10;

impl IntoResponse for DecisionError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Unsupported(_) => (StatusCode::NOT_IMPLEMENTED, "unsupported"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::KeyReused => (StatusCode::CONFLICT, "key_reused"),
            Self::Changed(_) => (StatusCode::CONFLICT, "changed"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_input"),
            Self::TooLate => (StatusCode::CONFLICT, "too_late"),
        };
        let mut said = serde_json::json!({ "code": code, "message": self.to_string() });
        if let Self::Changed(changes) = &self {
            said["changes"] = serde_json::json!(changes);
        }
        (status, Json(said)).into_response()
    }
}

pub(super) async fn decide(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let principal = acting(&shared, &guest, &headers).await?;
    let mut decision: DecisionRequest = ordered(&headers, body, DECISION_BYTES, "a decision").await?;
    if decision.idempotency_key.is_empty() || decision.idempotency_key.len() > 128 {
        return Err(Refused::invalid("`idempotencyKey` must have 1 to 128 characters"));
    }
    if principal.is_person() {
        let behalf = in_whose_name(&shared, &principal, &decision).await;
        sign(&principal, behalf, &mut decision).inspect_err(|refusal| shared.audit.note(refused(&principal, &guest, refusal)))?;
    } else {
        principal.decides(&decision.resource_type).inspect_err(|refusal| shared.audit.note(refused(&principal, &guest, refusal)))?;
    }
    let approver = Approver::of(&principal);
    let key = decision.idempotency_key.clone();
    let noted = noted(&principal, &guest, &decision);
    // On its own: a client that hangs up half-way changes nothing.
    let deciding = shared.tasks.spawn({
        let shared = Arc::clone(&shared);
        async move { shared.decider.decide(decision, approver).await }
    });
    let answered = deciding.await.unwrap_or_else(|_| Err(DecisionError::Unavailable("the gateway failed in itself".into())));
    Ok(match answered {
        Ok(Answered { standing, repeated }) => {
            if !repeated {
                shared.audit.record(noted.detail(standing.in_words())).await;
            }
            let standing = match waits(&headers) {
                Some(patience) => shared.decider.tried(&key, patience).await.unwrap_or(standing),
                None => standing,
            };
            told(&standing, repeated)
        }
        Err(error) => {
            shared.audit.note(noted.detail(format!("not taken: {error}")));
            error.into_response()
        }
    })
}

/// In whose name somebody decides. A decision that is sent again is in the name that it was in, also when that one is back meanwhile.
async fn in_whose_name(shared: &Shared, principal: &Principal, decision: &DecisionRequest) -> Behalf {
    let before = shared.decider.standing(&decision.idempotency_key).await;
    if let Some(giver) = before.and_then(|standing| standing.made_for(&principal.id)) {
        return Behalf::Of(giver);
    }
    shared.delegations.behalf(principal, decision.on_behalf_of.as_deref(), &decision.resource_type, &shared.access).await
}

/// Put the names under it: nobody decides in another's name who has not passed that on.
fn sign(principal: &Principal, behalf: Behalf, decision: &mut DecisionRequest) -> Result<(), Refusal> {
    let resource_type = &decision.resource_type;
    match (behalf, &decision.on_behalf_of) {
        (Behalf::Of(giver), _) => {
            principal.takes_a_decision()?;
            decision.decided_by = Some(principal.shown().to_owned());
            decision.on_behalf_of = Some(giver.id.clone());
            (decision.approver_id, decision.approver_name) = (giver.id, giver.name);
        }
        (Behalf::OneOf(givers), _) => {
            let words =
                format!("{} have passed decisions on {resource_type} on to you; say for whom it is with `onBehalfOf`", givers.join(", "));
            return Err(Refusal::new(Why::Forbidden, words));
        }
        (Behalf::Nobody, Some(said)) => return Err(principal.decides_for_nobody(said, resource_type)),
        (Behalf::Own | Behalf::Nobody, _) => {
            principal.decides(resource_type)?;
            (decision.approver_id, decision.approver_name) = (principal.id.to_string(), principal.name.to_string());
            (decision.decided_by, decision.on_behalf_of) = (None, None);
        }
    }
    Ok(())
}

/// A decision, for the audit.
fn noted(principal: &Principal, guest: &Guest, decision: &DecisionRequest) -> Entry {
    let what = format!("{}:{}", decision.resource_type, decision.resource_id);
    Entry::new(now(), &*principal.id, Act::Decided).from(guest.from()).what(what)
}

/// How long the client wants to wait for what becomes of its decision (`Prefer: wait=…` of RFC 7240, in seconds).
fn waits(headers: &HeaderMap) -> Option<Duration> {
    let preferences = headers.get("prefer")?.to_str().ok()?;
    let wait = preferences.split([',', ';']).find_map(|one| one.trim().strip_prefix("wait="))?;
    Some(Duration::from_secs(wait.parse().ok()?).min(BODY_PATIENCE))
}

pub(super) async fn decision(State(shared): State<Arc<Shared>>, headers: HeaderMap, Path(key): Path<String>) -> Result<Response, Refused> {
    let principal = shared.access.principal(&headers, None, Purpose::Act).await?;
    let standing = shared.decider.standing(&key).await.filter(|standing| is_theirs(&principal, standing));
    Ok(standing.map_or_else(unknown_decision, |standing| (StatusCode::OK, Json(standing.told(true))).into_response()))
}

pub(super) async fn withdraw(State(shared): State<Arc<Shared>>, headers: HeaderMap, Path(key): Path<String>) -> Result<Response, Refused> {
    let principal = shared.access.principal(&headers, None, Purpose::Act).await?;
    if shared.decider.standing(&key).await.is_none_or(|standing| !is_theirs(&principal, &standing)) {
        return Ok(unknown_decision());
    }
    Ok(match shared.decider.withdraw(&key).await {
        Ok(Some(standing)) => {
            let (kind, id) = standing.resource();
            shared
                .audit
                .record(Entry::new(now(), &*principal.id, Act::Decided).what(format!("{kind}:{id}")).detail(standing.in_words()))
                .await;
            (StatusCode::OK, Json(standing.told(false))).into_response()
        }
        Ok(None) => unknown_decision(),
        Err(error) => error.into_response(),
    })
}

/// A person's decisions are its own; whoever shows the key sees all.
fn is_theirs(principal: &Principal, standing: &Standing) -> bool {
    !principal.is_person() || standing.is_of(&principal.id)
}

fn unknown_decision() -> Response {
    Refused::new(StatusCode::NOT_FOUND, "not_found", "there is no decision of this key").into_response()
}

/// How a decision stands, and by the status whether more is to come.
fn told(standing: &Standing, repeated: bool) -> Response {
    let (status, code) = match standing.state() {
        Stand::Received | Stand::HandedOn | Stand::Unanswered => (StatusCode::ACCEPTED, None),
        Stand::Confirmed => (StatusCode::OK, None),
        Stand::Refused(_) => (StatusCode::CONFLICT, Some("refused")),
        Stand::Overtaken(_) => (StatusCode::CONFLICT, Some("overtaken")),
        Stand::Withdrawn => (StatusCode::CONFLICT, Some("withdrawn")),
    };
    let mut said = standing.told(repeated);
    if let Some(code) = code {
        said["code"] = code.into();
    }
    (status, Json(said)).into_response()
}
