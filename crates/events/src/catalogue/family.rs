//! The kinds that Watchdeck counts: a pack may have another platform's kind read as one of them.

/// A kind with a typed view, and the fields of which one says what such an event is about; none where it need not say.
const FAMILIES: [(&str, &[&str]); 13] = [
    ("inventory:change", &["productId"]),
    ("order:status", &["orderId", "orderNumber"]),
    ("approval:request", &["resourceId", "resourceNumber"]),
    ("approval:approved", &["resourceId", "resourceNumber"]),
    ("approval:rejected", &["resourceId", "resourceNumber"]),
    ("finance:payment", &["recordId", "recordNumber"]),
    ("finance:refund", &["recordId", "recordNumber"]),
    ("finance:overdue", &["recordId", "recordNumber"]),
    ("data:change", &["resourceId"]),
    ("system:maintenance", &[]),
    ("system:update", &[]),
    ("system:alert", &[]),
    ("notification", &[]),
];

/// The fields of which one says what an event of this family is about; `None` for what is no family.
pub(super) fn identity(family: &str) -> Option<&'static [&'static str]> {
    FAMILIES.iter().find(|(name, _)| *name == family).map(|(_, identity)| *identity)
}

/// All of them, to be read.
pub(super) fn names() -> String {
    FAMILIES.map(|(name, _)| name).join(", ")
}
