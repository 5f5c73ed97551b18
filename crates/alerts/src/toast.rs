//! A notification outside of the window, before any system draws it.

use watchdeck_events::Severity;

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
    /// `approve`, `reject`, `acknowledge` or `open`.
    pub id: String,
    /// As shown.
    pub label: String,
}
