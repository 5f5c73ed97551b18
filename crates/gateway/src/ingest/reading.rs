//! What a message on the bus is: an event, a message that is none, or one on a channel that nobody can follow. Pure.

use crate::{
    log::{Arrived, new_id},
    publish::channel_name,
    redis::resp::Bulk,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::Serialize;
use watchdeck_events::{Channel, Kind, Payload, REDIS_PREFIX, fields::Fields, nearly};

/// Where it is told what came on channels that nobody can follow.
const TOLD_ON: &str = "system";
/// Most bytes of an unreadable message that are kept.
const KEPT: usize = 48 << 10;
/// Most bytes of it that are shown.
const SAMPLE: usize = 240;

/// A message, understood as far as it can be.
#[derive(Debug)]
pub(crate) enum Reading {
    /// An event.
    Event {
        arrived: Arrived,
        /// JSON only after a mend.
        mended: bool,
    },
    /// None; what is logged instead says so.
    Malformed {
        report: Arrived,
        /// For the log of the program.
        why: String,
    },
    /// On a channel whose name no console may follow.
    Unfollowable {
        /// As people can read it.
        name: String,
        why: &'static str,
    },
}

/// Understand a message of the channel pattern.
pub(crate) fn read(channel: &[u8], payload: &Bulk) -> Reading {
    let name = match std::str::from_utf8(channel) {
        Ok(name) => name.strip_prefix(REDIS_PREFIX).unwrap_or(name),
        Err(_) => return Reading::Unfollowable { name: shown(channel), why: "its name is not UTF-8" },
    };
    if let Err(why) = channel_name(name) {
        return Reading::Unfollowable { name: shown(channel), why };
    }
    let channel = Channel::from(name);
    let malformed = |code: &str, why: String| {
        let report = malformed(&channel, code, &why, payload.len, &payload.bytes);
        Reading::Malformed { report, why }
    };
    if payload.is_cut() {
        return malformed("too_large", format!("it has {} bytes, more than the gateway reads whole", payload.len));
    }
    match nearly::read(&payload.bytes) {
        Ok(read) if Fields::of(&read.json).kind().is_some_and(|kind| Kind::is_own(&kind)) => {
            malformed("own_kind", "it calls itself by a name that begins with `watchdeck:`, which only Watchdeck itself may".into())
        }
        // The id is given here and not at the append, so that an append that is tried again stores nothing twice.
        Ok(read) => Reading::Event {
            mended: read.mended,
            arrived: Arrived { channel, id: Some(new_id()), payload: Payload::from_json(read.json.into_owned()) },
        },
        Err(problem) => malformed(problem.code(), problem.to_string()),
    }
}

/// What is logged in place of a message that is no event. Its size, why, how it begins, and what of it can be kept.
#[derive(Serialize)]
struct Report<'a> {
    r#type: &'a str,
    channel: &'a str,
    reason: &'a str,
    detail: &'a str,
    bytes: u64,
    sample: String,
    raw: String,
}

/// See [`Report`]; the event itself.
pub(crate) fn malformed(channel: &Channel, reason: &str, detail: &str, bytes: u64, body: &[u8]) -> Arrived {
    let kept = &body[..body.len().min(KEPT)];
    let report =
        Report { r#type: Kind::MALFORMED, channel: channel.as_str(), reason, detail, bytes, sample: shown(body), raw: BASE64.encode(kept) };
    let json = serde_json::to_string(&report).expect("plain fields are always JSON");
    Arrived { channel: channel.clone(), id: Some(new_id()), payload: Payload::from_json(json) }
}

/// What is logged for messages on a channel that nobody can follow.
pub(crate) fn unfollowable(name: &str, why: &str, count: u64) -> Arrived {
    #[derive(Serialize)]
    struct Report<'a> {
        r#type: &'a str,
        channel: &'a str,
        reason: &'a str,
        detail: String,
        count: u64,
    }
    let detail = format!("the name of this Redis channel cannot be followed ({why}); rename it where it is published");
    let report = Report { r#type: Kind::MALFORMED, channel: name, reason: "channel_name", detail, count };
    let json = serde_json::to_string(&report).expect("plain fields are always JSON");
    Arrived { channel: Channel::from(TOLD_ON), id: Some(new_id()), payload: Payload::from_json(json) }
}

/// The beginning of any bytes on one line.
fn shown(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(SAMPLE)];
    let text: String = String::from_utf8_lossy(head).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if bytes.len() > SAMPLE { format!("{text}…") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn bulk(bytes: &[u8]) -> Bulk {
        Bulk { bytes: bytes.to_vec(), len: bytes.len() as u64 }
    }

    fn report(bytes: &[u8]) -> Value {
        match read(b"ws:system", &bulk(bytes)) {
            Reading::Malformed { report, .. } => serde_json::from_str(report.payload.as_str()).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_that_is_no_event_is_reported_with_what_it_was() {
        let latin1 = report(b"{\"message\":\"K\xfchlhaus\"}");
        assert_eq!((&latin1["type"], &latin1["channel"]), (&"watchdeck:malformed".into(), &"system".into()));
        assert_eq!((&latin1["reason"], &latin1["bytes"]), (&"not_utf8".into(), &22.into()));
        assert!(latin1["sample"].as_str().unwrap().starts_with("{\"message\":\"K"));
        let raw = BASE64.decode(latin1["raw"].as_str().unwrap()).unwrap();
        assert_eq!(raw, b"{\"message\":\"K\xfchlhaus\"}", "nothing of it is lost");
        assert_eq!(report(b"")["reason"], "empty");
        assert_eq!(report(&vec![b'x'; 1 << 20])["raw"].as_str().unwrap().len(), KEPT / 3 * 4, "what is kept is bounded");
    }

    #[test]
    fn nobody_on_the_bus_speaks_for_watchdeck() {
        for text in [
            r#"{"type":"watchdeck:gap","from":1,"to":2,"reason":"bridge_down"}"#,
            r#"{"type":"x","type":" Watchdeck:GAP_filled"}"#,
            r#"{"event_type":"watchdeck:malformed","event_data":{}}"#,
        ] {
            assert_eq!(report(text.as_bytes())["reason"], "own_kind", "{text}");
        }
    }

    #[test]
    fn a_channel_that_cannot_be_followed_is_said_so() {
        let name = |channel: &[u8]| match read(channel, &bulk(b"{}")) {
            Reading::Unfollowable { .. } => None,
            Reading::Event { arrived, .. } => Some(arrived.channel.to_string()),
            other @ Reading::Malformed { .. } => panic!("{other:?}"),
        };
        for followed in ["inventory", "order updates", "库存 预警", "user:7:notifications", "a\u{3000}b"] {
            assert_eq!(name(format!("ws:{followed}").as_bytes()).as_deref(), Some(followed));
        }
        for refused in [&b"ws:"[..], b"ws:ws:x", b"ws:watchdeck:decisions", b"ws:a\nb", b"ws:\xff", &[b'w'; 300]] {
            assert_eq!(name(refused), None, "{}", String::from_utf8_lossy(refused));
        }
    }

    #[test]
    fn a_message_beyond_the_limit_keeps_its_head() {
        let cut = Bulk { bytes: br#"{"type":"system:alert","level":"crit"#.to_vec(), len: 5 << 20 };
        let Reading::Malformed { report, .. } = read(b"ws:system", &cut) else { panic!("it has no end") };
        let report: Value = serde_json::from_str(report.payload.as_str()).unwrap();
        assert_eq!((&report["reason"], &report["bytes"]), (&"too_large".into(), &(5 << 20).into()));
        assert!(report["sample"].as_str().unwrap().contains("system:alert"), "{report}");
    }

    proptest! {
        /// The promise of the bridge: whatever the bus brings, what is logged is JSON on a channel that can be followed.
        #[test]
        fn what_is_logged_can_be_followed(channel in prop::collection::vec(any::<u8>(), 0..12), name in "[ a:w\u{3000}s库\n]{0,6}", body in prop::collection::vec(any::<u8>(), 0..30)) {
            for channel in [channel, format!("ws:{name}").into_bytes()] {
                let arrived = match read(&channel, &bulk(&body)) {
                    Reading::Event { arrived, .. } | Reading::Malformed { report: arrived, .. } => arrived,
                    Reading::Unfollowable { name, why } => unfollowable(&name, why, 1),
                };
                prop_assert!(channel_name(arrived.channel.as_str()).is_ok());
                prop_assert!(serde_json::from_str::<Value>(arrived.payload.as_str()).is_ok());
            }
        }
    }
}
