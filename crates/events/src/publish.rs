//! What the ERP publishes, as one call each: the functions of its own publisher, with its channels and field names.
//!
//! Every function answers `(Channel, JSON)`. Quantities and amounts are JSON numbers in their exact digits, as the ERP writes them; optional
//! fields that are absent are left out. Sending is somebody else's work.

use crate::{channel::Channel, event::GapReason, money::Money, quantity::Quantity, time::Millis};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A channel and the event for it.
pub type Message = (Channel, String);

/// An exact number as a number of JSON, digit by digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl From<Money> for Number {
    fn from(money: Money) -> Self {
        Self(money.to_string())
    }
}

impl From<Quantity> for Number {
    fn from(quantity: Quantity) -> Self {
        Self(quantity.to_string())
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Millis,
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(flatten)]
    body: T,
}

fn message<T: Serialize>(channel: &str, kind: &str, at: Millis, user_id: Option<&str>, body: T) -> Message {
    let json =
        serde_json::to_string(&Envelope { kind, timestamp: at, user_id, body }).expect("string keys and plain values always serialise");
    (Channel::from(channel), json)
}

/// Any event on any channel; `body` is an object whose fields stand beside `type` and `timestamp`.
#[must_use]
pub fn any(channel: &Channel, kind: &str, at: Millis, body: &serde_json::Map<String, serde_json::Value>) -> Message {
    message(channel.as_str(), kind, at, None, body)
}

/// A message to one user.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice<'a> {
    /// `info`, `success`, `warning`, `error`.
    pub notification_type: &'a str,
    /// Headline.
    pub title: &'a str,
    /// Text.
    pub message: &'a str,
    /// Where its button leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_url: Option<&'a str>,
    /// What its button says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_label: Option<&'a str>,
}

/// Notify one user.
#[must_use]
pub fn notify_user(user_id: &str, at: Millis, notice: &Notice<'_>) -> Message {
    message(Channel::user_notifications(user_id).as_str(), "notification", at, Some(user_id), notice)
}

/// A change of stock. `changeAmount` is computed, so that it always adds up; where it has no room it is left out.
#[derive(Debug, Clone, Copy)]
pub struct StockChange<'a> {
    /// `adjust`, `inbound`, `outbound`, `reserve`, `release`.
    pub action: &'a str,
    /// The product's id.
    pub product_id: &'a str,
    /// As people read it.
    pub product_name: Option<&'a str>,
    /// The code on the shelf.
    pub product_code: Option<&'a str>,
    /// Which variant.
    pub variant_id: Option<&'a str>,
    /// Where it lies.
    pub warehouse: Option<&'a str>,
    /// Before.
    pub old_quantity: Quantity,
    /// After.
    pub new_quantity: Quantity,
    /// Why.
    pub reason: Option<&'a str>,
    /// Who.
    pub operator: Option<&'a str>,
}

/// Publish a change of stock.
#[must_use]
pub fn inventory_change(at: Millis, change: &StockChange<'_>) -> Message {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        action: &'a str,
        product_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        product_name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        product_code: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        variant_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        warehouse: Option<&'a str>,
        old_quantity: Number,
        new_quantity: Number,
        #[serde(skip_serializing_if = "Option::is_none")]
        change_amount: Option<Number>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        operator: Option<&'a str>,
    }
    let body = Body {
        action: change.action,
        product_id: change.product_id,
        product_name: change.product_name,
        product_code: change.product_code,
        variant_id: change.variant_id,
        warehouse: change.warehouse,
        old_quantity: change.old_quantity.into(),
        new_quantity: change.new_quantity.into(),
        change_amount: change.new_quantity.minus(change.old_quantity).map(Number::from),
        reason: change.reason,
        operator: change.operator,
    };
    message("inventory", "inventory:change", at, None, body)
}

/// An order that changes its state.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderMove<'a> {
    /// `sales`, `return`, `purchase`.
    pub order_type: &'a str,
    /// The order's id.
    pub order_id: &'a str,
    /// As people read it.
    pub order_number: &'a str,
    /// Before.
    pub old_status: &'a str,
    /// After.
    pub new_status: &'a str,
    /// Whose order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<&'a str>,
    /// As people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<&'a str>,
}

/// Publish an order's new state.
#[must_use]
pub fn order_status(at: Millis, user_id: Option<&str>, order: &OrderMove<'_>) -> Message {
    message("orders", "order:status", at, user_id, order)
}

/// A request for approval, or the one that a result answers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    /// `order`, `return`, `payment`, `refund`, `adjustment`.
    pub resource_type: &'a str,
    /// The resource's id.
    pub resource_id: &'a str,
    /// As people read it.
    pub resource_number: &'a str,
    /// Who asks.
    pub requester_id: &'a str,
    /// As people read it.
    pub requester_name: &'a str,
    /// Why they ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// What is at stake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Number>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'a str>,
    /// When an answer is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
}

/// Ask for approval.
#[must_use]
pub fn approval_request(at: Millis, request: &Request<'_>) -> Message {
    message("approvals", "approval:request", at, Some(request.requester_id), request)
}

/// Who decided what.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    /// Granted.
    pub approve: bool,
    /// Who decided.
    pub approver_id: &'a str,
    /// As people read it.
    pub approver_name: &'a str,
    /// What they said.
    pub comment: Option<&'a str>,
    /// Headline for the requester.
    pub title: &'a str,
    /// Text for the requester.
    pub message: &'a str,
}

/// Publish a decision: the result for everybody, and a notification for who asked.
#[must_use]
pub fn approval_result(at: Millis, request: &Request<'_>, verdict: &Verdict<'_>) -> [Message; 2] {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        #[serde(flatten)]
        request: &'a Request<'a>,
        approver_id: &'a str,
        approver_name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<&'a str>,
    }
    let kind = if verdict.approve { "approval:approved" } else { "approval:rejected" };
    let body = Body { request, approver_id: verdict.approver_id, approver_name: verdict.approver_name, comment: verdict.comment };
    let notice = Notice {
        notification_type: if verdict.approve { "success" } else { "warning" },
        title: verdict.title,
        message: verdict.message,
        action_url: None,
        action_label: None,
    };
    [message("approvals", kind, at, Some(verdict.approver_id), body), notify_user(request.requester_id, at, &notice)]
}

/// A movement of money.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyMove<'a> {
    /// `finance:payment`, `finance:refund`, `finance:overdue`.
    #[serde(skip)]
    pub kind: &'a str,
    /// `created`, `confirmed`, `cancelled`, `overdue`.
    pub action: &'a str,
    /// `payment`, `paymentOut`, `refund`.
    pub record_type: &'a str,
    /// The record's id.
    pub record_id: &'a str,
    /// As people read it.
    pub record_number: &'a str,
    /// How much.
    pub amount: Number,
    /// Customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<&'a str>,
    /// As people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<&'a str>,
    /// Supplier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier_id: Option<&'a str>,
    /// As people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier_name: Option<&'a str>,
}

/// Publish a movement of money.
#[must_use]
pub fn finance(at: Millis, user_id: Option<&str>, event: &MoneyMove<'_>) -> Message {
    message("finance", event.kind, at, user_id, event)
}

/// A change of master data.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataMove<'a> {
    /// `product`, `customer`, `supplier`, `category`, `user`.
    pub resource: &'a str,
    /// `created`, `updated`, `deleted`.
    pub action: &'a str,
    /// The resource's id.
    pub resource_id: &'a str,
    /// As people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<&'a str>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

/// Publish a change of master data, on the channel of its resource.
#[must_use]
pub fn data_change(at: Millis, user_id: Option<&str>, change: &DataMove<'_>) -> Message {
    let channel = match change.resource {
        "customer" => "customers",
        "supplier" => "suppliers",
        "product" | "category" => "products",
        // The ERP has no channel for its users; the system's is the one that not everybody reads.
        _ => "system",
    };
    message(channel, "data:change", at, user_id, change)
}

/// A word from the system.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemNotice<'a> {
    /// `system:maintenance`, `system:update`, `system:alert`.
    #[serde(skip)]
    pub kind: &'a str,
    /// `info`, `warning`, `critical`.
    pub level: &'a str,
    /// What.
    pub message: &'a str,
    /// Ids of the users concerned.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub affected_users: &'a [&'a str],
    /// When it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_time: Option<Millis>,
    /// How long it takes, minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_duration: Option<u32>,
}

/// Publish a word from the system.
#[must_use]
pub fn system(at: Millis, notice: &SystemNotice<'_>) -> Message {
    message("system", notice.kind, at, None, notice)
}

/// Tell everybody. It arrives as an alert of the system.
#[must_use]
pub fn broadcast(at: Millis, level: &str, text: &str) -> Message {
    let notice =
        SystemNotice { kind: "system:alert", level, message: text, affected_users: &[], scheduled_time: None, estimated_duration: None };
    message("broadcast", notice.kind, at, None, notice)
}

/// Watchdeck's own marker for a channel: between two times events may be missing. `at` is when it was noticed.
#[must_use]
pub fn gap(channel: &Channel, at: Millis, from: Millis, to: Millis, reason: GapReason) -> Message {
    #[derive(Serialize)]
    struct Body<'a> {
        channel: &'a str,
        from: Millis,
        to: Millis,
        reason: GapReason,
    }
    message(channel.as_str(), crate::Kind::GAP, at, None, Body { channel: channel.as_str(), from, to, reason })
}
