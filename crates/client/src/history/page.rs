//! One answer of a history: its shapes, and what each element is.

use super::error::HistoryError;
use crate::{
    dialect::{self, plain_text},
    profile::Dialect,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use watchdeck_events::{Catalogue, Channel, Incoming, Kind, Millis, Payload};

/// The channel of an event of which nobody says where it was published.
const NOWHERE: &str = "history";

/// A list, and where the next one is.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) items: Vec<&'a RawValue>,
    pub(super) next: Option<Cow<'a, str>>,
}

/// An object around the list.
#[derive(Deserialize)]
struct Around<'a> {
    #[serde(borrow, default)]
    events: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    messages: Option<&'a RawValue>,
    #[serde(borrow, default)]
    next: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "nextCursor")]
    next_cursor: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "next_cursor")]
    next_cursor_too: Option<&'a RawValue>,
}

impl<'a> Page<'a> {
    /// Read an answer. No content at all is an empty list.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, HistoryError> {
        let text = std::str::from_utf8(body).map_err(|error| HistoryError::Shape(error.to_string()))?;
        if text.trim().is_empty() {
            return Ok(Self { items: vec![], next: None });
        }
        let mut page = Self::parse(text.trim_start(), true)?;
        page.next = page.next.filter(|next| !next.is_empty());
        Ok(page)
    }

    /// `deeper`: the list may be one object further in, as in `{"code":0,"data":{"items":[…]}}`.
    fn parse(text: &'a str, deeper: bool) -> Result<Self, HistoryError> {
        let shape = |error: serde_json::Error| HistoryError::Shape(error.to_string());
        if text.starts_with('[') {
            return Ok(Self { items: serde_json::from_str(text).map_err(shape)?, next: None });
        }
        if !text.starts_with('{') {
            return Err(HistoryError::Shape("it is neither a list nor an object".into()));
        }
        let around: Around<'_> = serde_json::from_str(text).map_err(shape)?;
        let next = [around.next, around.next_cursor, around.next_cursor_too].into_iter().flatten().find_map(plain_text);
        let lists = [around.events, around.items, around.data, around.messages];
        let list = lists.into_iter().flatten().map(RawValue::get).find(|list| list.starts_with('[') || (deeper && list.starts_with('{')));
        let list = list.ok_or_else(|| HistoryError::Shape("it holds no list of events, items, data or messages".into()))?;
        let inner = Self::parse(list, false)?;
        Ok(Self { items: inner.items, next: next.or(inner.next) })
    }
}

/// Every field that says what an element is.
#[derive(Deserialize, Default)]
struct Item<'a> {
    #[serde(borrow, default)]
    channel: Option<&'a RawValue>,
    #[serde(borrow, default)]
    topic: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ts: Option<&'a RawValue>,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    event_type: Option<&'a RawValue>,
}

impl<'a> Item<'a> {
    /// Nothing is said by what is no object.
    fn of(element: &'a RawValue) -> Self {
        // A list would be taken for the fields in their order.
        Some(element.get()).filter(|json| json.starts_with('{')).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

/// Knows what was asked for.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) dialect: Dialect,
    pub(super) asked: Option<Channel>,
    /// The endpoint was asked for that channel and no other.
    pub(super) by_channel: bool,
}

impl Reader {
    /// The event in one element, as the same event would have come over the WebSocket. Whatever is no envelope is the event itself.
    pub(super) fn event(&self, element: &RawValue) -> Incoming {
        let item = Item::of(element);
        let id = || item.id.and_then(plain_text).map(Cow::into_owned);
        let at = |token: Option<&RawValue>| token.and_then(|token| Millis::from_json(token.get()));
        let incoming = |channel: Channel, id: Option<String>, server_at, kind: Option<&str>, payload: &str| {
            let (id, kind) = (id.map(String::into_boxed_str), kind.map(Into::into));
            Incoming { channel, offset: None, id, server_at, kind, payload: Payload::from_json(payload) }
        };
        if let (Some(channel), Some(data)) = (item.channel.and_then(plain_text), item.data) {
            return incoming(Channel::from(&*channel), id(), at(item.ts), None, data.get());
        }
        if let (Some(topic), Some(payload)) = (item.topic.and_then(plain_text), item.payload) {
            return incoming(Channel::from(&*topic), id(), at(item.timestamp), Some(&topic), payload.get());
        }
        if let (Some(id), Some(kind)) = (id(), item.event_type.and_then(plain_text)) {
            return incoming(Channel::from("events"), Some(id), at(item.timestamp), Some(&kind), element.get());
        }
        let kind = item.kind.and_then(plain_text);
        if let (Some(messages), Some(kind), Some(data)) = (dialect::kind(self.dialect).messages(), &kind, item.data) {
            let inner = Item::of(data);
            if inner.id.is_some() && inner.event_type.is_some() {
                let mut event = self.event(data);
                event.server_at = at(item.timestamp).or(event.server_at);
                return event;
            }
            return incoming(Channel::from(messages), None, at(item.timestamp), Some(kind), data.get());
        }
        incoming(self.channel(kind.as_deref()), None, None, None, element.get())
    }

    /// Where an event without an envelope was published.
    fn channel(&self, kind: Option<&str>) -> Channel {
        let asked = || self.asked.clone();
        if self.by_channel && self.asked.is_some() {
            return asked().unwrap_or_else(|| Channel::from(NOWHERE));
        }
        let known = kind.map(Kind::from).and_then(|kind| {
            let catalogue = Catalogue::current();
            let info = catalogue.kinds().iter().find(|info| info.kind == kind)?;
            info.channels.iter().find(|name| !name.contains('*')).map(|name| Channel::from(&**name))
        });
        known.or_else(asked).unwrap_or_else(|| Channel::from(NOWHERE))
    }
}

#[cfg(test)]
mod tests;
