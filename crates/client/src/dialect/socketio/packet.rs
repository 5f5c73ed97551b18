//! Engine.IO 4 and Socket.IO 5 packets, as far as one text WebSocket carries them.

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One text frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    /// `0{…}`: the transport is open.
    Open(&'a str),
    /// `1`: the transport closes.
    Close,
    /// `2…`: answer with `3` and the same data.
    Ping(&'a str),
    /// `3`, `5`, `6`: nothing to do.
    Nothing,
    /// `40{…}`: we are in.
    Connected,
    /// `41`: we are out.
    Disconnected,
    /// `42[…]`, perhaps with a number that wants an acknowledgement (ours never answer).
    Event(&'a str),
    /// `43N[…]`: the answer to our number N.
    Ack(u64, &'a str),
    /// `44{…}`: we were not let in.
    Refused(&'a str),
    /// Of a namespace that we did not join.
    Elsewhere,
}

impl<'a> Packet<'a> {
    /// Read a frame.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(frame: &'a str) -> Result<Self, &'static str> {
        let mut rest = frame.chars();
        let engine = rest.next().ok_or("an empty frame")?;
        let rest = rest.as_str();
        Ok(match engine {
            '0' => Self::Open(rest),
            '1' => Self::Close,
            '2' => Self::Ping(rest),
            '3' | '5' | '6' => Self::Nothing,
            '4' => return Self::message(rest),
            _ => return Err("not an Engine.IO packet"),
        })
    }

    fn message(text: &'a str) -> Result<Self, &'static str> {
        let mut rest = text.chars();
        let kind = rest.next().ok_or("an empty message")?;
        let mut rest = rest.as_str();
        if matches!(kind, '5' | '6') {
            return Err("a binary event");
        }
        if rest.starts_with('/') {
            let (namespace, behind) = rest.split_once(',').unwrap_or((rest, ""));
            // A query may follow the name.
            if namespace.split('?').next() != Some("/") {
                return Ok(Self::Elsewhere);
            }
            rest = behind;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, data) = rest.split_at(digits);
        Ok(match kind {
            '0' => Self::Connected,
            '1' => Self::Disconnected,
            '2' => Self::Event(data),
            '3' => Self::Ack(number.parse().map_err(|_| "an acknowledgement without a number")?, data),
            '4' => Self::Refused(data),
            _ => return Err("not a Socket.IO packet"),
        })
    }
}

/// The array of an event: its name, its first argument, and whatever follows.
pub(super) struct Args<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) first: Option<&'a RawValue>,
    pub(super) further: Vec<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Args<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Array;
        impl<'de> Visitor<'de> for Array {
            type Value = Args<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array that begins with a name")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
                let name: Name<'_> = array.next_element()?.ok_or_else(|| serde::de::Error::invalid_length(0, &self))?;
                let first = array.next_element()?;
                let mut further = vec![];
                while let Some(next) = array.next_element()? {
                    further.push(next);
                }
                Ok(Args { name: name.0, first, further })
            }
        }
        deserializer.deserialize_seq(Array)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packet_of_the_wire_is_told_apart() {
        for (frame, packet) in [
            (r#"0{"sid":"a"}"#, Packet::Open(r#"{"sid":"a"}"#)),
            ("1", Packet::Close),
            ("2", Packet::Ping("")),
            ("2probe", Packet::Ping("probe")),
            ("3", Packet::Nothing),
            ("6", Packet::Nothing),
            (r#"40{"sid":"b"}"#, Packet::Connected),
            ("40", Packet::Connected),
            ("40/,{}", Packet::Connected),
            ("40/admin,{}", Packet::Elsewhere),
            ("41", Packet::Disconnected),
            (r#"42["event",{}]"#, Packet::Event(r#"["event",{}]"#)),
            (r#"427["event",{}]"#, Packet::Event(r#"["event",{}]"#)),
            (r#"42/admin,["event"]"#, Packet::Elsewhere),
            ("4312[{}]", Packet::Ack(12, "[{}]")),
            (r#"44{"message":"no"}"#, Packet::Refused(r#"{"message":"no"}"#)),
        ] {
            assert_eq!(Packet::parse(frame), Ok(packet), "{frame}");
        }
    }

    #[test]
    fn what_is_no_packet_is_said_so() {
        for frame in ["", "4", "9", "hello", "43[1]", "4399999999999999999999[1]", "451-[\"event\",{}]", "49"] {
            assert!(Packet::parse(frame).is_err(), "{frame:?}");
        }
    }

    #[test]
    fn further_arguments_of_an_event_do_no_harm() {
        let args: Args<'_> = serde_json::from_str(r#"["ev\u0065nt",{"a":1},2,[3]]"#).unwrap();
        assert_eq!((&*args.name, args.first.unwrap().get()), ("event", r#"{"a":1}"#));
        assert_eq!(args.further.iter().map(|arg| arg.get()).collect::<Vec<_>>(), ["2", "[3]"]);
        let bare: Args<'_> = serde_json::from_str(r#"["heartbeat_ack"]"#).unwrap();
        assert!(bare.first.is_none());
        assert!(serde_json::from_str::<Args<'_>>("[]").is_err());
    }
}
