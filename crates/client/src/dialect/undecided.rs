//! Before the protocol is known, and where it never will be: nothing is said, and nothing that arrives is understood.

use super::{
    handshake::Handshake,
    kind::Kind,
    protocol::{Out, Standing, Wire},
};
use crate::{
    clock::Now,
    delivery::Delivery,
    ending::Ending,
    profile::{Dialect, Profile},
    status::Cause,
};
use std::time::Duration;
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::Position;

impl Dialect {
    /// Not known yet: found out by asking the server.
    pub const DETECT: Self = Self::new("auto");
    /// One that this version does not know; a newer one may.
    pub const UNKNOWN: Self = Self::new("unknown");
}

/// Why nothing is said where it is not known yet what.
const NOT_YET: &str = "it is not known yet which protocol this server speaks";
/// Why nothing is said where it is not known at all.
const NEVER: &str = "this version of Watchdeck does not know the kind of server that is set; choose another kind, or use a newer version";

/// What it may turn out to be: nothing is ruled out.
pub(super) struct Detect;

impl Kind for Detect {
    fn dialect(&self) -> Dialect {
        Dialect::DETECT
    }

    fn wire(&self, _: &Profile) -> Box<dyn Wire> {
        Box::new(Undecided(NOT_YET))
    }

    fn replays(&self) -> bool {
        true
    }

    fn decides(&self) -> bool {
        true
    }

    fn has_sign_in_page(&self) -> bool {
        true
    }
}

/// Whatever this version does not know.
pub(super) struct Unknown;

impl Kind for Unknown {
    fn dialect(&self) -> Dialect {
        Dialect::UNKNOWN
    }

    fn wire(&self, _: &Profile) -> Box<dyn Wire> {
        Box::new(Undecided(NEVER))
    }

    fn sign(&self, _: &Profile, _: &mut Handshake<'_>) -> Result<(), String> {
        Err(NEVER.into())
    }
}

/// See the [module docs](self). It knows why.
struct Undecided(&'static str);

impl Wire for Undecided {
    fn handshake(&self, _: &Profile, _: &mut Handshake<'_>) -> Result<(), String> {
        Err(self.0.into())
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
