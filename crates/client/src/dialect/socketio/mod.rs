//! The venue platform's realtime server: Engine.IO 4 and Socket.IO over one WebSocket.
//!
//! The server acknowledges every subscription or says what is wrong with it, and numbers the events of each topic in memory. One that
//! acknowledges nothing, as official servers do whose application does not, is followed all the same: whatever events come are taken, under
//! whatever name. It replays nothing, so every reconnect leaves a gap; its numbers then tell where something is certainly missing, and
//! where it started anew. Copies are handed on: they carry the same id, and the store keeps one.

mod about;
mod address;
mod content;
mod numbers;
mod packet;
mod refusal;
mod topic;

pub(super) use about::About;

use super::{
    handshake::{Handshake, bearer},
    interned::Interned,
    json::{object, plain_text},
    listened::Listened,
    protocol::{Note, Out, Standing, Wire},
};
use crate::{
    clock::Now,
    delivery::Delivery,
    ending::Ending,
    profile::{Profile, Timing},
    status::Cause,
};
use content::{Connected, Message, Opening};
use packet::{Args, Packet};
use serde_json::{json, value::RawValue};
use std::{borrow::Cow, time::Duration};
use topic::Topics;
use watchdeck_events::{Channel, Incoming, Millis, Payload};
use watchdeck_protocol::Position;

/// How long the server's own greeting is waited for once we are in. Subscriptions are acknowledged, so nothing is lost by asking early.
const GREETING: Duration = Duration::from_secs(2);
/// The application's heartbeat. A connection without it is dropped after five minutes.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How long a server that answers heartbeats may take. One that stops answering is being shut down, and deaf, however open the line is.
const HEARTBEAT_GRACE: Duration = Duration::from_secs(20);
/// Names that carry talk about the connection, no events.
const TALK: [&str; 10] =
    ["heartbeat_ack", "heartbeat", "ping", "pong", "subscribed", "unsubscribed", "connect", "disconnect", "connect_error", "ack"];
/// The channel of what the server broadcasts to everybody.
const NOTIFICATION: &str = "notification";
/// What an event begins with: the way into the fast path.
const EVENT: &str = r#"42["event","#;

/// See the [module docs](self).
pub(super) struct SocketIo {
    token: Option<String>,
    timing: Timing,
    topics: Topics,
    notification: Channel,
    /// Of events with names of their own.
    names: Interned,
    listened: Listened,
    link: Link,
    /// How long the server may send nothing at all, as it says itself.
    patience: Duration,
    last_frame: Duration,
    heartbeat_due: Duration,
    /// The server answers heartbeats: it has done so once, on any connection.
    answers: bool,
    /// Since when the newest heartbeat waits for its answer.
    asked: Option<Duration>,
    /// An event has come on this connection.
    heard: bool,
}

enum Link {
    Down,
    /// Waiting for the open packet.
    Opening {
        due: Duration,
    },
    /// Waiting to be let in.
    Joining {
        due: Duration,
    },
    /// Waiting for the greeting, but not long.
    Joined {
        due: Duration,
    },
    Up,
}

impl SocketIo {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            token: bearer(profile),
            timing: profile.timing,
            topics: Topics::new(profile),
            notification: NOTIFICATION.into(),
            names: Interned::default(),
            listened: Listened::new(profile.listened_until),
            link: Link::Down,
            patience: Duration::ZERO,
            last_frame: Duration::ZERO,
            heartbeat_due: Duration::ZERO,
            answers: false,
            asked: None,
            heard: false,
        }
    }

    fn open(&mut self, data: &str, now: Now, out: &mut Out) {
        let Link::Opening { due } = self.link else { return };
        let opening: Opening = match object(data) {
            Ok(opening) => opening,
            Err(error) => {
                out.burst.push(Delivery::malformed(data.as_bytes(), error.to_string()));
                return out.notes.push(Note::End(Ending::retry(Cause::Protocol, "the opening packet cannot be read")));
            }
        };
        let interval = Duration::from_millis(opening.ping_interval.clamp(1000, 600_000));
        self.patience = interval + Duration::from_millis(opening.ping_timeout.clamp(1000, 600_000));
        // We ping too, so a dead line shows after our own interval at the latest, however patient the server is.
        let ping = interval.min(self.timing.ping);
        out.notes.push(Note::Greeted { ping: Some(ping), user_name: None, server: None });
        let auth = self.token.as_ref().map(|token| json!({ "token": token }).to_string());
        out.notes.push(Note::Send(format!("40{}", auth.unwrap_or_default())));
        self.link = Link::Joining { due: due.max(now.up) };
    }

    fn up(&mut self, now: Now, out: &mut Out) {
        self.link = Link::Up;
        self.heartbeat_due = now.up + HEARTBEAT;
        self.topics.subscribe_all(self.timing.subscribe, now, out);
        self.settle(now, out);
    }

    /// Every subscription is answered: from now on we listen.
    fn settle(&mut self, now: Now, out: &mut Out) {
        if matches!(self.link, Link::Up) && !self.listened.is_settled() && !self.topics.is_waiting() {
            self.listened.settle(now, out);
            self.topics.admit(out);
        }
    }

    /// An event came: we listen, whether the server answers questions or not.
    fn hear(&mut self, now: Now, out: &mut Out) {
        self.heard = true;
        if self.topics.is_unanswered() {
            self.listened.settle(now, out);
        }
    }

    fn event(&mut self, data: &str, now: Now, out: &mut Out) -> Result<(), Cow<'static, str>> {
        let args: Args<'_> = serde_json::from_str(data).map_err(|error| error.to_string())?;
        match (&*args.name, args.first) {
            ("event", Some(message)) => self.message(message.get(), now, out)?,
            ("notification", Some(message)) => self.notification(message.get(), now, out)?,
            ("event" | "notification", None) => return Err("an event without content".into()),
            ("connected", greeting) => {
                if let Some(Ok(Connected { user })) = greeting.map(|greeting| object(greeting.get())) {
                    let role = user.role.and_then(plain_text).map(|role| format!(" ({role})"));
                    let user_name = plain_text(user.id).map(|id| format!("{id}{}", role.unwrap_or_default()));
                    out.notes.push(Note::Greeted { ping: None, user_name, server: None });
                }
                if matches!(self.link, Link::Joining { .. } | Link::Joined { .. }) {
                    self.up(now, out);
                }
            }
            ("error", Some(error)) => match topic::Answer::parse(error.get())? {
                topic::Answer::Accepted => {}
                topic::Answer::Refused { code, message } => {
                    topic::complain(None, &code, &message, out);
                }
            },
            ("heartbeat_ack", _) => (self.answers, self.asked) = (true, None),
            (name, _) if TALK.contains(&name) => {}
            _ => self.foreign(&args, now, out)?,
        }
        Ok(())
    }

    fn message(&mut self, json: &str, now: Now, out: &mut Out) -> Result<(), Cow<'static, str>> {
        let message: Message<'_> = object(json).map_err(|error| error.to_string())?;
        let topic = message.topic.and_then(plain_text).ok_or("an event without a topic")?;
        let id = message.id.and_then(plain_text).filter(|id| !id.is_empty());
        let server_at = message.timestamp.and_then(|at| Millis::from_json(at.get()));
        let number = message.seq.and_then(plain_text).and_then(|seq| seq.parse().ok());
        let channel = self.topics.step(&topic, number, id.as_deref(), server_at.unwrap_or(now.wall), out);
        let kind = Some(channel.as_str().into());
        // Without a payload, whatever else the event says is all there is.
        let payload = Payload::from_json(message.payload.map_or(json, RawValue::get));
        let id = id.map(|id| (*id).into());
        self.hear(now, out);
        out.burst.event(Incoming { channel, offset: None, id, server_at, kind, payload }, None, now.wall);
        Ok(())
    }

    /// An event under a name of the server's own choice, which is its channel then. Its `id` is whatever the application means by it.
    fn foreign(&mut self, args: &Args<'_>, now: Now, out: &mut Out) -> Result<(), Cow<'static, str>> {
        let first = args.first.map_or("null", RawValue::get);
        let message: Option<Message<'_>> = object(first).ok();
        if message.as_ref().is_some_and(|message| message.topic.is_some() && message.payload.is_some()) {
            return self.message(first, now, out);
        }
        let server_at = message.and_then(|message| message.timestamp).and_then(|at| Millis::from_json(at.get()));
        let payload = match &args.further[..] {
            [] => Payload::from_json(first),
            further => {
                let all: Vec<&str> = std::iter::once(first).chain(further.iter().map(|more| more.get())).collect();
                Payload::from_json(format!("[{}]", all.join(",")))
            }
        };
        self.hear(now, out);
        let channel = self.names.get(&args.name);
        let kind = Some((*args.name).into());
        out.burst.event(Incoming { channel, offset: None, id: None, server_at, kind, payload }, None, now.wall);
        Ok(())
    }

    fn notification(&mut self, json: &str, now: Now, out: &mut Out) -> Result<(), Cow<'static, str>> {
        let message: Message<'_> = object(json).map_err(|error| error.to_string())?;
        let id = message.id.and_then(plain_text).filter(|id| !id.is_empty()).map(|id| (*id).into());
        let server_at = message.timestamp.and_then(|at| Millis::from_json(at.get()));
        let (channel, kind) = (self.notification.clone(), Some(NOTIFICATION.into()));
        let payload = Payload::from_json(json);
        self.hear(now, out);
        out.burst.event(Incoming { channel, offset: None, id, server_at, kind, payload }, None, now.wall);
        Ok(())
    }

    fn packet(&mut self, packet: Packet<'_>, now: Now, out: &mut Out) -> Result<(), Cow<'static, str>> {
        match packet {
            Packet::Open(data) => self.open(data, now, out),
            Packet::Ping(data) => out.notes.push(Note::Send(format!("3{data}"))),
            Packet::Event(data) => return self.event(data, now, out),
            Packet::Ack(number, data) => {
                self.topics.answered(number, data, now, out)?;
                self.settle(now, out);
            }
            Packet::Connected => {
                if matches!(self.link, Link::Joining { .. }) {
                    self.link = Link::Joined { due: now.up + GREETING };
                }
            }
            Packet::Refused(data) => out.notes.push(Note::End(refusal::read(data))),
            Packet::Disconnected => out.notes.push(Note::End(Ending::retry(Cause::Closed, "the server sent us away"))),
            Packet::Close => out.notes.push(Note::End(Ending::retry(Cause::Closed, "the server closed the transport"))),
            Packet::Nothing => {}
            Packet::Elsewhere => tracing::debug!("A packet of a namespace that is not ours was ignored."),
        }
        Ok(())
    }
}

impl Wire for SocketIo {
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        shake.path = address::path(&shake.path, profile.user.as_ref());
        shake.origin(profile, false)
    }

    fn is_spoken_to(&self) -> bool {
        true
    }

    fn is_recognised(&self) -> bool {
        !matches!(self.link, Link::Down | Link::Opening { .. })
    }

    fn opened(&mut self, now: Now, _: &mut Out) {
        self.link = Link::Opening { due: now.up + self.timing.hello };
        self.last_frame = now.up;
        (self.asked, self.heard) = (None, false);
        self.topics.forget_subscriptions();
    }

    fn text(&mut self, text: &str, now: Now, out: &mut Out) {
        self.last_frame = now.up;
        if let Some(message) = text.strip_prefix(EVENT).and_then(|rest| rest.strip_suffix(']'))
            && self.message(message, now, out).is_ok()
        {
            return;
        }
        let outcome = Packet::parse(text).map_err(Cow::Borrowed).and_then(|packet| self.packet(packet, now, out));
        if let Err(reason) = outcome {
            out.burst.push(Delivery::malformed(text.as_bytes(), reason));
        }
    }

    fn committed(&mut self, _: &Channel, _: Option<Position>, _: Now, _: &mut Out) {}

    fn due(&self) -> Option<Duration> {
        match self.link {
            Link::Down => None,
            Link::Opening { due } | Link::Joining { due } | Link::Joined { due } => Some(due),
            Link::Up => {
                let own = self.heartbeat_due.min(self.last_frame + self.patience);
                let own = self.asked.filter(|_| self.answers).map_or(own, |asked| own.min(asked + HEARTBEAT_GRACE));
                Some(self.topics.due().map_or(own, |due| due.min(own)))
            }
        }
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        match self.link {
            Link::Opening { due } if now.up >= due => {
                let detail = "connected, but the server did not open an Engine.IO session; is it a Socket.IO server?";
                out.notes.push(Note::End(Ending::retry(Cause::TimedOut, detail)));
            }
            Link::Joining { due } if now.up >= due => {
                out.notes.push(Note::End(Ending::retry(Cause::TimedOut, "the server did not let us in")));
            }
            Link::Joined { due } if now.up >= due => self.up(now, out),
            Link::Up => {
                if now.up >= self.last_frame + self.patience {
                    let detail = format!("no packet for {} s", self.patience.as_secs());
                    return out.notes.push(Note::End(Ending::retry(Cause::Silent, detail)));
                }
                if self.answers && self.asked.is_some_and(|asked| now.up >= asked + HEARTBEAT_GRACE) {
                    let detail = "the server has stopped answering heartbeats: it keeps the line open, but sends nothing any more";
                    return out.notes.push(Note::End(Ending::retry(Cause::Silent, detail)));
                }
                if now.up >= self.heartbeat_due {
                    self.asked.get_or_insert(now.up);
                    self.heartbeat_due = now.up + HEARTBEAT;
                    out.notes.push(Note::Send(format!("42{}", json!(["heartbeat", { "timestamp": now.wall }]))));
                }
                self.topics.tick(self.timing.subscribe, now, out);
                self.settle(now, out);
            }
            _ => {}
        }
    }

    fn closed(&self, code: u16, reason: &str) -> Ending {
        let detail = format!("{code} {reason}").trim_end().to_owned();
        if code == 1008 { Ending::NeedsLogin(detail) } else { Ending::retry(Cause::Closed, detail) }
    }

    fn down(&mut self, last_sign: Millis, _: bool) {
        self.link = Link::Down;
        self.listened.down(last_sign);
    }

    fn standing(&self) -> Standing {
        match self.link {
            Link::Up if self.topics.is_live() || self.heard && self.topics.is_unanswered() => Standing::Live,
            Link::Up if self.topics.is_denied() && !self.heard => Standing::Denied,
            Link::Up => Standing::Unconfirmed,
            _ => Standing::Greeting,
        }
    }

    fn asked(&self) -> usize {
        self.topics.asked()
    }
}

#[cfg(test)]
mod tests;
