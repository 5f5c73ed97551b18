//! The route by which a console tells that somebody looked at a masked field.

use super::asking::{Refused, ordered, reading};
use crate::{
    access::{Refusal, Use, Why},
    audit::{Act, Entry},
    door::Guest,
    log::now,
    named::Named,
    publish::channel_name,
    shared::Shared,
};
use axum::{Extension, Json, body::Body, extract::State, http::HeaderMap};
use serde::Deserialize;
use std::sync::Arc;
use watchdeck_events::{Channel, Millis};

/// Largest body.
const REVEAL_BYTES: usize = 16 << 10;

/// What was looked at.
#[derive(Debug, Deserialize)]
struct Reveal {
    channel: String,
    /// The event's id.
    event: String,
    /// When, where that is longer ago; the audit's own time is when it was told.
    #[serde(default)]
    at: Option<Millis>,
    /// Who, where the gateway does not know it.
    #[serde(default)]
    by: Option<Named>,
}

pub(super) async fn note(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Refused> {
    let principal = reading(&shared, &guest, &headers).await?;
    let Reveal { channel, event, at, by } = ordered(&headers, body, REVEAL_BYTES, "something that was looked at").await?;
    channel_name(&channel).map_err(|reason| Refused::invalid(format!("`channel`: {reason}")))?;
    if principal.view(&Channel::from(&*channel)).is_none() {
        let words = format!("{} may not read {channel}, and cannot have looked at anything there", principal.shown());
        return Err(Refusal::new(Why::Forbidden, words).into());
    }
    principal.take(Use::Subscribe, 1).map_err(|wait| Refusal::too_fast("masked fields are looked at", wait))?;
    let by = by.filter(|_| !principal.is_person()).and_then(|by| by.checked());
    let words = [by.map(|by| format!("by {}, as they say", by.shown())), at.map(|at| format!("at {}", in_words(at)))];
    let entry = Entry::new(now(), &*principal.id, Act::Revealed).from(guest.from()).what(format!("{channel} {event}"));
    let words: Vec<_> = words.into_iter().flatten().collect();
    shared.audit.record(if words.is_empty() { entry } else { entry.detail(words.join(", ")) }).await;
    Ok(Json(serde_json::json!({ "noted": true })))
}

fn in_words(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.to_string())
}
