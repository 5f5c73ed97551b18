//! What a user may set, kept as one JSON document.

mod delivery;
mod dialect;
mod hook;
mod keeping;
mod rotation;
mod rule;
mod silence;
mod source;
mod times;

pub use delivery::{Channels, Delivery, Takes};
pub use dialect::DialectName;
pub use hook::{Action, Hook, MailTls, RobotMaker};
pub use keeping::{Hold, KeepChannel, Keeping};
pub use rotation::{Handing, Rotation};
pub use rule::{Escalation, RuleDocument, RuleStep, Schedule, Worded};
pub use silence::Silence;
pub use source::{Source, SourceColour};
pub use times::ApprovalTimes;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::{Millis, Money, Severity};

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
    /// How loud tones are, in hundredths.
    pub volume: u8,
    /// Tones of the user's own, by severity: the name of the file that was kept. Without one the built-in tone sounds.
    pub tones: BTreeMap<Severity, String>,
    /// What a severity does. Every severity has an entry.
    pub delivery: Delivery,
    /// What is kept quiet for a while, by name.
    pub silences: BTreeMap<String, Silence>,
    /// When only what breaks them is told; the rest is one digest afterwards.
    pub quiet_hours: Vec<Schedule>,
    /// The desktop's own *do not disturb* counts for nothing; else it is what quiet hours are.
    pub ignore_do_not_disturb: bool,
    /// People who take turns, by name: a rule can escalate to them.
    pub rotations: BTreeMap<String, Rotation>,
    /// Below this a product is low, unless it or its warehouse has its own.
    pub low_stock_threshold: f64,
    /// Own thresholds by product id.
    pub product_thresholds: BTreeMap<String, f64>,
    /// Thresholds of a warehouse's products that have none of their own, by its name.
    pub warehouse_thresholds: BTreeMap<String, f64>,
    /// A refund from this amount on is large.
    pub large_refund: Money,
    /// From this amount on a financial record stands out.
    pub large_amount: Money,
    /// Approving more than [`Settings::ask_above`] is asked back first.
    pub ask_large: bool,
    /// The most that is approved without being asked back, in one request or in several together.
    pub ask_above: Money,
    /// Reasons that lie ready for rejections, in the order in which they are offered.
    pub reject_reasons: Vec<String>,
    /// How long requests may wait, by their type; `*` for all others.
    pub approval_times: BTreeMap<String, ApprovalTimes>,
    /// An order in one non-final state for longer than this is stuck, minutes.
    pub stuck_after_minutes: u32,
    /// A link without a sign of life for longer than this is stale, seconds.
    pub stale_after_seconds: u32,
    /// Rules that are off.
    pub rules_off: Vec<String>,
    /// Rules that the user wrote, by name; one of a shipped rule's name takes its place.
    pub rules: BTreeMap<String, RuleDocument>,
    /// Closing the window leaves Watchdeck in the tray.
    pub close_to_tray: bool,
    /// Start with the session.
    pub autostart: bool,
    /// The name that decisions and acknowledgements carry.
    pub user_name: String,
    /// How long events are kept.
    pub keeping: Keeping,
    /// Where events come from.
    pub sources: Vec<Source>,
    /// What is done for others with each event.
    pub hooks: Vec<Hook>,
    /// Actions may run programs of this machine.
    pub allow_commands: bool,
}

/// A change of some settings, as a JSON Merge Patch (RFC 7396): what is not in it stays, `null` puts back what holds by default. `sources` by id (`null`
/// removes one) and `hooks` likewise, `rules_off` by rule; given as lists they are replaced whole. A hook's `action` is replaced whole.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(
    export,
    type = r#"Partial<Omit<import("./Settings").Settings, "sources" | "hooks" | "rules_off" | "rules" | "silences" | "product_thresholds" | "warehouse_thresholds" | "tones" | "approval_times" | "rotations" | "delivery" | "keeping">> & {
  sources?: Record<string, Partial<import("./Source").Source> | null>;
  hooks?: Record<string, Partial<import("./Hook").Hook> | null>;
  rules_off?: Record<string, boolean>;
  rules?: Record<string, import("./RuleDocument").RuleDocument | null>;
  silences?: Record<string, import("./Silence").Silence | null>;
  product_thresholds?: Record<string, number | null>;
  warehouse_thresholds?: Record<string, number | null>;
  tones?: Partial<Record<import("./Severity").Severity, string | null>>;
  rotations?: Record<string, Partial<import("./Rotation").Rotation> | null>;
  approval_times?: Record<string, Partial<import("./ApprovalTimes").ApprovalTimes> | null>;
  keeping?: Partial<import("./Keeping").Keeping>;
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
    /// This host opens pages in the user's browser; else the window does.
    pub opens_pages: bool,
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
            volume: 100,
            tones: BTreeMap::new(),
            delivery: Delivery::default(),
            silences: BTreeMap::new(),
            quiet_hours: Vec::new(),
            ignore_do_not_disturb: false,
            rotations: BTreeMap::new(),
            low_stock_threshold: 10.0,
            product_thresholds: BTreeMap::new(),
            warehouse_thresholds: BTreeMap::new(),
            large_refund: Money::from_json("5000").expect("a literal amount"),
            large_amount: Money::from_json("50000").expect("a literal amount"),
            ask_large: true,
            ask_above: Money::from_json("1000000").expect("a literal amount"),
            reject_reasons: Vec::new(),
            approval_times: BTreeMap::new(),
            stuck_after_minutes: 120,
            stale_after_seconds: 60,
            rules_off: Vec::new(),
            rules: BTreeMap::new(),
            close_to_tray: true,
            autostart: false,
            user_name: String::new(),
            keeping: Keeping::default(),
            sources: Vec::new(),
            hooks: Vec::new(),
            allow_commands: false,
        }
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
        assert_eq!((east.dialect.as_str(), east.colour, east.poll_seconds), ("erp", SourceColour::Blue, 15));
        assert_eq!(east.token.as_deref(), Some("old-cookie"), "a token of old is there to be moved");
        assert!(east.history_path.is_empty() && east.proxy.is_empty() && east.proxy_password.is_none() && demo.demo);
    }
}
