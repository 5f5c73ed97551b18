//! The event itself, as every part of Watchdeck hands it on.

use crate::{
    channel::Channel,
    conventions::Conventions,
    fields::{Fields, Layout, Readings},
    plausible,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

/// What kind of thing happened, in the publisher's own words (`inventory:change`, `deposit.completed`).
///
/// A newtype over a string, not an enum: an unknown kind is stored, shown and searched like any other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Arc<str>);

impl Kind {
    /// Watchdeck's own marker: between two times, events of a channel may be missing.
    pub const GAP: &'static str = "watchdeck:gap";
    /// Watchdeck's own note: what was missing between two times was fetched from the server's history.
    pub const GAP_FILLED: &'static str = "watchdeck:gap_filled";
    /// Watchdeck's own word: how it stands with a decision on a request.
    pub const DECISION: &'static str = "watchdeck:decision";
    /// Watchdeck's own word: who is on a request.
    pub const CLAIM: &'static str = "watchdeck:claim";
    /// Watchdeck's own word: people are told of an alert, somebody has it, or it is over.
    pub const ALERT: &'static str = "watchdeck:alert";
    /// Watchdeck's own word: somebody has an alert, put it off, or took that back.
    pub const ALERT_HANDLED: &'static str = "watchdeck:alert_handled";
    /// Watchdeck's own report: a message came that could not be taken for an event; here is its size, why, and how it begins.
    pub const MALFORMED: &'static str = "watchdeck:malformed";
    /// What Watchdeck's own kinds begin with. Nobody else may publish one.
    pub const OWN_PREFIX: &'static str = "watchdeck:";
    /// Watchdeck's own word: somebody does what is unusual.
    pub const SECURITY: &'static str = "watchdeck:security";
    /// Watchdeck's own marker, in the place of an event that could not be read or kept.
    pub const SET_ASIDE: &'static str = "watchdeck:set_aside";
    /// What an event is called whose payload names no type.
    pub const UNTYPED: &'static str = "untyped";

    /// Whether somebody calls an event as only Watchdeck itself may, in whatever spelling.
    #[must_use]
    pub fn is_own(name: &str) -> bool {
        name.trim().get(..Self::OWN_PREFIX.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(Self::OWN_PREFIX))
    }

    /// The name as published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Kind {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<Arc<str>> for Kind {
    fn from(name: Arc<str>) -> Self {
        Self(name)
    }
}

impl std::borrow::Borrow<str> for Kind {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much a person should care. Ordered: `severity >= Warning` means what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Severity {
    /// Worth a row.
    #[default]
    Info,
    /// Worth a row, and good news (money received, approval granted).
    Success,
    /// Somebody should look today.
    Warning,
    /// Somebody must look now.
    Critical,
}

impl Severity {
    /// The stored form. The inverse of [`Severity::from_code`].
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The severity for a stored code; unknown codes read as [`Severity::Info`].
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Success,
            2 => Self::Warning,
            3 => Self::Critical,
            _ => Self::Info,
        }
    }
}

/// The publisher's JSON, byte for byte. It remembers where its fields stand once somebody has asked.
#[derive(Clone)]
pub struct Payload {
    text: Box<str>,
    layout: OnceLock<Box<Layout>>,
    /// As packs read it whose kinds put their fields in order first.
    readings: Readings,
}

impl Payload {
    /// Wrap JSON text. The caller has checked that it *is* JSON (a decoder or a serializer made it).
    #[must_use]
    pub fn from_json(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), layout: OnceLock::new(), readings: Readings::default() }
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How much memory it takes, bytes: its text, and what is remembered of it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len() + self.layout.get().map_or(0, |layout| layout.bytes()) + self.readings.bytes()
    }

    /// Its top level as it was published: read by whoever asks first, remembered for everybody after. What a pack makes of it is [`Event::fields`].
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        if let Some(known) = self.layout.get() {
            return Fields::laid_out(&self.text, Cow::Borrowed(known));
        }
        let layout = Layout::of(&self.text);
        if !layout.is_worth_keeping() {
            return Fields::laid_out(&self.text, Cow::Owned(layout));
        }
        Fields::laid_out(&self.text, Cow::Borrowed(self.layout.get_or_init(|| Box::new(layout.fitted()))))
    }

    /// The top level of what `make` makes of the text; of the text itself, where that is `None`. It is made once for each `way`.
    pub(crate) fn fields_by(&self, way: u64, make: impl FnOnce(&str) -> Option<String>) -> Fields<'_> {
        match self.readings.by(way, || make(&self.text)) {
            Some((text, layout)) => Fields::laid_out(text, Cow::Borrowed(layout)),
            None => self.fields(),
        }
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Payload {}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Payload").field(&self.text).finish()
    }
}

/// One thing that happened, normalised. The payload stays as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The server's id where it gave one, else a hash that makes a repeat recognisable. See [`crate::identity`].
    pub id: Box<str>,
    /// What happened.
    pub kind: Kind,
    /// Where it was published.
    pub channel: Channel,
    /// When it happened, by the publisher's clock; where what that says cannot be true, when it was received. See [`Event::doubted_time`].
    pub occurred_at: Millis,
    /// When this process received it, by our clock.
    pub received_at: Millis,
    /// Which connection profile it came through.
    pub source: Arc<str>,
    /// What it is about, as `type:id` (`product:P-104`).
    pub subject: Option<Box<str>>,
    /// Who did it, as a person reads it.
    pub actor: Option<Box<str>>,
    /// How much a person should care.
    pub severity: Severity,
    /// The original.
    pub payload: Payload,
}

impl Event {
    /// Milliseconds from its occurrence, by the publisher's clock, to its receipt, by ours. Negative when the clocks differ that way.
    #[must_use]
    pub const fn lateness(&self) -> i64 {
        self.received_at.since(self.occurred_at)
    }

    /// What the publisher stated of its time, as written, where it was not believed and [`Event::occurred_at`] is another: it could not be read, or
    /// lies before 2000, or farther ahead of its receipt than clocks are wrong ([`crate::plausible::TOLERANCE_MS`]). `None` for nearly every event.
    #[must_use]
    pub fn doubted_time(&self, conventions: &Conventions) -> Option<Cow<'_, str>> {
        plausible::doubted(&self.payload.fields(), self.occurred_at, conventions)
    }
}

/// What a server sent, before normalisation: the envelope is read, the payload is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Where it was published.
    pub channel: Channel,
    /// Place in the channel's log, from servers that keep one.
    pub offset: Option<u64>,
    /// The server's id for the event, where it gives one.
    pub id: Option<Box<str>>,
    /// When the server forwarded or logged it.
    pub server_at: Option<Millis>,
    /// What the envelope calls it (a topic, an event type), from protocols that say so outside the payload.
    pub kind: Option<Box<str>>,
    /// The event as published.
    pub payload: Payload,
}

/// Why events may be missing between two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum GapReason {
    /// The gateway was not subscribed to the ERP's bus.
    BridgeDown,
    /// The server's log started anew; what it held before is gone.
    EpochChanged,
    /// The server no longer keeps events as old as our position.
    PositionExpired,
    /// The server cannot replay, and we were not connected.
    NotReplayable,
    /// The server skipped numbers that it should not skip.
    SequenceJump,
    /// The server's numbers fell back: it started anew and replays nothing.
    Restarted,
    /// The file that held them is damaged.
    Damaged,
    /// The server gave a reason that this version does not know.
    #[serde(other)]
    Other,
}
