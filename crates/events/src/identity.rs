//! A name for events whose server gives none.
//!
//! The plain ERP sends the same message twice, a millisecond apart, differing only in the envelope's `ts`; it has no id and no sequence.
//! So the id is made of what was published: the channel and the payload in canonical form (keys sorted, white space and escapes gone), behind
//! the time of the event so that ids sort by time. **Two truly equal events of one instant are one**: nothing on that wire can tell them
//! from a repeat. The instant is the publisher's millisecond; a payload without a time has only the envelope's, cut to [`REPEAT_WINDOW_MS`].

mod doubles;

pub use doubles::Doubles;

use crate::{channel::Channel, scan, time::Millis};
use std::fmt::Write as _;
use xxhash_rust::xxh3::xxh3_128;

/// Equal messages without a time of their own are one when they fall into the same window of this length, in ms. A repeat comes 1 ms later,
/// so one in a thousand straddles a border: [`Doubles`] recognises that one too. A longer window would swallow real movements.
pub const REPEAT_WINDOW_MS: i64 = 1000;

/// Nesting beyond this is hashed as written: nobody's ERP nests that deep, and the stack is finite.
const MAX_DEPTH: u32 = 64;

/// The id of an event published as `payload` on `channel`: `{48 bits of milliseconds}-{128 bits of xxh3}`, in hex.
///
/// `stated` is the time in the payload, `envelope` the time around it (the server's, or ours as a last resort).
#[must_use]
pub fn of(channel: &Channel, stated: Option<Millis>, envelope: Millis, payload: &str) -> Box<str> {
    named(channel, None, stated, envelope, payload)
}

/// As [`of`], for protocols whose envelope says the kind: of two equal payloads under different names, each is an event.
pub(crate) fn named(channel: &Channel, kind: Option<&str>, stated: Option<Millis>, envelope: Millis, payload: &str) -> Box<str> {
    id(stated.unwrap_or_else(|| window(envelope)), content(channel, kind, payload))
}

/// The beginning of the window that `at` falls into.
fn window(at: Millis) -> Millis {
    Millis(at.0.saturating_sub(at.0.rem_euclid(REPEAT_WINDOW_MS)))
}

fn id(at: Millis, content: u128) -> Box<str> {
    let mut id = String::with_capacity(45);
    write!(id, "{:012x}-{content:032x}", at.0 & 0xffff_ffff_ffff).expect("writing to a String cannot fail");
    id.into()
}

/// What was published and where, without when.
fn content(channel: &Channel, kind: Option<&str>, payload: &str) -> u128 {
    // Tags and lengths take more room than the white space they replace; one allocation all the same.
    let mut canonical = Vec::with_capacity(payload.len() * 2 + 256);
    put(&mut canonical, b'c', channel.as_str().as_bytes());
    if let Some(kind) = kind {
        put(&mut canonical, b't', kind.as_bytes());
    }
    digest(payload.trim(), &mut canonical, 0);
    xxh3_128(&canonical)
}

/// Append a tagged, length-prefixed piece, so that no two different trees give the same bytes.
fn put(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn digest(json: &str, out: &mut Vec<u8>, depth: u32) {
    match json.as_bytes().first() {
        Some(b'{') if depth < MAX_DEPTH => {
            if let Some(mut entries) = scan::entries(json) {
                // Stable, so of a repeated key the order stays, and with it which one counts.
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                out.push(b'{');
                for (key, token) in entries {
                    put(out, b'k', key.as_bytes());
                    digest(token, out, depth + 1);
                }
                return out.push(b'}');
            }
        }
        Some(b'[') if depth < MAX_DEPTH => {
            if let Some(items) = scan::items(json) {
                out.push(b'[');
                for token in items {
                    digest(token, out, depth + 1);
                }
                return out.push(b']');
            }
        }
        Some(b'"') => {
            if let Some(text) = scan::unquote(json) {
                return put(out, b's', text.as_bytes());
            }
        }
        _ => {}
    }
    // Numbers stay as written: `1.0` and `1` are different texts.
    put(out, b'v', json.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(payload: &str) -> Box<str> {
        of(&Channel::from("inventory"), Some(Millis(1_795_223_788_150)), Millis(0), payload)
    }

    #[test]
    fn order_of_keys_and_white_space_do_not_matter() {
        let one = id(r#"{"a":1,"b":{"c":[1,{"x":"瓷","y":2}],"d":null}}"#);
        assert_eq!(one, id("{ \"b\" : {\"d\":null, \"c\": [1 ,{\"y\":2,\"x\":\"\\u74f7\"}]},\n \"a\":1 }"), "a repeat may be encoded anew");
        assert_ne!(one, id(r#"{"a":1,"b":{"c":[{"x":"瓷","y":2},1],"d":null}}"#), "the order of a list is content");
    }

    #[test]
    fn a_repeat_that_differs_only_in_the_envelope_is_recognised() {
        let channel = Channel::from("inventory");
        let stated = r#"{"type":"inventory:change","timestamp":1795223788150}"#;
        let at = Some(Millis(1_795_223_788_150));
        assert_eq!(of(&channel, at, Millis(1_795_223_788_999), stated), of(&channel, at, Millis(1_795_223_789_001), stated));
        let legacy = r#"{"type":"outbound","productId":"p1","quantity":2}"#;
        assert_eq!(of(&channel, None, Millis(1_795_223_788_150), legacy), of(&channel, None, Millis(1_795_223_788_151), legacy));
        assert_ne!(
            of(&channel, None, Millis(1_795_223_788_150), legacy),
            of(&channel, None, Millis(1_795_223_798_150), legacy),
            "ten seconds later it is a new sale"
        );
    }

    #[test]
    fn ids_sort_by_time() {
        let channel = Channel::from("orders");
        let [early, late] = [1_795_223_788_150, 1_795_223_788_151].map(|at| of(&channel, Some(Millis(at)), Millis(0), "{}"));
        assert!(early < late, "{early} {late}");
        assert_ne!(id("{}"), of(&channel, Some(Millis(1_795_223_788_150)), Millis(0), "{}"), "the channel is part of what was published");
    }

    proptest! {
        #[test]
        fn shuffled_objects_are_the_same_event(map in proptest::collection::btree_map(".{0,6}", any::<i32>(), 0..12), seed in any::<u64>()) {
            let text = |pairs: &[(&String, &i32)]| {
                let fields: Vec<_> = pairs.iter().map(|(k, v)| format!("{} : {v}", serde_json::to_string(k).unwrap())).collect();
                format!("{{{}}}", fields.join(","))
            };
            let mut pairs: Vec<_> = map.iter().collect();
            let sorted = text(&pairs);
            if !pairs.is_empty() { let by = (seed as usize) % pairs.len(); pairs.rotate_left(by); }
            prop_assert_eq!(id(&sorted), id(&text(&pairs)));
        }

        #[test]
        fn any_payload_gets_an_id(payload in ".*", json in r#"[{}\[\]",:\\a-c 0-9]{0,60}"#) {
            prop_assert_eq!(id(&payload).len(), 45);
            prop_assert_eq!(id(&json).len(), 45);
        }
    }
}
