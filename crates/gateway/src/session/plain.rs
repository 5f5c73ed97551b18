//! The ERP's own protocol, as its server speaks it: no hello, no answer, no error. Whatever is not understood is ignored.

use super::step::Step;
use serde::Deserialize;
use std::borrow::Cow;
use watchdeck_events::Channel;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    channel: Cow<'a, str>,
}

/// Understand a frame, or ignore it.
pub(crate) fn hear(text: &str) -> Step {
    match serde_json::from_str::<Request<'_>>(text) {
        Ok(Request { kind, channel }) if kind == "subscribe" && !channel.is_empty() => {
            Step::Follow { channel: Channel::from(&*channel), position: None, rewind: None }
        }
        Ok(Request { kind, channel }) if kind == "unsubscribe" => Step::Leave(Channel::from(&*channel)),
        _ => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_known_frames_mean_anything() {
        let follow = Step::Follow { channel: Channel::from("inventory"), position: None, rewind: None };
        assert_eq!(hear(r#"{"type":"subscribe","channel":"inventory"}"#), follow);
        assert_eq!(hear(r#"{"type":"unsubscribe","channel":"inventory"}"#), Step::Leave(Channel::from("inventory")));
        for ignored in
            ["", "{", "[]", "null", r#"{"type":"subscribe"}"#, r#"{"type":"subscribe","channel":7}"#, r#"{"type":"ping","channel":"x"}"#]
        {
            assert_eq!(hear(ignored), Step::Nothing, "{ignored}");
        }
    }
}
