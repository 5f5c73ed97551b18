//! A webhook: posts each event that its filter keeps, masked, with the event's id as idempotency key.
//!
//! Whoever is away, busy or slow is tried again for a quarter of an hour; whoever says no has said it, and the event is a dead letter.

use crate::error::CommandError;
use serde::Serialize;
use serde_json::value::RawValue;
use std::{collections::BTreeSet, time::Duration};
use watchdeck_client::{Address, Dialect, Profile, post};
use watchdeck_events::{Catalogue, Event, Millis, Severity};
use watchdeck_filter::Filter;
use watchdeck_handlers::{Delivery, Done, Failure, Handler, Origin, Policy};
use watchdeck_wire::settings::{Hook, Settings};

/// What the names of these handlers begin with.
const PREFIX: &str = "hook:";
/// Longest piece of an answer that is repeated, bytes.
const SHOWN: usize = 200;
/// Most webhooks.
const MOST: usize = 20;

/// What the handler of a webhook is called.
pub(super) fn name(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// What the user called the webhook of a handler.
pub(crate) fn title(settings: &Settings, handler: &str) -> Option<String> {
    let id = handler.strip_prefix(PREFIX)?;
    settings.hooks.iter().find(|hook| hook.id == id).map(|hook| hook.name.clone())
}

/// Whether these can be used, or why not.
pub(crate) fn check_hooks(hooks: &[Hook], now: Millis) -> Result<(), CommandError> {
    let mut ids = BTreeSet::new();
    if hooks.len() > MOST {
        return Err(CommandError::invalid(format!("there may be {MOST} webhooks at most")));
    }
    for hook in hooks {
        let name = &hook.name;
        let plain = !hook.id.is_empty() && hook.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain || name.trim().is_empty() {
            return Err(CommandError::invalid("a webhook needs a name"));
        }
        if !ids.insert(&hook.id) {
            return Err(CommandError::invalid(format!("two webhooks have the id {}", hook.id)));
        }
        if !["http://", "https://"].iter().any(|scheme| hook.url.starts_with(scheme)) {
            return Err(CommandError::invalid(format!("the address of {name} must begin with http:// or https://")));
        }
        Address::parse(&hook.url).map_err(|why| CommandError::invalid(format!("the address of {name}: {why}")))?;
        Filter::parse(&hook.filter, now)?;
    }
    Ok(())
}

/// See the [module docs](self).
pub(super) struct Post {
    name: String,
    filter: Filter,
    profile: Profile,
}

impl Post {
    /// `None` where its filter cannot be read, which was checked when it was saved.
    pub(super) fn of(hook: &Hook, now: Millis) -> Option<Self> {
        let filter =
            Filter::parse(&hook.filter, now).inspect_err(|refusal| tracing::warn!(%refusal, hook.name, "A webhook is left out.")).ok()?;
        Some(Self { name: name(&hook.id), filter, profile: Profile::new(name(&hook.id), &*hook.url, Dialect::NATIVE) })
    }
}

#[async_trait::async_trait]
impl Handler for Post {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants(&self, event: &Event) -> bool {
        self.filter.keeps(event)
    }

    fn policy(&self) -> Policy {
        Policy { attempts: Some(10), longest_wait: Duration::from_secs(300), parallel: 4, ..Policy::default() }
    }

    /// Nobody wants a year of the past because an address was entered.
    fn begins_now(&self) -> bool {
        true
    }

    async fn handle(&self, delivery: &Delivery) -> Result<Done, Failure> {
        let body = body(delivery).map_err(|error| Failure::lasting(error.to_string()))?;
        let said = post(&self.profile, &self.profile.url, body).await;
        let answer = said.map_err(|error| Failure::passing(error.to_string()))?;
        let words = || {
            let text = String::from_utf8_lossy(&answer.body);
            let text = text.trim();
            format!("HTTP {} {}", answer.status, &text[..text.floor_char_boundary(SHOWN)]).trim_end().to_owned()
        };
        match answer.status {
            200..=299 => Ok(Done::new()),
            408 | 425 | 429 | 500..=599 => Err(Failure::passing(words())),
            _ => Err(Failure::lasting(words())),
        }
    }
}

/// What is posted. The payload is as it is shown to people: what is masked stays here, and every figure is as it was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    idempotency_key: &'a str,
    seq: u64,
    kind: &'a str,
    channel: &'a str,
    source: &'a str,
    subject: Option<&'a str>,
    actor: Option<&'a str>,
    severity: Severity,
    occurred_at: Millis,
    received_at: Millis,
    replay: bool,
    attempt: u32,
    payload: Box<RawValue>,
}

fn body(Delivery { stored, origin, attempt }: &Delivery) -> serde_json::Result<String> {
    let event = &stored.event;
    serde_json::to_string(&Posted {
        idempotency_key: &event.id,
        seq: stored.seq,
        kind: event.kind.as_str(),
        channel: event.channel.as_str(),
        source: &event.source,
        subject: event.subject.as_deref(),
        actor: event.actor.as_deref(),
        severity: event.severity,
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        replay: *origin == Origin::Replay,
        attempt: *attempt,
        payload: RawValue::from_string(Catalogue::current().masked(event).into_owned())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_needs_a_name_an_address_and_a_filter_that_can_be_read() {
        let hook = Hook { id: "a".into(), name: "Mirror".into(), url: "https://h.example/in".into(), filter: "kind:order:*".into() };
        assert!(check_hooks(std::slice::from_ref(&hook), Millis(0)).is_ok());
        for wrong in [
            Hook { name: " ".into(), ..hook.clone() },
            Hook { id: "a/b".into(), ..hook.clone() },
            Hook { url: "ftp://h.example".into(), ..hook.clone() },
            Hook { url: "https://me:secret@h.example".into(), ..hook.clone() },
            Hook { filter: "severity>=".into(), ..hook.clone() },
        ] {
            assert!(check_hooks(std::slice::from_ref(&wrong), Millis(0)).is_err(), "{wrong:?}");
        }
        assert!(check_hooks(&[hook.clone(), hook], Millis(0)).is_err(), "two of one id");
    }
}
