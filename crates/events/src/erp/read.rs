//! From a payload's fields to its view. A field that is required and absent, or not what it should be, means no view.

use super::{
    Approval, ApprovalStage, DataChange, Finance, FinanceKind, Gap, GapFilled, InventoryChange, LegacyMove, Notification, OrderStatus,
    System, SystemKind, SystemLevel, Text, View,
};
use crate::{
    event::{Event, GapReason, Kind},
    fields::Fields,
};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

impl<'a> View<'a> {
    /// The typed view of an event, or `None` when its kind is not the ERP's or its payload misses what the kind requires.
    #[must_use]
    pub fn of(event: &'a Event) -> Option<Self> {
        let f = &Fields::of(event.payload.as_str());
        Some(match event.kind.as_str() {
            "inventory:change" => Self::InventoryChange(InventoryChange::of(f)?),
            "adjust" => Self::LegacyMove(LegacyMove::of("adjust", f, f.number("adjustQuantity")?, "adjustmentNumber")?),
            "inbound" => Self::LegacyMove(LegacyMove::of("inbound", f, f.number("quantity")?, "recordNumber")?),
            "outbound" => Self::LegacyMove(LegacyMove::of("outbound", f, -f.number("quantity")?, "recordNumber")?),
            "order:status" => Self::OrderStatus(OrderStatus::of(f)?),
            "approval:request" => Self::Approval(Approval::of(ApprovalStage::Request, f)?),
            "approval:approved" => Self::Approval(Approval::of(ApprovalStage::Approved, f)?),
            "approval:rejected" => Self::Approval(Approval::of(ApprovalStage::Rejected, f)?),
            "finance:payment" => Self::Finance(Finance::of(FinanceKind::Payment, f)?),
            "finance:refund" => Self::Finance(Finance::of(FinanceKind::Refund, f)?),
            "finance:overdue" => Self::Finance(Finance::of(FinanceKind::Overdue, f)?),
            "data:change" => Self::DataChange(DataChange::of(f)?),
            "data:update" => Self::DataChange(DataChange::legacy(f.text("resource")?, f.text("action")?, f)?),
            "created" => Self::DataChange(DataChange::created(event, f)?),
            "system:maintenance" => Self::System(System::of(SystemKind::Maintenance, f)?),
            "system:update" => Self::System(System::of(SystemKind::Update, f)?),
            "system:alert" => Self::System(System::of(SystemKind::Alert, f)?),
            "notification" => Self::Notification(Notification::of(f)?),
            Kind::GAP => Self::Gap(Gap::of(f)?),
            Kind::GAP_FILLED => Self::GapFilled(GapFilled::of(f)?),
            _ => return None,
        })
    }
}

impl<'a> Notification<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            notification_type: f.text("notificationType")?,
            title: f.text("title")?,
            message: f.text("message")?,
            action_url: f.text("actionUrl"),
            action_label: f.text("actionLabel"),
            user_id: f.text("userId"),
        })
    }
}

impl<'a> InventoryChange<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        let (old_quantity, new_quantity) = (f.number("oldQuantity")?, f.number("newQuantity")?);
        Some(Self {
            action: f.text("action")?,
            product_id: f.text("productId")?,
            product_name: f.text("productName"),
            product_code: f.text("productCode"),
            variant_id: f.text("variantId"),
            warehouse: f.text("warehouse").or_else(|| f.text("warehouseId")),
            old_quantity,
            new_quantity,
            // The ERP's own guide publishes without it.
            change_amount: f.number("changeAmount").unwrap_or(new_quantity - old_quantity),
            reason: f.text("reason"),
            operator: f.text("operator"),
        })
    }
}

impl<'a> LegacyMove<'a> {
    fn of(action: &'static str, f: &Fields<'a>, quantity: Decimal, number: &str) -> Option<Self> {
        Some(Self { action, product_id: f.text("productId")?, quantity, inventory_id: f.text("inventoryId"), number: f.text(number) })
    }
}

impl<'a> OrderStatus<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            order_type: f.text("orderType")?,
            order_id: f.text("orderId")?,
            order_number: f.text("orderNumber")?,
            old_status: f.text("oldStatus")?,
            new_status: f.text("newStatus")?,
            customer_id: f.text("customerId"),
            customer_name: f.text("customerName"),
        })
    }
}

impl<'a> Approval<'a> {
    fn of(stage: ApprovalStage, f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            stage,
            resource_type: f.text("resourceType")?,
            resource_id: f.text("resourceId")?,
            resource_number: f.text("resourceNumber")?,
            requester_id: f.text("requesterId")?,
            requester_name: f.text("requesterName")?,
            approver_id: f.text("approverId"),
            approver_name: f.text("approverName"),
            reason: f.text("reason"),
            comment: f.text("comment"),
            amount: f.money("amount"),
            currency: f.text("currency"),
            deadline: f.millis("deadline"),
        })
    }
}

impl<'a> Finance<'a> {
    fn of(kind: FinanceKind, f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            kind,
            action: f.text("action")?,
            record_type: f.text("recordType")?,
            record_id: f.text("recordId")?,
            record_number: f.text("recordNumber")?,
            amount: f.money("amount")?,
            customer_id: f.text("customerId"),
            customer_name: f.text("customerName"),
            supplier_id: f.text("supplierId"),
            supplier_name: f.text("supplierName"),
        })
    }
}

impl<'a> DataChange<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            resource: f.text("resource")?,
            action: f.text("action")?,
            resource_id: f.text("resourceId")?,
            resource_name: f.text("resourceName"),
            changes: f.token("changes").filter(|changes| changes.starts_with('{')),
        })
    }

    fn legacy(resource: Text<'a>, action: Text<'a>, f: &Fields<'a>) -> Option<Self> {
        Some(Self { resource, action, resource_id: f.text("id")?, resource_name: f.text("code"), changes: None })
    }

    /// `created` says what was created only by the channel that it is on.
    fn created(event: &Event, f: &Fields<'a>) -> Option<Self> {
        let resource = match event.channel.as_str() {
            "products" => "product",
            "customers" => "customer",
            "suppliers" => "supplier",
            _ => return None,
        };
        Self::legacy(Cow::Borrowed(resource), Cow::Borrowed("created"), f)
    }
}

impl<'a> System<'a> {
    fn of(kind: SystemKind, f: &Fields<'a>) -> Option<Self> {
        let level = match f.text("level")?.as_ref() {
            "info" => SystemLevel::Info,
            "warning" => SystemLevel::Warning,
            "critical" => SystemLevel::Critical,
            _ => return None,
        };
        Some(Self {
            kind,
            level,
            message: f.text("message")?,
            affected_users: json(f, "affectedUsers").unwrap_or_default(),
            scheduled_time: f.millis("scheduledTime"),
            estimated_duration: f.number("estimatedDuration"),
        })
    }
}

impl<'a> Gap<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            channel: f.text("channel"),
            from: f.millis("from")?,
            to: f.millis("to")?,
            reason: json(f, "reason").unwrap_or(GapReason::Other),
        })
    }
}

impl<'a> GapFilled<'a> {
    fn of(f: &Fields<'a>) -> Option<Self> {
        Some(Self {
            channel: f.text("channel"),
            from: f.millis("from")?,
            to: f.millis("to")?,
            events: json(f, "events")?,
            endpoint: f.text("endpoint"),
        })
    }
}

fn json<T: DeserializeOwned>(fields: &Fields<'_>, key: &str) -> Option<T> {
    serde_json::from_str(fields.token(key)?).ok()
}
