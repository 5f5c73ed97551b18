//! By what a rule has an alert, and a count, of its own.

use crate::fingerprint;
use std::borrow::Cow;
use watchdeck_events::{Event, line};
use watchdeck_filter::Name;

/// Longest text that an alert tells whole, characters.
const WHOLE: usize = 1_000;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Per {
    /// What a field says.
    Field(Name),
    /// What one of these fields says, the first that is there, without what differs each time: numbers, ids, times.
    Pattern(Vec<String>),
}

impl Per {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let Some(names) = text.strip_prefix("pattern(") else { return Ok(Self::Field(Name::of(text))) };
        let names = names.strip_suffix(')').map(|names| names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
        let names = names.filter(|names| names.iter().all(|name| !name.is_empty()));
        names.map(Self::Pattern).ok_or("write the fields whose text counts without its numbers as pattern(message, title)")
    }

    /// What an event says of it.
    pub(super) fn of(&self, event: &Event) -> Option<String> {
        match self {
            Self::Field(name) => said(event, name),
            Self::Pattern(names) => Some(fingerprint::of(&text(event, names)).trim().to_owned()),
        }
    }

    /// The text that its alert is called by, as much of it as anybody reads.
    pub(super) fn whole(&self, event: &Event) -> Option<String> {
        let whole = match self {
            Self::Field(name) => said(event, name)?,
            Self::Pattern(names) => text(event, names),
        };
        Some(line::of(&whole, WHOLE).into_owned())
    }

    /// What an event's alert is called.
    pub(super) fn label(&self, event: &Event) -> Option<String> {
        match self {
            Self::Field(name) => said(event, name),
            Self::Pattern(names) => Some(line::of(&text(event, names), line::LABEL).into_owned()),
        }
    }
}

/// What an event says in words: where none of the fields does, what it is about.
fn text(event: &Event, names: &[String]) -> String {
    let fields = event.fields();
    let said = names.iter().find_map(|name| fields.text(name).filter(|text| !text.trim().is_empty()));
    said.map_or_else(|| event.subject.as_deref().unwrap_or(event.kind.as_str()).to_owned(), Cow::into_owned)
}

/// What an event says in a field.
pub(super) fn said(event: &Event, name: &Name) -> Option<String> {
    match name {
        Name::Kind => Some(event.kind.as_str().to_owned()),
        Name::Channel => Some(event.channel.as_str().to_owned()),
        Name::Source => Some(event.source.to_string()),
        Name::Id => Some(event.id.to_string()),
        Name::Subject => event.subject.as_deref().map(str::to_owned),
        Name::Actor => event.actor.as_deref().map(str::to_owned),
        Name::Domain => None,
        Name::Field(field) => event.fields().text(field).map(std::borrow::Cow::into_owned),
    }
}
