//! From a payload's fields to its view. Only an identity is required.

use super::{
    AlertHandled, Approval, ApprovalStage, Claim, DataChange, Deciding, Finance, FinanceKind, Gap, GapFilled, InventoryChange, LegacyMove,
    Notification, OrderStatus, Origin, System, SystemKind, SystemLevel, Text, View,
};
use crate::{
    catalogue::{Catalogue, Masks, Word, hidden},
    conventions::Conventions,
    currency::Currency,
    event::{Event, GapReason, Kind},
    fields::Fields,
    quantity::Quantity,
    scan,
    stated::{Amount, Stated},
    time::Millis,
};
use serde::de::DeserializeOwned;
use std::borrow::Cow;

impl<'a> View<'a> {
    /// The typed view of an event whose source is not known: as [`View::read`] with [`Conventions::plain`].
    #[must_use]
    pub fn of(event: &'a Event) -> Option<Self> {
        Self::read(event, Conventions::plain())
    }

    /// The typed view of an event, or `None` when its kind is not the ERP's or its payload says not even what it is about.
    #[must_use]
    pub fn read(event: &'a Event, conventions: &Conventions) -> Option<Self> {
        Self::in_fields(event, &event.fields(), conventions)
    }

    /// As [`View::read`], for whoever has read the fields of the event already.
    #[must_use]
    pub fn in_fields(event: &'a Event, fields: &Fields<'a>, conventions: &Conventions) -> Option<Self> {
        let catalogue = &*Catalogue::current();
        let f = &Reader { fields, conventions, catalogue, masks: catalogue.counted_masks(event) };
        Some(match catalogue.counted_as(&event.kind, &event.channel).as_str() {
            "inventory:change" => Self::InventoryChange(InventoryChange::of(f)?),
            "adjust" => Self::LegacyMove(LegacyMove::of("adjust", f, f.quantity("adjustQuantity"), "adjustmentNumber")?),
            "inbound" => Self::LegacyMove(LegacyMove::of("inbound", f, f.quantity("quantity"), "recordNumber")?),
            "outbound" => Self::LegacyMove(LegacyMove::of("outbound", f, f.quantity("quantity").map(Quantity::negated), "recordNumber")?),
            "order:status" => Self::OrderStatus(OrderStatus::of(f)?),
            "approval:request" => Self::Approval(Approval::of(ApprovalStage::Request, f)?),
            "approval:approved" => Self::Approval(Approval::of(ApprovalStage::Approved, f)?),
            "approval:rejected" => Self::Approval(Approval::of(ApprovalStage::Rejected, f)?),
            "finance:payment" => Self::Finance(Finance::of(FinanceKind::Payment, f)?),
            "finance:refund" => Self::Finance(Finance::of(FinanceKind::Refund, f)?),
            "finance:overdue" => Self::Finance(Finance::of(FinanceKind::Overdue, f)?),
            "finance:change" => Self::Finance(Finance::of(FinanceKind::Change, f)?),
            "data:change" => Self::DataChange(DataChange::of(f)?),
            "data:update" => Self::DataChange(DataChange::legacy(f.text("resource")?, f.word("action", "data_action"), f)?),
            "created" => Self::DataChange(DataChange::created(event, f)?),
            "system:maintenance" | "system.maintenance" => Self::System(System::of(SystemKind::Maintenance, f)),
            "system:update" => Self::System(System::of(SystemKind::Update, f)),
            "system:alert" => Self::System(System::of(SystemKind::Alert, f)),
            "notification" => Self::Notification(Notification::of(f)),
            Kind::GAP => Self::Gap(Gap::of(f)?),
            Kind::GAP_FILLED => Self::GapFilled(GapFilled::of(f)?),
            Kind::DECISION => Self::Deciding(Deciding::of(f)?),
            Kind::CLAIM => Self::Claim(Claim::of(f)?),
            Kind::ALERT_HANDLED => Self::AlertHandled(AlertHandled::of(f)?),
            _ => return None,
        })
    }
}

/// The fields as everybody may see them, and how their source speaks.
pub(super) struct Reader<'a, 'c> {
    pub(super) fields: &'c Fields<'a>,
    pub(super) conventions: &'c Conventions,
    pub(super) catalogue: &'c Catalogue,
    /// Where something of the kind is masked.
    pub(super) masks: Option<Masks<'c>>,
}

impl<'a> Reader<'a, '_> {
    /// Whether a field is masked: what is counted is shown.
    fn hides(&self, key: &str) -> bool {
        self.masks.as_ref().is_some_and(|masks| masks.hide(key))
    }

    /// The fields, unless this one is masked: half a number says something wrong.
    pub(super) fn open(&self, key: &str) -> Option<&Fields<'a>> {
        (!self.hides(key)).then_some(self.fields)
    }

    pub(super) fn text(&self, key: &str) -> Option<Text<'a>> {
        let text = self.fields.text(key)?;
        Some(if self.hides(key) { hidden(&text).into() } else { text })
    }

    fn first_text(&self, keys: &[&str]) -> Option<Text<'a>> {
        keys.iter().find_map(|key| self.text(key))
    }

    fn token(&self, key: &str) -> Option<&'a str> {
        self.open(key)?.token(key)
    }

    fn quantity(&self, key: &str) -> Stated<'a, Quantity> {
        self.open(key).map_or(Stated::Absent, |fields| fields.quantity(key))
    }

    fn time(&self, key: &str) -> Stated<'a, Millis> {
        self.open(key).map_or(Stated::Absent, |fields| fields.time(key, self.conventions))
    }

    pub(super) fn deadline(&self, key: &str) -> Stated<'a, Millis> {
        self.open(key).map_or(Stated::Absent, |fields| fields.deadline(key, self.conventions))
    }

    /// A word of an enumeration.
    fn word(&self, key: &str, vocabulary: &str) -> Option<Word<'a>> {
        Some(self.catalogue.vocabulary(vocabulary).read(self.text(key)?))
    }

    /// An amount, and in which currency it is.
    pub(super) fn amount_in(&self, key: &str) -> (Amount<'a>, Option<Currency>) {
        let own = self.open("currency").and_then(|fields| fields.currency(self.conventions));
        let Some(fields) = self.open(key) else { return (Stated::Absent, own) };
        let (amount, beside) = fields.amount(key, own.as_ref().or(self.conventions.currency.as_ref()));
        let currency = own.or(beside).or_else(|| self.conventions.currency.clone());
        (amount, currency)
    }
}

impl<'a> Notification<'a> {
    fn of(f: &Reader<'a, '_>) -> Self {
        Self {
            notification_type: f.text("notificationType"),
            title: f.text("title"),
            message: f.text("message"),
            action_url: f.text("actionUrl"),
            action_label: f.text("actionLabel"),
            user_id: f.text("userId"),
        }
    }
}

impl<'a> InventoryChange<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        let (old_quantity, new_quantity) = (f.quantity("oldQuantity"), f.quantity("newQuantity"));
        let difference = || Some(Stated::Known(new_quantity.as_known()?.minus(*old_quantity.as_known()?)?));
        // The ERP's own guide publishes without it, and so does its second bridge.
        let change_amount = match f.quantity("changeAmount") {
            known @ Stated::Known(_) => known,
            other => difference().unwrap_or(other),
        };
        Some(Self {
            action: f.word("action", "stock_action"),
            product_id: f.text("productId")?,
            product_name: f.text("productName"),
            product_code: f.text("productCode"),
            variant_id: f.text("variantId"),
            batch_id: f.text("batchId"),
            inventory_id: f.text("inventoryId"),
            warehouse: f.first_text(&["warehouse", "warehouseName", "warehouseId"]),
            old_quantity,
            new_quantity,
            change_amount,
            reason: f.text("reason"),
            operator: f.text("operator"),
        })
    }
}

impl<'a> LegacyMove<'a> {
    fn of(action: &'static str, f: &Reader<'a, '_>, quantity: Stated<'a, Quantity>, number: &str) -> Option<Self> {
        Some(Self { action, product_id: f.text("productId")?, quantity, inventory_id: f.text("inventoryId"), number: f.text(number) })
    }
}

impl<'a> OrderStatus<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        let order_number = f.text("orderNumber");
        Some(Self {
            order_type: f.word("orderType", "order_type"),
            order_id: f.text("orderId").or_else(|| order_number.clone())?,
            order_number,
            old_status: f.word("oldStatus", "order_state"),
            new_status: f.word("newStatus", "order_state"),
            customer_id: f.text("customerId"),
            customer_name: f.text("customerName"),
        })
    }
}

impl<'a> Approval<'a> {
    fn of(stage: ApprovalStage, f: &Reader<'a, '_>) -> Option<Self> {
        let resource_number = f.text("resourceNumber");
        let (amount, currency) = f.amount_in("amount");
        Some(Self {
            stage,
            origin: Origin::Published,
            resource_type: f.word("resourceType", "resource_type"),
            resource_id: f.text("resourceId").or_else(|| resource_number.clone())?,
            resource_number,
            requester_id: f.text("requesterId"),
            requester_name: f.text("requesterName"),
            approver_id: f.text("approverId"),
            approver_name: f.text("approverName"),
            party: f.first_text(&["customerName", "supplierName", "customerId", "supplierId"]),
            reason: f.text("reason"),
            comment: f.text("comment"),
            amount,
            currency,
            deadline: f.deadline("deadline"),
        })
    }
}

impl<'a> Deciding<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            resource_type: f.text("resourceType"),
            resource_id: f.text("resourceId")?,
            key: f.text("idempotencyKey")?,
            state: f.text("state")?,
            approve: f.token("approve")? == "true",
            by: f.text("decidedBy"),
            on_behalf_of: f.text("onBehalfOf"),
            message: f.text("message"),
        })
    }
}

impl<'a> Claim<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            resource_type: f.text("resourceType"),
            resource_id: f.text("resourceId")?,
            holder_id: f.text("holderId"),
            holder: f.text("holder"),
            by: f.text("by"),
            until: f.time("until"),
        })
    }
}

impl<'a> AlertHandled<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            rule: f.text("rule")?,
            about_type: f.text("aboutType")?,
            about_id: f.text("aboutId")?,
            action: f.text("action")?,
            key: f.text("idempotencyKey"),
            fired_by: f.text("firedBy"),
            by: f.text("by"),
            note: f.text("note"),
            at: f.time("at"),
            until: f.time("until"),
        })
    }
}

impl<'a> Finance<'a> {
    fn of(kind: FinanceKind, f: &Reader<'a, '_>) -> Option<Self> {
        let record_number = f.text("recordNumber");
        let (amount, currency) = f.amount_in("amount");
        // What the kind says already need not be said again.
        let implied = |kind_is, word| (kind == kind_is).then_some(Word::Implied(word));
        Some(Self {
            kind,
            action: f.word("action", "finance_action").or_else(|| implied(FinanceKind::Overdue, "overdue")),
            record_type: f.word("recordType", "record_type").or_else(|| implied(FinanceKind::Refund, "refund")),
            record_id: f.text("recordId").or_else(|| record_number.clone())?,
            record_number,
            amount,
            currency,
            customer_id: f.text("customerId"),
            customer_name: f.text("customerName"),
            supplier_id: f.text("supplierId"),
            supplier_name: f.text("supplierName"),
        })
    }
}

impl<'a> DataChange<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            resource: f.text("resource")?,
            action: f.word("action", "data_action"),
            resource_id: f.text("resourceId")?,
            resource_name: f.text("resourceName"),
            changes: f.token("changes").filter(|token| token.starts_with('{')),
        })
    }

    fn legacy(resource: Text<'a>, action: Option<Word<'a>>, f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self { resource, action, resource_id: f.text("id")?, resource_name: f.text("code"), changes: None })
    }

    /// `created` says what was created only by the channel that it is on.
    fn created(event: &Event, f: &Reader<'a, '_>) -> Option<Self> {
        let resource = match event.channel.as_str() {
            "products" => "product",
            "customers" => "customer",
            "suppliers" => "supplier",
            _ => return None,
        };
        Self::legacy(Cow::Borrowed(resource), Some(Word::Implied("created")), f)
    }
}

impl<'a> System<'a> {
    fn of(kind: SystemKind, f: &Reader<'a, '_>) -> Self {
        let level_text = f.text("level");
        let level = level_text.as_deref().map(|text| f.catalogue.vocabulary("level").meaning(text));
        Self {
            kind,
            level: match level {
                Some(Some("critical")) => SystemLevel::Critical,
                Some(Some("warning")) => SystemLevel::Warning,
                Some(Some(_)) => SystemLevel::Info,
                // Planned work and new versions are no alarms by themselves.
                None if kind != SystemKind::Alert => SystemLevel::Info,
                Some(None) | None => SystemLevel::Unknown,
            },
            level_text,
            message: f.first_text(&["message", "title", "content", "description", "text", "name"]),
            affected_users: users(f),
            scheduled_time: first(f.time("scheduledTime"), || f.time("start_time")),
            estimated_duration: f.quantity("estimatedDuration"),
            ends: f.time("end_time"),
            sort: f.text("maintenance_type"),
            number: f.first_text(&["maintenanceId", "maintenance_id"]),
        }
    }
}

/// One field, or another where it is not there.
fn first<'a, T>(one: Stated<'a, T>, other: impl FnOnce() -> Stated<'a, T>) -> Stated<'a, T> {
    if one.is_absent() { other() } else { one }
}

/// Ids of users, as texts or numbers, in a list or alone.
fn users(f: &Reader<'_, '_>) -> Vec<String> {
    match f.token("affectedUsers") {
        Some(token) if token.starts_with('[') => {
            scan::items(token).unwrap_or_default().into_iter().filter_map(scan::text_of).map(Cow::into_owned).collect()
        }
        Some(token) => scan::text_of(token).map(Cow::into_owned).into_iter().collect(),
        None => Vec::new(),
    }
}

impl<'a> Gap<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            channel: f.text("channel"),
            from: millis(f, "from")?,
            to: millis(f, "to")?,
            reason: json(f, "reason").unwrap_or(GapReason::Other),
        })
    }
}

impl<'a> GapFilled<'a> {
    fn of(f: &Reader<'a, '_>) -> Option<Self> {
        Some(Self {
            channel: f.text("channel"),
            from: millis(f, "from")?,
            to: millis(f, "to")?,
            events: json(f, "events")?,
            endpoint: f.text("endpoint"),
        })
    }
}

/// Our own markers say milliseconds and nothing else.
fn millis(fields: &Reader<'_, '_>, key: &str) -> Option<Millis> {
    json(fields, key).map(Millis)
}

fn json<T: DeserializeOwned>(fields: &Reader<'_, '_>, key: &str) -> Option<T> {
    serde_json::from_str(fields.token(key)?).ok()
}
