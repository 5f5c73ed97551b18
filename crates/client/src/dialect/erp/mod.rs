//! The inventory ERP's own WebSocket server.
//!
//! It answers nothing: no hello, no acknowledgement, no error. It attaches its message handler only after it has checked the
//! session, so a subscribe sent right on open is often lost, silently; and it keeps nothing, so whatever happened while we
//! were away is gone. Hence every reconnect leaves a gap, and each subscribe is repeated until a message on its channel shows
//! that it took. One on another channel proves only that *its* subscribe was heard: the others may have been sent too early.

mod about;
mod cookie;

pub(super) use about::About;

use super::{
    handshake::{self, Handshake},
    interned::Interned,
    json::object,
    listened::Listened,
    protocol::{Note, Out, Standing, Wire},
};
use crate::{clock::Now, delivery::Delivery, ending::Ending, profile::Profile, status::Cause};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, time::Duration};
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use watchdeck_events::{Channel, Incoming, Millis, Payload};
use watchdeck_protocol::{ClientFrame, Position};

/// When subscribes are sent, counted from the open.
const SENT_AT: [Duration; 3] = [Duration::ZERO, Duration::from_millis(250), Duration::from_millis(1000)];
/// And how often after that.
const THEN_EACH: Duration = Duration::from_secs(60);
/// The close code of a refusal.
const POLICY: u16 = 1008;
/// What the second bridge publishes about, on `data.<resource>`: as far as the console knows its rows.
const RESOURCES: [&str; 7] = ["products", "customers", "suppliers", "inventory", "orders", "finance", "approvals"];
/// The reason for which a new token would not help.
const FORBIDDEN_ORIGIN: &str = "禁止的来源";
/// What its reasons leave open, in words of ours behind them: it says the same for two things that need two remedies.
const MEANS: [(&str, &str); 2] = [
    ("Authentication failed", "the cookie has expired, or it was made with another secret than this server has"),
    ("Invalid token payload", "the cookie names no user id; a newer sign-in library may have made it"),
];

/// `{"channel","data","ts"}`, the only shape.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    channel: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow, default)]
    ts: Option<&'a RawValue>,
}

/// Enough of an object to tell a damaged message from talk of another kind.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow, default)]
    channel: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

struct Sub {
    channel: Channel,
    confirmed: bool,
}

/// See the [module docs](self).
pub(super) struct Erp {
    subs: Vec<Sub>,
    channels: Interned,
    open: Option<Open>,
    listened: Listened,
    /// What we say that we were called from.
    origin: String,
}

struct Open {
    at: Duration,
    sent: u32,
    heard: bool,
}

impl Erp {
    pub(super) fn new(profile: &Profile) -> Self {
        let channels = if profile.channels.is_empty() { everything(profile) } else { profile.channels.clone() };
        let subs = channels.into_iter().map(|channel| Sub { channel, confirmed: false }).collect();
        Self {
            subs,
            channels: Interned::default(),
            open: None,
            listened: Listened::new(profile.listened_until),
            origin: handshake::origin(profile),
        }
    }

    fn subscribe(&self, out: &mut Out) {
        for sub in self.subs.iter().filter(|sub| !sub.confirmed) {
            let frame = ClientFrame::Subscribe { channel: sub.channel.as_str().into(), position: None, rewind: None };
            out.notes.push(Note::Send(serde_json::to_string(&frame).expect("strings always serialise")));
        }
    }
}

impl Wire for Erp {
    /// The session cookie, and an Origin: that of the web page, where the user names it, else the one that the server's own pages would have.
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        shake.origin(profile, true)?;
        signed(profile, shake)
    }

    fn is_spoken_to(&self) -> bool {
        false
    }

    fn is_recognised(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.heard)
    }

    fn opened(&mut self, now: Now, out: &mut Out) {
        self.open = Some(Open { at: now.up, sent: 1, heard: false });
        self.subs.iter_mut().for_each(|sub| sub.confirmed = false);
        self.subscribe(out);
    }

    fn text(&mut self, text: &str, now: Now, out: &mut Out) {
        let frame: Frame<'_> = match object(text) {
            Ok(frame) => frame,
            Err(error) => {
                // An object that is no message at all is a newer server's business; anything else is damage.
                match object::<Outline<'_>>(text) {
                    Ok(Outline { channel: None, data: None }) => {
                        tracing::debug!(bytes = text.len(), "A frame of an unknown shape was ignored.");
                    }
                    _ => out.burst.push(Delivery::malformed(text.as_bytes(), error.to_string())),
                }
                return;
            }
        };
        self.listened.settle(now, out);
        let channel = self.channels.get(&frame.channel);
        if let Some(sub) = self.subs.iter_mut().find(|sub| sub.channel == channel) {
            sub.confirmed = true;
        }
        if let Some(open) = self.open.as_mut().filter(|open| !open.heard) {
            open.heard = true;
        }
        let server_at = frame.ts.and_then(|ts| Millis::from_json(ts.get()));
        let payload = Payload::from_json(frame.data.get());
        out.burst.event(Incoming { channel, offset: None, id: None, server_at, kind: None, payload }, None, now.wall);
    }

    fn committed(&mut self, _: &Channel, _: Option<Position>, _: Now, _: &mut Out) {}

    fn due(&self) -> Option<Duration> {
        let open = self.open.as_ref()?;
        if self.listened.is_settled() && self.subs.iter().all(|sub| sub.confirmed) {
            return None;
        }
        let last = SENT_AT.len() - 1;
        let sent = open.sent as usize;
        Some(open.at + if sent <= last { SENT_AT[sent] } else { SENT_AT[last] + THEN_EACH * (open.sent - last as u32) })
    }

    fn tick(&mut self, now: Now, out: &mut Out) {
        if self.due().is_none_or(|due| now.up < due) {
            return;
        }
        self.subscribe(out);
        let open = self.open.as_mut().expect("only an open connection has a due time");
        open.sent += 1;
        if open.sent as usize >= SENT_AT.len() {
            self.listened.settle(now, out);
        }
    }

    fn closed(&self, code: u16, reason: &str) -> Ending {
        match (code, reason) {
            (POLICY, FORBIDDEN_ORIGIN) => {
                Ending::Refused(format!("{reason} (we said {}; the list names the web page, so enter that as Origin)", self.origin))
            }
            (POLICY, "") => Ending::NeedsLogin(POLICY.to_string()),
            (POLICY, _) => match MEANS.iter().find(|(said, _)| *said == reason) {
                Some((_, means)) => Ending::NeedsLogin(format!("{reason} ({means})")),
                None => Ending::NeedsLogin(reason.into()),
            },
            _ => Ending::retry(Cause::Closed, format!("{code} {reason}").trim_end().to_owned()),
        }
    }

    fn down(&mut self, last_sign: Millis, _: bool) {
        self.open = None;
        self.listened.down(last_sign);
    }

    fn standing(&self) -> Standing {
        if self.open.as_ref().is_some_and(|open| open.heard) { Standing::Live } else { Standing::Unconfirmed }
    }
}

/// The session cookie.
fn signed(profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
    if let Some(token) = &profile.token {
        let cookie = cookie::header(token.expose())?;
        let mut value = HeaderValue::from_str(&cookie).map_err(|_| "the token holds characters that no cookie may hold".to_owned())?;
        value.set_sensitive(true);
        shake.headers.insert(header::COOKIE, value);
    }
    Ok(())
}

/// Every channel that the server is known to have, and the user's own.
fn everything(profile: &Profile) -> Vec<Channel> {
    let mut all: Vec<Channel> = Channel::ERP.map(Channel::from).into();
    let user = profile.user.as_ref().filter(|user| !user.id.is_empty());
    all.extend(user.map(|user| Channel::user_notifications(&user.id)));
    all.extend(RESOURCES.map(|resource| Channel::from(&*format!("data.{resource}"))));
    all
}

#[cfg(test)]
mod tests;
