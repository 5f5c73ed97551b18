//! What is said on a connection. Each foreign protocol is one dialect: it turns frames into deliveries and tells what to send.
//!
//! Dialects are pure like the session: they get text and time, and write into [`Out`].

pub(crate) mod bench;
mod erp;
mod listened;
mod native;
mod undecided;

use crate::{
    burst::Burst,
    clock::Now,
    profile::{Dialect, Profile},
    session::Ending,
};
use std::time::Duration;
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
    /// The server did something useful.
    Proven,
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
    /// The way there is encrypted.
    pub(crate) tls: bool,
    /// The server's own origin: what its own pages would send.
    pub(crate) origin: &'a str,
    /// Path and query, as the user gave them.
    pub(crate) path: String,
    /// The request's headers.
    pub(crate) headers: &'a mut HeaderMap,
}

impl Handshake<'_> {
    /// The token of `profile` as a bearer.
    ///
    /// # Errors
    /// What to tell the user when it cannot be sent.
    fn bearer(&mut self, profile: &Profile) -> Result<(), String> {
        if let Some(token) = &profile.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| "the token holds characters that no header may hold".to_owned())?;
            value.set_sensitive(true);
            self.headers.insert(header::AUTHORIZATION, value);
        }
        Ok(())
    }
}

/// One protocol on one link, over all its connections. Everything that is particular to a protocol is here and nowhere else.
pub(crate) trait Wire: Send {
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
    /// The connection is gone. `last_sign` is the time of its last frame.
    fn down(&mut self, last_sign: Millis);
    /// How the open connection stands.
    fn standing(&self) -> Standing;
}

/// What speaks `dialect` for `profile` (whose own dialect may be [`Dialect::Detect`] still).
pub(crate) fn wire(dialect: Dialect, profile: &Profile) -> Box<dyn Wire> {
    match dialect {
        Dialect::Native => Box::new(native::Native::new(profile)),
        Dialect::Erp => Box::new(erp::Erp::new(profile)),
        Dialect::SocketIo | Dialect::Hub | Dialect::Detect => Box::new(undecided::Undecided),
    }
}

/// One [`Channel`] for each name, however many events name it.
#[derive(Debug, Default)]
struct Interned {
    known: Vec<Channel>,
    last: usize,
}

impl Interned {
    /// More names than any server offers; beyond, names are simply not shared.
    const MOST: usize = 512;

    fn get(&mut self, name: &str) -> Channel {
        if let Some(channel) = self.known.get(self.last).filter(|channel| channel.as_str() == name) {
            return channel.clone();
        }
        if let Some(at) = self.known.iter().position(|channel| channel.as_str() == name) {
            self.last = at;
            return self.known[at].clone();
        }
        let channel = Channel::from(name);
        if self.known.len() < Self::MOST {
            self.last = self.known.len();
            self.known.push(channel.clone());
        }
        channel
    }
}
