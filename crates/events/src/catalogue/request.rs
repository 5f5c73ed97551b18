//! Requests for approval, and what became of them, of things whose requests nobody publishes: a pack says in a `[[request]]` which kinds tell of them and in
//! which fields.
//!
//! Nothing is stored for it, and the event stays what it is. It also says what a decision on such a thing needs beside yes or no.

mod check;
mod need;

pub(super) use check::RequestFile;
pub(super) use need::NeedFile;
pub use need::{Need, NeedFor, NeedType};

use super::{known::Catalogue, pattern::matches, template::Template, words::Vocabulary};
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
    needs: Vec<Need>,
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

/// What an event says of a request that is derived from it.
#[derive(Debug)]
pub(crate) struct Derived<'c> {
    pub(crate) request: &'c Request,
    pub(crate) stage: ApprovalStage,
    /// It says something where nobody was heard asking, too.
    pub(crate) alone: bool,
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
    fn is_about(&self, event: &Event, fields: &Fields<'_>) -> bool {
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

    /// What is asked for; `None` where a field that names it is not there.
    pub(crate) fn resource_type(&self, fields: &Fields<'_>) -> Option<String> {
        self.resource_type.fill(fields)
    }

    /// Whether it is of things of this type, as far as it says which.
    fn may_be_of(&self, resource_type: &str) -> bool {
        self.resource_type.fixed().is_none_or(|fixed| fixed == resource_type)
    }
}

impl Catalogue {
    /// What an event says of a request for approval that nobody publishes as one. The newest pack that speaks of such an event decides, also by saying nothing.
    pub(crate) fn derived(&self, event: &Event, fields: &Fields<'_>) -> Option<Derived<'_>> {
        if !self.deriving.contains(&event.kind) {
            return None;
        }
        let request = self.requests.iter().find(|request| request.is_about(event, fields))?;
        let stage = match &*request.state {
            [] => request.stage_of(event.kind.as_str()),
            state => request.stage_of(&first(state, fields)?),
        }?;
        let asked = || first(&request.before, fields).is_none_or(|word| request.stage_of(&word) == Some(ApprovalStage::Request));
        let alone = match stage {
            ApprovalStage::Request => true,
            ApprovalStage::Approved | ApprovalStage::Rejected => asked(),
            ApprovalStage::Withdrawn => false,
        };
        Some(Derived { request, stage, alone })
    }

    /// Every kind of which requests may be derived.
    pub fn deriving(&self) -> impl Iterator<Item = &str> {
        self.deriving.iter().map(Kind::as_str)
    }

    /// What a decision on a thing of this type needs, beside yes or no.
    #[must_use]
    pub fn needs(&self, resource_type: &str) -> &[Need] {
        let of_it = |request: &&Request| !request.needs.is_empty() && request.resource_type.fixed() == Some(resource_type);
        self.requests.iter().find(of_it).map_or(&[], |request| &request.needs)
    }

    /// What events may be about that tell of a request for this thing, as their subjects spell it.
    #[must_use]
    pub fn subjects_of_request(&self, resource_type: &str, id: &str) -> Vec<String> {
        let mut subjects = vec![format!("{resource_type}:{id}")];
        for request in self.requests.iter().filter(|request| request.may_be_of(resource_type)) {
            let infos = request.of.iter().filter_map(|kind| self.by_name.get(kind)).flatten().filter_map(|place| self.kinds.get(*place));
            for template in infos.flat_map(|info| &info.subject).filter(|template| template.fields().next().is_some()) {
                subjects.extend(template.fill_from(|name| request.names.id.iter().any(|id| **id == *name).then_some(id.into())));
            }
        }
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}
