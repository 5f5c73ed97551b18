//! Logged events as text, made once and copied into every frame that carries them.
//!
//! The payload goes out byte for byte as it came in; only the envelope is written here. The tests hold this file and
//! [`watchdeck_protocol::ServerFrame`] together.

use serde::Deserialize;
use std::{borrow::Cow, fmt::Write as _, sync::Arc};
use watchdeck_events::Kind;
use watchdeck_store::Stored;

/// Most events in one `events` frame.
pub(crate) const FRAME_ITEMS: usize = 1_000;
/// An `events` frame is closed when it reaches this many bytes.
pub(crate) const FRAME_BYTES: usize = 1 << 20;

/// One entry of a channel's log, ready to be sent.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) offset: u64,
    pub(crate) ts: i64,
    /// The fields of a frame without its beginning: `"offset":…}`.
    fields: Box<str>,
    /// Where the payload begins in `fields`; `None` for a gap marker.
    data_at: Option<usize>,
    /// Watchdeck's own word, which the ERP's server does not know.
    own: bool,
}

/// What a gap marker's payload says.
#[derive(Deserialize)]
struct Gap<'a> {
    from: i64,
    to: i64,
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

impl Entry {
    pub(crate) fn of(stored: &Stored) -> Arc<Self> {
        let event = &stored.event;
        let ts = event.received_at.0;
        let mut fields = String::with_capacity(event.payload.as_str().len() + event.id.len() + 72);
        write!(fields, r#""offset":{},"id":"#, stored.offset).expect("text takes any text");
        push_json(&mut fields, &event.id);
        let gap = (event.kind.as_str() == Kind::GAP).then(|| serde_json::from_str::<Gap<'_>>(event.payload.as_str()).ok()).flatten();
        let data_at = if let Some(gap) = gap {
            write!(fields, r#","from":{},"to":{},"reason":"#, gap.from, gap.to).expect("text takes any text");
            push_json(&mut fields, &gap.reason);
            None
        } else {
            write!(fields, r#","ts":{ts},"data":"#).expect("text takes any text");
            let at = fields.len();
            fields.push_str(event.payload.as_str());
            Some(at)
        };
        fields.push('}');
        Arc::new(Self { offset: stored.offset, ts, fields: fields.into(), data_at, own: Kind::is_own(event.kind.as_str()) })
    }

    /// Bytes in memory, roughly.
    pub(crate) fn size(&self) -> usize {
        self.fields.len() + 64
    }

    /// The payload; `None` for a gap marker.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data_at.map(|at| &self.fields[at..self.fields.len() - 1])
    }
}

/// Frames of `watchdeck.v1` for entries of one channel, in order: a lone event as `event`, several as `events`, a marker as `gap`.
/// `channel` is a JSON string, quotes included.
pub(crate) fn native_frames(channel: &str, entries: &[Arc<Entry>]) -> Vec<String> {
    let mut frames = Vec::new();
    let mut rest = entries;
    while let Some(first) = rest.first() {
        if first.data_at.is_none() {
            frames.push(format!(r#"{{"type":"gap","channel":{channel},{}"#, first.fields));
            rest = &rest[1..];
            continue;
        }
        let mut bytes = 0;
        let run = rest
            .iter()
            .take(FRAME_ITEMS)
            .take_while(|entry| {
                let fits = bytes < FRAME_BYTES;
                bytes += entry.fields.len() + 2;
                fits && entry.data_at.is_some()
            })
            .count();
        let (items, after) = rest.split_at(run);
        frames.push(match items {
            // A reader that looks for an optional `data` takes `null` for none; inside `items` it cannot.
            [only] if only.data() != Some("null") => format!(r#"{{"type":"event","channel":{channel},{}"#, only.fields),
            items => events_frame(channel, items, bytes),
        });
        rest = after;
    }
    frames
}

fn events_frame(channel: &str, items: &[Arc<Entry>], bytes: usize) -> String {
    let mut frame = String::with_capacity(bytes + channel.len() + 48);
    write!(frame, r#"{{"type":"events","channel":{channel},"items":["#).expect("text takes any text");
    for (index, item) in items.iter().enumerate() {
        frame.push_str(if index == 0 { "{" } else { ",{" });
        frame.push_str(&item.fields);
    }
    frame.push_str("]}");
    frame
}

/// Frames of the plain ERP protocol: one per event, no markers and no other word of Watchdeck's own.
pub(crate) fn plain_frames(channel: &str, entries: &[Arc<Entry>]) -> Vec<String> {
    entries
        .iter()
        .filter(|entry| !entry.own)
        .filter_map(|entry| Some(format!(r#"{{"channel":{channel},"data":{},"ts":{}}}"#, entry.data()?, entry.ts)))
        .collect()
}

/// `text` as a JSON string.
pub(crate) fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_json(&mut out, text);
    out
}

fn push_json(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("text is always JSON"));
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use watchdeck_events::{Channel, Event, Millis, Payload, Severity};

    /// A stored event as the log gives it.
    pub(crate) fn stored(offset: u64, id: &str, kind: &str, json: &str) -> Stored {
        Stored {
            seq: offset,
            offset,
            event: Event {
                id: id.into(),
                kind: kind.into(),
                channel: Channel::from("inventory"),
                occurred_at: Millis(1),
                received_at: Millis(7),
                source: "redis".into(),
                subject: None,
                actor: None,
                severity: Severity::Info,
                payload: Payload::from_json(json),
            },
        }
    }

    /// An entry of the log.
    pub(crate) fn entry(offset: u64, json: &str) -> Arc<Entry> {
        Entry::of(&stored(offset, "a", "x", json))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        testing::{entry, stored},
        *,
    };
    use proptest::prelude::*;
    use watchdeck_protocol::ServerFrame;

    #[test]
    fn frames_are_what_the_protocol_crate_reads_and_writes() {
        let entries = [
            Entry::of(&stored(1, "a", "x", r#"{"n": 1}"#)),
            Entry::of(&stored(2, "b\"\\\n", "x", "[2]")),
            Entry::of(&stored(3, "g", Kind::GAP, r#"{"type":"watchdeck:gap","from":5,"to":6,"reason":"bridge_down"}"#)),
            Entry::of(&stored(4, "c", "x", "null")),
            Entry::of(&stored(5, "g", Kind::GAP, r#"{"type":"watchdeck:gap","from":5,"to":6,"reason":"bridge_down"}"#)),
            Entry::of(&stored(6, "d", "x", "\"\"")),
        ];
        let frames = native_frames(&json_string("inventory"), &entries);
        assert_eq!(frames.len(), 5, "a run, a marker, a lone null, a marker, a lone event: {frames:?}");
        for frame in &frames {
            let read = ServerFrame::parse(frame).expect("a frame of the protocol");
            assert_eq!(&serde_json::to_string(&read).unwrap(), frame, "written here as the protocol crate writes it");
        }
    }

    #[test]
    fn a_marker_that_is_none_is_sent_as_the_event_it_is() {
        let entry = Entry::of(&stored(1, "a", Kind::GAP, r#"{"type":"watchdeck:gap"}"#));
        assert_eq!(
            native_frames("\"x\"", &[entry]),
            [r#"{"type":"event","channel":"x","offset":1,"id":"a","ts":7,"data":{"type":"watchdeck:gap"}}"#]
        );
    }

    #[test]
    fn plain_clients_get_the_erps_shape_and_no_markers() {
        let entries = [
            Entry::of(&stored(1, "a", "x", r#"{"n": 1}"#)),
            Entry::of(&stored(2, "g", Kind::GAP, r#"{"from":5,"to":6,"reason":"bridge_down"}"#)),
            Entry::of(&stored(3, "m", Kind::MALFORMED, r#"{"type":"watchdeck:malformed","reason":"empty"}"#)),
        ];
        assert_eq!(plain_frames("\"inventory\"", &entries), [r#"{"channel":"inventory","data":{"n": 1},"ts":7}"#]);
    }

    #[test]
    fn frames_stay_within_items_and_bytes() {
        let small: Vec<_> = (1..=2_500).map(|n| entry(n, "1")).collect();
        assert_eq!(native_frames("\"x\"", &small).len(), 3, "1000 + 1000 + 500");
        let big = format!("\"{}\"", "x".repeat(FRAME_BYTES / 2));
        let big: Vec<_> = (1..=4).map(|n| entry(n, &big)).collect();
        let frames = native_frames("\"x\"", &big);
        assert_eq!(frames.len(), 2, "half a mebibyte each: {:?}", frames.iter().map(String::len).collect::<Vec<_>>());
        assert!(frames.iter().all(|frame| frame.len() <= FRAME_BYTES * 2));
    }

    proptest! {
        #[test]
        fn frames_keep_every_entry_once_and_in_order(kinds in prop::collection::vec(prop::sample::select(vec!["1", "null", "{}", "gap"]), 0..40)) {
            const GAP: &str = r#"{"from":5,"to":6,"reason":"bridge_down"}"#;
            let entries: Vec<_> = (1..).zip(&kinds).map(|(n, kind)| match *kind {
                "gap" => Entry::of(&stored(n, "g", Kind::GAP, GAP)),
                json => entry(n, json),
            }).collect();
            let mut offsets = Vec::new();
            for frame in native_frames("\"x\"", &entries) {
                match ServerFrame::parse(&frame).unwrap() {
                    ServerFrame::Event { offset, .. } | ServerFrame::Gap { offset: Some(offset), .. } => offsets.push(offset),
                    ServerFrame::Events { items, .. } => offsets.extend(items.iter().map(|item| item.offset)),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            prop_assert_eq!(offsets, (1..=kinds.len() as u64).collect::<Vec<_>>());
        }
    }
}
