//! From an HTTP request to a WebSocket.
//!
//! The sessions' WebSocket is one that queues what is sent as shared bytes and does not copy it: a large event that a hundred clients
//! are slow to take is in memory once. Its read buffer is small, too, which is most of what an idle connection costs.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};
use tokio_websockets::{Config, Limits, ServerBuilder, WebSocketStream};
use watchdeck_protocol::SUBPROTOCOL;

/// Largest message that a client may send.
const INBOUND_BYTES: usize = 64 << 10;
/// Bytes that may be queued before a session waits for its client.
const QUEUED_BYTES: usize = 64 << 10;
/// By RFC 6455.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A session's connection.
pub(crate) type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A request that asks for a WebSocket.
pub(crate) struct Asked {
    upgrading: OnUpgrade,
    accept: HeaderValue,
    /// Whether it offers `watchdeck.v1`.
    pub(crate) native: bool,
}

impl Asked {
    /// `None` when the request asks for something else, or not as RFC 6455 says.
    pub(crate) fn of(request: &mut Request) -> Option<Self> {
        let headers = request.headers();
        let asked = request.method() == Method::GET
            && lists(headers, header::CONNECTION, "upgrade")
            && lists(headers, header::UPGRADE, "websocket")
            && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| asked)?;
        let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(GUID).finalize();
        let accept = HeaderValue::try_from(BASE64_STANDARD.encode(digest)).ok()?;
        let native = lists(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
        let upgrading = request.extensions_mut().remove::<OnUpgrade>()?;
        Some(Self { upgrading, accept, native })
    }

    /// The answer to the client, and the connection once the client has it.
    pub(crate) fn accept(self) -> (Response, impl Future<Output = Option<WebSocket>> + Send + 'static) {
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if self.native {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        }
        let upgrading = self.upgrading;
        let connection = async move {
            match upgrading.await {
                Ok(upgraded) => Some(
                    ServerBuilder::new()
                        .config(Config::default().flush_threshold(QUEUED_BYTES).frame_size(usize::MAX))
                        .limits(Limits::default().max_payload_len(Some(INBOUND_BYTES)))
                        .serve(TokioIo::new(upgraded)),
                ),
                Err(error) => {
                    tracing::debug!(%error, "A client left before its session began.");
                    None
                }
            }
        };
        (response, connection)
    }
}

/// Whether a header lists `value`, over all its lines.
fn lists(headers: &HeaderMap, name: header::HeaderName, value: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case(value))
}
