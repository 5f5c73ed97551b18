//! What the user tells us about a server.

use std::{sync::Arc, time::Duration};
use watchdeck_events::Channel;

/// One server to watch.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Names the link in logs and stored positions.
    pub id: Arc<str>,
    /// `ws://` or `wss://` (`http://` and `https://` are read as the same).
    pub url: String,
    /// Which protocol the server speaks.
    pub dialect: Dialect,
    /// What to follow. Empty: all that the server offers (native: the channels of its hello; erp: [`Channel::ERP`]).
    pub channels: Vec<Channel>,
    /// Native: a bearer token. Erp: the value of the session cookie.
    pub token: Option<Secret>,
    /// How many of a channel's newest events to fetch where there is no position to resume from. Native only.
    pub first_look: u64,
    /// Until when an earlier run of this process listened, as far as known: a gap that spans the restart begins there.
    pub listened_until: Option<watchdeck_events::Millis>,
    /// How long to wait for what.
    pub timing: Timing,
}

/// The protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `watchdeck.v1`: a gateway with positions and replay.
    Native,
    /// The inventory ERP's own WebSocket server: no positions, no replay.
    Erp,
}

/// A token. Its `Debug` says only that there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wrap a token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, to be put on the wire and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(token: String) -> Self {
        Self(token)
    }
}

impl From<&str> for Secret {
    fn from(token: &str) -> Self {
        Self(token.into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How long to wait for what. The defaults suit people; tests shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From the first packet to the end of the WebSocket handshake.
    pub connect: Duration,
    /// From there to the server's hello (native).
    pub hello: Duration,
    /// For the answer to a subscribe (native), and for the store to tell a position.
    pub subscribe: Duration,
    /// Silence after which we ping. A native server's hello overrides it.
    pub ping: Duration,
    /// Silence beyond `ping` after which the link counts as dead.
    pub grace: Duration,
    /// A connection this old is a success: the next failure starts the back-off anew.
    pub stable: Duration,
    /// Ceiling of the first back-off delay.
    pub backoff_first: Duration,
    /// Ceiling of every back-off delay.
    pub backoff_cap: Duration,
    /// How long the queue of deliveries may stay full before the link is put down.
    pub stall: Duration,
    /// How often the clock is looked at when nothing else happens.
    pub tick: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            hello: Duration::from_secs(10),
            subscribe: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            grace: Duration::from_secs(10),
            stable: Duration::from_secs(60),
            backoff_first: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(20),
            stall: Duration::from_secs(15),
            tick: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_reaches_a_log() {
        let profile = Profile {
            id: "p".into(),
            url: "ws://h/".into(),
            dialect: Dialect::Native,
            channels: vec![],
            token: Some("hunter2".into()),
            first_look: 0,
            listened_until: None,
            timing: Timing::default(),
        };
        assert!(!format!("{profile:?}").contains("hunter2"));
    }
}
