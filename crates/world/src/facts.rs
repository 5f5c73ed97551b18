//! What is asked of one event by everything that looks at it, read once.

use crate::{about, arrival::Arrival, entity::Entity};
use std::sync::Arc;
use watchdeck_events::{
    Conventions, Event,
    erp::{Approval, View},
    fields::Fields,
};

/// The fields of an event's payload, what its kind makes of them, and how it came. Borrowed from the event.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What the event says, as its kind's newest version has it.
    pub fields: Fields<'a>,
    /// As its kind reads it; `None` for a kind without a view, or where not even an identity is there.
    pub view: Option<View<'a>>,
    /// What it is about, in its ERP; `None` for what is about nothing that is kept.
    pub about: Option<Entity>,
    /// A request for approval or what became of one, that a pack derives from it, and what that is about; `None` for what is one itself.
    derived: Option<(Approval<'a>, Entity)>,
    /// Live or late, and by whose clock.
    pub arrival: Arrival,
}

impl<'a> Facts<'a> {
    /// Of an event of a source with these conventions, whose ERP is `realm`.
    #[must_use]
    pub fn of(event: &'a Event, conventions: &Conventions, arrival: Arrival, realm: &Arc<str>) -> Self {
        let fields = event.fields();
        let view = View::in_fields(event, &fields, conventions);
        let about = view.as_ref().and_then(|view| about::of(view, realm));
        let derived = match view {
            Some(View::Approval(_)) => None,
            _ => Approval::derived(event, &fields, conventions),
        };
        let derived = derived.map(|approval| {
            let about = about::of_request(&approval, realm);
            (approval, about)
        });
        Self { fields, view, about, derived, arrival }
    }

    /// What it says of a request for approval, published as such or derived, and what is asked for. Whoever wants to know whether an event is about an
    /// approval asks here.
    #[must_use]
    pub fn approval(&self) -> Option<(&Approval<'a>, &Entity)> {
        match (&self.view, &self.about) {
            (Some(View::Approval(approval)), Some(about)) => Some((approval, about)),
            _ => self.derived.as_ref().map(|(approval, about)| (approval, about)),
        }
    }
}
