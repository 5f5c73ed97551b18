//! Errors as the window sees them.

use serde::Serialize;
use watchdeck_filter::Refusal;
use watchdeck_store::StoreError;

/// What the window may branch on. Add a variant only when it does something different for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Code {
    /// Shown as a plain error.
    Internal,
    /// The window marks the field or the token.
    InvalidInput,
    /// What was asked for is gone.
    NotFound,
    /// The window asks for its token again.
    Unauthorized,
    /// The window shows the read-only banner.
    StoreUnavailable,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// The only error a command answers.
#[derive(Debug, Clone, Serialize, ts_rs::TS, thiserror::Error)]
#[error("{message}")]
#[ts(export)]
pub struct CommandError {
    /// For the window.
    pub code: Code,
    /// For people: what happened and what to do.
    pub message: String,
    /// Start and end of the offending part of a text, in UTF-16 units as browsers count.
    pub at: Option<(u32, u32)>,
}

impl CommandError {
    /// The caller sent something that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { code: Code::InvalidInput, message: message.into(), at: None }
    }

    /// What was asked for does not exist (any more).
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { code: Code::NotFound, message: message.into(), at: None }
    }
}

impl From<Refusal> for CommandError {
    fn from(Refusal { message, at }: Refusal) -> Self {
        Self { code: Code::InvalidInput, message, at }
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        let code = match error.downcast_ref::<Code>() {
            Some(code) => *code,
            None if error.downcast_ref::<StoreError>().is_some() => Code::StoreUnavailable,
            None => Code::Internal,
        };
        tracing::warn!(?code, error = format!("{error:#}"), "A command failed.");
        Self { code, message: format!("{error:#}"), at: None }
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        anyhow::Error::new(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn a_store_error_anywhere_in_the_chain_reaches_the_window() {
        let error = Err::<(), _>(StoreError::Full("no space".into())).context("saving the settings").unwrap_err();
        let seen = CommandError::from(error);
        assert_eq!(seen.code, Code::StoreUnavailable);
        assert_eq!(seen.message, "saving the settings: the disk is full (no space)");
    }
}
