//! What is said on a connection. Each foreign protocol is one dialect: it turns frames into deliveries and tells what to send.
//!
//! Dialects are pure like the session: they get text and time, and write into [`Out`].

pub(crate) mod bench;
mod erp;
mod native;

use crate::{
    burst::Burst,
    clock::Now,
    profile::{self, Profile},
    session::Ending,
};
use std::time::Duration;
use tokio_tungstenite::tungstenite::http::HeaderMap;
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
    /// The server introduced itself.
    Greeted { ping: Duration, user_name: String, server: String },
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

/// One protocol on one link, over all its connections.
pub(crate) trait Wire: Send {
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

/// The dialect of a profile.
pub(crate) fn wire(profile: &Profile) -> Box<dyn Wire> {
    match profile.dialect {
        profile::Dialect::Native => Box::new(native::Native::new(profile)),
        profile::Dialect::Erp => Box::new(erp::Erp::new(profile)),
    }
}

/// Put what a dialect wants to say at the handshake into the headers. `origin` is the server's own.
///
/// # Errors
/// What to tell the user when the token cannot be sent.
pub(crate) fn handshake(profile: &Profile, tls: bool, origin: &str, headers: &mut HeaderMap) -> Result<(), String> {
    match profile.dialect {
        profile::Dialect::Native => native::handshake(profile, headers),
        profile::Dialect::Erp => erp::handshake(profile, tls, origin, headers),
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
