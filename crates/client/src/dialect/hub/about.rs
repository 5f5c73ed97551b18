//! What a hub is, and how it is recognised: it says that it wants a token before it says anything else.

use super::{Hub, MESSAGES, PATH};
use crate::{
    address::Address,
    dialect::{
        kind::Kind,
        protocol::Wire,
        shown::{Answers, Asked, First, Shape, described},
    },
    handshake::Answer,
    profile::{Dialect, Profile},
};
use tokio_tungstenite::tungstenite::http::StatusCode;

/// What it calls its messages.
const KINDS: [&str; 2] = ["new_message", "notification"];

impl Dialect {
    /// The writing platform's message hub: everything that concerns the bearer, no subscriptions, no replay.
    pub const HUB: Self = Self::new("hub");
}

/// See the [module docs](self).
pub(crate) struct About;

impl Kind for About {
    fn dialect(&self) -> Dialect {
        Dialect::HUB
    }

    fn wire(&self, profile: &Profile) -> Box<dyn Wire> {
        Box::new(Hub::new(profile))
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn messages(&self) -> Option<&'static str> {
        Some(MESSAGES)
    }

    fn path(&self) -> Option<&'static str> {
        Some(PATH)
    }

    fn question(&self, address: &Address) -> Option<String> {
        (address.path().len() <= 1).then(|| PATH.to_owned())
    }

    fn answers(&self, answers: &Answers<'_>, tried: &mut Vec<String>) -> bool {
        let Answers { address, here, there } = answers;
        tried.push(format!("asked without a token: {}", described(here)));
        if is_hub(here, address) {
            return true;
        }
        let Some(there) = there else { return false };
        tried.push(format!("asked without a token at {PATH}: {}", described(there)));
        let same = matches!((there, here), (Ok(there), Ok(here)) if there.status == here.status && there.body == here.body);
        !same && there.as_ref().is_ok_and(wants_token)
    }

    fn begins(&self, first: Option<&First>) -> bool {
        match first {
            Some(First::Closed(4401)) => true,
            Some(First::Text(word)) => match Shape::of(word) {
                Some(Shape { kind: Some(kind), data: Some(_), timestamp: Some(_), .. }) => KINDS.contains(&&*kind),
                _ => false,
            },
            _ => false,
        }
    }
}

fn is_hub(asked: &Asked, address: &Address) -> bool {
    if address.is_at(PATH) {
        // The path is its own; only a server that does not have it is none.
        return !matches!(asked, Ok(answer) if answer.status == StatusCode::NOT_FOUND || answer.status.is_success());
    }
    matches!(asked, Ok(answer) if answer.asks_for_bearer() || answer.status == StatusCode::BAD_REQUEST && answer.names_token())
}

fn wants_token(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::BAD_REQUEST => answer.names_token(),
        _ => false,
    }
}
