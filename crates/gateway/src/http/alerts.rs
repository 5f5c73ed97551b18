//! The route of what people do with alerts.

use super::asking::{Refused, ordered, reading, refused};
use crate::{
    audit::{Act, Entry},
    door::Guest,
    handled::{Handling, who},
    log::now,
    shared::Shared,
};
use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use std::sync::Arc;
use watchdeck_store::StoreError;

/// Largest body.
const HANDLING_BYTES: usize = 16 << 10;

/// Whoever only reads is known here too, and is told what it may not instead of that its key is none.
pub(super) async fn handle(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Refused> {
    let principal = reading(&shared, &guest, &headers).await?;
    let handling: Handling = ordered(&headers, body, HANDLING_BYTES, "what was done with an alert").await?;
    handling.check().map_err(Refused::invalid)?;
    let (channel, event) = handling.place(&shared.log).await.map_err(|error| unkept(&error))?;
    let allowed = principal.acknowledges(&channel, event.as_ref());
    allowed.inspect_err(|refusal| shared.audit.note(refused(&principal, &guest, refusal)))?;
    let (by, now) = (who(&principal, handling.by.as_ref()), now());
    let entry = Entry::new(now, &*principal.id, Act::Handled).from(guest.from()).what(handling.what());
    let said = if by.id == *principal.id { String::new() } else { format!(" by {}, as they say", by.shown()) };
    let entry = entry.detail(format!("{}{said}", handling.words()));
    // On its own: a client that hangs up half-way is told the same when it asks again.
    let telling = shared.tasks.spawn({
        let shared = Arc::clone(&shared);
        async move { handling.tell(&by, channel, &shared.log, &shared.alerts_source, now).await }
    });
    let told = telling.await.map_err(|_| Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the gateway failed in itself"))?;
    let is_new = told.map_err(|error| unkept(&error))?;
    if is_new {
        shared.audit.record(entry).await;
    }
    Ok(Json(serde_json::json!({ "changed": is_new })))
}

fn unkept(error: &StoreError) -> Refused {
    let words = format!("it could not be kept that somebody has the alert: {error}; send it again");
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words)
}
