//! Why somebody is not let in, or may not do what it asks.

use std::time::Duration;
use watchdeck_protocol::CloseCode;

/// For programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The web page that asks is not one of those that may.
    Origin,
    /// Nothing was shown.
    Nothing,
    /// There are cookies, and none of them is a session's.
    NoSession,
    /// What was shown is not valid.
    Wrong,
    /// What was shown was valid.
    Expired,
    /// Nobody could be asked.
    Unavailable,
    /// It is known who it is, and it may not.
    Forbidden,
    /// It asks for more than its share.
    TooFast(Duration),
}

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) why: Why,
    /// For people: what to do. At most what a close frame holds.
    pub(crate) reason: String,
}

impl Refusal {
    pub(crate) fn new(why: Why, reason: impl Into<String>) -> Self {
        Self { why, reason: reason.into() }
    }

    pub(crate) fn too_fast(what: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        Self::new(Why::TooFast(wait), format!("{what} faster than this gateway's [limits] allow; wait {seconds} s and send it again"))
    }

    /// The close code that says it. What may be over soon is worth another try.
    pub(crate) const fn close_code(&self) -> CloseCode {
        match self.why {
            Why::Origin => CloseCode::BadRequest,
            Why::Unavailable => CloseCode::Other(1013),
            Why::TooFast(_) => CloseCode::Limit,
            _ => CloseCode::InvalidToken,
        }
    }

    /// In the words of the ERP's server, by which its clients know what to do.
    pub(crate) const fn plain(&self) -> &'static str {
        match self.why {
            Why::Origin => "禁止的来源",
            Why::Nothing => "No cookies provided",
            Why::NoSession => "No session token found",
            Why::Wrong => "Invalid token",
            _ => "Authentication failed",
        }
    }
}
