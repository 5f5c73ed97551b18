//! What a user may set, kept as one JSON document.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Conventions, Millis, Money, Severity};

/// Everything a user may set. Unknown fields are refused, absent ones take their default.
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

/// A change of some settings, as a JSON Merge Patch (RFC 7396): what is not in it stays, `null` puts back what holds by default. `sources` by id (`null`
/// removes one), `rules_off` by rule; given as lists they are replaced whole.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(
    export,
    type = r#"Partial<Omit<import("./Settings").Settings, "sources" | "rules_off" | "product_thresholds" | "delivery">> & {
  sources?: Record<string, Partial<import("./Source").Source> | null>;
  rules_off?: Record<string, boolean>;
  product_thresholds?: Record<string, number | null>;
  delivery?: Partial<Record<import("./Severity").Severity, Partial<import("./Channels").Channels>>>;
}"#
)]
pub struct SettingsPatch(pub serde_json::Map<String, serde_json::Value>);

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
    /// Never changes and is never given again; positions and events carry it.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// `ws://` or `wss://`, or whatever else can be read as that; empty for the built-in simulator.
    #[serde(default)]
    pub url: String,
    /// How the server speaks.
    pub dialect: DialectName,
    /// Channels to follow; empty means all that the server offers.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Bearer token (`native`, `hub`), session cookie in any form that can be pasted (`erp`) or connect token (`socket_io`). Never shown again; `null` in answers, and `null`
    /// when saved keeps what is kept, as long as the address stays.
    #[serde(default)]
    pub token: Option<String>,
    /// Do not connect.
    #[serde(default)]
    pub paused: bool,
    /// The built-in simulator.
    #[serde(default)]
    pub demo: bool,
    /// Tells the source apart from the others on screen.
    #[serde(default)]
    pub colour: SourceColour,
    /// Who we are: told to the server (`socket_io`), whose own notifications are followed (`erp`); empty: not said.
    #[serde(default)]
    pub user_id: String,
    /// The role that goes with `user_id`.
    #[serde(default)]
    pub user_role: String,
    /// The name that this user signs in with, where topics end with it and not with the id (`socket_io`); empty: the id stands for it.
    #[serde(default)]
    pub user_name: String,
    /// The address of the web page that the server expects to be called from (`Origin`); empty: the server's own.
    #[serde(default)]
    pub origin: String,
    /// Asked over HTTP when nobody listens, for servers that start lazily; empty: none.
    #[serde(default)]
    pub wake_url: String,
    /// The page on which a user signs in; empty: the server's own origin over http(s).
    #[serde(default)]
    pub login_url: String,
    /// Where missed events can be asked for over HTTP: a path on the server or a whole URL, with `{from}`, `{to}`, `{from_iso}`, `{to_iso}` and
    /// `{channel}` filled in; empty: nowhere.
    #[serde(default)]
    pub history_path: String,
    /// How often `history_path` is asked while no WebSocket can be had, seconds.
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u32,
    /// A file of certificates that are trusted beside the system's: of authorities, or the server's own; empty: none.
    #[serde(default)]
    pub ca_file: String,
    /// Empty: as the environment says. `direct`: none. Else the proxy's URL, without credentials.
    #[serde(default)]
    pub proxy: String,
    /// The proxy's user; empty: none.
    #[serde(default)]
    pub proxy_user: String,
    /// The proxy's password. Like `token`: never shown again.
    #[serde(default)]
    pub proxy_password: Option<String>,
    /// The id of another source that is the same ERP (a gateway beside the ERP's own server): what both tell counts once; empty: it is an ERP of
    /// its own.
    #[serde(default)]
    pub same_as: String,
    /// In which time zone times are that name none (`Asia/Shanghai`, `+08:00`); empty: this machine's.
    #[serde(default)]
    pub time_zone: String,
    /// In which currency amounts are that name none (`CNY`); empty: none is shown.
    #[serde(default)]
    pub currency: String,
    /// An event is expected at least every so many minutes, day and night: a link that brings none for longer is stale. Zero: it may be quiet for as
    /// long as it likes. `None`: what is usual at each hour of the week is learned.
    #[serde(default)]
    pub expect_minutes: Option<u32>,
}

impl Source {
    /// How to read what its publishers leave unsaid.
    #[must_use]
    pub fn conventions(&self) -> Conventions {
        Conventions::of(&self.time_zone, &self.currency)
    }
}

fn poll_seconds() -> u32 {
    15
}

impl Default for Source {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            url: String::new(),
            dialect: DialectName::Auto,
            channels: Vec::new(),
            token: None,
            paused: false,
            demo: false,
            colour: SourceColour::default(),
            user_id: String::new(),
            user_role: String::new(),
            user_name: String::new(),
            origin: String::new(),
            wake_url: String::new(),
            login_url: String::new(),
            history_path: String::new(),
            poll_seconds: poll_seconds(),
            ca_file: String::new(),
            proxy: String::new(),
            proxy_user: String::new(),
            proxy_password: None,
            time_zone: String::new(),
            currency: String::new(),
            expect_minutes: None,
            same_as: String::new(),
        }
    }
}

/// How a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DialectName {
    /// Found out by trying.
    Auto,
    /// The Watchdeck gateway, `watchdeck.v1`.
    Native,
    /// The inventory ERP's own WebSocket server.
    Erp,
    /// Socket.IO 4 over WebSocket.
    SocketIo,
    /// The notification hub of the writing platform.
    Hub,
}

/// The colour that a source has on screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SourceColour {
    /// The first source's.
    #[default]
    Blue,
    /// Blue-green.
    Teal,
    /// Yellow-brown.
    Amber,
    /// Purple.
    Violet,
    /// Red-pink.
    Rose,
    /// Yellow-green.
    Lime,
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SecretPlace {
    /// There is none.
    #[default]
    None,
    /// In the keychain of the system.
    Keychain,
    /// In a file of the data directory that only this user can read.
    File,
}

/// Where a source's secrets are kept. What they are is never told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SourceSecrets {
    /// The token or session cookie.
    pub token: SecretPlace,
    /// The proxy's password.
    pub proxy_password: SecretPlace,
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
    /// This host can open a login window.
    pub login_window: bool,
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
    /// `detect`, `proxy`, `address`, `connect`, `tls`, `sign_in`, `subscribe`, `history`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_stored_before_sources_could_do_more_still_load() {
        let stored = r#"{"language":"zh-CN","theme":"dark","muted":true,"low_stock_threshold":8.0,"product_thresholds":{"P-1":3.0},
            "sources":[{"id":"east","name":"East","url":"ws://10.0.0.2:3002","dialect":"erp","channels":["inventory"],"token":"old-cookie",
            "paused":true,"demo":false},{"id":"demo","name":"Demo ERP","url":"","dialect":"native","channels":[],"token":null,"paused":false,"demo":true}]}"#;
        let settings: Settings = serde_json::from_str(stored).unwrap();
        let [east, demo] = settings.sources.as_slice() else { panic!("{settings:?}") };
        assert_eq!((east.dialect, east.colour, east.poll_seconds), (DialectName::Erp, SourceColour::Blue, 15));
        assert_eq!(east.token.as_deref(), Some("old-cookie"), "a token of old is there to be moved");
        assert!(east.history_path.is_empty() && east.proxy.is_empty() && east.proxy_password.is_none() && demo.demo);
    }
}
