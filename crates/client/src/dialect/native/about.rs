//! What a gateway is, and how it is recognised.

use super::Native;
use crate::{
    dialect::{kind::Kind, protocol::Wire, shown::First},
    profile::{Dialect, Profile},
};
use watchdeck_protocol::SUBPROTOCOL;

impl Dialect {
    /// `watchdeck.v1`: a gateway with positions and replay.
    pub const NATIVE: Self = Self::new("native");
}

/// See the [module docs](self).
pub(crate) struct About;

impl Kind for About {
    fn dialect(&self) -> Dialect {
        Dialect::NATIVE
    }

    fn wire(&self, profile: &Profile) -> Box<dyn Wire> {
        Box::new(Native::new(profile))
    }

    fn replays(&self) -> bool {
        true
    }

    fn decides(&self) -> bool {
        true
    }

    fn keeps_account(&self) -> bool {
        true
    }

    fn subprotocol(&self) -> Option<&'static str> {
        Some(SUBPROTOCOL)
    }

    fn begins(&self, first: Option<&First>) -> bool {
        matches!(first, Some(First::Closed(4500..=4999)))
    }
}
