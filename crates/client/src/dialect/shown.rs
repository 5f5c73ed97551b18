//! What a server shows to a stranger: its answers to plain questions, and what comes first on a WebSocket that it opens.

use crate::{address::Address, handshake::Answer};
use serde::Deserialize;

/// What came of one question.
pub(crate) type Asked = Result<Answer, String>;

/// What came of the plain questions that one dialect is recognised by.
pub(crate) struct Answers<'a> {
    /// Where the server is.
    pub(crate) address: &'a Address,
    /// Asked there.
    pub(crate) here: &'a Asked,
    /// Asked where the dialect wanted.
    pub(crate) there: Option<&'a Asked>,
}

/// An answer in words.
pub(crate) fn described(asked: &Asked) -> String {
    asked.as_ref().map_or_else(Clone::clone, Answer::words)
}

/// What came first.
pub(crate) enum First {
    Text(String),
    Binary(Vec<u8>),
    /// A farewell with this code.
    Closed(u16),
}

/// What a text frame has of what messages have.
#[derive(Deserialize)]
pub(super) struct Shape {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) channel: Option<String>,
    #[serde(default)]
    pub(super) data: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    pub(super) timestamp: Option<serde::de::IgnoredAny>,
}

impl Shape {
    /// Of its first line, where that is an object.
    pub(super) fn of(text: &str) -> Option<Self> {
        text.trim_start().starts_with('{').then(|| serde_json::from_str(text.lines().next()?).ok()).flatten()
    }
}
