//! What rules ask about and no event tells: how the links are, and which requests are being decided here.

use std::collections::{BTreeMap, BTreeSet};
use watchdeck_events::Millis;

/// The link to one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// What the user calls it.
    pub name: String,
    /// Since when it is not up to date, for another reason than that its gateway is deaf.
    pub stale_since: Option<Millis>,
    /// Since when it has brought nothing, where that is longer than usual.
    pub quiet_since: Option<Millis>,
    /// Since when its gateway does not hear the ERP.
    pub deaf_since: Option<Millis>,
}

/// Whether what an ERP publishes is heard at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// As it happens.
    Now,
    /// What happened meanwhile is being read: what is known is behind.
    Late,
    /// Nobody listens.
    Not,
}

/// See the [module docs](self).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// By the source's id.
    pub links: BTreeMap<String, Link>,
    /// Requests on which a decision is under way, by key.
    pub under_way: BTreeSet<String>,
}
