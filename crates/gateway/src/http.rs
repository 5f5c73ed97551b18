//! The routes. Every refusal is JSON `{"code","message"}`, and the message says what to do.

use crate::{
    auth::Denied,
    decisions::{DecisionError, DecisionRequest, Taken},
    gateway::Shared,
    health,
    publish::{self, Placed, PublishError},
    session::{
        self,
        dialect::{Dialect, Ending},
        native::Native,
    },
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        DefaultBodyLimit, RawQuery, State,
        rejection::BytesRejection,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use watchdeck_protocol::SUBPROTOCOL;

/// Largest body of a publish request.
const PUBLISH_BYTES: usize = 4 << 20;
/// Largest body of a decision.
const DECISION_BYTES: usize = 64 << 10;
/// Largest frame that a client may send.
const INBOUND_BYTES: usize = 64 << 10;

/// A refusal over HTTP.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(serde_json::json!({ "code": self.code, "message": self.message }))).into_response()
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoKey => {
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "send the gateway's publish_key as `Authorization: Bearer …`")
            }
            Denied::WrongKey => Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "the key is not this gateway's publish_key"),
            Denied::Origin => {
                Self::new(StatusCode::FORBIDDEN, "forbidden_origin", "this web page's origin is not in the gateway's allowed_origins")
            }
        }
    }
}

impl From<PublishError> for Refused {
    fn from(error: PublishError) -> Self {
        let message = error.to_string();
        match error {
            PublishError::Malformed(_) | PublishError::Invalid { .. } => Self::new(StatusCode::BAD_REQUEST, "invalid_input", message),
            PublishError::Store(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", format!("{message}; nothing was logged, send it again"))
            }
        }
    }
}

impl From<DecisionError> for Refused {
    fn from(error: DecisionError) -> Self {
        let (status, code) = match error {
            DecisionError::Unsupported => (StatusCode::NOT_IMPLEMENTED, "unsupported"),
            DecisionError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            DecisionError::Refused(_) => (StatusCode::CONFLICT, "refused"),
            DecisionError::Overtaken(_) => (StatusCode::CONFLICT, "overtaken"),
            DecisionError::KeyReused => (StatusCode::CONFLICT, "key_reused"),
        };
        Self::new(status, code, error.to_string())
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/api/publish", post(publish_events).layer(DefaultBodyLimit::max(PUBLISH_BYTES)))
        .route("/api/decisions", post(decide).layer(DefaultBodyLimit::max(DECISION_BYTES)))
        // The ERP's clients connect to any path.
        .fallback(websocket)
        .with_state(shared)
}

async fn healthz(State(shared): State<Arc<Shared>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let full = shared.access.reader(&headers, query.as_deref()).is_ok();
    let (healthy, report) = health::report(&shared, full).await;
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

async fn publish_events(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<serde_json::Value>, Refused> {
    shared.access.publisher(&headers)?;
    let body = json_body(&headers, body)?;
    let placed: Vec<Placed> = publish::commit(&shared.log, &shared.http_source, publish::parse(&body)?).await?;
    Ok(Json(serde_json::json!({ "events": placed })))
}

async fn decide(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Response, Refused> {
    shared.access.publisher(&headers)?;
    let body = json_body(&headers, body)?;
    let decision: DecisionRequest = serde_json::from_slice(&body)
        .map_err(|error| Refused::new(StatusCode::BAD_REQUEST, "invalid_input", format!("not a decision: {error}")))?;
    if decision.idempotency_key.is_empty() || decision.idempotency_key.len() > 128 {
        return Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_input", "`idempotencyKey` must have 1 to 128 characters"));
    }
    let key = decision.idempotency_key.clone();
    // On its own: a client that hangs up half-way must not leave a decision that was handed on and is not remembered.
    let deciding = shared.tasks.spawn({
        let shared = Arc::clone(&shared);
        async move { shared.decider.decide(decision).await }
    });
    let outcome = deciding.await.unwrap_or_else(|_| Err(DecisionError::Unavailable("the gateway failed in itself".into())));
    match outcome {
        Ok(Taken { decided, repeated }) => {
            let (by, approve, at) = (decided.decided_by, decided.approve, decided.decided_at);
            let answer = serde_json::json!({ "idempotencyKey": key, "accepted": true, "repeated": repeated, "decidedBy": by, "approve": approve, "decidedAt": at });
            Ok(Json(answer).into_response())
        }
        Err(DecisionError::Overtaken(first)) => {
            let message = DecisionError::Overtaken(first.clone()).to_string();
            let answer = serde_json::json!({ "code": "overtaken", "message": message, "decidedBy": first.decided_by, "approve": first.approve, "decidedAt": first.decided_at });
            Ok((StatusCode::CONFLICT, Json(answer)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The body, when it is declared as JSON: a web page cannot send that to another origin without being asked first.
fn json_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refused> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !declared.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refused::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send JSON with `Content-Type: application/json`",
        ));
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body is too large (4 MiB of events, 64 KiB for a decision); send it in parts",
        ),
        status => Refused::new(status, "invalid_input", rejection.body_text()),
    })
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

async fn websocket(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return Refused::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is WebSocket at /ws, POST /api/publish, POST /api/decisions and GET /healthz",
        )
        .into_response();
    };
    // What is written is bounded by the session: one page of one channel, then a flush.
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(INBOUND_BYTES).max_frame_size(INBOUND_BYTES);
    let native = upgrade.selected_protocol().is_some();
    let dialect = if native { Dialect::Native(Native::default()) } else { Dialect::Plain };
    let refused = if native {
        shared.access.reader(&headers, query.as_deref()).err().map(|refusal| Ending::close(refusal.code, refusal.reason))
    } else {
        shared.access.plain_reader(&headers).err().map(|reason| Ending::Close { code: 1008, reason: reason.into() })
    };
    let tasks = shared.tasks.clone();
    upgrade.on_upgrade(move |socket| {
        tasks.track_future(async move {
            if let Some(ending) = refused {
                tracing::info!(native, "A session was refused.");
                return session::refuse(socket, ending).await;
            }
            let Ok(_permit) = Arc::clone(&shared.seats).try_acquire_owned() else {
                tracing::warn!(native, "A session was refused: there are as many as max_connections allows.");
                return session::refuse(socket, dialect.full()).await;
            };
            let _seat = Seat::taken(&shared);
            session::run(socket, dialect, shared).await;
        })
    })
}
