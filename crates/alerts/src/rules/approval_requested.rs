//! Somebody waits for a decision.

use crate::{
    alert::{Raise, Values},
    judge::Judge,
    rule::{PLAIN, Rule, joined, value},
    words::Words,
};
use watchdeck_events::erp::{ApprovalStage, View};
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{approvals::Request, entity::Entity, facts::Facts};

/// Its name.
pub const ID: &str = "approval_requested";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    of_a_request: true,
    actions: &["approve", "reject"],
    title: |words, alert| {
        let what = resource(words, value(alert, "resource_type"));
        words.of(format!("{what}{} 等待审批", alert.label), format!("{what} {} awaits approval", alert.label))
    },
    body: |words, alert| joined(&[&words.amount(alert).unwrap_or_default(), value(alert, "requester"), value(alert, "message")]),
    several: ["待审批", "approvals"],
    event,
    known,
    ..PLAIN
};

/// The entity of a request that an alert or a notification of this name is about.
#[must_use]
pub fn entity(id: &str) -> Option<Entity> {
    id.strip_prefix(ID)?.strip_prefix(':')?.parse().ok()
}

fn event(judge: &mut Judge<'_>, _: &Stored, facts: &Facts<'_>) {
    let (Some(View::Approval(approval)), Some(key)) = (&facts.view, &facts.about) else { return };
    // The projection knows whether a request came before or after its decision.
    let Some(request) = judge.world.approvals.get(key).filter(|request| request.is_pending()) else {
        judge.resolve(ID, &key.to_string());
        return;
    };
    if approval.stage == ApprovalStage::Request {
        judge.raise(raise(key, request));
    }
}

fn known(judge: &mut Judge<'_>, _: &Settings) {
    let world = judge.world;
    judge.end_others(ID, |key| world.approvals.get(key).is_some_and(Request::is_pending));
    for (key, request) in world.approvals.open() {
        judge.hold(raise(key, request));
    }
}

fn raise(key: &Entity, request: &Request) -> Raise {
    let view = &request.view;
    let mut values = Values::from([("number".to_owned(), view.number.clone()), ("resource_type".to_owned(), view.resource_type.clone())]);
    let given = [
        ("requester", Some(view.requester.clone()).filter(|requester| !requester.is_empty())),
        ("amount", view.amount.map(|amount| amount.to_string())),
        ("unread", view.unread.clone()),
        ("currency", view.currency.clone()),
        ("message", view.reason.clone()),
    ];
    values.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Raise {
        rule: ID,
        about: key.to_string(),
        source: Some(view.source.clone()),
        subject: format!("approval:{}:{}", view.resource_type, view.resource_id),
        severity: RULE.severity,
        label: view.number.clone(),
        values,
        seq: Some(view.seq),
        point: false,
    }
}

fn resource(words: Words, resource_type: &str) -> &'static str {
    match resource_type {
        "order" => words.either("订单 ", "Order"),
        "return" => words.either("退货单 ", "Return"),
        "payment" => words.either("付款单 ", "Payment"),
        "refund" => words.either("退款单 ", "Refund"),
        "adjustment" => words.either("调整单 ", "Adjustment"),
        _ => words.either("申请 ", "Request"),
    }
}
