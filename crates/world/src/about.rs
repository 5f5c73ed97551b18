//! What an event is about: the thing of its ERP that every projection, rule and decision keeps it under. One place, so that all of them name it alike.

use crate::entity::Entity;
use std::sync::Arc;
use watchdeck_events::erp::{Approval, Finance, FinanceKind, View};

/// What a product is called among the kinds of entities.
pub const PRODUCT: &str = "product";
/// A request that does not say what for.
const REQUEST: &str = "request";
/// An order that does not say of what type it is.
const ORDER: &str = "order";

/// What an event of this realm is about; `None` for what is about nothing that is kept.
#[must_use]
pub fn of(view: &View<'_>, realm: &Arc<str>) -> Option<Entity> {
    Some(match view {
        View::InventoryChange(change) => product(realm, &change.product_id, change.variant_id.as_deref()),
        View::LegacyMove(movement) => product(realm, &movement.product_id, None),
        // Sales order 7 is not purchase order 7, and payment 7 is not refund 7: of what type it is belongs to the name.
        View::OrderStatus(step) => Entity::new(realm, step.order_type.as_deref().unwrap_or(ORDER), &step.order_id),
        View::Approval(approval) => of_request(approval, realm),
        View::Deciding(step) => Entity::new(realm, step.resource_type.as_deref().unwrap_or(REQUEST), &step.resource_id),
        View::Claim(claim) => Entity::new(realm, claim.resource_type.as_deref().unwrap_or(REQUEST), &claim.resource_id),
        View::AlertHandled(handled) => Entity::new(realm, &handled.about_type, &handled.about_id),
        View::Finance(record) => Entity::new(realm, record_type(record), &record.record_id),
        _ => return None,
    })
}

/// What is asked for.
#[must_use]
pub fn of_request(approval: &Approval<'_>, realm: &Arc<str>) -> Entity {
    Entity::new(realm, approval.resource_type.as_deref().unwrap_or(REQUEST), &approval.resource_id)
}

/// A product: its id, and its variant where an event names one.
#[must_use]
pub fn product(realm: &Arc<str>, product_id: &str, variant_id: Option<&str>) -> Entity {
    match variant_id.filter(|variant| !variant.is_empty()) {
        Some(variant) => {
            let mut id = String::with_capacity(product_id.len() + 1 + variant.len());
            id.extend([product_id, "/", variant]);
            Entity::known(realm, PRODUCT, id.into())
        }
        None => Entity::known(realm, PRODUCT, product_id.into()),
    }
}

/// What a record is. A refund's event is about a refund, whatever it says is refunded: its money goes back. The other kinds tell a record's type, and one
/// that does not is of a payment.
fn record_type<'a>(record: &'a Finance<'_>) -> &'a str {
    match record.kind {
        FinanceKind::Refund => "refund",
        FinanceKind::Payment | FinanceKind::Overdue | FinanceKind::Change => record.record_type.as_deref().unwrap_or("payment"),
    }
}
