//! Which secret, and what it is to be.

use watchdeck_secret::Secret;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// The token or session cookie.
    Token,
    /// The proxy's password.
    ProxyPassword,
}

impl Purpose {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::ProxyPassword => "proxy_password",
        }
    }
}

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
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
