//! Finding out which protocol a server speaks, by asking it.
//!
//! A WebSocket handshake offers `watchdeck.v1`; Engine.IO is asked over HTTP as its own clients would; the hub turns away whoever comes
//! without a bearer. What is left when a server opens a WebSocket to anybody is the ERP's own, which checks the session afterwards.

use crate::{
    dial::{Target, late},
    dialect,
    http::{self, Answer, Asker, HttpError},
    profile::{Dialect, Profile},
    session::Ending,
    status::Cause,
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{
    Error, Message,
    error::{ProtocolError, SubProtocolError},
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use watchdeck_protocol::SUBPROTOCOL;

/// Offered before the real one: some WebSocket libraries say yes to whatever is named first.
const DECOY: &str = "watchdeck.detect";
/// The hub's own path.
const HUB_PATH: &str = "/ws/messages";
/// Where Engine.IO answers.
const ENGINE_IO: &str = "/socket.io/?EIO=4&transport=polling";
/// The longest answer to that.
const MAX_ANSWER: usize = 64 << 10;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectTry {
    /// For which protocol.
    pub dialect: Dialect,
    /// What came of it.
    pub outcome: String,
}

/// It is not known which protocol the server speaks.
#[derive(Debug, thiserror::Error)]
#[error("{}", words(.tries))]
pub struct DetectError {
    /// What was tried, in order.
    pub tries: Vec<DetectTry>,
    /// What it means for a link.
    pub(crate) ending: Ending,
}

/// Ask the server of `profile`, whatever dialect the profile names, which one it speaks.
///
/// # Errors
/// Nobody answered, or nothing that is known; with what was tried.
pub async fn detect(profile: &Profile) -> Result<Dialect, DetectError> {
    let patience = profile.timing.connect;
    let mut tries = vec![];
    match timeout(patience, find(profile, &mut tries)).await {
        Ok(Ok(dialect)) => {
            tracing::debug!(link = &*profile.id, ?dialect, ?tries, "The protocol is known.");
            Ok(dialect)
        }
        Ok(Err(ending)) => Err(DetectError { tries, ending }),
        Err(_) => Err(DetectError { tries, ending: late("it was not found out which protocol the server speaks", patience) }),
    }
}

/// What a server makes of a WebSocket handshake.
enum Shaken {
    Native,
    /// A WebSocket without our subprotocol.
    Plain,
    /// Turned away at the door; whether it names bearers as what it wants.
    Locked(StatusCode, bool),
    /// Something else.
    Other(String),
}

async fn find(profile: &Profile, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    let mut note = |dialect, outcome: String| tries.push(DetectTry { dialect, outcome });
    let first = shake(profile, true, None).await.inspect_err(|ending| note(Dialect::Native, ending.clone().into_words()))?;
    note(Dialect::Native, describe(&first));
    let path = path(profile).unwrap_or_default();
    let hub_path = path.trim_end_matches('/') == HUB_PATH;
    match first {
        Shaken::Native => return Ok(Dialect::Native),
        Shaken::Locked(_, true) => return Ok(Dialect::Hub),
        Shaken::Locked(..) | Shaken::Plain if hub_path => return Ok(Dialect::Hub),
        _ => {}
    }

    match engine_io(profile).await {
        Ok(()) => return Ok(Dialect::SocketIo),
        Err(outcome) => note(Dialect::SocketIo, outcome),
    }
    // A server may know Engine.IO on WebSockets only, and answer anything to the rest.
    if matches!(first, Shaken::Other(_)) {
        let patience = profile.timing.connect / 3;
        match timeout(patience, engine_io_at_once(profile)).await.unwrap_or_else(|_| Err("no answer to an Engine.IO WebSocket".into())) {
            Ok(()) => return Ok(Dialect::SocketIo),
            Err(outcome) => note(Dialect::SocketIo, outcome),
        }
    }

    match first {
        Shaken::Plain if profile.token.is_some() => {
            let second = shake(profile, false, None).await?;
            note(Dialect::Hub, format!("without the token: {}", describe(&second)));
            Ok(if matches!(second, Shaken::Locked(..)) { Dialect::Hub } else { Dialect::Erp })
        }
        Shaken::Plain | Shaken::Native => Ok(Dialect::Erp),
        Shaken::Locked(status, _) => Err(Ending::NeedsLogin(format!(
            "HTTP {status}, before the server showed which protocol it speaks; a valid token may help, or choose the protocol"
        ))),
        // Whoever gave a server's name alone may mean a hub, whose path its dialect knows.
        Shaken::Other(outcome) if path.len() <= 1 => {
            let there = shake(profile, true, Some(HUB_PATH)).await?;
            note(Dialect::Hub, format!("at {HUB_PATH}: {}", describe(&there)));
            let found = matches!(there, Shaken::Plain | Shaken::Locked(..));
            found.then_some(Dialect::Hub).ok_or_else(|| Ending::retry(Cause::NotWebSocket, outcome))
        }
        Shaken::Other(outcome) => Err(Ending::retry(Cause::NotWebSocket, outcome)),
    }
}

/// Shake hands, with or without the token, and hang up. `path`: there, instead of where the profile says.
async fn shake(profile: &Profile, signed: bool, path: Option<&str>) -> Result<Shaken, Ending> {
    let target = Target::with(profile, |shake| {
        if let Some(path) = path {
            shake.path = path.into();
        }
        let offer = HeaderValue::from_str(&format!("{DECOY}, {SUBPROTOCOL}")).map_err(|error| error.to_string())?;
        shake.headers.insert(header::SEC_WEBSOCKET_PROTOCOL, offer);
        if signed { shake.bearer(profile) } else { Ok(()) }
    });
    let target = target.map_err(Ending::Refused)?;
    let line = target.line().await?;
    // A server that does not want a WebSocket here may just keep silent.
    let Ok(answer) = timeout(profile.timing.connect / 3, target.ask(line)).await else {
        return Ok(Shaken::Other("no answer to a WebSocket handshake".into()));
    };
    Ok(match answer {
        Ok((_, answer)) if chosen(answer.headers()) == Some(SUBPROTOCOL) => Shaken::Native,
        Ok(_) | Err(Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol))) => Shaken::Plain,
        Err(Error::Http(answer)) => match answer.status() {
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Shaken::Locked(status, asks_for_bearer(answer.headers())),
            status => Shaken::Other(format!("HTTP {status} instead of a WebSocket")),
        },
        Err(error) => Shaken::Other(error.to_string()),
    })
}

fn chosen(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()
}

fn asks_for_bearer(headers: &HeaderMap) -> bool {
    let mut challenges = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    challenges.any(|challenge| challenge.split([' ', ',']).next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")))
}

fn describe(shaken: &Shaken) -> String {
    match shaken {
        Shaken::Native => format!("it speaks {SUBPROTOCOL}"),
        Shaken::Plain => format!("a WebSocket without {SUBPROTOCOL}"),
        Shaken::Locked(status, _) => format!("HTTP {status}"),
        Shaken::Other(outcome) => outcome.clone(),
    }
}

/// Ask as an Engine.IO client would.
async fn engine_io(profile: &Profile) -> Result<(), String> {
    let asked = async {
        let url = http::address(profile, ENGINE_IO)?;
        Asker::new(profile, &url, false, profile.timing.connect / 3).await?.get(url, MAX_ANSWER).await
    };
    let answer = match asked.await {
        Ok(answer) => answer,
        Err(HttpError::TooLarge(_)) => return Err("the answer to an Engine.IO handshake is far too long".into()),
        Err(error) => return Err(error.to_string()),
    };
    if is_engine_io(&answer) { Ok(()) } else { Err(format!("HTTP {} to an Engine.IO handshake", answer.status)) }
}

/// Open a WebSocket as a Socket.IO link would, and see whether the server opens Engine.IO on it.
async fn engine_io_at_once(profile: &Profile) -> Result<(), String> {
    let wire = dialect::wire(Dialect::SocketIo, profile);
    let target = Target::of(profile, wire.as_ref())?;
    let line = target.line().await.map_err(Ending::into_words)?;
    let (mut socket, _) = target.ask(line).await.map_err(|error| error.to_string())?;
    match socket.next().await {
        Some(Ok(Message::Text(packet))) if is_open(packet.as_bytes()) => Ok(()),
        _ => Err("a WebSocket without Engine.IO".into()),
    }
}

/// An open packet; or a refusal as only Engine.IO words it, from a server that takes WebSockets only.
fn is_engine_io(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        code: u8,
        #[serde(rename = "message")]
        _message: String,
    }
    is_open(&answer.body) || answer.status == 400 && serde_json::from_slice::<Refusal>(&answer.body).is_ok_and(|refusal| refusal.code <= 5)
}

fn is_open(packet: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Open {
        #[serde(rename = "sid")]
        _sid: String,
    }
    packet.strip_prefix(b"0").is_some_and(|packet| serde_json::from_slice::<Open>(packet).is_ok())
}

fn path(profile: &Profile) -> Option<String> {
    http::address(profile, "").ok().map(|url| url.path().to_owned())
}

fn words(tries: &[DetectTry]) -> String {
    let tries: Vec<_> = tries.iter().map(|tried| format!("{:?}: {}", tried.dialect, tried.outcome)).collect();
    format!("it was not found out which protocol the server speaks ({})", tries.join("; "))
}
