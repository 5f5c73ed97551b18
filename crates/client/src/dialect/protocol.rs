//! What every dialect is to the rest: text and time go in, notes and deliveries come out.

use super::handshake::Handshake;
use crate::{burst::Burst, clock::Now, ending::Ending, profile::Profile, status::UpstreamDown};
use std::time::Duration;
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
    /// What the user may decide, by the type of the resource.
    Decides(Vec<String>),
    /// As whom the server knows our user, where it is somebody in particular.
    Person(String),
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
