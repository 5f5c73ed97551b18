//! What follows from a frame of a client, and how a session ends.

use watchdeck_events::Channel;
use watchdeck_protocol::{CloseCode, Position, Rewind};

/// How a session ends from our side: a close frame, or without a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    Close { code: u16, reason: String },
    Terminate,
}

impl Ending {
    pub(crate) fn close(code: CloseCode, reason: impl Into<String>) -> Self {
        Self::Close { code: code.code(), reason: reason.into() }
    }
}

/// What to do about a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Nothing,
    Follow {
        channel: Channel,
        position: Option<Position>,
        rewind: Option<Rewind>,
    },
    Leave(Channel),
    /// Check this token.
    Refresh(String),
    Say(String),
    End(Ending),
}
