//! What an event says of a request for approval: its own words where it is one, else what a pack derives from it. The one place that is asked.

use super::{Approval, ApprovalStage, Origin, Text, View, read::Reader};
use crate::{
    catalogue::{Catalogue, Derived},
    conventions::Conventions,
    event::Event,
    fields::Fields,
    stated::Stated,
};

impl<'a> Approval<'a> {
    /// What an event of a source that is not known says of a request, published as such or derived; `None` for nearly every event.
    #[must_use]
    pub fn told_by(event: &'a Event) -> Option<Self> {
        let fields = event.fields();
        match View::in_fields(event, &fields, Conventions::plain()) {
            Some(View::Approval(approval)) => Some(approval),
            _ => Self::derived(event, &fields, Conventions::plain()),
        }
    }

    /// What a pack derives from an event that is no request itself.
    #[must_use]
    pub fn derived(event: &'a Event, fields: &Fields<'a>, conventions: &Conventions) -> Option<Self> {
        let catalogue = &*Catalogue::current();
        let Derived { request, stage, alone } = catalogue.derived(event, fields)?;
        let f = Reader { fields, conventions, catalogue, masks: catalogue.declared_masks(event) };
        let names = &request.names;
        let text = |names: &[Box<str>]| names.iter().find_map(|name| f.text(name));
        // Whoever brought a result about is not whoever asked.
        let asked_by = |name: &str| stage == ApprovalStage::Request || !names.by.iter().any(|by| **by == *name);
        // Half an id is another thing's.
        let resource_id = names.id.iter().find_map(|name| f.open(name)?.text(name))?;
        let resource_type = Text::Owned(request.resource_type(fields)?);
        let stated = |names: &[Box<str>]| names.iter().find(|name| f.fields.token(name).is_some()).cloned();
        let (amount, currency) = stated(&names.amount).map_or((Stated::Absent, None), |name| f.amount_in(&name));
        Some(Self {
            stage,
            origin: Origin::Derived { alone },
            resource_type: Some(catalogue.vocabulary("resource_type").read(resource_type)),
            resource_id,
            resource_number: text(&names.number),
            requester_id: None,
            requester_name: names.requester.iter().filter(|name| asked_by(name)).find_map(|name| f.text(name)),
            approver_id: None,
            approver_name: text(&names.by),
            party: text(&names.party),
            reason: text(&names.reason),
            comment: text(&names.comment),
            amount,
            currency: currency.or_else(|| conventions.currency.clone()),
            deadline: stated(&names.deadline).map_or(Stated::Absent, |name| f.deadline(&name)),
        })
    }
}
