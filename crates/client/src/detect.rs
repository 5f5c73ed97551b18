//! Finding out which protocol a server speaks, by asking it, without ever signing in.
//!
//! A hub keeps one link per user, so a WebSocket that is opened with somebody's token only to look would deafen the one that is running.
//! Hence plain questions come first, side by side: the hub turns away whoever comes without a token and says so, Engine.IO answers over
//! HTTP as its own clients ask. Only then, and without credentials, a WebSocket: a gateway chooses `watchdeck.v1`, Engine.IO opens with its
//! packet, the ERP's server lets in anybody and checks the session afterwards. Whoever says something else is unknown, with what it said.

use crate::{
    address::Address,
    dial::{Target, Turned, late},
    dialect,
    ending::Ending,
    frames::{Frames, text},
    handshake::{Answer, Reply, Unanswered, Wish, items, one_line},
    profile::{Dialect, Profile},
    socket::Socket,
    status::Cause,
    stream::Stream,
};
use serde::Deserialize;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        http::{HeaderValue, StatusCode, header},
        protocol::Role,
    },
};
use watchdeck_protocol::SUBPROTOCOL;

/// Offered before the real one: some WebSocket libraries say yes to whatever is named first.
const DECOY: &str = "watchdeck.detect";
/// The hub's own path.
const HUB_PATH: &str = "/ws/messages";
/// How long a server that opened a WebSocket to anybody may take to say what it thinks of that.
const FIRST_WORD: Duration = Duration::from_secs(1);
/// How often a server may send us on.
const HOPS: usize = 5;
/// The questions of one detection come in so many rounds at most; each gets its share of the time.
const ROUNDS: u32 = 4;

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
#[error("{}", words(.tries, .ending))]
pub struct DetectError {
    /// What was tried, in order.
    pub tries: Vec<DetectTry>,
    /// What it means for a link.
    pub(crate) ending: Ending,
}

/// Ask the server of `profile`, whatever dialect the profile names, which one it speaks. Nothing that the profile signs in with is sent.
///
/// # Errors
/// Nobody answered, or nothing that is known; with what was tried.
pub async fn detect(profile: &Profile) -> Result<Dialect, DetectError> {
    let patience = profile.timing.connect;
    let mut tries = vec![];
    let stranger = Profile { token: None, user: None, ..profile.clone() };
    match timeout(patience, find(stranger, &mut tries)).await {
        Ok(Ok(dialect)) => {
            tracing::debug!(link = &*profile.id, ?dialect, ?tries, "The protocol is known.");
            Ok(dialect)
        }
        Ok(Err(ending)) => Err(DetectError { tries, ending }),
        Err(_) => Err(DetectError { tries, ending: late("it was not found out which protocol the server speaks", patience) }),
    }
}

/// What came of one question.
type Asked = Result<Answer, String>;

async fn find(mut profile: Profile, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    for _ in 0..HOPS {
        let address = Address::parse(&profile.url).map_err(Ending::Refused)?;
        let share = profile.timing.connect / ROUNDS;
        // Whether anybody is there at all is the first thing to know, and the last where nobody is.
        let target = bare(&profile, None)?;
        let line = target.line().await.inspect_err(|ending| note(tries, Dialect::Native, ending.clone().into_words()))?;
        let there = (address.path().len() <= 1).then_some(HUB_PATH);
        let (here, engine, hub) =
            tokio::join!(plainly(line, &target, share), at_path(&profile, Some(engine_io_path(&address, "polling")), share), async {
                match there {
                    Some(path) => Some(at_path(&profile, Some(path.to_owned()), share).await),
                    None => None,
                }
            });
        if let Ok(answer) = &here
            && answer.location().is_some()
        {
            match target.turned(answer) {
                Turned::Elsewhere(to) => {
                    to.as_str().clone_into(&mut profile.url);
                    continue;
                }
                Turned::Ending(ending) => {
                    note(tries, Dialect::Hub, answer.words());
                    return Err(ending);
                }
            }
        }
        if is_engine(&engine) {
            return Ok(Dialect::SocketIo);
        }
        note(tries, Dialect::SocketIo, format!("asked for Engine.IO: {}", described(&engine)));
        note(tries, Dialect::Hub, format!("asked without a token: {}", described(&here)));
        if is_hub(&here, &address) {
            return Ok(Dialect::Hub);
        }
        if let Some(hub) = hub {
            note(tries, Dialect::Hub, format!("asked without a token at {HUB_PATH}: {}", described(&hub)));
            let same = matches!((&hub, &here), (Ok(hub), Ok(here)) if hub.status == here.status && hub.body == here.body);
            if !same && hub.is_ok_and(|answer| wants_token(&answer)) {
                return Ok(Dialect::Hub);
            }
        }
        return by_opening(&profile, &address, tries).await;
    }
    Err(Ending::retry(Cause::NotWebSocket, "the server leads in circles"))
}

fn note(tries: &mut Vec<DetectTry>, dialect: Dialect, outcome: String) {
    tries.push(DetectTry { dialect, outcome });
}

/// What the answers did not tell: how the server opens a WebSocket to a stranger.
async fn by_opening(profile: &Profile, address: &Address, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    let share = profile.timing.connect / ROUNDS;
    let offer = format!("{DECOY}, {SUBPROTOCOL}");
    let opened = match timeout(share, open(profile, None, Some(&offer))).await {
        Ok(opened) => opened?,
        Err(_) => Opened::Not("no answer to a WebSocket handshake".into()),
    };
    let outcome = match opened {
        Opened::Native => return Ok(Dialect::Native),
        Opened::Plain(first) => return by_first_word(first, tries),
        Opened::Turned(ending @ Ending::NeedsLogin(_)) if address.path().trim_end_matches('/').ends_with(HUB_PATH) => {
            note(tries, Dialect::Hub, ending.into_words());
            return Ok(Dialect::Hub);
        }
        Opened::Turned(Ending::NeedsLogin(words)) => {
            note(tries, Dialect::Native, words.clone());
            return Err(Ending::NeedsLogin(format!(
                "{words}, before the server showed which protocol it speaks; choose the protocol, and it is tried with what you sign in with"
            )));
        }
        Opened::Turned(ending) => ending.into_words(),
        Opened::Not(outcome) => outcome,
    };
    note(tries, Dialect::Native, outcome.clone());
    // A server may know Engine.IO on WebSockets only, and answer anything to the rest.
    let path = engine_io_path(address, "websocket");
    match timeout(share, open(profile, Some(path), None)).await {
        Ok(Ok(Opened::Plain(Some(First::Text(word))))) if is_open(word.as_bytes()) => return Ok(Dialect::SocketIo),
        Ok(Ok(Opened::Plain(_) | Opened::Native)) => note(tries, Dialect::SocketIo, "a WebSocket without Engine.IO".into()),
        Ok(Ok(Opened::Turned(ending)) | Err(ending)) => note(tries, Dialect::SocketIo, ending.into_words()),
        Ok(Ok(Opened::Not(outcome))) => note(tries, Dialect::SocketIo, outcome),
        Err(_) => note(tries, Dialect::SocketIo, "no answer to an Engine.IO WebSocket".into()),
    }
    Err(Ending::retry(Cause::NotWebSocket, outcome))
}

/// A WebSocket that was opened to a stranger, by the first that came on it.
fn by_first_word(first: Option<First>, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    let unknown = |what: String, tries: &mut Vec<DetectTry>| {
        note(tries, Dialect::Erp, format!("a WebSocket whose first frame was {what}"));
        Err(Ending::retry(
            Cause::Protocol,
            format!("unknown: this WebSocket speaks none of the protocols that are known here; its first frame: {what}"),
        ))
    };
    match first {
        // The ERP's own says nothing until something happens, and closes on strangers.
        None | Some(First::Closed(1000 | 1005 | 1006 | 1008)) => Ok(Dialect::Erp),
        Some(First::Closed(4500..=4999)) => Ok(Dialect::Native),
        Some(First::Closed(4401)) => Ok(Dialect::Hub),
        Some(First::Closed(code)) => unknown(format!("a farewell with code {code}"), tries),
        Some(First::Binary(bytes)) => unknown(format!("{} bytes that are no text", bytes.len()), tries),
        Some(First::Text(word)) if is_open(word.as_bytes()) => Ok(Dialect::SocketIo),
        Some(First::Text(word)) => match Shape::of(&word) {
            Some(Shape { channel: Some(_), data: Some(_), .. }) => Ok(Dialect::Erp),
            Some(Shape { kind: Some(kind), data: Some(_), timestamp: Some(_), .. }) if HUB_KINDS.contains(&&*kind) => Ok(Dialect::Hub),
            _ => unknown(one_line(word.as_bytes()), tries),
        },
    }
}

/// What the hub calls its messages.
const HUB_KINDS: [&str; 2] = ["new_message", "notification"];

#[derive(Deserialize)]
struct Shape {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    data: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    timestamp: Option<serde::de::IgnoredAny>,
}

impl Shape {
    fn of(text: &str) -> Option<Self> {
        text.trim_start().starts_with('{').then(|| serde_json::from_str(text.lines().next()?).ok()).flatten()
    }
}

/// What a server makes of a WebSocket handshake.
enum Opened {
    Native,
    /// A WebSocket without our subprotocol, and what came first on it within a second.
    Plain(Option<First>),
    Turned(Ending),
    /// Something else.
    Not(String),
}

enum First {
    Text(String),
    Binary(Vec<u8>),
    Closed(u16),
}

/// The server at `path` instead of the profile's own, with nothing said about us.
fn bare(profile: &Profile, path: Option<String>) -> Result<Target, Ending> {
    let target = Target::with(profile, |shake| {
        shake.path = path.unwrap_or_else(|| std::mem::take(&mut shake.path));
        shake.origin(profile, true)
    });
    target.map_err(Ending::Refused)
}

/// Shake hands as a stranger, listen for a moment, and hang up.
async fn open(profile: &Profile, path: Option<String>, offer: Option<&str>) -> Result<Opened, Ending> {
    let target = Target::with(profile, |shake| {
        shake.path = path.unwrap_or_else(|| std::mem::take(&mut shake.path));
        if let Some(offer) = offer {
            shake.headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(offer).map_err(|error| error.to_string())?);
        }
        shake.origin(profile, true)
    });
    let target = target.map_err(Ending::Refused)?;
    let mut line = target.line().await?;
    let (headers, rest) = match target.ask(&mut line, Wish::WebSocket).await {
        Ok(Reply::Open { headers, rest }) => (headers, rest),
        Ok(Reply::Http(answer)) => {
            return Ok(match target.turned(&answer) {
                Turned::Ending(ending) => Opened::Turned(ending),
                Turned::Elsewhere(to) => Opened::Not(format!("HTTP {} to {}", answer.status, to.shown())),
            });
        }
        Err(Unanswered::Broken(error)) => return Ok(Opened::Not(error.to_string())),
        Err(Unanswered::Nonsense(words)) => return Ok(Opened::Not(words)),
    };
    if items(&headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|chosen| chosen.eq_ignore_ascii_case(SUBPROTOCOL)) {
        return Ok(Opened::Native);
    }
    let line: Stream = Box::new(Frames::new(line, rest));
    let mut socket = Socket::new(WebSocketStream::from_raw_socket(line, Role::Client, Some(crate::dial::limits())).await);
    let first = timeout(FIRST_WORD, first_word(&mut socket)).await.unwrap_or(None);
    socket.hang_up();
    Ok(Opened::Plain(first))
}

async fn first_word(socket: &mut Socket) -> Option<First> {
    let mut frames = vec![];
    loop {
        let ended = socket.gather(&mut frames).await.is_err();
        for frame in frames.drain(..) {
            match frame {
                Message::Binary(bytes) => {
                    return Some(text(&bytes).map_or_else(|_| First::Binary(bytes.to_vec()), |text| First::Text(text.into_owned())));
                }
                Message::Close(close) => return Some(First::Closed(close.map_or(1005, |close| close.code.into()))),
                _ => {}
            }
        }
        if ended {
            return Some(First::Closed(1006));
        }
    }
}

/// Ask for an answer at `path`, as a stranger.
async fn at_path(profile: &Profile, path: Option<String>, patience: Duration) -> Asked {
    let asked = async {
        let target = bare(profile, path)?;
        let line = target.line().await?;
        Ok::<_, Ending>(plainly(line, &target, patience).await)
    };
    match timeout(patience, asked).await {
        Ok(asked) => asked.map_err(Ending::into_words)?,
        Err(_) => Err("no answer".into()),
    }
}

async fn plainly(mut line: Stream, target: &Target, patience: Duration) -> Asked {
    match timeout(patience, target.ask(&mut line, Wish::Answer)).await {
        Ok(Ok(Reply::Http(answer))) => Ok(answer),
        Ok(Ok(Reply::Open { .. })) => Err("a WebSocket that nobody asked for".into()),
        Ok(Err(Unanswered::Broken(error))) => Err(error.to_string()),
        Ok(Err(Unanswered::Nonsense(words))) => Err(words),
        Err(_) => Err("no answer".into()),
    }
}

fn described(asked: &Asked) -> String {
    asked.as_ref().map_or_else(Clone::clone, Answer::words)
}

/// A hub says that it wants a token before it says anything else.
fn is_hub(asked: &Asked, address: &Address) -> bool {
    if address.path().trim_end_matches('/').ends_with(HUB_PATH) {
        // The path is its own; only a server that does not have it is none.
        return !matches!(asked, Ok(answer) if answer.status == StatusCode::NOT_FOUND || answer.status.is_success());
    }
    matches!(asked, Ok(answer) if answer.asks_for_bearer() || answer.status == StatusCode::BAD_REQUEST && answer.names_token())
}

fn wants_token(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::BAD_REQUEST => answer.names_token(),
        _ => false,
    }
}

/// Where Engine.IO answers beside an address.
fn engine_io_path(address: &Address, transport: &str) -> String {
    dialect::engine_io_path(&address.asked()).replace("transport=websocket", &format!("transport={transport}"))
}

fn is_engine(asked: &Asked) -> bool {
    asked.as_ref().is_ok_and(is_engine_io)
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

fn words(tries: &[DetectTry], ending: &Ending) -> String {
    let tries: Vec<_> = tries.iter().map(|tried| format!("{:?}: {}", tried.dialect, tried.outcome)).collect();
    format!("it was not found out which protocol the server speaks: {} ({})", ending.clone().into_words(), tries.join("; "))
}
