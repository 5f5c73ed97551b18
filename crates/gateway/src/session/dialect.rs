//! What a session says and understands, apart from sockets and the log. Pure: a frame in, a step out.

use super::{
    native, plain,
    step::{Ending, Step},
};
use crate::{
    access::{Refusal, Why},
    wire,
    wire::Entry,
};
use axum::body::Bytes;
use std::sync::Arc;
use watchdeck_protocol::CloseCode;

/// Which of the two protocols a session speaks.
#[derive(Debug)]
pub(crate) enum Dialect {
    Native(native::Native),
    Plain,
}

impl Dialect {
    /// Understand a frame.
    pub(crate) fn hear(&mut self, text: &str) -> Step {
        match self {
            Self::Native(native) => native.hear(text),
            Self::Plain => plain::hear(text),
        }
    }

    /// Understand a binary frame: neither protocol has one.
    pub(crate) fn hear_binary(&mut self) -> Step {
        match self {
            Self::Native(native) => native.broken("binary frames are not part of watchdeck.v1; send JSON text"),
            Self::Plain => Step::Nothing,
        }
    }

    /// Frames for entries of one channel, in order.
    pub(crate) fn frames(&self, entries: &[Arc<Entry>]) -> Vec<Bytes> {
        match self {
            Self::Native(_) => wire::native_frames(entries),
            Self::Plain => wire::plain_frames(entries),
        }
    }

    pub(crate) const fn is_native(&self) -> bool {
        matches!(self, Self::Native(_))
    }

    /// The client gave no sign of life.
    pub(crate) fn silent(&self) -> Ending {
        match self {
            Self::Native(_) => Ending::close(CloseCode::NoPong, "no answer to a ping; connect again and resume from the last position"),
            Self::Plain => Ending::Terminate,
        }
    }

    /// The gateway stops.
    pub(crate) fn going_away(&self, retry_after_ms: u64) -> Ending {
        match self {
            Self::Native(_) => Ending::close(CloseCode::ShuttingDown, format!(r#"{{"retryAfterMs":{retry_after_ms}}}"#)),
            Self::Plain => Ending::Close { code: 1001, reason: String::new() },
        }
    }

    /// The token that it came with counts no more.
    pub(crate) fn expired(&self) -> Ending {
        match self {
            Self::Native(_) => Ending::close(CloseCode::TokenExpired, "the token has expired; get a new one and connect again"),
            Self::Plain => Ending::Close { code: 1008, reason: "Authentication failed".into() },
        }
    }

    /// Whoever it was may not be here any more.
    pub(crate) fn revoked(&self) -> Ending {
        match self {
            Self::Native(_) => Ending::close(CloseCode::Revoked, "your access was withdrawn; ask for a new token, or sign in again"),
            Self::Plain => Ending::Close { code: 1008, reason: "Authentication failed".into() },
        }
    }

    /// It was not let in.
    pub(crate) fn refused(&self, refusal: Refusal) -> Ending {
        match self {
            Self::Native(_) => Ending::close(refusal.close_code(), refusal.reason),
            Self::Plain if refusal.why == Why::Unavailable => Ending::Close { code: 1013, reason: String::new() },
            Self::Plain => Ending::Close { code: 1008, reason: refusal.plain().into() },
        }
    }

    /// There are too many sessions.
    pub(crate) fn full(&self) -> Ending {
        match self {
            Self::Native(_) => {
                Ending::close(CloseCode::Limit, "this gateway serves as many connections as max_connections allows; raise it or close some")
            }
            Self::Plain => Ending::Close { code: 1013, reason: String::new() },
        }
    }
}
