//! From a profile to an open WebSocket, with every failure told apart.

use crate::{
    dialect::{Handshake, Wire},
    profile::Profile,
    session::Ending,
    socket::Socket,
    status::Cause,
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    Connector, client_async_tls_with_config,
    tungstenite::{
        Error,
        client::IntoClientRequest,
        error::{ProtocolError, SubProtocolError},
        handshake::client::Request,
        http::{StatusCode, Uri},
        protocol::WebSocketConfig,
    },
};

/// The largest message and frame that a server may send.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// What may wait to be written. We send subscribes and pings, nothing else.
const MAX_WRITE: usize = 1 << 20;

/// Where a profile points, read and checked.
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    request: Request,
}

impl Target {
    /// Read the profile, for a server that is spoken to by `wire`.
    ///
    /// # Errors
    /// What to tell the user.
    pub(crate) fn of(profile: &Profile, wire: &dyn Wire) -> Result<Self, String> {
        let url = profile.url.trim();
        let url = match url.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some(("https", rest)) => format!("wss://{rest}"),
            _ => url.to_owned(),
        };
        let mut request = url.as_str().into_client_request().map_err(|error| format!("{:?} is not an address: {error}", profile.url))?;
        let uri = request.uri();
        let tls = match uri.scheme_str() {
            Some("ws") => false,
            Some("wss") => true,
            _ => return Err(format!("{:?} is not an address: it must begin with ws:// or wss://", profile.url)),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| format!("{:?} names no host", profile.url))?;
        let scheme = if tls { "https" } else { "http" };
        let origin = match uri.port_u16() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let host = host.trim_matches(['[', ']']).to_owned();
        let asked = uri.path_and_query().map_or("/", |asked| asked.as_str()).to_owned();
        let mut shake = Handshake { tls, origin: &origin, path: asked.clone(), headers: request.headers_mut() };
        wire.handshake(profile, &mut shake)?;
        if shake.path != asked {
            let path = shake.path.parse().map_err(|error| format!("{:?} is not a path: {error}", shake.path))?;
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(path);
            *request.uri_mut() = Uri::from_parts(parts).map_err(|error| format!("{:?} is not an address: {error}", profile.url))?;
        }
        Ok(Self { host, port, tls, request })
    }

    /// Look the name up.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, Ending> {
        match tokio::net::lookup_host((self.host.as_str(), self.port)).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(Ending::retry(Cause::Unreachable, format!("the name {} does not resolve: {error}", self.host))),
        }
    }

    /// Connect and shake hands.
    pub(crate) async fn open(self) -> Result<Box<Socket>, Ending> {
        let addresses = self.resolve().await?;
        let tcp = TcpStream::connect(addresses.as_slice()).await.map_err(|error| unconnected(&error))?;
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "The socket keeps its delay.");
        }
        let connector = if self.tls { Connector::Rustls(tls_config().await?) } else { Connector::Plain };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE))
            .write_buffer_size(0)
            .max_write_buffer_size(MAX_WRITE);
        let tls = self.tls;
        match client_async_tls_with_config(self.request, tcp, Some(config), Some(connector)).await {
            Ok((stream, _)) => Ok(Box::new(Socket::new(stream))),
            Err(error) => Err(unopened(error, tls)),
        }
    }
}

fn unconnected(error: &io::Error) -> Ending {
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused => Cause::ConnectionRefused,
        io::ErrorKind::TimedOut => Cause::TimedOut,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Cause::Broken,
        _ => Cause::Unreachable,
    };
    Ending::retry(cause, error.to_string())
}

fn unopened(error: Error, tls: bool) -> Ending {
    match error {
        Error::Http(answer) => {
            let status = answer.status();
            match status {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ending::NeedsLogin(format!("HTTP {status}")),
                _ => Ending::retry(Cause::NotWebSocket, format!("HTTP {status}")),
            }
        }
        // Only a native handshake asks for a subprotocol.
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
            Ending::Refused("this server speaks the plain ERP protocol; choose dialect erp".into())
        }
        Error::Tls(error) => Ending::retry(Cause::Tls, error.to_string()),
        Error::Io(error) if tls && error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            Ending::retry(Cause::Tls, error.to_string())
        }
        Error::Io(error) => Ending::retry(Cause::Broken, error.to_string()),
        other => Ending::retry(Cause::NotWebSocket, other.to_string()),
    }
}

/// TLS with the roots of this machine, read once.
async fn tls_config() -> Result<Arc<rustls::ClientConfig>, Ending> {
    static CONFIG: OnceLock<Arc<rustls::ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(config.clone());
    }
    let built = tokio::task::spawn_blocking(|| {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = rustls::RootCertStore::empty();
        let (added, ignored) = roots.add_parsable_certificates(found.certs);
        tracing::debug!(added, ignored, errors = found.errors.len(), "The roots of this machine were read.");
        if added == 0 {
            return Err("this machine has no root certificates; install the package ca-certificates".to_owned());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    });
    let config = built.await.map_err(|error| error.to_string()).and_then(|built| built);
    let config = config.map_err(|detail| Ending::retry(Cause::Tls, detail))?;
    Ok(CONFIG.get_or_init(|| config).clone())
}

/// Why reading an open connection failed.
pub(crate) fn broken(error: &Error) -> Ending {
    let cause = match error {
        Error::Capacity(_) | Error::Utf8(_) | Error::AttackAttempt => Cause::Protocol,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Cause::Broken,
        Error::Protocol(_) => Cause::Protocol,
        Error::ConnectionClosed | Error::AlreadyClosed => Cause::Closed,
        _ => Cause::Broken,
    };
    Ending::retry(cause, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dialect, profile::Dialect};

    fn profile(url: &str, dialect: Dialect) -> Profile {
        Profile { token: Some("abc".into()), ..Profile::new("p", url, dialect) }
    }

    fn target(profile: &Profile) -> Result<Target, String> {
        Target::of(profile, dialect::wire(profile.dialect, profile).as_ref())
    }

    #[test]
    fn an_address_is_read_in_every_usual_form() {
        for (url, host, port, tls) in [
            ("ws://erp.local:3002/", "erp.local", 3002, false),
            ("wss://erp.local/ws", "erp.local", 443, true),
            ("https://erp.local", "erp.local", 443, true),
            (" http://[::1]:9 ", "::1", 9, false),
        ] {
            let target = target(&profile(url, Dialect::Native)).unwrap();
            assert_eq!((target.host.as_str(), target.port, target.tls), (host, port, tls), "{url}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_said_so() {
        for url in ["", "erp.local:3002", "ftp://erp.local/", "ws://", "ws:///path", "ws://a b/"] {
            assert!(target(&profile(url, Dialect::Erp)).is_err(), "{url:?}");
        }
    }

    #[test]
    fn each_dialect_signs_in_its_own_way() {
        let native = target(&profile("wss://h/ws", Dialect::Native)).unwrap().request;
        assert_eq!(native.headers()["authorization"], "Bearer abc");
        assert_eq!(native.headers()["sec-websocket-protocol"], "watchdeck.v1");
        let erp = target(&profile("wss://h:3002/", Dialect::Erp)).unwrap().request;
        assert_eq!(erp.headers()["cookie"], "next-auth.session-token=abc; __Secure-next-auth.session-token=abc");
        assert_eq!(erp.headers()["origin"], "https://h:3002");
        assert!(!erp.headers().contains_key("sec-websocket-protocol"));
        let plain = target(&profile("ws://h:3002/", Dialect::Erp)).unwrap().request;
        assert_eq!(plain.headers()["cookie"], "next-auth.session-token=abc");
    }

    #[test]
    fn a_token_that_breaks_a_header_is_refused() {
        for token in ["a\nb", "a; admin=1"] {
            let profile = Profile { token: Some(token.into()), ..profile("ws://h/", Dialect::Erp) };
            assert!(target(&profile).is_err(), "{token:?}");
        }
    }
}
