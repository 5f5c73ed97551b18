//! What is said of a button of a notification that did nothing.

use watchdeck_alerts::{
    toast::{Toast, ToastAction},
    words::Words,
};
use watchdeck_events::Severity;

/// Names the answer to a button among the notifications.
const ANSWER: &str = "watchdeck:answer";

/// What became of a button of a notification, where it was pressed.
pub(crate) fn answer(title: String, why: String, words: Words) -> Toast {
    let actions = vec![ToastAction { id: "open".to_owned(), label: words.action("open").to_owned() }];
    Toast { id: ANSWER.to_owned(), title, body: why, severity: Severity::Warning, actions }
}
