//! What the user tells us about a server.

use crate::stream::Network;
use std::{path::PathBuf, sync::Arc, time::Duration};
use watchdeck_events::Channel;
use watchdeck_secret::Secret;

/// One server to watch.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Names the link in logs and stored positions.
    pub id: Arc<str>,
    /// As [`crate::Address`] reads it.
    pub url: String,
    /// Which protocol the server speaks.
    pub dialect: Dialect,
    /// What to follow. Empty: all that the server offers (native: the channels of its hello), or is known to have (erp, Socket.IO). The hub
    /// sends what concerns the bearer, whatever is named here.
    pub channels: Vec<Channel>,
    /// Channels of which a position is stored. Whoever follows everything follows them too, whether the server still offers them or not: a log that was
    /// replaced has not heard of them, and what was lost with the old one is to be told. Native only.
    pub followed: Vec<Channel>,
    /// Native and hub: a bearer token. Erp: the session cookie, in whatever form it was pasted. Socket.IO: the token of its `connect` packet.
    pub token: Option<Secret>,
    /// Who we are where the server wants to be told.
    pub user: Option<User>,
    /// The address of the web page that the server expects to be called from (erp: its list of allowed origins names that). `None`: the
    /// server's own.
    pub origin: Option<String>,
    /// How many of a channel's newest events to fetch where there is no position to resume from. Native only.
    pub first_look: u64,
    /// Since when to fetch where there is no position, instead of by number. Native only.
    pub first_since: Option<watchdeck_events::Millis>,
    /// Until when an earlier run of this process listened, as far as known: a gap that spans the restart begins there.
    pub listened_until: Option<watchdeck_events::Millis>,
    /// Asked over HTTP when nobody listens: a server that starts lazily is woken by it.
    pub wake_url: Option<String>,
    /// Where missed events can be asked for over HTTP.
    pub history: Option<History>,
    /// A file of PEM certificates that are trusted beside the system's roots.
    pub ca_file: Option<PathBuf>,
    /// How to get there.
    pub proxy: Proxy,
    /// What the link connects over.
    pub network: Network,
    /// How long to wait for what.
    pub timing: Timing,
}

impl Profile {
    /// A profile with nothing special about it.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, url: impl Into<String>, dialect: Dialect) -> Self {
        Self {
            id: id.into(),
            url: url.into(),
            dialect,
            channels: vec![],
            followed: vec![],
            token: None,
            user: None,
            origin: None,
            first_look: 0,
            first_since: None,
            listened_until: None,
            wake_url: None,
            history: None,
            ca_file: None,
            proxy: Proxy::Environment,
            network: Network::default(),
            timing: Timing::default(),
        }
    }
}

/// A user as a server knows it. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct User {
    /// Its id: what a Socket.IO server is told in the query, and whose notifications an ERP sends.
    pub id: String,
    /// Its role (`ROLE_ADMIN`).
    pub role: String,
    /// The name that it signs in with: the venue platform's own topics end with it.
    pub name: String,
}

/// An HTTP endpoint that answers what happened between two times.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// A path on the server, or a whole URL. `{from}` and `{to}` stand for milliseconds since 1970, `{from_iso}` and `{to_iso}` for RFC 3339,
    /// `{channel}` for a channel's name (then each channel is asked for by itself).
    pub path: String,
    /// How often it is asked while no WebSocket can be had.
    pub every: Duration,
}

/// The way to a server, for its WebSocket and for what is asked of it over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` (or the same in small letters) say; where they say nothing, as the settings of
    /// Windows and macOS do. This machine itself is always reached directly.
    #[default]
    Environment,
    /// Directly, whatever the environment says.
    Direct,
    /// Through this one, this machine itself too: the far end of the proxy has a loopback of its own.
    Through {
        /// `http://host:port` or `https://host:port`, without credentials.
        url: String,
        /// Its user and password.
        credentials: Option<(String, Secret)>,
    },
}

/// The protocol of a server, by its name. Each is declared in a folder of its own (`dialect/`), and so is what it does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect(&'static str);

impl Dialect {
    /// The one of this name, where it is declared.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// As settings, the bridge and logs call it. It never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Debug for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// How long to wait for what. The defaults suit people; tests shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// For the way to the server (name, proxy, TLS), and again for its answer to the WebSocket handshake. Waking a server and finding out what
    /// it speaks have the same time each.
    pub connect: Duration,
    /// From there to the server's hello (native).
    pub hello: Duration,
    /// For the answer to a subscribe (native), and for the store to tell a position.
    pub subscribe: Duration,
    /// Silence after which we ping; and how often we ping anyway, to know how long the way is. A native server's hello overrides it.
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
    /// How often the clock is looked at when nothing else happens. Timers stand still while the machine sleeps, so this is also how late a wake-up
    /// may be noticed.
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
            tick: Duration::from_secs(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_reaches_a_log() {
        let profile = Profile { token: Some("hunter2".into()), ..Profile::new("p", "ws://h/", Dialect::NATIVE) };
        assert!(!format!("{profile:?}").contains("hunter2"));
    }
}
