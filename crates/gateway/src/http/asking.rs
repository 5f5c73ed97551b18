//! What every route asks first: who it is, and a body that is JSON. Every refusal is JSON `{"code","message"}`, and the message says what to do.

use crate::{
    access::{Principal, Purpose, Refusal, Why},
    audit::{Act, Entry},
    door::Guest,
    log::now,
    publish::PublishError,
    shared::Shared,
};
use axum::{
    Json,
    body::{self, Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long a body may take.
pub(super) const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// A refusal over HTTP.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// When the same may be sent again.
    wait: Option<Duration>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), wait: None }
    }

    /// What was sent cannot be meant.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_input", message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(serde_json::json!({ "code": self.code, "message": self.message }))).into_response();
        if let Some(wait) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        response
    }
}

impl From<Refusal> for Refused {
    fn from(Refusal { why, reason }: Refusal) -> Self {
        let (status, code) = match why {
            Why::Origin => (StatusCode::FORBIDDEN, "forbidden_origin"),
            Why::Nothing | Why::NoSession | Why::Wrong | Why::Expired => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Why::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Why::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Why::TooFast(wait) => {
                return Self { wait: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", reason) };
            }
        };
        Self::new(status, code, reason)
    }
}

impl From<PublishError> for Refused {
    fn from(error: PublishError) -> Self {
        let message = error.to_string();
        match error {
            PublishError::Malformed(_) | PublishError::Invalid { .. } => Self::invalid(message),
            PublishError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
            PublishError::Store(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", format!("{message}; nothing was logged, send it again"))
            }
        }
    }
}

/// Who publishes or decides.
pub(super) async fn acting(shared: &Shared, guest: &Guest, headers: &HeaderMap) -> Result<Principal, Refused> {
    known(shared, guest, headers, Purpose::Act).await
}

/// Who only reads.
pub(super) async fn reading(shared: &Shared, guest: &Guest, headers: &HeaderMap) -> Result<Principal, Refused> {
    known(shared, guest, headers, Purpose::Read).await
}

async fn known(shared: &Shared, guest: &Guest, headers: &HeaderMap, purpose: Purpose) -> Result<Principal, Refused> {
    let known = shared.access.principal(headers, None, purpose).await;
    let principal =
        known.inspect_err(|refusal| shared.audit.note(Entry::new(now(), "", Act::Refused).from(guest.from()).detail(&*refusal.reason)))?;
    guest.is_known();
    Ok(principal)
}

/// That somebody may not do something, for the audit.
pub(super) fn refused(principal: &Principal, guest: &Guest, refusal: &Refusal) -> Entry {
    Entry::new(now(), &*principal.id, Act::Refused).from(guest.from()).detail(&*refusal.reason)
}

/// What somebody orders, of `most` bytes; `what` it should be is said where it is none.
pub(super) async fn ordered<T: DeserializeOwned>(headers: &HeaderMap, body: Body, most: usize, what: &str) -> Result<T, Refused> {
    let body = json_body(headers, body, most).await?;
    serde_json::from_slice(&body).map_err(|error| Refused::invalid(format!("not {what}: {error}")))
}

/// The body, when it is declared as JSON: a web page cannot send that to another origin without being asked first.
pub(super) async fn json_body(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Refused> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !declared.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send JSON with `Content-Type: application/json`",
        ));
    }
    let too_large = || {
        let message = format!("the body is too large, {most} bytes are taken at once; send it in parts");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_PATIENCE, body::to_bytes(body, most)).await {
        Ok(Ok(body)) => Ok(body),
        // The limit is an error of the body like any other; only its source tells.
        Ok(Err(error)) if is_limit(&error) => Err(too_large()),
        Ok(Err(error)) => Err(Refused::invalid(format!("the body ended early: {error}"))),
        Err(_) => Err(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            format!("the body did not arrive within {} s; nothing was done, send it again", BODY_PATIENCE.as_secs()),
        )),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
