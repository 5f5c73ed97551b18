//! From a profile to an open WebSocket, with every failure told apart.

use crate::{
    clock::Clock,
    dialect::{Handshake, Wire},
    profile::Profile,
    proxy::{self, Hop},
    session::Ending,
    socket::Socket,
    status::{Cause, ServerClock},
    stream::Stream,
    tls,
};
use std::{io, net::SocketAddr, path::PathBuf, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error,
        client::IntoClientRequest,
        error::{ProtocolError, SubProtocolError},
        handshake::client::{Request, Response},
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
    pub(crate) hop: Option<Hop>,
    request: Request,
    ca_file: Option<PathBuf>,
    patience: Duration,
    /// There is another way than a WebSocket: what forbids the one may allow the other, and says so itself where it does not.
    another_way: bool,
}

impl Target {
    /// Read the profile, for a server that is spoken to by `wire`.
    ///
    /// # Errors
    /// What to tell the user.
    pub(crate) fn of(profile: &Profile, wire: &dyn Wire) -> Result<Self, String> {
        Self::with(profile, |shake| wire.handshake(profile, shake))
    }

    /// Read the profile, with whatever `say` adds to the handshake.
    ///
    /// # Errors
    /// What to tell the user.
    pub(crate) fn with(profile: &Profile, say: impl FnOnce(&mut Handshake<'_>) -> Result<(), String>) -> Result<Self, String> {
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
        say(&mut shake)?;
        if shake.path != asked {
            let path = shake.path.parse().map_err(|error| format!("{:?} is not a path: {error}", shake.path))?;
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(path);
            *request.uri_mut() = Uri::from_parts(parts).map_err(|error| format!("{:?} is not an address: {error}", profile.url))?;
        }
        let hop = proxy::between(&profile.proxy, tls, &host, port)?;
        Ok(Self {
            host,
            port,
            tls,
            hop,
            request,
            ca_file: profile.ca_file.clone(),
            patience: profile.timing.connect,
            another_way: profile.history.is_some(),
        })
    }

    /// Look up the name of whom to connect to: the proxy, where there is one, else the server.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, Ending> {
        let (host, port) = self.hop.as_ref().map_or((&self.host, self.port), |hop| (&hop.host, hop.port));
        let who = if self.hop.is_some() { "the proxy's name" } else { "the name" };
        match tokio::net::lookup_host((host.as_str(), port)).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(Ending::retry(Cause::Unreachable, format!("{who} {host} does not resolve: {error}"))),
        }
    }

    /// Connect to the first of `addresses` that can be reached. Each gets its share of the time, so that one that swallows
    /// everything does not stand before one that works.
    pub(crate) async fn reach(&self, addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, Ending> {
        let mut ending = Ending::retry(Cause::Unreachable, format!("the name {} has no address", self.host));
        for (tried, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now()) / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            ending = match timeout(left, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    if let Err(error) = tcp.set_nodelay(true) {
                        tracing::debug!(%error, "The socket keeps its delay.");
                    }
                    return Ok(tcp);
                }
                Ok(Err(error)) => self.unconnected(&error),
                Err(_) => late(&format!("{address} did not answer"), self.patience),
            };
        }
        Err(ending)
    }

    /// Go through the proxy, if there is one.
    pub(crate) async fn pass(&self, tcp: TcpStream) -> Result<Stream, Ending> {
        let mut stream: Stream = Box::new(tcp);
        if let Some(hop) = &self.hop {
            if hop.tls {
                let config = tls::config(self.ca_file.as_deref()).await?;
                stream = tls::secure(stream, config, &hop.host).await.map_err(|ending| ending.about(&format!("the proxy {hop}")))?;
            }
            stream = proxy::tunnel(stream, hop, &self.host, self.port).await?;
        }
        Ok(stream)
    }

    /// Shake hands over TLS, if the server is to be reached so.
    pub(crate) async fn secure(&self, stream: Stream) -> Result<Stream, Ending> {
        if !self.tls {
            return Ok(stream);
        }
        tls::secure(stream, tls::config(self.ca_file.as_deref()).await?, &self.host).await
    }

    /// A line to the server, up to where HTTP begins.
    pub(crate) async fn line(&self) -> Result<Stream, Ending> {
        let (patience, deadline) = (self.patience, Instant::now() + self.patience);
        let (server, proxy) = (&self.host, self.hop.as_ref().map(ToString::to_string).unwrap_or_default());
        let late = |what: String| move |_| late(&what, patience);
        let addresses = timeout_at(deadline, self.resolve()).await.map_err(late(format!("the name {server} was not found")))??;
        let tcp = self.reach(&addresses, deadline).await?;
        let stream = timeout_at(deadline, self.pass(tcp)).await.map_err(late(format!("the proxy {proxy} gave no line")))??;
        timeout_at(deadline, self.secure(stream)).await.map_err(late(format!("the TLS handshake with {server} did not end")))?
    }

    /// Ask for a WebSocket on `stream`.
    pub(crate) async fn ask(self, stream: Stream) -> Result<(WebSocketStream<Stream>, Response), Error> {
        client_async_with_config(self.request, stream, Some(limits())).await
    }

    /// Make a WebSocket of `stream`.
    pub(crate) async fn shake(self, stream: Stream, clock: &dyn Clock) -> Result<Opened, Ending> {
        let (asked, patience, server, another_way) = (clock.elapsed(), self.patience, self.host.clone(), self.another_way);
        match timeout(patience, self.ask(stream)).await {
            Ok(Ok((stream, answer))) => {
                let took = clock.elapsed().saturating_sub(asked);
                let clock = ServerClock::read(answer.headers(), clock.wall(), took);
                Ok(Opened { socket: Box::new(Socket::new(stream)), clock })
            }
            Ok(Err(error)) => Err(unopened(error, another_way)),
            Err(_) => Err(late(&format!("{server} did not answer as a WebSocket"), patience)),
        }
    }

    fn unconnected(&self, error: &io::Error) -> Ending {
        if let Some(hop) = &self.hop {
            return Ending::retry(Cause::Unreachable, format!("the proxy {hop} cannot be reached: {error}"));
        }
        let cause = match error.kind() {
            io::ErrorKind::ConnectionRefused => Cause::ConnectionRefused,
            io::ErrorKind::TimedOut => Cause::TimedOut,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Cause::Broken,
            _ => Cause::Unreachable,
        };
        Ending::retry(cause, error.to_string())
    }
}

/// An open connection, and what was learned on the way.
pub(crate) struct Opened {
    pub(crate) socket: Box<Socket>,
    pub(crate) clock: Option<ServerClock>,
}

/// `what` did not happen within `patience`.
pub(crate) fn late(what: &str, patience: Duration) -> Ending {
    Ending::retry(Cause::TimedOut, format!("{what} within {patience:?}"))
}

/// What a connection may hold. The libraries' own limits are far higher, or none.
pub(crate) fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE)
}

fn unopened(error: Error, another_way: bool) -> Ending {
    match error {
        Error::Http(answer) => {
            let status = answer.status();
            match status {
                StatusCode::UNAUTHORIZED => Ending::NeedsLogin(format!("HTTP {status}")),
                StatusCode::FORBIDDEN if !another_way => Ending::NeedsLogin(format!("HTTP {status}")),
                _ => Ending::retry(Cause::NotWebSocket, format!("HTTP {status} instead of a WebSocket")),
            }
        }
        // Only a native handshake asks for a subprotocol.
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
            Ending::Refused("this server speaks the plain ERP protocol; choose dialect erp".into())
        }
        Error::Io(error) => Ending::retry(Cause::Broken, error.to_string()),
        other => Ending::retry(Cause::NotWebSocket, other.to_string()),
    }
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
