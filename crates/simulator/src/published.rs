//! What the ERP publishes.

use watchdeck_events::Channel;

/// An event on its way out, as the ERP publishes it: bare JSON on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub channel: Channel,
    /// What.
    pub json: String,
}
