//! What the ERP's own server is, and how it is recognised: it opens to anybody, says nothing until something happens, and closes on strangers.

use super::{Erp, signed};
use crate::{
    dialect::{
        handshake::Handshake,
        kind::Kind,
        protocol::Wire,
        shown::{First, Shape},
    },
    profile::{Dialect, Profile},
};

impl Dialect {
    /// The inventory ERP's own WebSocket server: no positions, no replay.
    pub const ERP: Self = Self::new("erp");
}

/// See the [module docs](self).
pub(crate) struct About;

impl Kind for About {
    fn dialect(&self) -> Dialect {
        Dialect::ERP
    }

    fn wire(&self, profile: &Profile) -> Box<dyn Wire> {
        Box::new(Erp::new(profile))
    }

    fn sign(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        signed(profile, shake)
    }

    fn has_sign_in_page(&self) -> bool {
        true
    }

    fn begins(&self, first: Option<&First>) -> bool {
        match first {
            None | Some(First::Closed(1000 | 1005 | 1006 | 1008)) => true,
            Some(First::Text(word)) => matches!(Shape::of(word), Some(Shape { channel: Some(_), data: Some(_), .. })),
            Some(_) => false,
        }
    }
}
