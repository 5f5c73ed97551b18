//! Commands about who is on a request. The gateway that a request came through keeps it, and tells every console by an event.

use crate::{core::Core, error::CommandError, person::person};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use watchdeck_client::{Profile, post};
use watchdeck_wire::views::{ClaimAct, DecideResult, Deputy};

/// Where gateways take it.
const PLACE: &str = "/api/claims";
/// Requests under way at a time.
const AT_ONCE: usize = 8;

/// A result per request: each is asked for by itself, and one that fails leaves the others alone.
pub(crate) async fn order(core: &Core, keys: Vec<String>, act: ClaimAct, to: Option<Deputy>) -> Result<Vec<DecideResult>, CommandError> {
    let to = match (act, to) {
        (ClaimAct::HandOver, Some(to)) if !to.id.trim().is_empty() => Some(to),
        (ClaimAct::HandOver, _) => return Err(CommandError::invalid("say to whom it is handed over")),
        _ => None,
    };
    let one = |key: String| {
        let to = to.as_ref();
        async move {
            let error = order_one(core, &key, act, to).await.err();
            DecideResult { key, ok: error.is_none(), error }
        }
    };
    let results = stream::iter(keys.into_iter().map(one)).buffered(AT_ONCE).collect().await;
    core.pulse();
    Ok(results)
}

async fn order_one(core: &Core, key: &str, act: ClaimAct, to: Option<&Deputy>) -> Result<(), String> {
    let (source, body) = {
        let state = core.state();
        let named = state.request_named(key);
        let request =
            named.as_ref().and_then(|entity| state.world.approvals.get(entity)).ok_or_else(|| format!("there is no request {key}"))?;
        if !core.sources.can_decide(&request.source, &request.view.resource_type) {
            return Err(core.words(&state.settings).takes_no_decisions(&request.source));
        }
        let by = person(&state.settings);
        let body = json!({
            "resourceType": request.view.resource_type,
            "resourceId": request.view.resource_id,
            "action": act,
            "to": to,
            "by": { "id": by, "name": by },
        });
        (request.source.to_string(), body)
    };
    let profile =
        core.sources.profile(&source).ok_or_else(|| "the source that this request came through has been removed".to_owned())??;
    sent(&profile, &body).await
}

async fn sent(profile: &Profile, body: &Value) -> Result<(), String> {
    let answer = post(profile, PLACE, body.to_string()).await.map_err(|error| error.to_string())?;
    read(answer.status, &answer.body)
}

/// What an answer means; why it is a no, where it is one.
fn read(status: u16, body: &[u8]) -> Result<(), String> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    Err(match (status, said["message"].as_str()) {
        // One that knows claims says something else of what it does not know.
        (404 | 405, _) => "this gateway keeps no claims; it is older than this console".to_owned(),
        (_, Some(message)) => message.to_owned(),
        (status, None) => format!("HTTP {status}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_said_in_the_gateways_words() {
        let held = r#"{"code":"claimed","message":"张敏 is on it since 08:00Z; ask them to release it or to hand it over"}"#;
        for (status, body, meant) in [
            (200, r#"{"changed":true}"#, None),
            (409, held, Some("张敏 is on it since 08:00Z; ask them to release it or to hand it over")),
            (
                404,
                r#"{"code":"not_found","message":"there is WebSocket at /ws"}"#,
                Some("this gateway keeps no claims; it is older than this console"),
            ),
            (502, "<html>", Some("HTTP 502")),
        ] {
            assert_eq!(read(status, body.as_bytes()).err().as_deref(), meant, "{status} {body}");
        }
    }
}
