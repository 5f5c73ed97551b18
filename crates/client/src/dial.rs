//! From a profile to an open WebSocket, with every failure told apart.

use crate::{
    address::Address,
    clock::Clock,
    dialect::{Handshake, Wire},
    ending::Ending,
    frames::Frames,
    handshake::{self, Answer, Question, Reply, Unanswered, Wish, items},
    profile::Profile,
    proxy::{self, Hop},
    socket::Socket,
    status::{Cause, ServerClock},
    stream::{Network, Stream},
    tls,
};
use std::{borrow::Cow, io, net::SocketAddr, path::PathBuf, time::Duration};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error,
        error::ProtocolError,
        http::{HeaderMap, StatusCode, header},
        protocol::{Role, WebSocketConfig},
    },
};

/// The largest message and frame that a server may send.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// What may wait to be written. We send subscribes and pings, nothing else.
const MAX_WRITE: usize = 1 << 20;
/// How often a server may send us on before it counts as going in circles.
const HOPS: usize = 5;

/// Where a profile points, read and checked.
pub(crate) struct Target {
    pub(crate) address: Address,
    pub(crate) hop: Option<Hop>,
    /// Path and query.
    path: String,
    headers: HeaderMap,
    ca_file: Option<PathBuf>,
    network: Network,
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
        let address = Address::parse(&profile.url)?;
        let origin = address.origin();
        let mut headers = HeaderMap::new();
        let mut shake = Handshake { origin: &origin, path: address.asked(), headers: &mut headers };
        say(&mut shake)?;
        let path = shake.path;
        let hop = proxy::between(&profile.proxy, address.is_tls(), address.host(), address.port())?;
        Ok(Self {
            address,
            hop,
            path,
            headers,
            ca_file: profile.ca_file.clone(),
            network: profile.network.clone(),
            patience: profile.timing.connect,
            another_way: profile.history.is_some(),
        })
    }

    /// Look up the name of whom to connect to: the proxy, where there is one, else the server.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, Ending> {
        let (host, port) = self.hop.as_ref().map_or((self.address.host(), self.address.port()), |hop| (&*hop.host, hop.port));
        let who = if self.hop.is_some() { "the proxy's name" } else { "the name" };
        match tokio::net::lookup_host((host, port)).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(Ending::retry(Cause::Unreachable, format!("{who} {host} does not resolve: {error}"))),
        }
    }

    /// Connect to the first of `addresses` that can be reached. Each gets its share of the time, so that one that swallows
    /// everything does not stand before one that works.
    pub(crate) async fn reach(&self, addresses: &[SocketAddr], deadline: Instant) -> Result<Stream, Ending> {
        let mut ending = Ending::retry(Cause::Unreachable, format!("the name {} has no address", self.address.host()));
        for (tried, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now()) / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            ending = match timeout(left, self.network.connect(*address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => self.unconnected(&error),
                Err(_) => late(&format!("{address} did not answer"), self.patience),
            };
        }
        Err(ending)
    }

    /// Go through the proxy, if there is one.
    pub(crate) async fn pass(&self, mut stream: Stream) -> Result<Stream, Ending> {
        if let Some(hop) = &self.hop {
            if hop.tls {
                let config = tls::config(self.ca_file.as_deref()).await?;
                stream = tls::secure(stream, config, &hop.host).await.map_err(|ending| ending.about(&format!("the proxy {hop}")))?;
            }
            stream = proxy::tunnel(stream, hop, self.address.host(), self.address.port()).await?;
        }
        Ok(stream)
    }

    /// Shake hands over TLS, if the server is to be reached so.
    pub(crate) async fn secure(&self, stream: Stream) -> Result<Stream, Ending> {
        if !self.address.is_tls() {
            return Ok(stream);
        }
        tls::secure(stream, tls::config(self.ca_file.as_deref()).await?, self.address.host()).await
    }

    /// A line to the server, up to where HTTP begins.
    pub(crate) async fn line(&self) -> Result<Stream, Ending> {
        let (patience, deadline) = (self.patience, Instant::now() + self.patience);
        let (server, proxy) = (self.address.host(), self.hop.as_ref().map(ToString::to_string).unwrap_or_default());
        let late = |what: String| move |_| late(&what, patience);
        let addresses = timeout_at(deadline, self.resolve()).await.map_err(late(format!("the name {server} was not found")))??;
        let tcp = self.reach(&addresses, deadline).await?;
        let stream = timeout_at(deadline, self.pass(tcp)).await.map_err(late(format!("the proxy {proxy} gave no line")))??;
        timeout_at(deadline, self.secure(stream)).await.map_err(late(format!("the TLS handshake with {server} did not end")))?
    }

    /// Ask on `stream` what the profile and the dialect want to be asked.
    pub(crate) async fn ask(&self, stream: &mut Stream, wish: Wish) -> Result<Reply, Unanswered> {
        let question = Question { authority: &self.address.authority(), path: &self.path, headers: &self.headers, wish };
        handshake::ask(stream, &question).await
    }

    /// Make a WebSocket of `stream`.
    pub(crate) async fn shake(&self, mut stream: Stream, clock: &dyn Clock) -> Result<Opened, Turned> {
        let asked = clock.elapsed();
        let Ok(reply) = timeout(self.patience, self.ask(&mut stream, Wish::WebSocket)).await else {
            return Err(late(&format!("{} did not answer as a WebSocket", self.address.host()), self.patience).into());
        };
        match reply {
            Ok(Reply::Open { headers, rest }) => {
                self.agree(&headers)?;
                let took = clock.elapsed().saturating_sub(asked);
                let clock = ServerClock::read(&headers, clock.wall(), took);
                let line: Stream = Box::new(Frames::new(stream, rest));
                let socket = WebSocketStream::from_raw_socket(line, Role::Client, Some(limits())).await;
                Ok(Opened { socket: Box::new(Socket::new(socket)), clock })
            }
            Ok(Reply::Http(answer)) => Err(self.turned(&answer)),
            Err(Unanswered::Broken(error)) => Err(Ending::retry(Cause::Broken, error.to_string()).into()),
            Err(Unanswered::Nonsense(words)) => Err(Ending::retry(Cause::NotWebSocket, words).into()),
        }
    }

    /// Whether the server chose a subprotocol that we offered, where we need one. One that nobody asked for does no harm.
    fn agree(&self, headers: &HeaderMap) -> Result<(), Ending> {
        let name = header::SEC_WEBSOCKET_PROTOCOL;
        let offered: Vec<&str> = items(&self.headers, &name).collect();
        let chosen = items(headers, &name).any(|chosen| offered.iter().any(|offered| offered.eq_ignore_ascii_case(chosen)));
        if offered.is_empty() || chosen {
            return Ok(());
        }
        // Only a native handshake asks for a subprotocol.
        Err(Ending::Refused("this server speaks the plain ERP protocol; choose dialect erp".into()))
    }

    /// What an answer means that is no WebSocket.
    pub(crate) fn turned(&self, answer: &Answer) -> Turned {
        if let Some(place) = answer.location() {
            return self.led(answer.status, place);
        }
        let words = answer.words();
        match answer.status {
            StatusCode::UNAUTHORIZED => Ending::NeedsLogin(words),
            StatusCode::FORBIDDEN if !self.another_way => Ending::NeedsLogin(words),
            StatusCode::BAD_REQUEST if answer.names_token() => Ending::NeedsLogin(words),
            _ if answer.is_sign_in_page() => Ending::NeedsLogin(format!("{words}; it is a page to sign in on")),
            _ => Ending::retry(Cause::NotWebSocket, format!("{words}, instead of a WebSocket")),
        }
        .into()
    }

    /// A redirect: to a page to sign in on, elsewhere on this server, or away.
    fn led(&self, status: StatusCode, place: &str) -> Turned {
        let to = match self.address.join(place) {
            Ok(to) => to,
            Err(why) => {
                return Ending::retry(Cause::NotWebSocket, format!("HTTP {status}, but where it leads cannot be read: {why}")).into();
            }
        };
        let shown = to.shown();
        if is_sign_in(to.path()) {
            return Ending::NeedsLogin(format!("HTTP {status} to {shown}, which is a page to sign in on")).into();
        }
        if to.host() != self.address.host() {
            let words = format!(
                "HTTP {status}: the server leads to {shown}; what you sign in with is not sent to another host, so name that address instead if it is right"
            );
            // What is moved for good stays moved; the rest may come back.
            let moved = matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            return if moved { Ending::Refused(words) } else { Ending::retry(Cause::NotWebSocket, words) }.into();
        }
        if self.address.is_tls() && !to.is_tls() {
            return Ending::Refused(format!(
                "HTTP {status}: the server leads to {shown}, which is not encrypted; name that address if it is right"
            ))
            .into();
        }
        Turned::Elsewhere(to)
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

/// Whether people sign in at `path`.
fn is_sign_in(path: &str) -> bool {
    const NAMES: [&str; 13] =
        ["login", "signin", "sso", "oauth", "oauth2", "authorize", "auth", "authenticate", "cas", "passport", "saml", "saml2", "logon"];
    path.split('/').any(|part| {
        let part = part.to_ascii_lowercase().replace(['-', '_'], "");
        let part = part.split(['.', ';']).next().unwrap_or_default();
        NAMES.contains(&part)
    })
}

/// Dial `profile` as `wire` does it, and go where the server sends us as long as that is the same host.
pub(crate) async fn open(profile: &Profile, wire: &dyn Wire, clock: &dyn Clock) -> Result<Opened, Ending> {
    let target = Target::of(profile, wire).map_err(Ending::Refused)?;
    let line = target.line().await?;
    follow(profile, wire, clock, target.shake(line, clock).await).await
}

/// What became of a first handshake, wherever it led.
pub(crate) async fn follow(
    profile: &Profile,
    wire: &dyn Wire,
    clock: &dyn Clock,
    mut outcome: Result<Opened, Turned>,
) -> Result<Opened, Ending> {
    let mut there = Cow::Borrowed(profile);
    for _ in 0..HOPS {
        match outcome {
            Ok(opened) => return Ok(opened),
            Err(Turned::Ending(ending)) => return Err(ending),
            Err(Turned::Elsewhere(address)) => {
                tracing::debug!(link = &*profile.id, to = address.shown(), "The server sends us on.");
                address.as_str().clone_into(&mut there.to_mut().url);
            }
        }
        let target = Target::of(&there, wire).map_err(Ending::Refused)?;
        let line = target.line().await?;
        outcome = target.shake(line, clock).await;
    }
    match outcome {
        Ok(opened) => Ok(opened),
        Err(Turned::Ending(ending)) => Err(ending),
        Err(Turned::Elsewhere(address)) => {
            Err(Ending::retry(Cause::NotWebSocket, format!("the server leads in circles, at last to {}", address.shown())))
        }
    }
}

/// Why a handshake made no WebSocket.
#[derive(Debug)]
pub(crate) enum Turned {
    Ending(Ending),
    /// The same host says that it is there.
    Elsewhere(Address),
}

impl From<Ending> for Turned {
    fn from(ending: Ending) -> Self {
        Self::Ending(ending)
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

/// Why reading an open connection failed.
pub(crate) fn broken(error: &Error) -> Ending {
    let cause = match error {
        Error::Capacity(_) | Error::Utf8(_) | Error::AttackAttempt => Cause::Protocol,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Cause::Broken,
        Error::Protocol(_) => Cause::Protocol,
        Error::ConnectionClosed | Error::AlreadyClosed => Cause::Closed,
        _ => Cause::Broken,
    };
    let words = match error {
        Error::Protocol(ProtocolError::NonZeroReservedBits) => {
            "a frame has reserved bits set: the server compresses although nobody asked it to; turn permessage-deflate off there".to_owned()
        }
        Error::Capacity(error) => format!("a message is too large ({error}); the most is {} MiB", MAX_MESSAGE >> 20),
        _ => error.to_string(),
    };
    Ending::retry(cause, words)
}

#[cfg(test)]
mod tests;
