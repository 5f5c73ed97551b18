//! A source and the honest state of its link.

use crate::settings::SourceColour;
use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// A source of events and what is known of it at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceStatus {
    /// Profile id.
    pub id: String,
    /// What the numbers call it: its own id, or that of the first of those that are one ERP.
    pub realm: String,
    /// As the user named it.
    pub name: String,
    /// Where it connects to, without secrets.
    pub url: String,
    /// The built-in simulator.
    pub demo: bool,
    /// What it is doing.
    pub state: LinkState,
    /// Median `received − occurred` of the last minute, ms.
    pub latency_ms: Option<f64>,
    /// Newest event.
    pub last_event_at: Option<Millis>,
    /// Newest sign of life (any frame, pong included).
    pub last_sign_at: Option<Millis>,
    /// Tells it apart from the others on screen.
    pub colour: SourceColour,
    /// The protocol spoken (by the name that the settings call it); empty while it is not known.
    pub dialect: String,
    /// The server's clock less ours, ms, as far as known.
    pub skew_ms: Option<f64>,
    /// Events come by asking over HTTP, because no WebSocket can be had.
    pub polling: bool,
    /// Since when what is stored of it is whole; `None`: as far as known, from the beginning.
    pub covers_since: Option<Millis>,
    /// Sources that tell the same events again and again and that the user has not called the same ERP: offer it (`same_as` in the settings).
    pub resembles: Vec<String>,
}

/// The honest state of a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum LinkState {
    /// The user paused it.
    Paused,
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
    /// Current in what the server serves; it refused some of the channels that it was asked for.
    Partly {
        /// How many.
        refused: u32,
        /// Of so many.
        asked: u32,
    },
    /// Connected, and answers, but no event came for longer than is usual at this hour, or than the user expects.
    Stale {
        /// The last event, or since when the link listens.
        since: Millis,
        /// The longest pause that is usual at this hour or that the user allows, ms.
        #[serde(default)]
        usual_ms: u64,
        /// That was learned from the source itself, and not set by the user.
        #[serde(default)]
        learned: bool,
    },
    /// Connected, but asked for a sign of life and gives none. If it lasts, the link is dialled anew.
    Silent {
        /// Since when.
        since: Millis,
    },
    /// Connected, but the server itself does not hear the ERP: nothing can come.
    UpstreamDown {
        /// Since when.
        since: Millis,
        /// Why, in the server's words.
        detail: String,
    },
    /// The server wants a (new) token; it is not dialled again until the user acts.
    NeedsLogin {
        /// The server's own words.
        detail: String,
    },
    /// Refused for good; it is not dialled again until the user acts.
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
        cause: LinkCause,
        /// The error's own words.
        detail: String,
    },
    /// No WebSocket can be had; events are asked for over HTTP, so they come late but come.
    Polling {
        /// How often, ms.
        every_ms: u64,
        /// The last answer.
        last_at: Option<Millis>,
        /// When a WebSocket is tried again.
        next_try_at: Millis,
        /// Why there is none.
        cause: LinkCause,
        /// The error's own words.
        detail: String,
    },
}

/// Why a link was lost or could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LinkCause {
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
    /// The local store did not accept events, so the link was put down to lose none.
    StoreUnavailable,
    /// The machine slept or the network changed.
    Woke,
    /// A part of Watchdeck itself failed; it is started again.
    Internal,
}
