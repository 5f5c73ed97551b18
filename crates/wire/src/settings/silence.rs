//! What is kept quiet for a while, by whom, why, and until when.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// One silence, or a maintenance window where it begins later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Silence {
    /// Which alerts, in the language of filters: `rule:low_stock`, `severity:warning`, `subject:product:*`, `warehouse:east`, a text of their title.
    pub filter: String,
    /// Who set it.
    pub author: String,
    /// Why.
    pub reason: String,
    /// From when on.
    pub from: Millis,
    /// Until when.
    pub until: Millis,
}
