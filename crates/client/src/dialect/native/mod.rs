//! `watchdeck.v1`: positions, replay, and a say about every subscribe.
//!
//! After the hello, each channel asks for its committed position and subscribes from there, or looks back a little where there
//! is none. When the server cannot replay from the position, the gap is recorded and the channel is rebuilt from the newest
//! history; until that has begun, events carry no position, so that a crash in between starts over instead of skipping.

mod about;
mod sub;

pub(super) use about::About;

use super::{
    handshake::Handshake,
    interned::Interned,
    protocol::{Note, Out, Standing, Wire},
};
use crate::{
    clock::Now,
    delivery::Delivery,
    ending::Ending,
    profile::{Profile, Timing},
    status::{Cause, UpstreamDown},
};
use serde::{Deserialize, de::IntoDeserializer};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    time::Duration,
};
use sub::{FirstLook, LONGEST_PAUSE, PAUSE, Phase, Sub};
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use watchdeck_events::{Channel, GapReason, Incoming, Millis, Payload};
use watchdeck_protocol::{CloseCode, DataItem, ErrorCode, Position, SUBPROTOCOL, ServerFrame, Upstream};

/// What a gateway's `event` frame begins with: the way into the fast path.
const EVENT: &str = r#"{"type":"event","#;

/// An `event` frame without escapes in its names: all of them, in practice. Anything else takes [`ServerFrame::parse`].
#[derive(Deserialize)]
struct EventFrame<'a> {
    channel: &'a str,
    offset: u64,
    id: &'a str,
    ts: i64,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// A request that the gateway does not grant.
struct TurnedDown<'a> {
    code: ErrorCode,
    message: &'a str,
    channel: Option<&'a str>,
    /// When to ask again, where the gateway says it.
    wait: Option<Duration>,
}

/// See the [module docs](self).
pub(super) struct Native {
    wanted: Vec<Channel>,
    /// Channels that were followed before, on whatever connection.
    followed: BTreeSet<Channel>,
    first_look: FirstLook,
    timing: Timing,
    channels: Interned,
    subs: Vec<Sub>,
    /// Where a channel is in `subs`: thousands are looked up for every event.
    places: HashMap<Channel, usize>,
    last: usize,
    seen: Seen,
    /// `seen` is out of date.
    unsummed: bool,
    link: Link,
    last_sign: Option<Millis>,
}

/// What all subscriptions together come to, kept because it is asked for after every burst.
struct Seen {
    due: Option<Duration>,
    standing: Standing,
}

impl Default for Seen {
    fn default() -> Self {
        Self { due: None, standing: Standing::Live }
    }
}

enum Link {
    Down,
    Greeting { due: Duration },
    Up,
}

impl Native {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            wanted: profile.channels.clone(),
            followed: profile.followed.iter().cloned().collect(),
            first_look: FirstLook { count: profile.first_look, since: profile.first_since },
            timing: profile.timing,
            channels: Interned::default(),
            subs: vec![],
            places: HashMap::new(),
            last: 0,
            seen: Seen::default(),
            unsummed: false,
            link: Link::Down,
            last_sign: profile.listened_until,
        }
    }

    fn clear(&mut self) {
        self.subs.clear();
        self.places.clear();
        self.seen = Seen::default();
    }

    fn sub(&mut self, name: &str) -> Option<&mut Sub> {
        if self.subs.get(self.last).is_none_or(|sub| sub.channel.as_str() != name) {
            self.last = *self.places.get(name)?;
        }
        self.subs.get_mut(self.last)
    }

    fn add(&mut self, channel: Channel, out: &mut Out) {
        match self.places.entry(channel.clone()) {
            Entry::Vacant(place) => {
                place.insert(self.subs.len());
                out.notes.push(Note::Ask(channel.clone()));
                self.followed.insert(channel.clone());
                self.subs.push(Sub::new(channel));
            }
            // It was taken away, and is offered again.
            Entry::Occupied(place) => {
                if let Some(sub) = self.subs.get_mut(*place.get()).filter(|sub| matches!(sub.phase, Phase::Denied)) {
                    sub.phase = Phase::Asking;
                    out.notes.push(Note::Ask(channel));
                }
            }
        }
    }

    /// Something changed that the summary over all subscriptions depends on.
    fn sum_up(&mut self) {
        self.seen = Seen { due: self.subs.iter().filter_map(Sub::due).min(), standing: sub::standing(&self.subs) };
    }

    fn event(&mut self, name: &str, item: &DataItem<'_>, now: Now, out: &mut Out) {
        let (offset, server_at) = (item.offset, Some(Millis(item.ts)));
        let payload = Payload::from_json(item.data.get());
        let id = Some((*item.id).into());
        let Some(sub) = self.sub(name) else {
            let channel = self.channels.get(name);
            out.burst.event(Incoming { channel, offset: Some(offset), id, server_at, kind: None, payload }, None, now.wall);
            return;
        };
        sub.step(offset, Millis(item.ts), &mut out.burst);
        let event = Incoming { channel: sub.channel.clone(), offset: Some(offset), id, server_at, kind: None, payload };
        out.burst.event(event, sub.place(), now.wall);
    }

    fn hello(&mut self, offered: Vec<String>, out: &mut Out) {
        self.link = Link::Up;
        let channels =
            if self.wanted.is_empty() { offered.iter().map(|name| self.channels.get(name)).collect() } else { self.wanted.clone() };
        if channels.is_empty() {
            out.notes.push(Note::End(Ending::Refused("this user may read no channel; ask for a role that may".into())));
        }
        channels.into_iter().for_each(|channel| self.add(channel, out));
        if self.wanted.is_empty() {
            // A log that was replaced has not heard of these yet.
            self.followed.clone().into_iter().for_each(|channel| self.add(channel, out));
        }
    }

    /// More channels than in the hello: whoever follows everything follows them too.
    fn offered(&mut self, names: &[String], out: &mut Out) {
        if !self.wanted.is_empty() || !matches!(self.link, Link::Up) {
            return;
        }
        for name in names {
            let channel = self.channels.get(name);
            self.add(channel, out);
        }
    }

    /// What lies up to `offset` is not for this user: nothing is delivered, nothing is missing, and the position goes on.
    fn passed(&mut self, name: &str, offset: u64, now: Now, out: &mut Out) {
        let Some(sub) = self.sub(name) else { return };
        sub.pass(offset);
        if let Some((epoch, offset)) = sub.place() {
            out.burst.position(sub.channel.clone(), Position::new(epoch, offset), now.wall);
        }
    }

    fn turned_down(&mut self, refused: TurnedDown<'_>, now: Now, out: &mut Out) {
        let TurnedDown { code, message, channel, wait } = refused;
        let Some(sub) = channel.and_then(|name| self.sub(name)) else {
            tracing::warn!(?code, message, channel, "The gateway turned a request down.");
            return;
        };
        sub.phase = match code {
            ErrorCode::Forbidden | ErrorCode::BadRequest => Phase::Denied,
            ErrorCode::RateLimited | ErrorCode::Internal | ErrorCode::Other => {
                let pause = sub.pause;
                sub.pause = (pause * 2).min(LONGEST_PAUSE);
                Phase::Pausing { until: now.up + wait.map_or(pause, |wait| wait.min(LONGEST_PAUSE)) }
            }
        };
        // A channel that is not followed is said, whatever the reason and however soon it is tried again; once for each reason.
        let told = std::mem::replace(&mut sub.told, true);
        if !told || matches!(sub.phase, Phase::Denied) {
            out.notes.push(Note::Denied { channel: sub.channel.clone(), detail: message.into() });
        }
        if self.subs.iter().all(|sub| matches!(sub.phase, Phase::Denied)) {
            out.notes.push(Note::End(Ending::Refused(message.into())));
        }
    }

    fn frame(&mut self, frame: ServerFrame<'_>, now: Now, out: &mut Out) {
        match frame {
            ServerFrame::Event { channel, offset, id, ts, data } => self.event(&channel, &DataItem { offset, id, ts, data }, now, out),
            ServerFrame::Events { channel, items } => {
                for item in items {
                    self.event(&channel, &item, now, out);
                }
            }
            ServerFrame::Hello { server, user, ping_interval_ms, channels, .. } => {
                if !matches!(self.link, Link::Greeting { .. }) {
                    tracing::debug!("A second hello was ignored.");
                    return;
                }
                let ping = Duration::from_millis(ping_interval_ms.clamp(100, 600_000));
                if user.is_person() {
                    out.notes.push(Note::Person(user.id));
                }
                out.notes.extend(user.decides.map(Note::Decides));
                out.notes.push(Note::Greeted { ping: Some(ping), user_name: Some(user.name), server: Some(server.into_owned()) });
                self.hello(channels, out);
            }
            ServerFrame::Subscribed { channel, position, recovered, reason } => {
                let (first_look, last_sign, timing) = (self.first_look, self.last_sign, self.timing);
                let Some(sub) = self.sub(&channel) else { return };
                let answer = sub::Answer { position, recovered, reason: reason.map_or(GapReason::Other, |reason| gap_reason(&reason)) };
                sub.subscribed(answer, first_look, last_sign, timing.subscribe, now, out);
                if std::mem::take(&mut sub.told) {
                    sub.pause = PAUSE;
                    out.notes.push(Note::Served(sub.channel.clone()));
                }
            }
            ServerFrame::Gap { channel: name, offset, id, from, to, reason } => {
                let reason = gap_reason(&reason);
                let id = id.map(|id| id.into_owned().into_boxed_str());
                let mut position = None;
                let channel = match self.sub(&name) {
                    Some(sub) => {
                        if let Some(offset) = offset {
                            sub.step(offset, Millis(to), &mut out.burst);
                            position = sub.place().map(|(epoch, offset)| Position::new(epoch, offset));
                        }
                        sub.channel.clone()
                    }
                    None => self.channels.get(&name),
                };
                out.burst.push(Delivery::Gap { channel: Some(channel), from: Millis(from), to: Millis(to), reason, position, id });
            }
            ServerFrame::Channels { channels, decides } => {
                out.notes.extend(decides.map(Note::Decides));
                self.offered(&channels, out);
            }
            ServerFrame::Passed { channel, offset } => self.passed(&channel, offset, now, out),
            ServerFrame::Error { code, message, channel, retry_after_ms } => {
                let wait = retry_after_ms.map(Duration::from_millis);
                self.turned_down(TurnedDown { code, message: &message, channel: channel.as_deref(), wait }, now, out);
            }
            ServerFrame::Status { upstream, since, reason } => {
                let down = (upstream == Upstream::Down)
                    .then(|| UpstreamDown { since: Millis(since), reason: reason.map(Into::into).unwrap_or_default() });
                out.notes.push(Note::Upstream(down));
            }
            ServerFrame::Unknown => tracing::debug!("A frame of an unknown type was ignored."),
        }
    }
}

impl Wire for Native {
    /// The subprotocol, and the token as a bearer.
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        shake.headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        shake.origin(profile, false)?;
        shake.bearer(profile)
    }

    fn is_spoken_to(&self) -> bool {
        true
    }

    fn is_recognised(&self) -> bool {
        matches!(self.link, Link::Up)
    }

    fn opened(&mut self, now: Now, _: &mut Out) {
        self.clear();
        self.link = Link::Greeting { due: now.up + self.timing.hello };
    }

    fn text(&mut self, text: &str, now: Now, out: &mut Out) {
        if text.starts_with(EVENT)
            && let Ok(frame) = serde_json::from_str::<EventFrame<'_>>(text)
        {
            let item = DataItem { offset: frame.offset, id: frame.id.into(), ts: frame.ts, data: frame.data };
            self.event(frame.channel, &item, now, out);
            return;
        }
        self.unsummed = true;
        match ServerFrame::parse(text) {
            Ok(frame) => self.frame(frame, now, out),
            Err(error) => {
                tracing::warn!(%error, bytes = text.len(), "A frame could not be read.");
                out.burst.push(Delivery::malformed(text.as_bytes(), error.to_string()));
            }
        }
    }

    fn committed(&mut self, channel: &Channel, position: Option<Position>, now: Now, out: &mut Out) {
        let (first_look, patience) = (self.first_look, self.timing.subscribe);
        if let Some(sub) = self.sub(channel.as_str()) {
            sub.subscribe(position, first_look, now.up + patience, out);
            self.unsummed = true;
        }
    }

    fn due(&self) -> Option<Duration> {
        match self.link {
            Link::Down => None,
            Link::Greeting { due } => Some(due),
            Link::Up if self.unsummed => self.subs.iter().filter_map(Sub::due).min(),
            Link::Up => self.seen.due,
        }
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        match self.link {
            Link::Greeting { due } if now.up >= due => {
                let detail = "connected, but the server did not introduce itself; is it a Watchdeck gateway?";
                out.notes.push(Note::End(Ending::retry(Cause::TimedOut, detail)));
            }
            Link::Up => {
                if self.due().is_some_and(|due| now.up >= due) {
                    self.subs.iter_mut().for_each(|sub| sub.tick(now, out));
                    self.unsummed = true;
                }
                // Once after each burst, whatever number of events it held.
                if std::mem::take(&mut self.unsummed) || matches!(self.seen.standing, Standing::CatchingUp { .. }) {
                    self.sum_up();
                }
            }
            _ => {}
        }
    }

    fn closed(&self, code: u16, reason: &str) -> Ending {
        let detail = format!("{code} {reason}").trim_end().to_owned();
        match CloseCode::from(code) {
            CloseCode::InvalidToken | CloseCode::Revoked => Ending::NeedsLogin(detail),
            code if code.is_terminal() => Ending::Refused(detail),
            CloseCode::ShuttingDown => Ending::Retry { cause: Cause::Closed, detail, after: retry_after(reason) },
            _ => Ending::retry(Cause::Closed, detail),
        }
    }

    fn down(&mut self, last_sign: Millis, _: bool) {
        // A connection that never carried a subscription says nothing about until when we listened.
        if self.subs.iter().any(|sub| matches!(sub.phase, Phase::On(_))) {
            self.last_sign = Some(last_sign);
        }
        self.link = Link::Down;
        self.clear();
    }

    fn standing(&self) -> Standing {
        match self.link {
            Link::Down | Link::Greeting { .. } => Standing::Greeting,
            Link::Up if self.unsummed || matches!(self.seen.standing, Standing::CatchingUp { .. }) => sub::standing(&self.subs),
            Link::Up => self.seen.standing,
        }
    }

    fn asked(&self) -> usize {
        self.subs.len()
    }
}

/// `retryAfterMs` from the reason of a 4001, at most five minutes.
fn retry_after(reason: &str) -> Option<Duration> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reason {
        retry_after_ms: u64,
    }
    let reason: Reason = serde_json::from_str(reason).ok()?;
    Some(Duration::from_millis(reason.retry_after_ms.min(300_000)))
}

fn gap_reason(text: &str) -> GapReason {
    let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    GapReason::deserialize(text).unwrap_or(GapReason::Other)
}

#[cfg(test)]
mod tests;
