//! Before the protocol is known: nothing is said, and nothing that arrives is understood.

use super::{
    handshake::Handshake,
    protocol::{Out, Standing, Wire},
};
use crate::{clock::Now, delivery::Delivery, ending::Ending, profile::Profile, status::Cause};
use std::time::Duration;
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::Position;

/// See the [module docs](self).
pub(super) struct Undecided;

impl Wire for Undecided {
    fn handshake(&self, _: &Profile, _: &mut Handshake<'_>) -> Result<(), String> {
        Err("it is not known yet which protocol this server speaks".into())
    }

    fn is_spoken_to(&self) -> bool {
        false
    }

    fn is_recognised(&self) -> bool {
        false
    }

    fn opened(&mut self, _: Now, _: &mut Out) {}

    fn text(&mut self, text: &str, _: Now, out: &mut Out) {
        out.burst.push(Delivery::malformed(text.as_bytes(), "a frame before the protocol is known"));
    }

    fn committed(&mut self, _: &Channel, _: Option<Position>, _: Now, _: &mut Out) {}

    fn due(&self) -> Option<Duration> {
        None
    }

    fn tick(&mut self, _: Now, _: &mut Out) {}

    fn closed(&self, code: u16, reason: &str) -> Ending {
        Ending::retry(Cause::Closed, format!("{code} {reason}").trim_end().to_owned())
    }

    fn down(&mut self, _: Millis, _: bool) {}

    fn standing(&self) -> Standing {
        Standing::Greeting
    }
}
