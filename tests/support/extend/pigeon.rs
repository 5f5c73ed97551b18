//! Messages by pigeon: whatever comes is an event.

use super::{
    handshake::Handshake,
    kind::Kind,
    protocol::{Out, Standing, Wire},
};
use crate::{
    clock::Now,
    ending::Ending,
    profile::{Dialect, Profile},
    status::Cause,
};
use std::time::Duration;
use watchdeck_events::{Channel, Incoming, Millis, Payload};
use watchdeck_protocol::Position;

impl Dialect {
    /// By pigeon: no positions, no replay.
    pub const PIGEON: Self = Self::new("pigeon");
}

/// See the [module docs](self).
pub(crate) struct About;

impl Kind for About {
    fn dialect(&self) -> Dialect {
        Dialect::PIGEON
    }

    fn wire(&self, _: &Profile) -> Box<dyn Wire> {
        Box::new(Pigeon)
    }

    fn subprotocol(&self) -> Option<&'static str> {
        Some("pigeon.v1")
    }
}

struct Pigeon;

impl Wire for Pigeon {
    fn handshake(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        shake.bearer(profile)
    }

    fn is_spoken_to(&self) -> bool {
        false
    }

    fn is_recognised(&self) -> bool {
        true
    }

    fn opened(&mut self, _: Now, _: &mut Out) {}

    fn text(&mut self, text: &str, now: Now, out: &mut Out) {
        let payload = Payload::from_json(text);
        out.burst.event(Incoming { channel: "pigeon".into(), offset: None, id: None, server_at: None, kind: None, payload }, None, now.wall);
    }

    fn committed(&mut self, _: &Channel, _: Option<Position>, _: Now, _: &mut Out) {}

    fn due(&self) -> Option<Duration> {
        None
    }

    fn tick(&mut self, _: Now, _: &mut Out) {}

    fn closed(&self, code: u16, reason: &str) -> Ending {
        Ending::retry(Cause::Closed, format!("{code} {reason}"))
    }

    fn down(&mut self, _: Millis, _: bool) {}

    fn standing(&self) -> Standing {
        Standing::Live
    }
}
