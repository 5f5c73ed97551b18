//! What a gateway is asked and told of delegations, on the way of the stream itself: with its certificates, its proxy and its secret.

use super::deputy::DecidesFor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use watchdeck_client::{PostAnswer, PostError, Profile, delete, get, post};
use watchdeck_events::Millis;
use watchdeck_wire::views::{DelegationView, Deputy};

/// Where gateways keep them.
const PLACE: &str = "/api/delegations";

/// What somebody passes on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Order {
    pub(crate) to: Deputy,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(crate) types: Vec<String>,
}

/// What a gateway holds of ours.
#[derive(Debug, Deserialize)]
pub(crate) struct Held {
    pub(crate) given: Vec<DelegationView>,
    pub(crate) received: Vec<DelegationView>,
    #[serde(flatten)]
    pub(crate) decides_for: DecidesFor,
}

/// Why it was not done or is not known. Nothing has changed then, but for [`DelegationError::Unreached`] of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DelegationError {
    /// Such a server keeps none.
    #[error("this server keeps no delegations; connect through a Watchdeck gateway to pass decisions on")]
    NoGateway,
    /// Nothing is asked of what is paused.
    #[error("this source is paused; resume it to see and change who decides")]
    Paused,
    /// It is about to be set up.
    #[error("this source is not connected yet; try again")]
    Unconnected,
    /// There is nothing to sign in with.
    #[error("{0}")]
    Keys(String),
    /// It keeps none at all.
    #[error("this gateway keeps no delegations; it is older than this console")]
    Older,
    /// There is no such delegation.
    #[error("{0}")]
    Gone(String),
    /// It would not, in its words.
    #[error("{0}")]
    Refused(String),
    /// It does not know who asks, or not in particular.
    #[error("{0}")]
    Nobody(String),
    /// Nobody answered.
    #[error("the gateway cannot be reached: {0}")]
    Unreached(String),
    /// What it answered is something else.
    #[error("the gateway did not answer as a gateway does ({0})")]
    Unreadable(String),
}

impl From<PostError> for DelegationError {
    fn from(error: PostError) -> Self {
        Self::Unreached(error.to_string())
    }
}

/// What is kept there that we gave or were given.
pub(crate) async fn held(profile: &Profile) -> Result<Held, DelegationError> {
    let answer = get(profile, PLACE).await?;
    let mut held: Held = match answer.status {
        // A gateway that knows delegations has this place for everybody.
        404 | 405 => return Err(DelegationError::Older),
        _ => read(&answer)?,
    };
    held.given.sort_by_key(|one| one.from);
    held.received.sort_by_key(|one| one.from);
    Ok(held)
}

/// Pass something on.
pub(crate) async fn delegate(profile: &Profile, order: &Order) -> Result<DelegationView, DelegationError> {
    let order = serde_json::to_string(order).expect("plain fields are always JSON");
    let answer = post(profile, PLACE, order).await?;
    match answer.status {
        404 | 405 => Err(DelegationError::Older),
        _ => read(&answer),
    }
}

/// End a delegation.
pub(crate) async fn end(profile: &Profile, id: &str) -> Result<(), DelegationError> {
    let answer = delete(profile, &format!("{PLACE}/{}", utf8_percent_encode(id, NON_ALPHANUMERIC))).await?;
    read::<Value>(&answer).map(drop)
}

fn read<T: DeserializeOwned>(answer: &PostAnswer) -> Result<T, DelegationError> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_slice(&answer.body).map_err(|error| DelegationError::Unreadable(error.to_string()));
    }
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = said["message"].as_str().map_or_else(|| format!("HTTP {}", answer.status), str::to_owned);
    Err(match answer.status {
        404 => DelegationError::Gone(words),
        401 | 403 => DelegationError::Nobody(words),
        _ => DelegationError::Refused(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, DelegationError> {
        read(&PostAnswer { status, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn a_no_keeps_its_sense_and_the_gateways_words() {
        let circle = r#"{"code":"circle","message":"this would lead in a circle: a → b → a; choose somebody else, or other times","chain":["a","b","a"]}"#;
        for (status, body, meant) in [
            (409, circle, DelegationError::Refused("this would lead in a circle: a → b → a; choose somebody else, or other times".into())),
            (403, r#"{"code":"forbidden","message":"only somebody"}"#, DelegationError::Nobody("only somebody".into())),
            (
                404,
                r#"{"code":"not_found","message":"you have no delegation of this id"}"#,
                DelegationError::Gone("you have no delegation of this id".into()),
            ),
            (502, "<html>", DelegationError::Refused("HTTP 502".into())),
        ] {
            assert_eq!(answered::<Value>(status, body).unwrap_err(), meant);
        }
        assert!(
            matches!(answered::<Held>(200, "<html>"), Err(DelegationError::Unreadable(_))),
            "a page of something else is no empty list"
        );
    }

    #[test]
    fn what_an_older_and_a_newer_gateway_hold_is_read() {
        let one = r#"{"id":"d1","giver":{"id":"u1","name":"张敏"},"to":{"id":"u2","name":""},"from":1,"until":2,"types":["*"],"new":true}"#;
        let held: Held = answered(200, &format!(r#"{{"given":[{one}],"received":[]}}"#)).unwrap();
        assert_eq!((held.given[0].giver.shown(), held.given[0].to.shown(), held.decides_for), ("张敏", "u2", DecidesFor::default()));
    }
}
