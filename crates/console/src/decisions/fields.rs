//! What a decision needs beside yes or no, as the packs say: how much is refunded, a remark. What is given is checked before the decision is kept.

use serde_json::{Map, Value};
use watchdeck_events::{
    Catalogue, Quantity,
    catalogue::{Need, NeedFor, NeedType},
};
use watchdeck_wire::views::{ApprovalView, DecisionField, DecisionFieldKind, NeededTo};

/// Longest text where the pack sets no limit, characters.
const LONGEST: usize = 1_000;

/// What a decision on a request needs.
pub(crate) fn needed(view: &ApprovalView) -> Vec<DecisionField> {
    Catalogue::current().needs(&view.resource_type).iter().map(|need| field(need, view)).collect()
}

fn field(need: &Need, view: &ApprovalView) -> DecisionField {
    DecisionField {
        name: need.name.to_string(),
        zh: need.title.zh.to_string(),
        en: need.title.en.to_string(),
        kind: match need.need_type {
            NeedType::Text => DecisionFieldKind::Text,
            NeedType::Number => DecisionFieldKind::Number,
        },
        least: need.least,
        most: need.most,
        needed_to: match need.needed_to {
            NeedFor::Approve => NeededTo::Approve,
            NeedFor::Reject => NeededTo::Reject,
            NeedFor::Both => NeededTo::Both,
        },
        default: view.amount.filter(|_| need.offers_amount).map(|amount| amount.to_string()),
    }
}

/// What was given for a decision on this request, or why it cannot be made with it.
pub(crate) fn given(view: &ApprovalView, approve: bool, fields: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let number = &view.number;
    let mut needs = needed(view);
    needs.retain(|need| need.needed_to.is_for(approve));
    if let Some(name) = fields.keys().find(|name| !needs.iter().any(|need| need.name == **name)) {
        return Err(format!("the decision on {number} takes no {name}"));
    }
    needs.iter().map(|need| Ok((need.name.clone(), value(need, number, fields.get(&need.name))?))).collect()
}

fn value(need: &DecisionField, number: &str, given: Option<&Value>) -> Result<Value, String> {
    let name = &need.name;
    let missing = || format!("the decision on {number} needs {name}");
    match (need.kind, given.filter(|value| !value.is_null()).ok_or_else(missing)?) {
        (DecisionFieldKind::Number, value @ Value::Number(written)) => {
            let known = Quantity::from_json(&written.to_string());
            let within = |known: &Quantity| need.least.is_none_or(|least| *known >= least) && need.most.is_none_or(|most| *known <= most);
            known.filter(within).map(|_| value.clone()).ok_or_else(|| match (need.least, need.most) {
                (Some(least), Some(most)) => format!("{name} of {number} must be from {least} to {most}"),
                (Some(least), None) => format!("{name} of {number} must be {least} or more"),
                (None, Some(most)) => format!("{name} of {number} must be {most} or less"),
                (None, None) => format!("{name} of {number} must be a number"),
            })
        }
        (DecisionFieldKind::Number, _) => Err(format!("{name} of {number} must be a number")),
        (DecisionFieldKind::Text, Value::String(text)) => {
            let text = text.trim();
            let most = need.most.map_or(LONGEST, |most| most.to_f64() as usize);
            match text.chars().count() {
                0 => Err(missing()),
                length if length > most => Err(format!("{name} of {number} may have {most} characters at most")),
                _ => Ok(text.into()),
            }
        }
        (DecisionFieldKind::Text, _) => Err(format!("{name} of {number} must be a text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn view(resource_type: &str, amount: Value) -> ApprovalView {
        serde_json::from_value(json!({
            "key": "s/return:r1", "source": "s", "resource_type": resource_type, "resource_id": "r1", "number": "RT-1", "requester": "", "reason": null,
            "amount": amount, "currency": null, "unread": null, "requested_at": 1, "deadline": null, "status": "pending", "decided_at": null,
            "decided_by": null, "comment": null, "seq": 1, "decision": null,
        }))
        .unwrap()
    }

    fn refund(amount: Value) -> Result<Map<String, Value>, String> {
        let Value::Object(fields) = json!({ "refundAmount": amount }) else { unreachable!() };
        given(&view("return", json!(null)), true, &fields)
    }

    #[test]
    fn approving_a_return_takes_an_amount_in_its_bounds_and_nothing_else() {
        let ok = refund(json!(120.5)).unwrap();
        assert_eq!(Value::Object(ok), json!({ "refundAmount": 120.5 }), "a number as it was given");
        assert!(refund(json!(0)).is_ok() && refund(json!(999_999)).is_ok());
        for (amount, why) in [
            (json!(-0.01), "refundAmount of RT-1 must be from 0 to 999999"),
            (json!(999_999.01), "refundAmount of RT-1 must be from 0 to 999999"),
            (json!("120"), "refundAmount of RT-1 must be a number"),
            (json!(null), "the decision on RT-1 needs refundAmount"),
        ] {
            assert_eq!(refund(amount).unwrap_err(), why);
        }
        assert_eq!(given(&view("return", json!(null)), true, &Map::new()).unwrap_err(), "the decision on RT-1 needs refundAmount");
        assert!(given(&view("return", json!(null)), false, &Map::new()).unwrap().is_empty(), "a rejection needs none");
        let Value::Object(other) = json!({ "x": 1 }) else { unreachable!() };
        assert_eq!(given(&view("order", json!(null)), true, &other).unwrap_err(), "the decision on RT-1 takes no x");
    }

    #[test]
    fn the_amount_at_stake_is_offered() {
        let [field] = &needed(&view("return", json!("8460.50")))[..] else { panic!() };
        assert_eq!((field.default.as_deref(), field.zh.as_str()), (Some("8460.50"), "退款金额"));
        assert_eq!(needed(&view("return", json!(null)))[0].default, None);
    }
}
