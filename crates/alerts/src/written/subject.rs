//! What an event is about, and what people call it.

use std::borrow::Cow;
use watchdeck_events::{Event, erp::View};
use watchdeck_filter::Thing;
use watchdeck_store::Stored;
use watchdeck_world::{World, entity::Entity, facts::Facts};

/// What an event is about, where that is such a thing.
pub(super) fn about_thing<'a>(thing: Thing, stored: &Stored, facts: &'a Facts<'_>, world: &'a World) -> Option<&'a Entity> {
    let of_view = facts.about.as_ref();
    match (thing, &facts.view) {
        // Which maintenance is announced is known of what was announced before.
        (Thing::Maintenance, _) => world.maintenance.told_by(stored.seq).map(|planned| &planned.key),
        (Thing::Approval, _) => facts.approval().map(|(_, about)| about),
        (Thing::Stock, Some(View::InventoryChange(_) | View::LegacyMove(_)))
        | (Thing::Order, Some(View::OrderStatus(_)))
        | (Thing::Finance, Some(View::Finance(_))) => of_view,
        _ => None,
    }
}

pub(super) fn subject_of(thing: Thing, entity: &Entity) -> String {
    match thing {
        Thing::Approval => format!("approval:{}:{}", entity.kind, entity.id),
        Thing::Finance => format!("record:{}", entity.id),
        Thing::Stock | Thing::Order | Thing::Maintenance | Thing::Feed => format!("{}:{}", entity.kind, entity.id),
    }
}

/// As people call what an event is about.
pub(super) fn label(event: &Event) -> String {
    const NAMES: [&str; 12] = [
        "productName",
        "orderNumber",
        "recordNumber",
        "resourceNumber",
        "customerName",
        "partyName",
        "title",
        "name",
        "username",
        "user",
        "ip_address",
        "venueName",
    ];
    let fields = event.fields();
    let named = fields.first_text(&NAMES).map(Cow::into_owned);
    // What is about the system as a whole has no name.
    let subject = event.subject.as_deref().filter(|subject| !subject.starts_with("system:"));
    let id = || subject.map(|subject| subject.split_once(':').map_or(subject, |(_, id)| id).to_owned());
    named.or_else(id).unwrap_or_default()
}
