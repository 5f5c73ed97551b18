//! What is asked of one event by everything that looks at it, read once.

use crate::arrival::Arrival;
use watchdeck_events::{Conventions, Event, erp::View, fields::Fields};

/// The fields of an event's payload, what its kind makes of them, and how it came. Borrowed from the event.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The top level of the payload.
    pub fields: Fields<'a>,
    /// As its kind reads it; `None` for a kind without a view, or where not even an identity is there.
    pub view: Option<View<'a>>,
    /// Live or late, and by whose clock.
    pub arrival: Arrival,
}

impl<'a> Facts<'a> {
    /// Of an event of a source with these conventions.
    #[must_use]
    pub fn of(event: &'a Event, conventions: &Conventions, arrival: Arrival) -> Self {
        let fields = event.payload.fields();
        let view = View::in_fields(event, &fields, conventions);
        Self { fields, view, arrival }
    }
}
