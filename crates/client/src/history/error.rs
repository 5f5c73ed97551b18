//! Why there is no history.

use crate::http::HttpError;

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The profile names no place to ask.
    #[error("no history address is set for this source")]
    NoEndpoint,
    /// Something that the user set is wrong: the address, the proxy, the file of certificates, the token.
    #[error("{0}")]
    Setting(String),
    /// The endpoint wants a (new) token.
    #[error("the history address wants a sign-in (HTTP {status})")]
    Unauthorized {
        /// Its status.
        status: u16,
    },
    /// The endpoint leads elsewhere; most often to a page to sign in.
    #[error("the history address leads to {to} (HTTP {status}); sign in again, or name that address")]
    Redirected {
        /// Its status.
        status: u16,
        /// Where to, without a query.
        to: String,
    },
    /// The endpoint failed, or there is none.
    #[error("the history address answered HTTP {status}")]
    Status {
        /// Its status.
        status: u16,
    },
    /// The endpoint could not be reached, or not in time.
    #[error("the history address: {0}")]
    Line(String),
    /// The answer is not one that is understood.
    #[error("the history answer cannot be read: {0}")]
    Shape(String),
    /// The answer, or all its pages together, is too large. Ask for less time.
    #[error("the history is too large: {0}")]
    TooLarge(String),
}

impl HistoryError {
    /// Only a new token, or a person, can help.
    #[must_use]
    pub fn wants_sign_in(&self) -> bool {
        matches!(self, Self::Unauthorized { .. } | Self::Redirected { .. })
    }
}

impl From<HttpError> for HistoryError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Setting(words) => Self::Setting(words),
            HttpError::Redirected { status, to } => Self::Redirected { status, to },
            HttpError::TooLarge(_) => Self::TooLarge(error.to_string()),
            HttpError::TimedOut(_) | HttpError::Unconnected(_) | HttpError::Line(_) => Self::Line(error.to_string()),
        }
    }
}
