//! What is said on a connection. Each foreign protocol is one dialect: it turns frames into deliveries and tells what to send.
//!
//! Dialects are pure like the session: they get text and time, and write into [`Out`].

pub(crate) mod bench;
mod erp;
mod hub;
mod listened;
mod native;
mod socketio;
mod undecided;

use crate::{
    address,
    burst::Burst,
    clock::Now,
    profile::{Dialect, Profile},
    session::Ending,
    status::UpstreamDown,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::HashSet, time::Duration};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, header};
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::Position;

/// How an open connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Open, but the server has not introduced itself.
    Greeting,
    /// Subscribed, and nothing confirms it yet.
    Unconfirmed,
    /// Receiving what was missed.
    CatchingUp { done: u64, total: u64 },
    /// Current.
    Live,
    /// Open, but nothing of what was asked for is served.
    Denied,
}

/// What a dialect wants done, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Send this text frame.
    Send(String),
    /// Ask for the committed position of a channel and answer with [`Wire::committed`].
    Ask(Channel),
    /// Send a WebSocket ping, whatever else is under way.
    Ping,
    /// The server introduced itself, or told more about itself.
    Greeted { ping: Option<Duration>, user_name: Option<String>, server: Option<String> },
    /// The server will not serve this channel, in its words. Others go on.
    Denied { channel: Channel, detail: String },
    /// The server serves a channel that it would not serve before.
    Served(Channel),
    /// Whether the server hears its own upstream; `None`: it does.
    Upstream(Option<UpstreamDown>),
    /// This connection is over.
    End(Ending),
}

/// Where a dialect writes.
#[derive(Debug, Default)]
pub(crate) struct Out {
    pub(crate) burst: Burst,
    pub(crate) notes: Vec<Note>,
}

/// What a dialect may say while the connection is made.
pub(crate) struct Handshake<'a> {
    /// The server's own origin: what its own pages would send.
    pub(crate) origin: &'a str,
    /// Path and query, as the user gave them.
    pub(crate) path: String,
    /// The request's headers.
    pub(crate) headers: &'a mut HeaderMap,
}

impl Handshake<'_> {
    /// The origin that the profile names; where it names none, the server's own if it wants one `always`.
    ///
    /// # Errors
    /// What to tell the user when there is no such origin.
    pub(crate) fn origin(&mut self, profile: &Profile, always: bool) -> Result<(), String> {
        let named = profile.origin.as_deref().filter(|origin| !origin.trim().is_empty());
        let origin = match named {
            Some(named) => address::origin(named).map_err(|why| format!("the Origin: {why}"))?,
            None if always => self.origin.to_owned(),
            None => return Ok(()),
        };
        self.headers.insert(header::ORIGIN, HeaderValue::from_str(&origin).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// The token of `profile` as a bearer.
    ///
    /// # Errors
    /// What to tell the user when it cannot be sent.
    pub(crate) fn bearer(&mut self, profile: &Profile) -> Result<(), String> {
        if let Some(token) = bearer(profile) {
            let mut value = HeaderValue::from_str(&token).map_err(|_| "the token holds characters that no header may hold".to_owned())?;
            value.set_sensitive(true);
            self.headers.insert(header::AUTHORIZATION, value);
        }
        Ok(())
    }
}

/// One protocol on one link, over all its connections. Everything that is particular to a protocol is here and nowhere else.
pub(crate) trait Wire: Send + Sync {
    /// Put what is to be said while connecting into `shake`.
    ///
    /// # Errors
    /// What to tell the user when it cannot be said.
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String>;
    /// The server introduces itself and answers subscribes. `false`: it says nothing unless it refuses or has an event.
    fn is_spoken_to(&self) -> bool;
    /// The server has shown on this connection that it speaks this protocol.
    fn is_recognised(&self) -> bool;
    /// A connection opened.
    fn opened(&mut self, now: Now, out: &mut Out);
    /// A text frame arrived.
    fn text(&mut self, text: &str, now: Now, out: &mut Out);
    /// The answer to [`Note::Ask`]: the position and the time of the newest committed event.
    fn committed(&mut self, channel: &Channel, position: Option<Position>, now: Now, out: &mut Out);
    /// When [`Wire::tick`] is wanted next.
    fn due(&self) -> Option<Duration>;
    /// Time passed.
    fn tick(&mut self, now: Now, out: &mut Out);
    /// The server closed the connection with this code and reason.
    fn closed(&self, code: u16, reason: &str) -> Ending;
    /// The connection is gone. `last_sign` is the time of its last frame; `parted`: the server said that it is over, so it knows.
    fn down(&mut self, last_sign: Millis, parted: bool);
    /// How the open connection stands.
    fn standing(&self) -> Standing;
    /// How many channels the server was asked for on the open connection.
    fn asked(&self) -> usize {
        0
    }
}

/// What speaks `dialect` for `profile` (whose own dialect may be [`Dialect::Detect`] still).
pub(crate) fn wire(dialect: Dialect, profile: &Profile) -> Box<dyn Wire> {
    match dialect {
        Dialect::Native => Box::new(native::Native::new(profile)),
        Dialect::Erp => Box::new(erp::Erp::new(profile)),
        Dialect::SocketIo => Box::new(socketio::SocketIo::new(profile)),
        Dialect::Hub => Box::new(hub::Hub::new(profile)),
        Dialect::Detect => Box::new(undecided::Undecided),
    }
}

/// The origin that [`Handshake::origin`] says, for words about it.
fn origin(profile: &Profile) -> String {
    let named = profile.origin.as_deref().filter(|origin| !origin.trim().is_empty());
    let read = named.map_or_else(|| Ok(crate::Address::parse(&profile.url)?.origin()), address::origin);
    read.unwrap_or_default()
}

/// Path and query of an Engine.IO WebSocket, made of those of an address.
pub(crate) fn engine_io_path(given: &str) -> String {
    socketio::address::path(given, None)
}

/// `Bearer` and the token, however much of it was pasted.
fn bearer(profile: &Profile) -> Option<String> {
    let token = profile.token.as_ref()?.expose().trim();
    let token = match token.split_at_checked("Bearer ".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Bearer ") => rest.trim_start(),
        _ => token,
    };
    Some(format!("Bearer {token}"))
}

/// The text of a JSON string, or a number as it is written. Nothing else is a name.
pub(crate) fn plain_text(token: &RawValue) -> Option<Cow<'_, str>> {
    let token = token.get();
    match token.as_bytes().first()? {
        b'"' if !token.contains('\\') => Some(Cow::Borrowed(&token[1..token.len() - 1])),
        b'"' => serde_json::from_str(token).ok().map(Cow::Owned),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(token)),
        _ => None,
    }
}

/// Read a JSON object. The decoder alone would take an array for one too, field by field.
///
/// # Errors
/// What is wrong with it.
fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, serde_json::Error> {
    if !json.trim_start().starts_with('{') {
        // Not JSON at all, or something else in JSON.
        serde_json::from_str::<&RawValue>(json)?;
        return Err(serde::de::Error::custom("not an object"));
    }
    serde_json::from_str(json)
}

/// One [`Channel`] for each name, however many events name it.
#[derive(Debug, Default)]
struct Interned {
    known: HashSet<Channel>,
    last: Option<Channel>,
}

impl Interned {
    /// More names than any server offers; beyond, names are simply not shared.
    const MOST: usize = 16_384;

    fn get(&mut self, name: &str) -> Channel {
        if let Some(channel) = self.last.as_ref().filter(|channel| channel.as_str() == name) {
            return channel.clone();
        }
        let channel = self.known.get(name).cloned().unwrap_or_else(|| {
            let channel = Channel::from(name);
            if self.known.len() < Self::MOST {
                self.known.insert(channel.clone());
            }
            channel
        });
        self.last = Some(channel.clone());
        channel
    }
}
