//! Somebody whom events are passed on to.

use serde::{Deserialize, Serialize};

/// A webhook: each event that its filter keeps is posted there as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct Hook {
    /// Never changes and is never given again: how far it is and its dead letters carry it.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// `http://` or `https://`.
    pub url: String,
    /// Which events, in the filter language; empty: all.
    pub filter: String,
}
