//! What the rules about requests have in common.

use crate::{
    alert::{Life, Raise, Values},
    rule::{Rule, joined, value},
    words::Words,
};
use watchdeck_wire::views::{AlertView, ApprovalView};
use watchdeck_world::{approvals::Request, entity::Entity};

pub(super) fn raise(rule: &Rule, key: &Entity, request: &Request) -> Raise {
    let view = &request.view;
    Raise {
        rule: rule.id.into(),
        about: key.to_string(),
        source: Some(view.source.clone()),
        subject: format!("approval:{}:{}", view.resource_type, view.resource_id),
        severity: rule.severity,
        label: view.number.clone(),
        values: values(view),
        seq: Some(view.seq),
        life: Life::LASTING,
    }
}

pub(super) fn values(view: &ApprovalView) -> Values {
    let mut values = Values::from([("number".to_owned(), view.number.clone()), ("resource_type".to_owned(), view.resource_type.clone())]);
    let given = [
        ("requester", Some(view.requester.clone()).filter(|requester| !requester.is_empty())),
        ("amount", view.amount.map(|amount| amount.to_string())),
        ("unread", view.unread.clone()),
        ("currency", view.currency.clone()),
        ("message", view.reason.clone()),
    ];
    values.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    values
}

pub(super) fn body(words: Words, alert: &AlertView) -> String {
    joined(&[&words.amount(alert).unwrap_or_default(), value(alert, "requester"), value(alert, "message")])
}

/// What a resource is called, before its number.
pub(super) fn called(words: Words, resource_type: &str) -> &'static str {
    match resource_type {
        "order" => words.either("订单 ", "Order"),
        "return" => words.either("退货单 ", "Return"),
        "payment" => words.either("付款单 ", "Payment"),
        "refund" => words.either("退款单 ", "Refund"),
        "adjustment" => words.either("调整单 ", "Adjustment"),
        "review" => words.either("审核 ", "Review"),
        "booking" => words.either("预订 ", "Booking"),
        _ => words.either("申请 ", "Request"),
    }
}
