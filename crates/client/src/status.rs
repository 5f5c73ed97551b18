//! What a link says about itself.

use crate::profile::Dialect;
use std::time::Duration;
use watchdeck_events::{Channel, Millis};

/// The link at this moment. Read it from [`crate::Link::status`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// Newest sign of life on any connection (a pong counts).
    pub last_frame_at: Option<Millis>,
    /// The newest [`State::Offline`], for whoever did not look while it lasted: a try may follow at once.
    pub lost: Option<State>,
    /// When the present connection opened.
    pub connected_since: Option<Millis>,
    /// Connections opened after the first one.
    pub reconnects: u32,
    /// Messages received since the link was started.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Who the server takes us for, where it says so.
    pub user_name: Option<String>,
    /// As whom the server knows the user, where that is somebody in particular.
    pub user_id: Option<String>,
    /// What the user may decide, by the type of the resource (`*` stands for any text), where the server says so.
    pub decides: Option<Vec<String>>,
    /// The server's name or version, where it says so.
    pub server: Option<String>,
    /// Channels that the server would not serve on the newest connection.
    pub denied: Vec<Denied>,
    /// How many channels it was asked for there.
    pub asked: usize,
    /// The protocol spoken, once it is known.
    pub dialect: Option<Dialect>,
    /// From a ping to its pong, newest.
    pub round_trip: Option<Duration>,
    /// The server's clock, as its answers tell it.
    pub clock: Option<ServerClock>,
    /// Bytes that are decoded and wait for the receiver.
    pub waiting_bytes: u64,
    /// The connection is open, but was asked for a sign of life and gives none; its last one.
    pub silent_since: Option<Millis>,
    /// The server says that it does not hear its own upstream: nothing can come through it, however well the link is.
    pub upstream_down: Option<UpstreamDown>,
}

/// A server that is deaf to what it should hand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamDown {
    /// Since when, by the server's clock.
    pub since: Millis,
    /// Why, in its words.
    pub reason: String,
}

/// A channel that a server would not serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Which.
    pub channel: Channel,
    /// Why, in the server's words.
    pub detail: String,
}

/// A reading of the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// The server's time of day less ours, ms.
    pub ahead_ms: i64,
    /// How far off that may be, ms either way.
    pub error_ms: i64,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            state: State::Connecting { attempt: 0 },
            last_frame_at: None,
            lost: None,
            connected_since: None,
            reconnects: 0,
            frames: 0,
            bytes: 0,
            user_name: None,
            user_id: None,
            decides: None,
            server: None,
            denied: vec![],
            asked: 0,
            dialect: None,
            round_trip: None,
            clock: None,
            waiting_bytes: 0,
            silent_since: None,
            upstream_down: None,
        }
    }
}

/// The honest state of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Dialling or shaking hands.
    Connecting {
        /// Failures since the last success.
        attempt: u32,
    },
    /// Connected and subscribed, but the server has confirmed nothing yet.
    Unconfirmed,
    /// Receiving what was missed.
    CatchingUp {
        /// Events received of the backlog.
        done: u64,
        /// Size of the backlog.
        total: u64,
    },
    /// Current.
    Live,
    /// The server wants a (new) token; it is not dialled again until the user acts.
    NeedsLogin {
        /// The server's own words.
        detail: String,
    },
    /// Refused for good, and not dialled again until the user acts; or connected, but nothing that was asked for is served.
    Refused {
        /// The server's own words.
        detail: String,
    },
    /// Not connected; another try is scheduled.
    Offline {
        /// Failures since the last success.
        attempt: u32,
        /// When the next try starts.
        next_try_at: Millis,
        /// What went wrong.
        cause: Cause,
        /// The error's own words.
        detail: String,
    },
}

/// Why a link was lost or could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Nobody listens there (a lazily started server looks like this too).
    ConnectionRefused,
    /// The name does not resolve or there is no way there.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// The certificate or the TLS handshake.
    Tls,
    /// The server answered something that is not a WebSocket.
    NotWebSocket,
    /// The server closed the connection.
    Closed,
    /// The line broke without a close.
    Broken,
    /// Connected, but without a sign of life for too long.
    Silent,
    /// A frame over the size limit or not of the protocol.
    Protocol,
    /// The receiver did not take deliveries, so the link was put down to lose none.
    StoreUnavailable,
    /// The machine slept or the network changed.
    Woke,
}
