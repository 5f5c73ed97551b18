//! What is derived of an event by the packs in force, and what a decision on it needs. What they say of it is [`super::request`].

use super::{
    known::Catalogue,
    request::{ApprovalStage, Need, Request},
};
use crate::{
    event::{Event, Kind},
    fields::Fields,
};

/// What an event says of a request that is derived from it.
#[derive(Debug)]
pub(crate) struct Derived<'c> {
    pub(crate) request: &'c Request,
    pub(crate) stage: ApprovalStage,
    /// It says something where nobody was heard asking, too.
    pub(crate) alone: bool,
}

impl Catalogue {
    /// What an event says of a request for approval that nobody publishes as one. The newest pack that speaks of such an event decides, also by saying nothing.
    pub(crate) fn derived(&self, event: &Event, fields: &Fields<'_>) -> Option<Derived<'_>> {
        if !self.deriving.contains(&event.kind) {
            return None;
        }
        let request = self.requests.iter().find(|request| request.is_about(event, fields))?;
        let stage = request.stage(event, fields)?;
        let alone = match stage {
            ApprovalStage::Request => true,
            ApprovalStage::Approved | ApprovalStage::Rejected => request.was_asked(fields),
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
        let of_it = |request: &&Request| !request.needs.is_empty() && request.fixed_type() == Some(resource_type);
        self.requests.iter().find(of_it).map_or(&[], |request| &request.needs)
    }

    /// What events may be about that tell of a request for this thing, as their subjects spell it.
    #[must_use]
    pub fn subjects_of_request(&self, resource_type: &str, id: &str) -> Vec<String> {
        let mut subjects = vec![format!("{resource_type}:{id}")];
        for request in self.requests.iter().filter(|request| request.may_be_of(resource_type)) {
            let infos =
                request.kinds().iter().filter_map(|kind| self.by_name.get(kind)).flatten().filter_map(|place| self.kinds.get(*place));
            for template in infos.flat_map(|info| &info.subject).filter(|template| template.fields().next().is_some()) {
                subjects.extend(template.fill_from(|name| request.names.id.iter().any(|id| **id == *name).then_some(id.into())));
            }
        }
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}
