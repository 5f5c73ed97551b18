//! A decoder without a connection, for measurements and for throwing garbage at.
//!
//! What a server says while a connection opens is fed like everything else: `hello` and `subscribed` (native), `0{…}`, `40{…}`,
//! `42["connected",…]` and `430[…]`, `431[…]`, … in the order of the channels (Socket.IO), nothing (erp, hub).

use super::{
    protocol::{Out, Wire},
    wire,
};
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
        self.wire.down(self.now.wall, false);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Dialect;

    #[test]
    fn every_dialect_decodes_after_its_opening() {
        let native = [
            r#"{"type":"hello","session":"s","server":"0","user":{"id":"u","name":"u","roles":[]},"pingIntervalMs":25000,"channels":["a"]}"#,
            r#"{"type":"subscribed","channel":"a","position":{"epoch":"e","offset":0},"recovered":true,"reason":null}"#,
            r#"{"type":"event","channel":"a","offset":1,"id":"i","ts":1795223788150,"data":{}}"#,
        ];
        let socketio = [
            r#"0{"sid":"s","pingInterval":25000,"pingTimeout":20000}"#,
            r#"40{"sid":"s"}"#,
            r#"42["connected",{"user":{"id":"7"}}]"#,
            r#"430[{"type":"ack","status":"success"}]"#,
            r#"42["event",{"id":"i","topic":"a","payload":{},"timestamp":1795223788150,"seq":1}]"#,
        ];
        let erp = [r#"{"channel":"a","data":{},"ts":1795223788150}"#];
        let hub = [r#"{"type":"a","data":{},"timestamp":1795223788}"#];
        let cases: [(Dialect, &[&str]); 4] =
            [(Dialect::NATIVE, &native), (Dialect::SOCKET_IO, &socketio), (Dialect::ERP, &erp), (Dialect::HUB, &hub)];
        for (dialect, frames) in cases {
            let mut decoder = Decoder::new(&Profile { channels: vec!["a".into()], ..Profile::new("p", "ws://h/", dialect) });
            for _ in 0..2 {
                for (at, frame) in frames.iter().enumerate() {
                    decoder.text(frame);
                    if at == 0 {
                        decoder.committed(&"a".into(), None);
                    }
                }
                decoder.pass(Duration::from_secs(2));
                let events = |delivery: &Delivery| if let Delivery::Events { events, .. } = delivery { events.len() } else { 0 };
                let decoded = decoder.deliveries();
                assert_eq!(decoded.iter().map(events).sum::<usize>(), 1, "{dialect:?}: {decoded:?}");
                assert!(!decoded.iter().any(|delivery| matches!(delivery, Delivery::Malformed { .. })), "{dialect:?}: {decoded:?}");
                decoder.reopen();
            }
        }
    }
}
