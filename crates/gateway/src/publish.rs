//! Publishing into the log: what one event must look like, and a refusal that says which event and which field.

use crate::log::{Arrived, Log};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::Arc};
use watchdeck_events::{Channel, Kind, Payload, REDIS_PREFIX, fields::Fields};
use watchdeck_store::StoreError;

/// Longest channel name, in bytes.
const CHANNEL_BYTES: usize = 200;
/// Longest id, in bytes.
const ID_BYTES: usize = 128;
/// Names that the gateway keeps for itself.
pub(crate) const OWN_PREFIX: &str = "watchdeck:";

/// One event to log.
#[derive(Debug, Clone)]
pub struct Publish {
    /// Where.
    pub channel: Channel,
    /// The publisher's id; publishing the same id again changes nothing and answers the first place. Absent: a new one is given.
    pub id: Option<String>,
    /// The event, as JSON text.
    pub json: String,
}

/// Where the log put an event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Placed {
    /// The event's id.
    pub id: Box<str>,
    /// The channel.
    pub channel: Channel,
    /// Place in the channel's log.
    pub offset: u64,
    /// An event of this id was there already; this one was not stored.
    pub duplicate: bool,
}

/// Why nothing was logged. All or nothing: one bad event refuses the request.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The request as a whole is not understood.
    #[error("{0}")]
    Malformed(String),
    /// One event is not as it must be.
    #[error("event {index}, `{field}`: {reason}")]
    Invalid {
        /// Place in the request, from 0.
        index: usize,
        /// The field.
        field: &'static str,
        /// What is wrong and what it must be.
        reason: String,
    },
    /// One event is larger than the gateway keeps.
    #[error(
        "event {index}: it has {bytes} bytes, and this gateway takes {limit} (`max_event_bytes`); send less, and put large content where it can be fetched"
    )]
    TooLarge {
        /// Place in the request, from 0.
        index: usize,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The log did not take it; the same request can be sent again.
    #[error("the log did not take it: {0}")]
    Store(#[from] StoreError),
}

/// The two shapes of a request in one. Unknown fields are refused: a misspelt `id` would silently cost idempotency.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    #[serde(borrow)]
    events: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One<'a> {
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// Read the body of `POST /api/publish`.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<Arrived>, PublishError> {
    let request: Request<'_> = serde_json::from_slice(body).map_err(|error| {
        PublishError::Malformed(format!(r#"the body must be {{"channel":"…","data":{{…}},"id":"…"?}} or {{"events":[…]}}: {error}"#))
    })?;
    match request {
        Request { events: Some(events), channel: None, data: None, id: None } => events
            .into_iter()
            .enumerate()
            .map(|(index, raw)| {
                let one = serde_json::from_str(raw.get()).map_err(|error| PublishError::Malformed(format!("event {index}: {error}")))?;
                event(index, one)
            })
            .collect(),
        Request { events: Some(_), .. } => {
            Err(PublishError::Malformed("`events` stands alone: put channel, data and id inside its items".into()))
        }
        Request { events: None, channel, data, id } => Ok(vec![event(0, One { channel, data, id })?]),
    }
}

fn event(index: usize, one: One<'_>) -> Result<Arrived, PublishError> {
    let invalid = |field, reason: String| PublishError::Invalid { index, field, reason };
    let channel = one.channel.ok_or_else(|| invalid("channel", "it is missing; name one, like \"inventory\"".into()))?;
    let channel: Cow<'_, str> = serde_json::from_str(channel.get()).map_err(|_| invalid("channel", "it must be text".into()))?;
    channel_name(&channel).map_err(|reason| invalid("channel", reason.into()))?;
    let data = one.data.ok_or_else(|| invalid("data", "it is missing; it is the event, a JSON object".into()))?.get();
    if !data.starts_with('{') {
        return Err(invalid("data", "it must be a JSON object".into()));
    }
    kind_of(data).map_err(|reason| invalid("data", reason.into()))?;
    let id = match one.id.map(RawValue::get) {
        None | Some("null") => None,
        Some(raw) => {
            let id: Cow<'_, str> = serde_json::from_str(raw).map_err(|_| invalid("id", "it must be text".into()))?;
            event_id(&id).map_err(|reason| invalid("id", reason.into()))?;
            Some(id.into())
        }
    };
    Ok(Arrived { channel: Channel::from(&*channel), id, payload: Payload::from_json(data) })
}

/// Check an event that was published in-process.
fn checked(index: usize, publish: Publish) -> Result<Arrived, PublishError> {
    let invalid = |field, reason: String| PublishError::Invalid { index, field, reason };
    channel_name(publish.channel.as_str()).map_err(|reason| invalid("channel", reason.into()))?;
    if let Some(id) = &publish.id {
        event_id(id).map_err(|reason| invalid("id", reason.into()))?;
    }
    serde_json::from_str::<&RawValue>(&publish.json).map_err(|error| invalid("data", format!("it is not JSON: {error}")))?;
    kind_of(&publish.json).map_err(|reason| invalid("data", reason.into()))?;
    Ok(Arrived { channel: publish.channel, id: publish.id.map(Into::into), payload: Payload::from_json(publish.json) })
}

/// Whether a channel may have this name.
pub(crate) fn channel_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("it is empty; name one, like \"inventory\"")
    } else if name.len() > CHANNEL_BYTES {
        Err("it is longer than 200 bytes")
    } else if name.chars().any(char::is_control) {
        Err("it holds a control character")
    } else if name.trim().is_empty() {
        Err("it is nothing but space")
    } else if name.starts_with(REDIS_PREFIX) {
        Err("leave out the prefix `ws:`, it is how the channel is called on Redis")
    } else if name.starts_with(OWN_PREFIX) {
        Err("names that begin with `watchdeck:` are the gateway's own")
    } else {
        Ok(())
    }
}

/// Whether an event may call itself so.
fn kind_of(json: &str) -> Result<(), &'static str> {
    if Fields::of(json).kind().is_some_and(|kind| Kind::is_own(&kind)) {
        Err("types that begin with `watchdeck:` are Watchdeck's own; choose another")
    } else {
        Ok(())
    }
}

fn event_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        Err("it is empty; leave it out to be given one")
    } else if id.len() > ID_BYTES {
        Err("it is longer than 128 bytes")
    } else if id.chars().any(char::is_control) {
        Err("it holds a control character")
    } else {
        Ok(())
    }
}

/// Log what is already checked, and say where it went.
pub(crate) async fn commit(log: &Log, source: &Arc<str>, arrived: Vec<Arrived>) -> Result<Vec<Placed>, PublishError> {
    let limit = log.most_bytes();
    if let Some((index, bytes)) = arrived.iter().map(|one| one.payload.as_str().len()).enumerate().find(|(_, bytes)| *bytes > limit) {
        return Err(PublishError::TooLarge { index, bytes, limit });
    }
    let channels: Vec<Channel> = arrived.iter().map(|one| one.channel.clone()).collect();
    let placed = log.append(source, arrived).await?;
    Ok(channels
        .into_iter()
        .zip(placed)
        .map(|(channel, (id, place))| Placed { id, channel, offset: place.offset, duplicate: place.duplicate })
        .collect())
}

/// Log what this process publishes itself.
pub(crate) async fn in_process(log: &Log, source: &Arc<str>, events: Vec<Publish>) -> Result<Vec<Placed>, PublishError> {
    let arrived = events.into_iter().enumerate().map(|(index, one)| checked(index, one)).collect::<Result<_, _>>()?;
    commit(log, source, arrived).await
}
