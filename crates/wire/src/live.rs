//! What is pushed to every page: the stream of new rows and the frame around the pages.

use crate::{settings::SourceColour, views::BannerView};
use serde::{Deserialize, Serialize};
use watchdeck_events::{GapReason, Millis, Severity};

/// One event as a row shows it. Everything in it is data; the words are the window's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EventRow {
    /// Place in the local store; the row's key, ascending in order of arrival.
    pub seq: u64,
    /// The event's id.
    pub id: String,
    /// Kind as published (`inventory:change`); titles are in the catalogue.
    pub kind: String,
    /// Channel it came on.
    pub channel: String,
    /// `inventory`, `orders`, `approvals`, `finance`, `data`, `system`, `notification`, `watchdeck`, `other`.
    pub domain: String,
    /// How much a person should care.
    pub severity: Severity,
    /// When it happened.
    pub occurred_at: Millis,
    /// When it reached this machine.
    pub received_at: Millis,
    /// Id of the source it came through.
    pub source: String,
    /// `type:id` of what it is about (`product:P-104`).
    pub subject: Option<String>,
    /// What it is about, as a person reads it (a product's name, an order's number, a message).
    pub label: String,
    /// Second part of the label (code, customer), where there is one.
    pub detail: Option<String>,
    /// The event's `action`, where the kind has one (`outbound`, `confirmed`).
    pub action: Option<String>,
    /// Before, for what changes (a quantity, a status).
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
    /// Signed change of a quantity (`-12`).
    pub change: Option<String>,
    /// Exact decimal amount of money.
    pub amount: Option<String>,
    /// Its currency: a code of ISO 4217, else what the publisher wrote; `None`: nobody said.
    pub currency: Option<String>,
    /// What stands where the change or the amount should, and could not be read as one: as written.
    pub unread: Option<String>,
    /// The publisher's time as written, where it was not believed: `occurred_at` is when the event was received.
    pub doubted_time: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// `received_at − occurred_at` in ms, where the publisher gave a time.
    pub latency_ms: Option<i64>,
    /// For gap markers, and for what says that one was filled.
    pub gap: Option<GapView>,
}

/// A stretch of time in which events may be missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct GapView {
    /// Place in the stream.
    pub seq: u64,
    /// Source concerned.
    pub source: String,
    /// Channel concerned; `None` means every channel of the source.
    pub channel: Option<String>,
    /// Start of the hole.
    pub from: Millis,
    /// End of the hole.
    pub to: Millis,
    /// Why.
    pub reason: GapReason,
    /// Events fetched for it from the server's history; `None`: it is not filled.
    #[serde(default)]
    pub filled: Option<u64>,
}

/// The answer to `next_batch` and `recent`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Batch {
    /// Pass this back as `after` in the next call.
    pub cursor: u64,
    /// True when rows between `after` and this batch are not in it *and not counted*; start again from `recent`.
    pub resync: bool,
    /// The newest rows after the cursor, oldest first, at most as many as asked for.
    pub events: Vec<EventRow>,
    /// How many more there were between `after` and `cursor` that are not in `events`. Count them on screen.
    pub omitted: u64,
    /// State of the frame around the pages.
    pub frame: Frame,
    /// Which views have changed; fetch the one on screen when its number moved.
    pub versions: Versions,
}

/// A number per view, raised when the view's content changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Versions {
    /// `inventory` view.
    pub inventory: u64,
    /// `orders` view.
    pub orders: u64,
    /// `approvals` view.
    pub approvals: u64,
    /// `finance` view.
    pub finance: u64,
    /// `alerts` view.
    pub alerts: u64,
    /// `health` view.
    pub health: u64,
    /// `settings` view.
    pub settings: u64,
    /// `overview` view (any of the above, or a tick of the clock while events flow).
    pub overview: u64,
}

/// What every page shows around itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Frame {
    /// The core's clock; relative times count from here.
    pub now: Millis,
    /// Every source and its honest state.
    pub sources: Vec<SourceStatus>,
    /// Requests waiting for a decision.
    pub approvals_pending: u32,
    /// Alerts that fire and are neither acknowledged nor snoozed.
    pub alerts_firing: u32,
    /// The worst of them.
    pub alerts_worst: Option<Severity>,
    /// Events per second over the last five seconds.
    pub events_per_second: f64,
    /// Events in the local store.
    pub events_stored: u64,
    /// Critical system alerts nobody has acknowledged: one blocking banner for all of them.
    pub banner: Option<BannerView>,
    /// What people are told, in the window: empty while something outside of it can.
    pub notices: Vec<NoticeView>,
    /// Sounds are off.
    pub muted: bool,
    /// What does not work on this machine, in words the window has.
    pub hints: Vec<Hint>,
}

/// A notification that the window shows, because nothing outside of it can. `notice_answered` takes its id and the action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NoticeView {
    /// Names it; a later one of the same name takes its place.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// Buttons, the main one first.
    pub actions: Vec<NoticeAction>,
    /// The request that it is about, where it is about one that can be decided.
    pub request: Option<NoticeRequest>,
    /// Event behind it.
    pub seq: Option<u64>,
}

/// A button of a notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NoticeAction {
    /// `approve`, `reject`, `acknowledge` or `open`.
    pub id: String,
    /// As shown.
    pub label: String,
}

/// The request that a notification is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NoticeRequest {
    /// What `decide` takes.
    pub key: String,
    /// As people read it.
    pub number: String,
}

/// Something that does not work here, and that the user should see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Hint {
    /// No notification service answers: toasts appear only in the window.
    NoNotifications,
    /// The notification service shows no buttons: answer in the window.
    NotificationsWithoutButtons,
    /// No audio output: alerts are silent.
    NoSound,
    /// No tray: closing the window would hide it for good, so it quits.
    NoTray,
    /// The local store does not accept writes (disk full, read-only).
    StoreReadOnly,
    /// A part of Watchdeck failed and was started again, or an event was set aside: Feed health says which.
    PartFailed,
}

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
    /// The protocol spoken (`native`, `erp`, `socket_io`, `hub`); empty while it is not known.
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
