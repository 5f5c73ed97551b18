//! Finding out which protocol a server speaks, by asking it, without ever signing in.
//!
//! A hub keeps one link per user, so a WebSocket that is opened with somebody's token only to look would deafen the one that is running.
//! Hence plain questions come first, side by side: those that each dialect is recognised by, and one to the address itself. Only then, and
//! without credentials, a WebSocket: whoever chooses a subprotocol of those that are known is known by it, the others by what they say first.
//! Whoever says something else is unknown, with what it said. What shows which dialect, each says itself ([`Kind`]).

use crate::{
    address::Address,
    dial::{Target, Turned, late},
    dialect::{Answers, Asked, First, Kind, kinds},
    ending::Ending,
    frames::{Frames, text},
    handshake::{Reply, Unanswered, Wish, items, one_line},
    profile::{Dialect, Profile},
    socket::Socket,
    status::Cause,
    stream::Stream,
};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        http::{HeaderMap, HeaderValue, header},
        protocol::Role,
    },
};

/// Offered before the real one: some WebSocket libraries say yes to whatever is named first.
const DECOY: &str = "watchdeck.detect";
/// How long a server that opened a WebSocket to anybody may take to say what it thinks of that.
const FIRST_WORD: Duration = Duration::from_secs(1);
/// How often a server may send us on.
const HOPS: usize = 5;
/// The questions of one detection come in so many rounds at most; each gets its share of the time.
const ROUNDS: u32 = 4;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectTry {
    /// For which protocol; [`Dialect::DETECT`]: for any.
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

async fn find(mut profile: Profile, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    for _ in 0..HOPS {
        let address = Address::parse(&profile.url).map_err(Ending::Refused)?;
        let share = profile.timing.connect / ROUNDS;
        // Whether anybody is there at all is the first thing to know, and the last where nobody is.
        let target = bare(&profile, None)?;
        let line = target.line().await.inspect_err(|ending| note(tries, Dialect::DETECT, ending.clone().into_words()))?;
        let own = kinds().map(async |kind| match kind.question(&address) {
            Some(path) => Some(at_path(&profile, Some(path), share).await),
            None => None,
        });
        let (here, there) = tokio::join!(plainly(line, &target, share), join_all(own));
        if let Ok(answer) = &here
            && answer.location().is_some()
        {
            match target.turned(answer) {
                Turned::Elsewhere(to) => {
                    to.as_str().clone_into(&mut profile.url);
                    continue;
                }
                Turned::Ending(ending) => {
                    note(tries, Dialect::DETECT, answer.words());
                    return Err(ending);
                }
            }
        }
        for (kind, there) in kinds().zip(&there) {
            let mut tried = vec![];
            let found = kind.answers(&Answers { address: &address, here: &here, there: there.as_ref() }, &mut tried);
            tried.into_iter().for_each(|outcome| note(tries, kind.dialect(), outcome));
            if found {
                return Ok(kind.dialect());
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
    let offer: Vec<_> = [DECOY].into_iter().chain(kinds().filter_map(Kind::subprotocol)).collect();
    let opened = match timeout(share, open(profile, None, Some(&offer.join(", ")))).await {
        Ok(opened) => opened?,
        Err(_) => Opened::Not("no answer to a WebSocket handshake".into()),
    };
    let outcome = match opened {
        Opened::Chose(dialect) => return Ok(dialect),
        Opened::Plain(first) => return by_first_word(first, tries),
        Opened::Turned(Ending::NeedsLogin(words)) => {
            if let Some(kind) = kinds().find(|kind| kind.path().is_some_and(|path| address.is_at(path))) {
                note(tries, kind.dialect(), words);
                return Ok(kind.dialect());
            }
            note(tries, Dialect::DETECT, words.clone());
            return Err(Ending::NeedsLogin(format!(
                "{words}, before the server showed which protocol it speaks; choose the protocol, and it is tried with what you sign in with"
            )));
        }
        Opened::Turned(ending) => ending.into_words(),
        Opened::Not(outcome) => outcome,
    };
    note(tries, Dialect::DETECT, outcome.clone());
    for kind in kinds() {
        let Some(path) = kind.door(address) else { continue };
        let why = match timeout(share, open(profile, Some(path), None)).await {
            Ok(Ok(Opened::Plain(Some(first)))) if kind.begins(Some(&first)) => return Ok(kind.dialect()),
            Ok(Ok(Opened::Plain(_) | Opened::Chose(_))) => "its own path opened a WebSocket that begins otherwise".into(),
            Ok(Ok(Opened::Turned(ending)) | Err(ending)) => ending.into_words(),
            Ok(Ok(Opened::Not(outcome))) => outcome,
            Err(_) => "no answer to a WebSocket handshake at its own path".into(),
        };
        note(tries, kind.dialect(), why);
    }
    Err(Ending::retry(Cause::NotWebSocket, outcome))
}

/// A WebSocket that was opened to a stranger, by the first that came on it.
fn by_first_word(first: Option<First>, tries: &mut Vec<DetectTry>) -> Result<Dialect, Ending> {
    if let Some(kind) = kinds().find(|kind| kind.begins(first.as_ref())) {
        return Ok(kind.dialect());
    }
    let what = match first {
        None => "none".into(),
        Some(First::Closed(code)) => format!("a farewell with code {code}"),
        Some(First::Binary(bytes)) => format!("{} bytes that are no text", bytes.len()),
        Some(First::Text(word)) => one_line(word.as_bytes()),
    };
    note(tries, Dialect::DETECT, format!("a WebSocket whose first frame was {what}"));
    Err(Ending::retry(
        Cause::Protocol,
        format!("unknown: this WebSocket speaks none of the protocols that are known here; its first frame: {what}"),
    ))
}

/// What a server makes of a WebSocket handshake.
enum Opened {
    /// A WebSocket with the subprotocol of this one.
    Chose(Dialect),
    /// A WebSocket without any that is known, and what came first on it within a second.
    Plain(Option<First>),
    Turned(Ending),
    /// Something else.
    Not(String),
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
    if let Some(dialect) = chosen(&headers) {
        return Ok(Opened::Chose(dialect));
    }
    let line: Stream = Box::new(Frames::new(line, rest));
    let mut socket = Socket::new(WebSocketStream::from_raw_socket(line, Role::Client, Some(crate::dial::limits())).await);
    let first = timeout(FIRST_WORD, first_word(&mut socket)).await.unwrap_or(None);
    socket.hang_up();
    Ok(Opened::Plain(first))
}

/// Whose subprotocol a server chose.
fn chosen(headers: &HeaderMap) -> Option<Dialect> {
    let is_chosen = |name: &str| items(headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|chosen| chosen.eq_ignore_ascii_case(name));
    kinds().find(|kind| kind.subprotocol().is_some_and(is_chosen)).map(Kind::dialect)
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

fn words(tries: &[DetectTry], ending: &Ending) -> String {
    let said = |tried: &DetectTry| match tried.dialect {
        Dialect::DETECT => tried.outcome.clone(),
        dialect => format!("{dialect:?}: {}", tried.outcome),
    };
    let tries: Vec<_> = tries.iter().map(said).collect();
    format!("it was not found out which protocol the server speaks: {} ({})", ending.clone().into_words(), tries.join("; "))
}
