//! The topics of one link: what was asked for, what the server answered, and where its numbers stand.

use super::{
    super::{
        interned::Interned,
        json::{object, plain_text},
        protocol::{Note, Out},
    },
    numbers::{Numbers, Step},
};
use crate::{clock::Now, delivery::Delivery, ending::Ending, profile::Profile, status::Cause};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{borrow::Cow, time::Duration};
use watchdeck_events::{Channel, GapReason, Millis};

/// Topics that do not belong to one user: the one in use first, then those that the platform's documents plan.
const SHARED: [&str; 12] = [
    "venue_notice",
    "venue.status.update",
    "booking.status.change",
    "order.status.update",
    "product.stock.change",
    "forum.new.post",
    "forum.new.comment",
    "forum.like.update",
    "dashboard.data.update",
    "system.alert",
    "chat.new.message",
    "chat.agent.assign",
];
/// Topics of one user: the name that they sign in with follows, which is not the id that they connect with.
const OF_USER: [&str; 2] = ["post_like_to_", "post_comment_to_"];
/// Most topics whose numbers are followed. More than any server has; beyond, numbers are not compared.
const MOST: usize = 512;
/// When to ask again after the server failed to subscribe us; doubled each time,
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// up to this. A topic that does not exist is asked for this often: it may come to be.
const LAST_PAUSE: Duration = Duration::from_secs(300);

/// See the [module docs](self).
pub(super) struct Topics {
    known: Vec<Topic>,
    last: usize,
    beyond: Interned,
    /// The user chose them: then each that is denied is worth saying.
    chosen: bool,
    next_number: u64,
}

struct Topic {
    channel: Channel,
    phase: Phase,
    /// The server has answered on this connection, or is not waited for any more.
    answered: bool,
    /// It really has.
    heard: bool,
    /// Why it is not served, in the server's words.
    refused: Option<String>,
    numbers: Numbers,
    /// When the last of its events happened.
    last_at: Option<Millis>,
}

enum Phase {
    /// Not asked for: the server sends it by itself.
    Unasked,
    /// To be asked for.
    Wanted,
    /// Waiting for the answer to `number`.
    Sent { number: u64, due: Duration, pause: Duration, again: bool },
    /// Events flow.
    On,
    /// Asked for twice, and this server answers no question: followed as if it had said yes.
    Assumed,
    /// Turned down; ask again later, after a longer pause each time.
    Off { until: Duration, pause: Duration },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Subscribe<'a> {
    topic: &'a str,
    message_id: String,
    timestamp: Millis,
}

/// What the server says to a request.
pub(super) enum Answer<'a> {
    Accepted,
    Refused { code: Cow<'a, str>, message: Cow<'a, str> },
}

impl<'a> Answer<'a> {
    /// Read the object of an acknowledgement or of an error.
    pub(super) fn parse(json: &'a str) -> Result<Self, Cow<'static, str>> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default, rename = "type")]
            kind: Option<&'a RawValue>,
            #[serde(borrow, default)]
            status: Option<&'a RawValue>,
            #[serde(borrow, default)]
            code: Option<&'a RawValue>,
            #[serde(borrow, default)]
            message: Option<&'a RawValue>,
        }
        let body: Body<'_> = object(json).map_err(|error| error.to_string())?;
        let text = |token: Option<&'a RawValue>| token.and_then(plain_text).unwrap_or_default();
        let (kind, status, code) = (text(body.kind), text(body.status), text(body.code));
        if kind != "error" && code.is_empty() && matches!(&*status, "success" | "ok" | "") {
            return Ok(Self::Accepted);
        }
        let message = Some(text(body.message)).filter(|message| !message.is_empty()).unwrap_or_else(|| code.clone());
        Ok(Self::Refused { code, message })
    }
}

/// Do with an error what concerns the whole connection. Returns whether it did.
pub(super) fn complain(channel: Option<&Channel>, code: &str, message: &str, out: &mut Out) -> bool {
    let ends = code == "connection_not_found";
    if ends {
        // The server lost us; only a new connection helps.
        out.notes.push(Note::End(Ending::retry(Cause::Closed, message)));
    } else {
        tracing::debug!(code, message, channel = channel.map(Channel::as_str), "The server turned a request down.");
    }
    ends
}

impl Topics {
    pub(super) fn new(profile: &Profile) -> Self {
        let chosen = !profile.channels.is_empty();
        let channels = if chosen {
            profile.channels.clone()
        } else {
            let name = profile.user.as_ref().map(|user| if user.name.is_empty() { &user.id } else { &user.name });
            let own = name.filter(|name| !name.is_empty()).into_iter();
            let own = own.flat_map(|name| OF_USER.map(|prefix| Channel::from(&*format!("{prefix}{name}"))));
            SHARED.into_iter().map(Channel::from).chain(own).collect()
        };
        let known = channels.into_iter().map(|channel| Topic::new(channel, Phase::Wanted)).collect();
        Self { known, last: 0, beyond: Interned::default(), chosen, next_number: 0 }
    }

    /// A new connection: nothing is subscribed, but the numbers go on.
    pub(super) fn forget_subscriptions(&mut self) {
        for topic in &mut self.known {
            (topic.answered, topic.heard, topic.refused) = (false, false, None);
            if !matches!(topic.phase, Phase::Unasked) {
                topic.phase = Phase::Wanted;
            }
        }
        self.next_number = 0;
    }

    pub(super) fn subscribe_all(&mut self, patience: Duration, now: Now, out: &mut Out) {
        for at in 0..self.known.len() {
            if matches!(self.known[at].phase, Phase::Wanted) {
                self.subscribe(at, FIRST_PAUSE, false, patience, now, out);
            }
        }
    }

    fn subscribe(&mut self, at: usize, pause: Duration, again: bool, patience: Duration, now: Now, out: &mut Out) {
        let number = self.next_number;
        self.next_number += 1;
        let topic = &mut self.known[at];
        let message_id = format!("watchdeck-{}-{number}", now.wall.0);
        let body = ("subscribe", Subscribe { topic: topic.channel.as_str(), message_id, timestamp: now.wall });
        let body = serde_json::to_string(&body).expect("strings and numbers always serialise");
        out.notes.push(Note::Send(format!("42{number}{body}")));
        topic.phase = Phase::Sent { number, due: now.up + patience, pause, again };
    }

    /// An acknowledgement arrived. Returns whether a subscription was accepted.
    pub(super) fn answered(&mut self, number: u64, data: &str, now: Now, out: &mut Out) -> Result<bool, Cow<'static, str>> {
        let asked = |topic: &&mut Topic| matches!(topic.phase, Phase::Sent { number: sent, .. } if sent == number);
        let Some(topic) = self.known.iter_mut().find(asked) else {
            tracing::debug!(number, "An answer to nothing was ignored.");
            return Ok(false);
        };
        let body: Vec<&RawValue> = serde_json::from_str(data).map_err(|error| error.to_string())?;
        let answer = body.first().map_or(Ok(Answer::Accepted), |body| Answer::parse(body.get()))?;
        let Phase::Sent { pause, .. } = topic.phase else { return Ok(false) };
        topic.heard = true;
        match answer {
            Answer::Accepted => {
                topic.phase = Phase::On;
                topic.answered = true;
                if topic.refused.take().is_some() {
                    out.notes.push(Note::Served(topic.channel.clone()));
                }
                Ok(true)
            }
            Answer::Refused { code, message } => {
                if !complain(Some(&topic.channel), &code, &message, out) {
                    let pause = if code == "subscribe_failed" { pause } else { LAST_PAUSE };
                    // A topic of our own list that a server does not have is no news.
                    let say = self.chosen || code != "channel_not_found";
                    topic.off(pause, now, message.into_owned(), say, out);
                }
                Ok(false)
            }
        }
    }

    pub(super) fn due(&self) -> Option<Duration> {
        let due = |topic: &Topic| match topic.phase {
            Phase::Unasked | Phase::Wanted | Phase::On | Phase::Assumed => None,
            Phase::Sent { due, .. } => Some(due),
            Phase::Off { until, .. } => Some(until),
        };
        self.known.iter().filter_map(due).min()
    }

    pub(super) fn tick(&mut self, patience: Duration, now: Now, out: &mut Out) {
        if self.due().is_none_or(|due| now.up < due) {
            return;
        }
        let answers = self.known.iter().any(|topic| topic.heard);
        for at in 0..self.known.len() {
            let topic = &mut self.known[at];
            match topic.phase {
                Phase::Off { until, pause } if now.up >= until => {
                    self.subscribe(at, (pause * 2).min(LAST_PAUSE), false, patience, now, out);
                }
                Phase::Sent { due, pause, again: false, .. } if now.up >= due => self.subscribe(at, pause, true, patience, now, out),
                Phase::Sent { due, .. } if now.up >= due && answers => {
                    topic.off(LAST_PAUSE, now, "no answer to the subscription".to_owned(), self.chosen, out);
                }
                Phase::Sent { due, .. } if now.up >= due => {
                    // An official server acknowledges only what its application does; its events come all the same.
                    (topic.phase, topic.answered) = (Phase::Assumed, true);
                }
                _ => {}
            }
        }
    }

    /// Some topic has not had its first answer on this connection.
    pub(super) fn is_waiting(&self) -> bool {
        self.known.iter().any(|topic| !topic.answered && !matches!(topic.phase, Phase::Unasked))
    }

    /// When none of the usual topics is served, nothing else would say why nothing comes.
    pub(super) fn admit(&self, out: &mut Out) {
        if !self.chosen && !self.is_live() {
            self.known.iter().for_each(|topic| topic.say_refused(out));
        }
    }

    /// How many were asked for.
    pub(super) fn asked(&self) -> usize {
        self.known.iter().filter(|topic| !matches!(topic.phase, Phase::Unasked)).count()
    }

    /// The server has answered none of our questions on this connection.
    pub(super) fn is_unanswered(&self) -> bool {
        !self.known.iter().any(|topic| topic.heard)
    }

    /// Nothing that was asked for is served.
    pub(super) fn is_denied(&self) -> bool {
        let mut asked = self.known.iter().filter(|topic| !matches!(topic.phase, Phase::Unasked)).peekable();
        asked.peek().is_some() && asked.all(|topic| topic.refused.is_some())
    }

    /// All are answered, and something is subscribed.
    pub(super) fn is_live(&self) -> bool {
        !self.is_waiting() && self.known.iter().any(|topic| matches!(topic.phase, Phase::On))
    }

    /// An event of a topic arrived. Hands on a gap when its number says so.
    pub(super) fn step(&mut self, name: &str, number: Option<u64>, id: Option<&str>, at: Millis, out: &mut Out) -> Channel {
        let Some(topic) = self.named(name) else { return self.beyond.get(name) };
        let reason = match number.map(|number| topic.numbers.step(number, id)) {
            Some(Step::Jump) => Some(GapReason::SequenceJump),
            Some(Step::Restart) => Some(GapReason::Restarted),
            Some(Step::Next | Step::Late | Step::Repeat) | None => None,
        };
        if let Some(reason) = reason {
            tracing::warn!(topic = name, number, ?reason, "The numbers of a topic do not follow one another.");
            let (channel, from) = (Some(topic.channel.clone()), topic.last_at.unwrap_or(at).min(at));
            out.burst.push(Delivery::Gap { channel, from, to: at, reason, position: None, id: None });
        }
        topic.last_at = Some(at);
        topic.channel.clone()
    }

    fn named(&mut self, name: &str) -> Option<&mut Topic> {
        if self.known.get(self.last).is_none_or(|topic| topic.channel.as_str() != name) {
            match self.known.iter().position(|topic| topic.channel.as_str() == name) {
                Some(at) => self.last = at,
                None if self.known.len() < MOST => {
                    self.last = self.known.len();
                    self.known.push(Topic::new(name.into(), Phase::Unasked));
                }
                None => return None,
            }
        }
        self.known.get_mut(self.last)
    }
}

impl Topic {
    fn new(channel: Channel, phase: Phase) -> Self {
        Self { channel, phase, answered: false, heard: false, refused: None, numbers: Numbers::default(), last_at: None }
    }

    /// The server will not serve this one now.
    fn off(&mut self, pause: Duration, now: Now, detail: String, say: bool, out: &mut Out) {
        self.phase = Phase::Off { until: now.up + pause, pause };
        self.answered = true;
        self.refused = Some(detail);
        if say {
            self.say_refused(out);
        }
    }

    fn say_refused(&self, out: &mut Out) {
        if let Some(detail) = self.refused.clone() {
            out.notes.push(Note::Denied { channel: self.channel.clone(), detail });
        }
    }
}
