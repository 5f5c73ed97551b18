//! Why a connection ended, and whether dialling again can help.

/// A WebSocket close code of `watchdeck.v1`. 4000–4499: try again. 4500–4999: only a person can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The gateway is shutting down; the reason carries `retryAfterMs`.
    ShuttingDown,
    /// The token ran out; get a fresh one and come back.
    TokenExpired,
    /// The client answered no ping for one round.
    NoPong,
    /// The token is not one of ours.
    InvalidToken,
    /// A frame that no client of this protocol sends.
    BadRequest,
    /// Access was withdrawn.
    Revoked,
    /// Too many connections or subscriptions.
    Limit,
    /// A code that this version does not know; its range still says whether to retry.
    Other(u16),
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ShuttingDown => 4001,
            Self::TokenExpired => 4005,
            Self::NoPong => 4012,
            Self::InvalidToken => 4500,
            Self::BadRequest => 4501,
            Self::Revoked => 4503,
            Self::Limit => 4504,
            Self::Other(code) => code,
        }
    }

    /// Whether only a person can help.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self.code(), 4500..=4999)
    }
}

impl From<u16> for CloseCode {
    fn from(code: u16) -> Self {
        match code {
            4001 => Self::ShuttingDown,
            4005 => Self::TokenExpired,
            4012 => Self::NoPong,
            4500 => Self::InvalidToken,
            4501 => Self::BadRequest,
            4503 => Self::Revoked,
            4504 => Self::Limit,
            other => Self::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_the_wire_and_ranges_decide() {
        for code in 4000..5000 {
            assert_eq!(CloseCode::from(code).code(), code);
            assert_eq!(CloseCode::from(code).is_terminal(), code >= 4500, "{code}");
        }
        assert!(!CloseCode::from(1006).is_terminal(), "a cut line is always worth another try");
    }
}
