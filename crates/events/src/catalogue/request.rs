//! Requests for approval, and what became of them, of things whose requests nobody publishes: a pack says in a `[[request]]` which kinds tell of them and in
//! which fields.
//!
//! Nothing is stored for it, and the event stays what it is. It also says what a decision on such a thing needs beside yes or no.

pub(super) mod check;
pub(super) mod file;
mod need;

pub use need::{Need, NeedFor, NeedType};

use super::{pattern::matches, template::Template, words::Vocabulary};
use crate::{
    event::{Event, Kind},
    fields::Fields,
};
use std::sync::Arc;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalStage {
    /// Somebody asks.
    Request,
    /// Granted.
    Approved,
    /// Refused.
    Rejected,
    /// Nobody asks any more.
    Withdrawn,
}

/// A `[[request]]` whose every name was checked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    of: Vec<Kind>,
    channels: Vec<Box<str>>,
    when: Vec<Condition>,
    state: Vec<Said>,
    before: Vec<Said>,
    stages: Vec<(Box<str>, ApprovalStage)>,
    resource_type: Template,
    /// Fields of what the request says, by what it says.
    pub(crate) names: Names,
    pub(super) needs: Vec<Need>,
    /// Tells it from every other.
    pub(super) way: u64,
}

/// Which fields say what, the first that is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) id: Vec<Box<str>>,
    pub(crate) number: Vec<Box<str>>,
    pub(crate) requester: Vec<Box<str>>,
    pub(crate) party: Vec<Box<str>>,
    pub(crate) amount: Vec<Box<str>>,
    pub(crate) reason: Vec<Box<str>>,
    pub(crate) by: Vec<Box<str>>,
    pub(crate) comment: Vec<Box<str>>,
    pub(crate) deadline: Vec<Box<str>>,
}

/// A field, and whose words it says.
#[derive(Debug, Clone)]
struct Said {
    field: Box<str>,
    vocabulary: Option<Arc<Vocabulary>>,
}

/// What a field has to say.
#[derive(Debug, Clone)]
struct Condition {
    said: Said,
    is: Vec<Box<str>>,
}

impl Said {
    /// The word in it as the packs write it, else as it stands there.
    fn word(&self, fields: &Fields<'_>) -> Option<String> {
        let text = fields.text(&self.field)?;
        let meaning = self.vocabulary.as_ref().and_then(|vocabulary| vocabulary.meaning(&text)).map(str::to_owned);
        Some(meaning.unwrap_or_else(|| text.into_owned()))
    }
}

fn first(said: &[Said], fields: &Fields<'_>) -> Option<String> {
    said.iter().find_map(|said| said.word(fields))
}

impl Request {
    pub(super) fn is_about(&self, event: &Event, fields: &Fields<'_>) -> bool {
        let on = self.channels.is_empty() || self.channels.iter().any(|name| matches(name, event.channel.as_str()));
        let holds = |condition: &Condition| condition.said.word(fields).is_some_and(|word| condition.is.iter().any(|is| **is == *word));
        on && self.of.contains(&event.kind) && self.when.iter().all(holds)
    }

    /// The kinds that tell of it.
    pub(super) fn kinds(&self) -> &[Kind] {
        &self.of
    }

    fn stage_of(&self, word: &str) -> Option<ApprovalStage> {
        self.stages.iter().find(|(value, _)| **value == *word).map(|(_, stage)| *stage)
    }

    /// What the event says of how it stands now; `None` where it does not. Without a field for it, its kind says it.
    pub(super) fn stage(&self, event: &Event, fields: &Fields<'_>) -> Option<ApprovalStage> {
        match &*self.state {
            [] => self.stage_of(event.kind.as_str()),
            state => self.stage_of(&first(state, fields)?),
        }
    }

    /// Whether it stood so before that somebody waited for an answer, as far as the event says it.
    pub(super) fn was_asked(&self, fields: &Fields<'_>) -> bool {
        first(&self.before, fields).is_none_or(|word| self.stage_of(&word) == Some(ApprovalStage::Request))
    }

    /// The type of things that it is of, where that is the same for all.
    pub(super) fn fixed_type(&self) -> Option<&str> {
        self.resource_type.fixed()
    }

    /// What is asked for; `None` where a field that names it is not there.
    pub(crate) fn resource_type(&self, fields: &Fields<'_>) -> Option<String> {
        self.resource_type.fill(fields)
    }

    /// Whether it is of things of this type, as far as it says which.
    pub(super) fn may_be_of(&self, resource_type: &str) -> bool {
        self.resource_type.fixed().is_none_or(|fixed| fixed == resource_type)
    }
}
