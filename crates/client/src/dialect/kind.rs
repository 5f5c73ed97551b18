//! What a dialect is before it is spoken: its name, how a server of its kind is recognised, and what such servers do.

use super::{
    handshake::Handshake,
    protocol::Wire,
    shown::{Answers, First},
};
use crate::{
    address::Address,
    profile::{Dialect, Profile},
};

/// One dialect, as its folder declares it. What most have in common is here.
pub(crate) trait Kind: Sync {
    /// Which.
    fn dialect(&self) -> Dialect;
    /// What speaks it for `profile`.
    fn wire(&self, profile: &Profile) -> Box<dyn Wire>;
    /// Sign a plain question over HTTP: with a bearer, which is what servers read there, whatever their WebSocket wants.
    ///
    /// # Errors
    /// What to tell the user when the token cannot be sent.
    fn sign(&self, profile: &Profile, shake: &mut Handshake<'_>) -> Result<(), String> {
        shake.bearer(profile)
    }
    /// Its servers tell what happened before a link was there.
    fn replays(&self) -> bool {
        false
    }
    /// Its servers take decisions.
    fn decides(&self) -> bool {
        false
    }
    /// Its servers keep one link per account.
    fn is_alone(&self) -> bool {
        false
    }
    /// Its servers keep an account of who looked at what.
    fn keeps_account(&self) -> bool {
        false
    }
    /// The session of a web page opens the door.
    fn has_sign_in_page(&self) -> bool {
        false
    }
    /// The channel of messages that a history tells as they came, with `type`, `data` and `timestamp`.
    fn messages(&self) -> Option<&'static str> {
        None
    }
    /// A path that is its own.
    fn path(&self) -> Option<&'static str> {
        None
    }
    /// Where its servers beside `address` are asked plainly, beyond the question to the address itself.
    fn question(&self, _: &Address) -> Option<String> {
        None
    }
    /// Whether the answers to plain questions show one of its servers. What did not is added to `tried`.
    fn answers(&self, _: &Answers<'_>, _: &mut Vec<String>) -> bool {
        false
    }
    /// The subprotocol that its servers choose.
    fn subprotocol(&self) -> Option<&'static str> {
        None
    }
    /// Whether one of its servers opens a WebSocket to a stranger and begins like this. `None`: with silence.
    fn begins(&self, _: Option<&First>) -> bool {
        false
    }
    /// Where its servers beside `address` open a WebSocket, if nowhere else.
    fn door(&self, _: &Address) -> Option<String> {
        None
    }
}
