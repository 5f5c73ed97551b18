//! The routes. Every refusal is JSON `{"code","message"}`, and the message says what to do.

mod alerts;
mod asking;
mod claims;
mod decisions;
mod delegations;
mod reveals;

use crate::{
    access::Purpose,
    audit::{Act, Entry},
    decisions::Approver,
    door::Guest,
    health,
    log::now,
    publish::{self, Placed},
    session::{self, dialect::Dialect, native::Native},
    shared::Shared,
    upgrade::Asked,
};
use asking::{Refused, acting, json_body, refused};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Largest body of a publish request, unless one event may be larger.
const PUBLISH_BYTES: usize = 4 << 20;
/// What a publish request has around one event.
const ENVELOPE_BYTES: usize = 4 << 10;
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/api/publish", post(publish_events))
        .route("/api/decisions", post(decisions::decide))
        .route("/api/decisions/{key}", get(decisions::decision).delete(decisions::withdraw))
        .route("/api/claims", post(claims::order))
        .route("/api/alerts", post(alerts::handle))
        .route("/api/delegations", post(delegations::make).get(delegations::mine))
        .route("/api/delegations/{id}", delete(delegations::end))
        .route("/api/reveals", post(reveals::note))
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
            "there is WebSocket at /ws, POST /api/publish, POST /api/decisions, POST /api/claims, POST /api/alerts, POST /api/delegations and GET /healthz",
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
                let from = guest.from();
                shared.audit.note(Entry::new(now(), &*principal.id, Act::Connected).from(from.clone()).detail(principal.way.as_str()));
                drop(guest);
                let _seat = Seat::taken(&shared);
                tracing::debug!(native, id = %principal.id, way = principal.way.as_str(), "A session begins.");
                return session::run(socket, dialect, principal, from, shared).await;
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
