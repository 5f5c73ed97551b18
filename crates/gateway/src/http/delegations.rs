//! The routes of delegations.

use super::asking::{Refused, acting, ordered};
use crate::{
    access::Purpose,
    audit::{Act, Entry},
    delegations::{Delegation, DelegationError, DelegationOrder},
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
use std::sync::Arc;

/// Largest body of an order.
const ORDER_BYTES: usize = 16 << 10;

impl IntoResponse for DelegationError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Nobody => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Circle(_) => (StatusCode::CONFLICT, "circle"),
            Self::Twice(_) => (StatusCode::CONFLICT, "overlapping"),
            Self::TooMany(_) => (StatusCode::CONFLICT, "too_many"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_input"),
            Self::Unknown => (StatusCode::NOT_FOUND, "not_found"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        let mut said = serde_json::json!({ "code": code, "message": self.to_string() });
        if let Self::Circle(people) = &self {
            said["chain"] = serde_json::json!(people);
        }
        (status, Json(said)).into_response()
    }
}

pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let principal = acting(&shared, &guest, &headers).await?;
    let order: DelegationOrder = ordered(&headers, body, ORDER_BYTES, "a delegation").await?;
    let noted = Entry::new(now(), &*principal.id, Act::Delegated).from(guest.from()).what(format!("user:{}", order.to.id));
    // On its own: a client that hangs up half-way changes nothing.
    let making = shared.tasks.spawn({
        let shared = Arc::clone(&shared);
        async move { shared.delegations.make(order, &principal).await }
    });
    let made = making.await.unwrap_or_else(|_| Err(DelegationError::Unavailable("the gateway failed in itself".into())));
    Ok(match made {
        Ok(made) => {
            shared.audit.record(noted.detail(in_words("delegated", &made))).await;
            (StatusCode::CREATED, Json(made.told())).into_response()
        }
        Err(error) => {
            shared.audit.note(noted.detail(format!("not done: {error}")));
            error.into_response()
        }
    })
}

pub(super) async fn mine(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Refused> {
    let principal = shared.access.principal(&headers, None, Purpose::Act).await?;
    if !principal.is_person() {
        return Ok(DelegationError::Nobody.into_response());
    }
    let told = |all: Vec<Delegation>| all.iter().map(Delegation::told).collect::<Vec<_>>();
    Ok(match shared.delegations.of(&principal.id).await {
        // Whoever decides asks for whom only where there is a choice: what it may in its own name, and for whom it may else.
        Ok([given, received]) => Json(serde_json::json!({
            "given": told(given),
            "received": told(received),
            "own": principal.grants.decides(),
            "standsFor": shared.delegations.stands_for(&principal.id, &shared.access),
        }))
        .into_response(),
        Err(error) => error.into_response(),
    })
}

pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let principal = acting(&shared, &guest, &headers).await?;
    Ok(match shared.delegations.end(&id, &principal).await {
        Ok(ended) => {
            let noted = Entry::new(now(), &*principal.id, Act::Delegated).from(guest.from()).what(format!("user:{}", ended.to.id));
            shared.audit.record(noted.detail(in_words("ended", &ended))).await;
            Json(ended.told()).into_response()
        }
        Err(error) => error.into_response(),
    })
}

/// For the audit: from whom to whom, and for which time.
fn in_words(what: &str, one: &Delegation) -> String {
    let at =
        |ms: i64| jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%MZ").to_string());
    format!(
        "{what}: {} ({}) → {} ({}), {} to {}",
        one.giver.shown(),
        one.giver.id,
        one.to.shown(),
        one.to.id,
        at(one.from.0),
        at(one.until.0)
    )
}
