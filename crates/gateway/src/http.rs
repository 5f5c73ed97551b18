//! The routes. Every refusal is JSON `{"code","message"}`, and the message says what to do.

mod claims;
mod decisions;
mod delegations;

use crate::{
    access::{Principal, Purpose, Refusal, Why},
    audit::{Act, Entry},
    decisions::Approver,
    door::Guest,
    health,
    log::now,
    publish::{self, Placed, PublishError},
    session::{self, dialect::Dialect, native::Native},
    shared::Shared,
    upgrade::Asked,
};
use axum::{
    Extension, Json, Router,
    body::{self, Body, Bytes},
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Largest body of a publish request, unless one event may be larger.
const PUBLISH_BYTES: usize = 4 << 20;
/// What a publish request has around one event.
const ENVELOPE_BYTES: usize = 4 << 10;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// A refusal over HTTP.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// When the same may be sent again.
    wait: Option<Duration>,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), wait: None }
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
            PublishError::Malformed(_) | PublishError::Invalid { .. } => Self::new(StatusCode::BAD_REQUEST, "invalid_input", message),
            PublishError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
            PublishError::Store(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", format!("{message}; nothing was logged, send it again"))
            }
        }
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/api/publish", post(publish_events))
        .route("/api/decisions", post(decisions::decide))
        .route("/api/decisions/{key}", get(decisions::decision).delete(decisions::withdraw))
        .route("/api/claims", post(claims::order))
        .route("/api/delegations", post(delegations::make).get(delegations::mine))
        .route("/api/delegations/{id}", delete(delegations::end))
        // The ERP's clients connect to any path.
        .fallback(websocket)
        .with_state(shared)
}

async fn healthz(State(shared): State<Arc<Shared>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let reader = shared.access.principal(&headers, query.as_deref(), Purpose::Read).await.ok();
    let reader = reader.filter(|_| shared.access.host_allowed(&headers));
    let (healthy, report) = health::report(&shared, reader.as_ref()).await;
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

async fn publish_events(
    State(shared): State<Arc<Shared>>,
    Extension(guest): Extension<Arc<Guest>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<serde_json::Value>, Refused> {
    let principal = acting(&shared, &guest, &headers).await?;
    let body = json_body(&headers, body, PUBLISH_BYTES.max(shared.log.most_bytes() + ENVELOPE_BYTES)).await?;
    let arrived = publish::parse(&body)?;
    let allowed = principal.publishes(arrived.iter().map(|one| &one.channel));
    allowed.inspect_err(|refusal| shared.audit.note(refused(&principal, &guest, refusal)))?;
    let placed: Vec<Placed> = publish::commit(&shared.log, &shared.http_source, arrived).await?;
    placed.iter().for_each(|placed| shared.audit.published(&principal.id, placed.channel.as_str()));
    Ok(Json(serde_json::json!({ "events": placed })))
}

/// Who publishes or decides.
async fn acting(shared: &Shared, guest: &Guest, headers: &HeaderMap) -> Result<Principal, Refused> {
    let known = shared.access.principal(headers, None, Purpose::Act).await;
    let principal =
        known.inspect_err(|refusal| shared.audit.note(Entry::new(now(), "", Act::Refused).from(guest.from()).detail(&*refusal.reason)))?;
    guest.is_known();
    Ok(principal)
}

/// That somebody may not do something, for the audit.
fn refused(principal: &Principal, guest: &Guest, refusal: &Refusal) -> Entry {
    Entry::new(now(), &*principal.id, Act::Refused).from(guest.from()).detail(&*refusal.reason)
}

/// The body, when it is declared as JSON: a web page cannot send that to another origin without being asked first.
async fn json_body(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Refused> {
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
        Ok(Err(error)) => Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_input", format!("the body ended early: {error}"))),
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

/// Counts a session while it lives.
struct Seat {
    shared: Arc<Shared>,
}

impl Seat {
    fn taken(shared: &Arc<Shared>) -> Self {
        shared.connections.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(shared) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _: usize = AtomicUsize::fetch_sub(&self.shared.connections, 1, Ordering::Relaxed);
    }
}

async fn websocket(State(shared): State<Arc<Shared>>, Extension(guest): Extension<Arc<Guest>>, mut request: Request) -> Response {
    let Some(asked) = Asked::of(&mut request) else {
        return Refused::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is WebSocket at /ws, POST /api/publish, POST /api/decisions, POST /api/claims, POST /api/delegations and GET /healthz",
        )
        .into_response();
    };
    let (headers, query) = (request.headers(), request.uri().query());
    let native = asked.native;
    let dialect = if native { Dialect::Native(Native::default()) } else { Dialect::Plain };
    let known = match native {
        true => shared.access.principal(headers, query, Purpose::Read).await,
        false => shared.access.plain_reader(headers).await,
    };
    let (response, connection) = asked.accept();
    shared.tasks.clone().spawn(async move {
        // Until it has a seat it is a stranger, and can be shown out.
        let Some(socket) = connection.await else { return };
        let ending = match (known, Arc::clone(&shared.seats).try_acquire_owned()) {
            (Err(refusal), _) => {
                shared.audit.note(Entry::new(now(), "", Act::Refused).from(guest.from()).detail(&*refusal.reason));
                tracing::info!(native, why = ?refusal.why, "A session was refused.");
                dialect.refused(refusal)
            }
            (Ok(principal), Ok(_permit)) => {
                guest.is_known();
                shared.decider.is_here(&Approver::of(&principal));
                shared.audit.note(Entry::new(now(), &*principal.id, Act::Connected).from(guest.from()).detail(principal.way.as_str()));
                drop(guest);
                let _seat = Seat::taken(&shared);
                tracing::debug!(native, id = %principal.id, way = principal.way.as_str(), "A session begins.");
                return session::run(socket, dialect, principal, shared).await;
            }
            (Ok(_), Err(_)) => {
                tracing::warn!(
                    native,
                    "A session was refused: there are as many as max_connections and the system's limit of open files allow."
                );
                dialect.full()
            }
        };
        tokio::select! {
            () = session::refuse(socket, ending) => {}
            () = guest.shown_out() => {}
        }
    });
    response
}
