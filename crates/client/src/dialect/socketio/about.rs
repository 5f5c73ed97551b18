//! What the venue platform's server is, and how any Engine.IO is recognised.

use super::{SocketIo, address};
use crate::{
    address::Address,
    dialect::{
        kind::Kind,
        protocol::Wire,
        shown::{Answers, First, described},
    },
    handshake::Answer,
    profile::{Dialect, Profile},
};
use serde::Deserialize;

impl Dialect {
    /// The venue platform's Socket.IO server: acknowledged subscriptions, a number per topic, no replay.
    pub const SOCKET_IO: Self = Self::new("socket_io");
}

/// See the [module docs](self).
pub(crate) struct About;

impl Kind for About {
    fn dialect(&self) -> Dialect {
        Dialect::SOCKET_IO
    }

    fn wire(&self, profile: &Profile) -> Box<dyn Wire> {
        Box::new(SocketIo::new(profile))
    }

    /// It answers over HTTP as its own clients ask.
    fn question(&self, address: &Address) -> Option<String> {
        Some(address::path(&address.asked(), None).replace("transport=websocket", "transport=polling"))
    }

    fn answers(&self, answers: &Answers<'_>, tried: &mut Vec<String>) -> bool {
        let Some(there) = answers.there else { return false };
        let found = there.as_ref().is_ok_and(is_engine_io);
        if !found {
            tried.push(format!("asked for Engine.IO: {}", described(there)));
        }
        found
    }

    fn begins(&self, first: Option<&First>) -> bool {
        matches!(first, Some(First::Text(word)) if is_open(word.as_bytes()))
    }

    /// A server may know Engine.IO on WebSockets only, and answer anything to the rest.
    fn door(&self, address: &Address) -> Option<String> {
        Some(address::path(&address.asked(), None))
    }
}

/// An open packet; or a refusal as only Engine.IO words it, from a server that takes WebSockets only.
fn is_engine_io(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        code: u8,
        #[serde(rename = "message")]
        _message: String,
    }
    is_open(&answer.body) || answer.status == 400 && serde_json::from_slice::<Refusal>(&answer.body).is_ok_and(|refusal| refusal.code <= 5)
}

fn is_open(packet: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Open {
        #[serde(rename = "sid")]
        _sid: String,
    }
    packet.strip_prefix(b"0").is_some_and(|packet| serde_json::from_slice::<Open>(packet).is_ok())
}
