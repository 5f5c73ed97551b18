//! What a severity does when it comes.

use serde::{Deserialize, Serialize};
use watchdeck_events::Severity;

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
    /// The tone again and again, until somebody has the alert.
    #[serde(default)]
    pub repeats: bool,
    /// Also in quiet hours.
    #[serde(default)]
    pub breaks_quiet: bool,
    /// It counts in the tray and beside the page's name.
    #[serde(default = "yes")]
    pub tray: bool,
    /// What of it takes the window until somebody has seen it.
    #[serde(default)]
    pub banner: Takes,
}

/// Which alerts of a severity take the window: the banner lies over every page until somebody has seen them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Takes {
    /// None.
    #[default]
    None,
    /// Those that the ERP itself raises about its own state: the rule of critical system alerts.
    System,
    /// All of them.
    All,
}

const fn yes() -> bool {
    true
}

impl Default for Delivery {
    fn default() -> Self {
        let quiet = Channels { toast: false, sound: false, repeats: false, breaks_quiet: false, tray: true, banner: Takes::None };
        let loud = Channels { toast: true, sound: true, ..quiet };
        Self { info: quiet, success: quiet, warning: loud, critical: Channels { breaks_quiet: true, banner: Takes::System, ..loud } }
    }
}
