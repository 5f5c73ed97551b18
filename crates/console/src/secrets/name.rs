//! Which secret, and what it is to be.

use watchdeck_secret::Secret;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// The token or session cookie.
    Token,
    /// The proxy's password.
    ProxyPassword,
    /// What an outgoing action signs with, or its password. The id beside it is the action's.
    Action,
}

impl Purpose {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Token, Self::ProxyPassword, Self::Action];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ProxyPassword => "proxy_password",
            Self::Action => "action",
        }
    }
}

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    /// Whose: the id of a source or of an action, by its purpose.
    pub(crate) source: String,
    pub(crate) purpose: Purpose,
}

impl Name {
    pub(crate) fn new(source: impl Into<String>, purpose: Purpose) -> Self {
        Self { source: source.into(), purpose }
    }
}

/// A new value for a secret; `None` forgets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) name: Name,
    pub(crate) value: Option<Secret>,
}
