//! Which dialect speaks for a profile.

use super::{erp::Erp, hub::Hub, native::Native, protocol::Wire, socketio::SocketIo, undecided::Undecided};
use crate::profile::{Dialect, Profile};

/// What speaks `dialect` for `profile` (whose own dialect may be [`Dialect::Detect`] still).
pub(crate) fn wire(dialect: Dialect, profile: &Profile) -> Box<dyn Wire> {
    match dialect {
        Dialect::Native => Box::new(Native::new(profile)),
        Dialect::Erp => Box::new(Erp::new(profile)),
        Dialect::SocketIo => Box::new(SocketIo::new(profile)),
        Dialect::Hub => Box::new(Hub::new(profile)),
        Dialect::Detect => Box::new(Undecided),
    }
}
