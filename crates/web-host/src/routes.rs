//! The two routes: a call of the core, and the window's files.

use crate::guard::{self, Token};
use crate::page;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;
use watchdeck_console::{Code, CommandError, Console};

/// Largest arguments of a call: a calendar file of 2 MiB as a JSON string, in which each of its line ends is twice as long.
const BODY: usize = 5 * 1024 * 1024;

#[derive(Clone)]
struct Shared {
    console: Console,
    token: Token,
    addr: SocketAddr,
    stop: CancellationToken,
}

/// Everything that this server answers.
pub(crate) fn routes(console: Console, token: Token, addr: SocketAddr, stop: CancellationToken) -> Router {
    let shared = Shared { console, token, addr, stop };
    let mut routes = Router::new()
        .route("/api/call/{name}", post(call))
        .route("/api/{*rest}", axum::routing::any(|| async { StatusCode::NOT_FOUND }))
        .fallback(axum::routing::get(page::page))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(shared.clone(), only_ours))
        .with_state(shared);
    for (name, value) in guard::HEADERS {
        routes = routes.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    routes
}

async fn only_ours(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if guard::is_ours(request.headers(), shared.addr) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This console answers its own window only.").into_response()
    }
}

async fn call(State(shared): State<Shared>, Path(name): Path<String>, headers: header::HeaderMap, body: Bytes) -> Response {
    if !shared.token.is_shown_in(&headers) {
        return failed(&CommandError {
            code: Code::Unauthorized,
            message: "The token is missing or not the one of this start. Open the address that was printed when the console was started."
                .to_owned(),
            at: None,
        });
    }
    let args = match serde_json::from_slice(if body.is_empty() { b"{}" } else { &body }) {
        Ok(args) => args,
        Err(error) => return failed(&CommandError::invalid(format!("The arguments are not JSON: {error}"))),
    };
    // A held call must not hold up the end.
    match shared.stop.run_until_cancelled(shared.console.call(&name, args)).await {
        Some(Ok(answer)) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Some(Err(error)) => failed(&error),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn failed(error: &CommandError) -> Response {
    let status = match error.code {
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::InvalidInput => StatusCode::BAD_REQUEST,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Unauthorized => StatusCode::UNAUTHORIZED,
        Code::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, axum::Json(error)).into_response()
}
