//! A decoder without a connection, for measurements and for throwing garbage at.
//!
//! What a server says while a connection opens is fed like everything else: `hello` and `subscribed` (native), `0{…}`, `40{…}`,
//! `42["connected",…]` and `430[…]`, `431[…]`, … in the order of the channels (Socket.IO), nothing (erp, hub).

use super::{Out, Wire, wire};
use crate::{clock::Now, delivery::Delivery, profile::Profile};
use std::time::Duration;
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::Position;

/// Decodes frames as a link would.
pub struct Decoder {
    wire: Box<dyn Wire>,
    out: Out,
    now: Now,
}

impl Decoder {
    /// A decoder for the dialect of `profile`, on a connection that has just opened.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        let mut decoder =
            Self { wire: wire(profile.dialect, profile), out: Out::default(), now: Now { up: Duration::ZERO, wall: Millis(0) } };
        decoder.wire.opened(decoder.now, &mut decoder.out);
        decoder
    }

    /// Answer the question for a committed position.
    pub fn committed(&mut self, channel: &Channel, position: Option<Position>) {
        self.wire.committed(channel, position, self.now, &mut self.out);
    }

    /// Let time pass, and what is due happen.
    pub fn pass(&mut self, time: Duration) {
        self.now.up += time;
        self.now.wall = self.now.wall.plus(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
        self.wire.tick(self.now, &mut self.out);
    }

    /// Lose the connection and open another.
    pub fn reopen(&mut self) {
        self.wire.down(self.now.wall);
        self.out.notes.clear();
        self.wire.opened(self.now, &mut self.out);
    }

    /// Decode one frame.
    pub fn text(&mut self, text: &str) {
        self.wire.text(text, self.now, &mut self.out);
    }

    /// Take what was decoded.
    pub fn deliveries(&mut self) -> Vec<Delivery> {
        self.out.notes.clear();
        self.out.burst.drain().map(|(delivery, _)| delivery).collect()
    }
}
