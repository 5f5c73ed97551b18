//! The writing platform's message hub.
//!
//! It sends whatever concerns the bearer of the token; there is nothing to subscribe to and nothing it says by itself. Several
//! objects may be packed into one text frame, a line each, and each stands or falls alone. It keeps events in a store of its
//! own, whose envelope may travel in a message or instead of one.
//!
//! It keeps one link per user, and whichever link of a user ends takes the entry with it: the other one is deaf from then on, while its
//! pings are answered. A link that we lost without a farewell is open for the hub until its read deadline, and then deafens the one that
//! we made since. So after such a loss the new link is not trusted: once that deadline has passed it is put down and made anew, and what
//! it may have missed is a gap.

mod about;

pub(super) use about::About;

use super::{
    handshake::Handshake,
    json::{object, plain_text},
    listened::Listened,
    protocol::{Note, Out, Standing, Wire},
};
use crate::{clock::Now, delivery::Delivery, ending::Ending, profile::Profile, status::Cause};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::time::Duration;
use watchdeck_events::{Channel, Incoming, Millis, Payload};
use watchdeck_protocol::Position;

/// Where the hub listens, for an address without a path.
const PATH: &str = "/ws/messages";
/// The hub hangs up after 60 s in which it read nothing; our pongs may not count.
const PING_EACH: Duration = Duration::from_secs(30);
/// A refusal after the handshake comes at once. Open for this long means listening.
const ACCEPTED_AFTER: Duration = Duration::from_secs(1);
/// The hub's own read deadline, and something on top: after that no link that we lost is open for it any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(65);
/// A line that we saw break so long ago was given up by the hub too, whenever it heard us last.
const LONG_GONE: i64 = 120_000;
/// Between putting a link down and making it anew, so that the hub notices the one before the other.
const PART: Duration = Duration::from_secs(2);
/// The channel of messages, and of whatever has no better one.
const MESSAGES: &str = "messages";
/// The channel of the store's events.
const EVENTS: &str = "events";

/// A message, or the store's envelope; the fields say which.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    event_type: Option<&'a RawValue>,
}

/// The store's envelope inside a message.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    event_type: &'a RawValue,
    #[serde(borrow, default)]
    timestamp: Option<&'a RawValue>,
}

/// See the [module docs](self).
pub(super) struct Hub {
    messages: Channel,
    events: Channel,
    open: Option<Open>,
    listened: Listened,
    /// When we last heard of a link that the hub may still think open.
    half_open: Option<Millis>,
}

struct Open {
    at: Now,
    ping_due: Duration,
    heard: bool,
    /// Until then the hub may turn deaf on this link; what was heard last on it.
    doubted: Option<(Duration, Millis)>,
    /// It is put down on purpose.
    renewed: bool,
}

impl Hub {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            messages: MESSAGES.into(),
            events: EVENTS.into(),
            open: None,
            listened: Listened::new(profile.listened_until),
            half_open: None,
        }
    }

    fn object(&mut self, text: &str, now: Now, out: &mut Out) {
        let found: Object<'_> = match object(text) {
            Ok(found) => found,
            Err(error) => return out.burst.push(Delivery::malformed(text.as_bytes(), error.to_string())),
        };
        let Some(event) = self.read(&found, text) else {
            return out.burst.push(Delivery::malformed(text.as_bytes(), "neither a message nor an event: it has no type"));
        };
        if let Some(open) = self.open.as_mut().filter(|open| !open.heard) {
            open.heard = true;
            // It has been sending to us from the first moment.
            self.listened.settle(open.at, out);
        }
        if let Some(Open { doubted: Some((_, heard)), .. }) = &mut self.open {
            *heard = now.wall;
        }
        out.burst.event(event, None, now.wall);
    }

    fn read(&self, found: &Object<'_>, text: &str) -> Option<Incoming> {
        let at = |token: Option<&RawValue>| token.and_then(|token| Millis::from_json(token.get()));
        let sent_at = at(found.timestamp);
        if let (Some(id), Some(event_type)) = (found.id, found.event_type) {
            let (id, kind) = (plain_text(id)?, plain_text(event_type)?);
            return Some(self.event(&id, &kind, sent_at, text));
        }
        let kind = plain_text(found.kind?)?;
        if let Some(data) = found.data.map(RawValue::get)
            && data.contains("\"event_type\"")
            && let Ok(envelope) = object::<Envelope<'_>>(data)
            && let (Some(id), Some(kind)) = (plain_text(envelope.id), plain_text(envelope.event_type))
        {
            return Some(self.event(&id, &kind, sent_at.or_else(|| at(envelope.timestamp)), data));
        }
        // Without data, whatever else the object says is all there is.
        let payload = Payload::from_json(found.data.map_or(text, RawValue::get));
        Some(Incoming { channel: self.messages.clone(), offset: None, id: None, server_at: sent_at, kind: Some((*kind).into()), payload })
    }

    fn event(&self, id: &str, kind: &str, server_at: Option<Millis>, envelope: &str) -> Incoming {
        let payload = Payload::from_json(envelope);
        Incoming { channel: self.events.clone(), offset: None, id: Some(id.into()), server_at, kind: Some(kind.into()), payload }
    }
}

impl Wire for Hub {
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        if shake.path.is_empty() || shake.path == "/" {
            shake.path = PATH.into();
        }
        shake.origin(profile, false)?;
        shake.bearer(profile)
    }

    fn is_spoken_to(&self) -> bool {
        false
    }

    fn is_recognised(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.heard)
    }

    fn opened(&mut self, now: Now, _: &mut Out) {
        let doubt = self.half_open.take().is_some_and(|heard| now.wall.0 - heard.0 < LONG_GONE);
        let doubted = doubt.then(|| (now.up + FORGOTTEN_AFTER, now.wall));
        self.open = Some(Open { at: now, ping_due: now.up + PING_EACH, heard: false, doubted, renewed: false });
    }

    fn text(&mut self, text: &str, now: Now, out: &mut Out) {
        let mut lines = text.split('\n').map(str::trim).filter(|line| !line.is_empty()).peekable();
        if lines.peek().is_none() {
            out.burst.push(Delivery::malformed(text.as_bytes(), "an empty frame"));
        }
        lines.for_each(|line| self.object(line, now, out));
    }

    fn committed(&mut self, _: &Channel, _: Option<Position>, _: Now, _: &mut Out) {}

    fn due(&self) -> Option<Duration> {
        let open = self.open.as_ref()?;
        let accepted = (!self.listened.is_settled()).then(|| open.at.up + ACCEPTED_AFTER);
        [Some(open.ping_due), accepted, open.doubted.map(|(due, _)| due)].into_iter().flatten().min()
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        let Some(open) = &mut self.open else { return };
        if now.up >= open.at.up + ACCEPTED_AFTER {
            self.listened.settle(open.at, out);
        }
        if open.doubted.is_some_and(|(due, _)| now.up >= due) {
            open.renewed = true;
            let detail = "the hub has given up the link before this one, and may have forgotten this one with it; connecting anew";
            return out.notes.push(Note::End(Ending::Retry { cause: Cause::Closed, detail: detail.into(), after: Some(PART) }));
        }
        if now.up >= open.ping_due {
            open.ping_due = now.up + PING_EACH;
            out.notes.push(Note::Ping);
        }
    }

    fn closed(&self, code: u16, reason: &str) -> Ending {
        let detail = format!("{code} {reason}").trim_end().to_owned();
        match code {
            1008 | 4401 => Ending::NeedsLogin(detail),
            4403 => Ending::Refused(detail),
            _ => Ending::retry(Cause::Closed, detail),
        }
    }

    fn down(&mut self, last_sign: Millis, parted: bool) {
        let Some(open) = self.open.take() else { return };
        let knows = parted || open.renewed;
        self.half_open = (!knows).then_some(last_sign);
        // A pong shows that the line lives, not that the hub still sends.
        self.listened.down(open.doubted.map_or(last_sign, |(_, heard)| heard));
    }

    fn standing(&self) -> Standing {
        let doubted = self.open.as_ref().is_some_and(|open| open.doubted.is_some());
        if self.listened.is_settled() && !doubted { Standing::Live } else { Standing::Unconfirmed }
    }
}

#[cfg(test)]
mod tests;
