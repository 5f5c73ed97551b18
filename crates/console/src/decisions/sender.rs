//! Takes a decision to the gateway that its request came through: the way of the stream itself, with its certificates and its proxy.

use super::decision::{Answer, Decision};
use serde_json::Value;
use watchdeck_client::{Profile, delete, post};

/// Where gateways take decisions.
const PLACE: &str = "/api/decisions";

/// One try.
pub(crate) struct Sender;

impl Sender {
    /// One try. `profile` is the source's; `None` when it is gone.
    pub(crate) async fn send(decision: &Decision, profile: Option<&Profile>) -> Answer {
        let Some(profile) = profile else { return Answer::Refused("the source that this request came through has been removed".into()) };
        if !profile.dialect.decides() {
            return Answer::Unsupported(
                "this server takes no decisions over its event stream; decide in the ERP, or connect through a Watchdeck gateway".into(),
            );
        }
        match post(profile, PLACE, body(decision).to_string()).await {
            Ok(answer) => read(answer.status, &answer.body),
            Err(error) => Answer::Unreachable { left: !error.never_left(), why: error.to_string() },
        }
    }
}

/// Take back what a gateway has and nobody has heard of. Answers why it cannot be.
pub(crate) async fn take_back(decision: &Decision, profile: &Profile) -> Result<(), String> {
    let answer = delete(profile, &format!("{PLACE}/{}", decision.idempotency_key)).await.map_err(|error| error.to_string())?;
    match answer.status {
        // A gateway that does not know it has never had it.
        200..=299 | 404 => Ok(()),
        status => Err(message(status, &serde_json::from_slice(&answer.body).unwrap_or_default())),
    }
}

fn body(decision: &Decision) -> Value {
    let mut body = serde_json::json!({
        "idempotencyKey": decision.idempotency_key,
        "resourceType": decision.resource_type,
        "resourceId": decision.resource_id,
        "approve": decision.view.approve,
        "reason": decision.reason,
        "approverId": decision.by,
        "approverName": decision.by,
        "decidedBy": decision.by,
        "decidedAt": decision.view.at,
    });
    // Not decided where it has changed since it was shown.
    if !decision.asked_by.is_empty() {
        body["seen"] = serde_json::json!({ "event": decision.asked_by });
    }
    if let Some(giver) = &decision.on_behalf_of {
        body["onBehalfOf"] = giver.as_str().into();
    }
    // What the ERP needs beside yes or no, where it needs anything.
    if !decision.fields.is_empty() {
        body["fields"] = Value::Object(decision.fields.clone());
    }
    body
}

/// What an answer means. Overtaken is only what names who was faster; any other no is a no with its reason.
fn read(status: u16, body: &[u8]) -> Answer {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = message(status, &said);
    match status {
        200..=299 if said["state"] == "confirmed" => Answer::Done,
        200..=299 if said["state"] == "unanswered" => Answer::Unanswered(message),
        200..=299 => Answer::Taken,
        // A gateway says which of several it is; of others only what names who was faster overtakes.
        409 => match said["code"].as_str() {
            Some("refused" | "changed" | "key_reused" | "withdrawn") => Answer::Refused(message),
            _ => text(&said, "decidedBy").map_or(Answer::Refused(message), Answer::Overtaken),
        },
        404 | 405 | 501 => Answer::Unsupported(message),
        // A sign-in that ran out is renewed, and the decision goes out then.
        401 | 408 | 425 | 429 | 503 => Answer::kept_back(message),
        500 | 502..=599 => Answer::unheard(message),
        _ => Answer::Refused(message),
    }
}

fn text(said: &Value, name: &str) -> Option<String> {
    said[name].as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn message(status: u16, said: &Value) -> String {
    text(said, "message").or_else(|| text(said, "error")).unwrap_or_else(|| format!("HTTP {status}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_with_a_reason_is_a_refusal_and_only_who_was_faster_overtakes() {
        for (status, body, meant) in [
            (200, r#"{"accepted":true}"#, Answer::Taken),
            (409, r#"{"code":"refused","message":"只有已提交的退货订单可以审批"}"#, Answer::Refused("只有已提交的退货订单可以审批".into())),
            (409, r#"{"message":"too late","decidedBy":"周主管"}"#, Answer::Overtaken("周主管".into())),
            (409, r#"{"code":"refused","message":"no","decidedBy":"张敏"}"#, Answer::Refused("no".into())),
            (409, r#"{"code":"changed","message":"the amount"}"#, Answer::Refused("the amount".into())),
            (202, r#"{"state":"unanswered","message":"no answer in time"}"#, Answer::Unanswered("no answer in time".into())),
            (200, r#"{"state":"confirmed"}"#, Answer::Done),
            (202, r#"{"state":"received"}"#, Answer::Taken),
            (400, r#"{"success":false,"error":"bad"}"#, Answer::Refused("bad".into())),
            (501, r#"{"message":"nobody to hand decisions to"}"#, Answer::Unsupported("nobody to hand decisions to".into())),
            (401, "", Answer::kept_back("HTTP 401".into())),
            (503, "<html>", Answer::kept_back("HTTP 503".into())),
            (504, "", Answer::unheard("HTTP 504".into())),
        ] {
            assert_eq!(read(status, body.as_bytes()), meant, "{status} {body}");
        }
    }
}
