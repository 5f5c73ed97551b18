//! Where events travel.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the ERP puts before a channel's name on Redis.
pub const REDIS_PREFIX: &str = "ws:";

/// A named stream of events (`inventory`, `user:7:notifications`). Any name is a channel; the ERP's own are constants.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channel(Arc<str>);

impl std::borrow::Borrow<str> for Channel {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Channel {
    /// The ERP's fixed channels, in the order people read them.
    pub const ERP: [&'static str; 9] =
        ["inventory", "orders", "approvals", "finance", "products", "customers", "suppliers", "system", "broadcast"];

    /// The channel of one user's own notifications.
    #[must_use]
    pub fn user_notifications(user_id: &str) -> Self {
        Self(format!("user:{user_id}:notifications").into())
    }

    /// The channel that a Redis channel carries, or `None` when it is not one of ours (no `ws:` prefix, or nothing behind it).
    #[must_use]
    pub fn from_redis(name: &str) -> Option<Self> {
        name.strip_prefix(REDIS_PREFIX).filter(|rest| !rest.is_empty()).map(Self::from)
    }

    /// The name of this channel on Redis.
    #[must_use]
    pub fn to_redis(&self) -> String {
        format!("{REDIS_PREFIX}{}", self.0)
    }

    /// The user whose notifications these are, for a channel of that form.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.0.strip_prefix("user:")?.strip_suffix(":notifications")
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Channel {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<Arc<str>> for Channel {
    fn from(name: Arc<str>) -> Self {
        Self(name)
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_names_map_both_ways() {
        let channel = Channel::user_notifications("u7");
        assert_eq!(channel.to_redis(), "ws:user:u7:notifications");
        assert_eq!(Channel::from_redis("ws:user:u7:notifications"), Some(channel.clone()));
        assert_eq!(channel.user(), Some("u7"));
    }

    #[test]
    fn foreign_redis_channels_are_not_ours() {
        for name in ["inventory", "ws:", "WS:inventory", ""] {
            assert_eq!(Channel::from_redis(name), None, "{name}");
        }
    }
}
