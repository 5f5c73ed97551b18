//! A notification outside of the window, before any system draws it.

use crate::words::Words;
use watchdeck_events::{Severity, line};

/// Longest reason on a button, characters: services give it a hand's breadth.
const LABEL: usize = 20;

/// A native notification, in the user's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Names it for taking it back and for its answer.
    pub id: String,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// How bad.
    pub severity: Severity,
    /// Buttons, where the notification service has them.
    pub actions: Vec<ToastAction>,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToastAction {
    /// `approve`, `reject`, `reject:` with the reason, `acknowledge`, `open` or `open_erp`.
    pub id: String,
    /// As shown.
    pub label: String,
}

impl ToastAction {
    /// What begins the name of a button that rejects with a reason of its own. The reason itself follows, so that settings which change meanwhile make no
    /// other reason of it.
    const REJECT_WITH: &'static str = "reject:";

    /// A button that rejects with this reason.
    #[must_use]
    pub fn reject_with(reason: &str, words: Words) -> Self {
        let label = words.reject_with(&line::of(reason, LABEL));
        Self { id: format!("{}{reason}", Self::REJECT_WITH), label }
    }

    /// The reason of a button that rejects with one.
    #[must_use]
    pub fn reason_of(id: &str) -> Option<&str> {
        id.strip_prefix(Self::REJECT_WITH)
    }
}
