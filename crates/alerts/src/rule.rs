//! What every rule declares: its name, how bad it is, its words, and when it speaks.

use crate::{judge::Judge, words::Words};
use watchdeck_events::Severity;
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::AlertView};
use watchdeck_world::facts::Facts;

/// One rule. Whoever writes a new one fills this in, in a file of its own, and names it in [`crate::rules::ALL`].
pub struct Rule {
    /// As settings, stored alerts and the window name it.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// It is about our own links, and not about what an ERP tells.
    pub of_a_link: bool,
    /// It is about requests for approval: what waits for a decision is counted once, among the requests.
    pub of_a_request: bool,
    /// The setting that it judges by, as the page shows it.
    pub threshold: fn(&Settings) -> Option<String>,
    /// The buttons of its notifications, the main one first.
    pub actions: &'static [&'static str],
    /// First line of a notification.
    pub title: fn(Words, &AlertView) -> String,
    /// The rest of it.
    pub body: fn(Words, &AlertView) -> String,
    /// What several of them are called, in Chinese and in English.
    pub several: [&'static str; 2],
    /// What one event does. The world has already taken it in.
    pub event: fn(&mut Judge<'_>, &Stored, &Facts<'_>),
    /// What is known, judged by settings that hold from now on; the ones given are those before.
    pub known: fn(&mut Judge<'_>, &Settings),
}

/// What a rule fills in as far as it is like most others.
pub(crate) const PLAIN: Rule = Rule {
    id: "",
    severity: Severity::Warning,
    of_a_link: false,
    of_a_request: false,
    threshold: |_| None,
    actions: &["acknowledge", "open"],
    title: |_, alert| alert.label.clone(),
    body: |_, alert| value(alert, "message").to_owned(),
    several: ["", ""],
    event: |_, _, _| {},
    known: |_, _| {},
};

/// One of the values behind an alert's words; empty where there is none.
pub(crate) fn value<'a>(alert: &'a AlertView, name: &str) -> &'a str {
    alert.values.get(name).map_or("", String::as_str)
}

/// What is known of an alert, in one line.
pub(crate) fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}
