//! What is pushed to every page: the stream of new rows and the frame around the pages.

use crate::{
    link::SourceStatus,
    row::EventRow,
    views::{BannerView, DecisionField, Deputy},
};
use serde::{Deserialize, Serialize};
use watchdeck_events::{Millis, Money, Severity};

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
    /// `decisions` view.
    pub decisions: u64,
    /// `finance` view.
    pub finance: u64,
    /// `alerts` view.
    pub alerts: u64,
    /// `health` view.
    pub health: u64,
    /// `settings` view.
    pub settings: u64,
    /// `packs` view, and with it the catalogue: what is known of kinds, and how every row is shown.
    pub packs: u64,
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
    /// Alerts that take the window and that nobody has acknowledged: one blocking banner for all of them.
    pub banner: Option<BannerView>,
    /// What people are told, in the window: empty while something outside of it can.
    pub notices: Vec<NoticeView>,
    /// A rejection that was begun on a notification: the window asks for the reason, and answers the notice `asked`.
    pub to_reject: Option<NoticeRequest>,
    /// Sounds are off.
    pub muted: bool,
    /// Whether the desktop itself asks for quiet.
    pub desktop_quiet: DesktopQuiet,
    /// What does not work on this machine, in words the window has.
    pub hints: Vec<Hint>,
}

/// Whether the desktop itself asks for quiet: its *do not disturb*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum DesktopQuiet {
    /// That cannot be read here.
    #[default]
    Unread,
    /// It does not.
    Off,
    /// It does.
    On {
        /// Since when it was seen to.
        since: Millis,
    },
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
    /// `approve`, `reject`, `acknowledge`, `open` or `open_erp`.
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
    /// How much is at stake.
    pub amount: Option<Money>,
    /// What stands in the amount's place and could not be read, as written.
    pub unread: Option<String>,
    /// Of the amount, where one is named.
    pub currency: Option<String>,
    /// Who asks.
    pub requester: String,
    /// Where the ERP shows it.
    pub open_url: Option<String>,
    /// What a decision on it needs.
    pub needs: Vec<DecisionField>,
    /// In whose name it is decided here, where that is not our own.
    pub for_whom: Vec<Deputy>,
    /// What it says, as `decide` takes it.
    pub version: u32,
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
