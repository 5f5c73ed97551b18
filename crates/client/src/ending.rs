//! How a connection ends: what the dialects, the dialling and the session tell one another about it.
//!
//! What follows from it (a retry, a wait for a new token) is the session's to decide.

use crate::status::Cause;
use std::time::Duration;

/// How a connection, or the attempt to make one, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Another try may succeed.
    Retry { cause: Cause, detail: String, after: Option<Duration> },
    /// Only a new token helps.
    NeedsLogin(String),
    /// Only a person can help.
    Refused(String),
}

impl Ending {
    pub(crate) fn retry(cause: Cause, detail: impl Into<String>) -> Self {
        Self::Retry { cause, detail: detail.into(), after: None }
    }

    /// The same, with whom it is about in front of its words.
    pub(crate) fn about(self, whom: &str) -> Self {
        let put = |detail: String| format!("{whom}: {detail}");
        match self {
            Self::Retry { cause, detail, after } => Self::Retry { cause, detail: put(detail), after },
            Self::NeedsLogin(detail) => Self::NeedsLogin(put(detail)),
            Self::Refused(detail) => Self::Refused(put(detail)),
        }
    }

    /// Its words.
    pub(crate) fn into_words(self) -> String {
        match self {
            Self::Retry { detail, .. } | Self::NeedsLogin(detail) | Self::Refused(detail) => detail,
        }
    }
}
