//! What a user may set, kept as one JSON document.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, Money, Severity};

/// Everything a user may set. Unknown fields of a newer version are refused, absent ones take their default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Settings {
    /// Language of the window and of notifications.
    pub language: Language,
    /// Colours of the window.
    pub theme: Theme,
    /// No sounds at all.
    pub muted: bool,
    /// What a severity does. Every severity has an entry.
    pub delivery: Delivery,
    /// Below this a product is low, unless it has its own.
    pub low_stock_threshold: f64,
    /// Own thresholds by product id.
    pub product_thresholds: BTreeMap<String, f64>,
    /// A refund from this amount on is large.
    pub large_refund: Money,
    /// From this amount on a financial record stands out.
    pub large_amount: Money,
    /// An order in one non-final state for longer than this is stuck, minutes.
    pub stuck_after_minutes: u32,
    /// A link without a sign of life for longer than this is stale, seconds.
    pub stale_after_seconds: u32,
    /// Rules that are off.
    pub rules_off: Vec<String>,
    /// Closing the window leaves Watchdeck in the tray.
    pub close_to_tray: bool,
    /// Start with the session.
    pub autostart: bool,
    /// The name that decisions and acknowledgements carry.
    pub user_name: String,
    /// Where events come from.
    pub sources: Vec<Source>,
}

/// Language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub enum Language {
    /// The system's.
    #[default]
    #[serde(rename = "system")]
    System,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Colours of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Theme {
    /// The system's.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// What each severity does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Delivery {
    /// For [`Severity::Info`].
    pub info: Channels,
    /// For [`Severity::Success`].
    pub success: Channels,
    /// For [`Severity::Warning`].
    pub warning: Channels,
    /// For [`Severity::Critical`].
    pub critical: Channels,
}

impl Delivery {
    /// What `severity` does.
    #[must_use]
    pub fn of(&self, severity: Severity) -> Channels {
        match severity {
            Severity::Info => self.info,
            Severity::Success => self.success,
            Severity::Warning => self.warning,
            Severity::Critical => self.critical,
        }
    }
}

/// How an alert makes itself noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Channels {
    /// A native notification.
    pub toast: bool,
    /// A tone.
    pub sound: bool,
}

/// A place events come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Source {
    /// Never changes; positions and events carry it.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// `ws://` or `wss://`; empty for the built-in simulator.
    #[serde(default)]
    pub url: String,
    /// How the server speaks.
    pub dialect: DialectName,
    /// Channels to follow; empty means all that the server offers.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Bearer token (`native`) or session cookie value (`erp`). Never shown again; `null` in answers, and `null` when saved keeps what is stored.
    #[serde(default)]
    pub token: Option<String>,
    /// Do not connect.
    #[serde(default)]
    pub paused: bool,
    /// The built-in simulator.
    #[serde(default)]
    pub demo: bool,
}

/// How a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DialectName {
    /// The Watchdeck gateway, `watchdeck.v1`.
    Native,
    /// The inventory ERP's own WebSocket server.
    Erp,
}

/// The first answer a window gets.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Hello {
    /// Version of the core.
    pub version: String,
    /// `desktop` or `browser`.
    pub host: String,
    /// BCP 47 tag of the system's language, as far as known.
    pub system_language: Option<String>,
    /// No source is set up yet: show the two doors.
    pub first_start: bool,
    /// The core's clock.
    pub now: Millis,
    /// The settings.
    pub settings: Settings,
}

/// The result of trying a source.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceTest {
    /// Steps in the order tried; the last one is where it stopped.
    pub steps: Vec<TestStep>,
    /// All went well.
    pub ok: bool,
}

/// One step of a try.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct TestStep {
    /// `address`, `connect`, `sign_in`, `subscribe`.
    pub step: String,
    /// It went well.
    pub ok: bool,
    /// What happened, in the system's words.
    pub detail: String,
    /// How long it took, ms.
    pub ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            muted: false,
            delivery: Delivery::default(),
            low_stock_threshold: 10.0,
            product_thresholds: BTreeMap::new(),
            large_refund: Money::from_json("5000").expect("a literal amount"),
            large_amount: Money::from_json("50000").expect("a literal amount"),
            stuck_after_minutes: 120,
            stale_after_seconds: 60,
            rules_off: Vec::new(),
            close_to_tray: true,
            autostart: false,
            user_name: String::new(),
            sources: Vec::new(),
        }
    }
}

impl Default for Delivery {
    fn default() -> Self {
        let quiet = Channels { toast: false, sound: false };
        let loud = Channels { toast: true, sound: true };
        Self { info: quiet, success: quiet, warning: loud, critical: loud }
    }
}
