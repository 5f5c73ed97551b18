//! The route of claims.

use super::asking::{Refused, acting, ordered, refused};
use crate::{
    audit::{Act, Entry},
    claims::{Changed, ClaimError, ClaimOrder, Claimant},
    door::Guest,
    log::now,
    shared::Shared,
};
use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Largest body of an order.
const ORDER_BYTES: usize = 16 << 10;

impl IntoResponse for ClaimError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Held(_) => (StatusCode::CONFLICT, "claimed"),
            Self::Over(_) => (StatusCode::CONFLICT, "over"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_input"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        (status, Json(serde_json::json!({ "code": code, "message": self.to_string(), "holder": self.holder() }))).into_response()
    }
}

pub(super) async fn order(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let principal = acting(&shared, &guest, &headers).await?;
    let order: ClaimOrder = ordered(&headers, body, ORDER_BYTES, "an order about a claim").await?;
    principal.decides(&order.resource_type).inspect_err(|refusal| shared.audit.note(refused(&principal, &guest, refusal)))?;
    let noted = Entry::new(now(), &*principal.id, Act::Claimed).from(guest.from()).what(order.what());
    let claimant = Claimant::of(&principal, order.by.as_ref());
    // On its own: a client that hangs up half-way changes nothing.
    let claiming = shared.tasks.spawn({
        let shared = Arc::clone(&shared);
        async move { shared.claims.order(&order, &claimant, &shared.decider.requests).await }
    });
    let changed = claiming.await.unwrap_or_else(|_| Err(ClaimError::Unavailable("the gateway failed in itself".into())));
    Ok(match changed {
        Ok(Changed { words: Some(words), holder }) => {
            shared.audit.record(noted.detail(&words)).await;
            (StatusCode::OK, Json(Changed { words: Some(words), holder }.told())).into_response()
        }
        Ok(unchanged) => (StatusCode::OK, Json(unchanged.told())).into_response(),
        Err(error) => {
            shared.audit.note(noted.detail(format!("not done: {error}")));
            error.into_response()
        }
    })
}
