//! The frames, both ways. Payloads are borrowed raw JSON: nobody re-encodes what the publisher wrote.

use crate::Position;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Where a first look begins, instead of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rewind {
    /// The newest this many events.
    Count(u64),
    /// Everything logged at or after this time (ms since 1970).
    Since(i64),
}

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Follow a channel: after `position`, or from `rewind`, or from now.
    Subscribe {
        /// The channel's name.
        channel: String,
        /// Resume after this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<Position>,
        /// Only without a position.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rewind: Option<Rewind>,
    },
    /// Stop following a channel.
    Unsubscribe {
        /// The channel's name.
        channel: String,
    },
    /// Replace the token of this session before it expires.
    Refresh {
        /// The new token.
        token: String,
    },
}

/// Who the gateway takes the client for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The user's id in the ERP.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// Role names.
    pub roles: Vec<String>,
    /// What it may decide, by the type of the resource; `*` stands for any text. Absent from a gateway that does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<Vec<String>>,
}

impl User {
    /// What a gateway calls those who show nothing, or a key that several may show: nobody in particular.
    pub const NOBODY: [&str; 3] = ["local", "token", "key"];

    /// It is somebody in particular.
    #[must_use]
    pub fn is_person(&self) -> bool {
        !Self::NOBODY.contains(&self.id.as_str())
    }
}

/// Why a request was turned down, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The user may not read this channel.
    Forbidden,
    /// The frame is not understood.
    BadRequest,
    /// Too many requests; wait.
    RateLimited,
    /// The gateway failed; try again.
    Internal,
    /// Not known to this version.
    #[serde(other)]
    Other,
}

/// Whether the gateway hears its own upstream (the ERP's bus).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// Subscribed: what the ERP publishes is logged.
    Up,
    /// Deaf: not connected, not let in, or not subscribed. What the ERP publishes meanwhile is lost.
    Down,
    /// Not known to this version.
    #[serde(other)]
    Other,
}

/// One logged event inside a frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DataItem<'a> {
    /// Place in the channel's log.
    pub offset: u64,
    /// The event's id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// When it was logged, ms since 1970.
    pub ts: i64,
    /// The event as published.
    #[serde(borrow)]
    pub data: &'a RawValue,
}

/// What the gateway says. Decode with [`ServerFrame::parse`]; encode with serde.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame<'a> {
    /// First frame of a session.
    #[serde(rename_all = "camelCase")]
    Hello {
        /// Names this session in both sides' logs.
        session: Cow<'a, str>,
        /// The gateway's version.
        server: Cow<'a, str>,
        /// Who the client is.
        user: User,
        /// How often the gateway pings.
        ping_interval_ms: u64,
        /// The channels that this user may read.
        channels: Vec<String>,
    },
    /// The answer to a subscribe.
    Subscribed {
        /// The channel's name.
        channel: Cow<'a, str>,
        /// Where the log stood when the subscription began. After a recovery the events between the client's position and this follow first.
        position: Position,
        /// Whether every event after the client's position follows.
        recovered: bool,
        /// Why not: `epoch_changed` or `position_expired`.
        reason: Option<Cow<'a, str>>,
    },
    /// One event.
    Event {
        /// The channel's name.
        channel: Cow<'a, str>,
        /// Place in the channel's log.
        offset: u64,
        /// The event's id.
        id: Cow<'a, str>,
        /// When it was logged, ms since 1970.
        ts: i64,
        /// The event as published.
        data: &'a RawValue,
    },
    /// Several events of one channel, in order: catch-up and bursts.
    Events {
        /// The channel's name.
        channel: Cow<'a, str>,
        /// In log order.
        items: Vec<DataItem<'a>>,
    },
    /// Between two times, events may be missing from the log itself. Takes an offset like an event, so positions move over it.
    Gap {
        /// The channel's name.
        channel: Cow<'a, str>,
        /// Place in the channel's log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<u64>,
        /// The marker's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Cow<'a, str>>,
        /// Start of the hole, ms since 1970.
        from: i64,
        /// End of the hole, ms since 1970.
        to: i64,
        /// Why, for programs (`bridge_down`).
        reason: Cow<'a, str>,
    },
    /// The user may not see what lies behind its position up to here. There is nothing to deliver, and nothing is missing.
    Passed {
        /// The channel's name.
        channel: Cow<'a, str>,
        /// Place in the channel's log of the last that is passed over.
        offset: u64,
    },
    /// What the user may read has changed since the hello: a channel was heard of for the first time.
    Channels {
        /// All of them, as in the hello.
        channels: Vec<String>,
        /// What the user may decide, where its roles are others since the hello.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decides: Option<Vec<String>>,
    },
    /// How it stands with the gateway's own upstream. After the hello and on every change; never sent by a gateway without an upstream.
    Status {
        /// Whether it hears.
        upstream: Upstream,
        /// Since when, ms since 1970 by the gateway's clock.
        since: i64,
        /// Why it is down, for people. `null` while it is up.
        reason: Option<Cow<'a, str>>,
    },
    /// A request was turned down; the session goes on.
    Error {
        /// For programs.
        code: ErrorCode,
        /// For people: what happened and what to do.
        message: Cow<'a, str>,
        /// The channel concerned, if one.
        channel: Option<Cow<'a, str>>,
        /// When the same may be asked for again, where that is known.
        #[serde(default, rename = "retryAfterMs", skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// A frame type that this version does not know. Ignored by clients; never sent.
    #[serde(skip)]
    Unknown,
}

/// A superset of every server frame, because borrowed raw JSON cannot live inside an internally tagged enum.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    channel: Option<Cow<'a, str>>,
    offset: Option<u64>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    ts: Option<i64>,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    items: Option<Vec<DataItem<'a>>>,
    #[serde(borrow, default)]
    session: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    server: Option<Cow<'a, str>>,
    user: Option<User>,
    ping_interval_ms: Option<u64>,
    channels: Option<Vec<String>>,
    decides: Option<Vec<String>>,
    position: Option<Position>,
    recovered: Option<bool>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    from: Option<i64>,
    to: Option<i64>,
    upstream: Option<Upstream>,
    since: Option<i64>,
    code: Option<ErrorCode>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    retry_after_ms: Option<u64>,
}

/// A published `null` is data; only an absent field is none.
fn present<'de: 'a, 'a, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Not JSON, or a field of the wrong type.
    #[error("not a watchdeck.v1 frame: {0}")]
    Json(#[from] serde_json::Error),
    /// A known frame type without a field it needs.
    #[error("a {frame} frame without {field}")]
    Missing {
        /// The frame's type.
        frame: &'static str,
        /// The absent field.
        field: &'static str,
    },
}

impl<'a> ServerFrame<'a> {
    /// Decode a text frame, borrowing payloads from it.
    ///
    /// # Errors
    /// [`FrameError`] when it is not a frame of this protocol. An unknown `type` is [`ServerFrame::Unknown`], not an error.
    pub fn parse(text: &'a str) -> Result<Self, FrameError> {
        let flat: Flat<'a> = serde_json::from_str(text)?;
        macro_rules! need {
            ($frame:literal, $field:ident) => {
                flat.$field.ok_or(FrameError::Missing { frame: $frame, field: stringify!($field) })?
            };
        }
        Ok(match &*flat.kind {
            "event" => Self::Event {
                channel: need!("event", channel),
                offset: need!("event", offset),
                id: need!("event", id),
                ts: need!("event", ts),
                data: need!("event", data),
            },
            "events" => Self::Events { channel: need!("events", channel), items: need!("events", items) },
            "hello" => Self::Hello {
                session: need!("hello", session),
                server: need!("hello", server),
                user: need!("hello", user),
                ping_interval_ms: need!("hello", ping_interval_ms),
                channels: need!("hello", channels),
            },
            "subscribed" => Self::Subscribed {
                channel: need!("subscribed", channel),
                position: need!("subscribed", position),
                recovered: need!("subscribed", recovered),
                reason: flat.reason,
            },
            "gap" => Self::Gap {
                channel: need!("gap", channel),
                offset: flat.offset,
                id: flat.id,
                from: need!("gap", from),
                to: need!("gap", to),
                reason: need!("gap", reason),
            },
            "channels" => Self::Channels { channels: need!("channels", channels), decides: flat.decides },
            "status" => Self::Status { upstream: need!("status", upstream), since: need!("status", since), reason: flat.reason },
            "passed" => Self::Passed { channel: need!("passed", channel), offset: need!("passed", offset) },
            "error" => Self::Error {
                code: need!("error", code),
                message: need!("error", message),
                channel: flat.channel,
                retry_after_ms: flat.retry_after_ms,
            },
            _ => Self::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn same_both_ways(json: &str) {
        let frame = ServerFrame::parse(json).expect("a frame of this protocol");
        assert_eq!(serde_json::to_string(&frame).unwrap(), json, "the wire is pinned");
    }

    #[test]
    fn server_frames_are_spelled_as_agreed() {
        same_both_ways(
            r#"{"type":"hello","session":"s1","server":"0.1.0","user":{"id":"u1","name":"张敏","roles":["approver"]},"pingIntervalMs":25000,"channels":["inventory"]}"#,
        );
        same_both_ways(
            r#"{"type":"subscribed","channel":"inventory","position":{"epoch":"k3f9","offset":1042},"recovered":true,"reason":null}"#,
        );
        same_both_ways(r#"{"type":"event","channel":"inventory","offset":1043,"id":"0199","ts":1795223788150,"data":{"a": 1}}"#);
        same_both_ways(r#"{"type":"events","channel":"inventory","items":[{"offset":1,"id":"a","ts":2,"data":{"b":[1,2]}}]}"#);
        same_both_ways(r#"{"type":"gap","channel":"inventory","offset":9,"id":"g","from":1,"to":2,"reason":"bridge_down"}"#);
        same_both_ways(r#"{"type":"event","channel":"inventory","offset":1044,"id":"0200","ts":1795223788151,"data":null}"#);
        same_both_ways(r#"{"type":"channels","channels":["inventory","user:u7:notifications"]}"#);
        same_both_ways(r#"{"type":"channels","channels":["inventory"],"decides":["return"]}"#);
        same_both_ways(r#"{"type":"status","upstream":"down","since":1795223788150,"reason":"Redis: connection refused"}"#);
        same_both_ways(r#"{"type":"status","upstream":"up","since":1795223788150,"reason":null}"#);
        same_both_ways(r#"{"type":"error","code":"forbidden","message":"no","channel":"finance"}"#);
        same_both_ways(r#"{"type":"error","code":"rate_limited","message":"no","channel":"finance","retryAfterMs":1500}"#);
        same_both_ways(r#"{"type":"passed","channel":"inventory","offset":1050}"#);
        same_both_ways(
            r#"{"type":"hello","session":"s1","server":"0.1.0","user":{"id":"u1","name":"张敏","roles":["approver"],"decides":["return","*"]},"pingIntervalMs":25000,"channels":["inventory"]}"#,
        );
    }

    #[test]
    fn client_frames_are_spelled_as_agreed() {
        let frames = [
            r#"{"type":"subscribe","channel":"inventory","position":{"epoch":"k3f9","offset":1042}}"#,
            r#"{"type":"subscribe","channel":"inventory","rewind":{"count":500}}"#,
            r#"{"type":"subscribe","channel":"inventory","rewind":{"since":1795223788150}}"#,
            r#"{"type":"subscribe","channel":"inventory"}"#,
            r#"{"type":"unsubscribe","channel":"inventory"}"#,
            r#"{"type":"refresh","token":"t"}"#,
        ];
        for json in frames {
            let frame: ClientFrame = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&frame).unwrap(), json);
        }
    }

    #[test]
    fn an_unknown_frame_is_not_an_error() {
        assert!(matches!(ServerFrame::parse(r#"{"type":"weather","sun":true}"#), Ok(ServerFrame::Unknown)));
    }

    #[test]
    fn a_later_word_for_the_upstream_is_not_an_error() {
        let frame = ServerFrame::parse(r#"{"type":"status","upstream":"half","since":1}"#);
        assert!(matches!(frame, Ok(ServerFrame::Status { upstream: Upstream::Other, since: 1, reason: None })), "{frame:?}");
    }

    #[test]
    fn a_frame_without_what_it_needs_says_what() {
        let error = ServerFrame::parse(r#"{"type":"event","channel":"inventory"}"#).unwrap_err();
        assert_eq!(error.to_string(), "a event frame without offset");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in ".{0,200}") {
            drop(ServerFrame::parse(&text));
            drop(serde_json::from_str::<ClientFrame>(&text));
        }
    }
}
