//! Logged events as text, made once and copied into every frame that carries them.
//!
//! The payload goes out byte for byte as it came in; only the envelope is written here. The tests hold this file and
//! [`watchdeck_protocol::ServerFrame`] together.

use crate::{
    access::{Shown, View},
    oversize,
};
use axum::body::Bytes;
use serde::Deserialize;
use std::{
    borrow::Cow,
    fmt::Write as _,
    sync::{Arc, Mutex, OnceLock},
};
use watchdeck_events::{Catalogue, Channel, Event, Incoming, Kind, Millis, Payload};
use watchdeck_store::Stored;

/// Most events in one `events` frame.
const FRAME_ITEMS: usize = 1_000;
/// An `events` frame is closed when it reaches this many bytes. It is made anew for each session, so it is small.
const FRAME_BYTES: usize = 64 << 10;
/// An event of at least this size is a frame of its own, whose bytes all sessions share.
const ALONE_BYTES: usize = 16 << 10;
/// The largest event that goes out whole, whatever is in the log: the console's client takes messages of 16 MiB.
pub(crate) const MOST_EVENT_BYTES: usize = 8 << 20;
/// Different views of one event that are remembered.
const MOST_VIEWS: usize = 64;
/// What an `event` frame begins with, up to the channel.
const EVENT: &str = r#"{"type":"event","channel":"#;

/// One entry of a channel's log, ready to be sent.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) offset: u64,
    pub(crate) ts: i64,
    /// The whole `event` or `gap` frame.
    frame: Bytes,
    /// Where `"offset":…}` begins in `frame`.
    fields_at: usize,
    /// Where the payload begins in `frame`; `None` for a gap marker.
    data_at: Option<usize>,
    /// Watchdeck's own word, which the ERP's server does not know.
    own: bool,
    /// The frame for plain clients of a large event, made when the first of them asks.
    plain: OnceLock<Bytes>,
    /// Through which connection it came.
    source: Arc<str>,
    /// What it is through the views by which it was looked at, made once for all sessions that have the same.
    seen: Mutex<Vec<(u64, Seen)>>,
}

/// An entry through a view.
#[derive(Debug, Clone)]
enum Seen {
    Hidden,
    Whole,
    Other(Arc<Entry>),
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
        let payload = oversize::fitted(event.payload.as_str(), MOST_EVENT_BYTES);
        let gap = (event.kind.as_str() == Kind::GAP).then(|| serde_json::from_str::<Gap<'_>>(&payload).ok()).flatten();
        let channel = event.channel.as_str();
        let mut frame = String::with_capacity(payload.len() + event.id.len() + channel.len() + 100);
        frame.push_str(if gap.is_some() { r#"{"type":"gap","channel":"# } else { EVENT });
        push_json(&mut frame, channel);
        frame.push(',');
        let fields_at = frame.len();
        write!(frame, r#""offset":{},"id":"#, stored.offset).expect("text takes any text");
        push_json(&mut frame, &event.id);
        let data_at = if let Some(gap) = gap {
            write!(frame, r#","from":{},"to":{},"reason":"#, gap.from, gap.to).expect("text takes any text");
            push_json(&mut frame, &gap.reason);
            None
        } else {
            write!(frame, r#","ts":{ts},"data":"#).expect("text takes any text");
            let at = frame.len();
            frame.push_str(&payload);
            Some(at)
        };
        frame.push('}');
        Arc::new(Self {
            offset: stored.offset,
            ts,
            frame: frame.into(),
            fields_at,
            data_at,
            plain: OnceLock::new(),
            own: Kind::is_own(event.kind.as_str()),
            source: Arc::clone(&event.source),
            seen: Mutex::default(),
        })
    }

    /// What of it may be sent to whoever has this view; `None` when nothing may. A marker of a gap concerns everybody.
    pub(crate) fn through(self: &Arc<Self>, channel: &Channel, view: &View) -> Option<Arc<Self>> {
        let Some(data_at) = self.data_at else { return Some(Arc::clone(self)) };
        let mut seen = self.seen.lock().expect("no code panics while looking at an entry");
        let known = seen.iter().find(|(number, _)| *number == view.number()).map(|(_, seen)| seen.clone());
        let found = known.unwrap_or_else(|| {
            let found = match view.of(&self.event(channel, data_at)) {
                Shown::Hidden => Seen::Hidden,
                Shown::Whole => Seen::Whole,
                Shown::Masked(payload) => Seen::Other(Arc::new(self.with(data_at, &payload, self.own))),
                Shown::Withheld => Seen::Other(Arc::new(self.with(data_at, &withheld(self.frame.len() - 1 - data_at), true))),
            };
            if seen.len() < MOST_VIEWS {
                seen.push((view.number(), found.clone()));
            }
            found
        });
        match found {
            Seen::Hidden => None,
            Seen::Whole => Some(Arc::clone(self)),
            Seen::Other(other) => Some(other),
        }
    }

    /// The event again, as the log read it.
    fn event(&self, channel: &Channel, data_at: usize) -> Event {
        let payload = Payload::from_json(&self.text()[data_at..self.frame.len() - 1]);
        let incoming =
            Incoming { channel: channel.clone(), offset: None, id: Some("".into()), server_at: Some(Millis(self.ts)), kind: None, payload };
        Catalogue::builtin().normalise(incoming, &self.source, Millis(self.ts))
    }

    /// The same with another payload.
    fn with(&self, data_at: usize, payload: &str, own: bool) -> Self {
        let frame = [&self.text()[..data_at], payload, "}"].concat();
        let (offset, ts, fields_at, source) = (self.offset, self.ts, self.fields_at, Arc::clone(&self.source));
        let (data_at, plain, seen) = (Some(data_at), OnceLock::new(), Mutex::default());
        Self { offset, ts, frame: frame.into(), fields_at, data_at, own, plain, source, seen }
    }

    /// Bytes in memory, roughly.
    pub(crate) fn size(&self) -> usize {
        self.frame.len() + 128
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.frame).expect("it was made of text")
    }

    /// The fields of a frame without its beginning: `"offset":…}`.
    fn fields(&self) -> &[u8] {
        &self.frame[self.fields_at..]
    }

    /// The payload; `None` for a gap marker.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data_at.map(|at| &self.text()[at..self.frame.len() - 1])
    }

    /// The channel as a JSON string. Of events only.
    fn channel(&self) -> &[u8] {
        &self.frame[EVENT.len()..self.fields_at - 1]
    }

    /// Whether it can be put beside others in an `events` frame.
    fn is_small_event(&self) -> bool {
        self.data_at.is_some() && (self.frame.len() < ALONE_BYTES)
    }

    /// A reader that looks for an optional `data` takes `null` for none; inside `items` it cannot.
    fn is_null(&self) -> bool {
        self.data_at.is_some_and(|at| &self.frame[at..self.frame.len() - 1] == b"null")
    }
}

/// What stands for a payload of which nobody can say what of it is hidden.
fn withheld(bytes: usize) -> String {
    let detail = "your role hides fields, and in this message none can be found";
    format!(r#"{{"type":"{}","reason":"withheld","detail":"{detail}","bytes":{bytes}}}"#, Kind::MALFORMED)
}

/// Frames of `watchdeck.v1` for entries of one channel, in order: a lone event as `event`, several as `events`, a marker as `gap`.
pub(crate) fn native_frames(entries: &[Arc<Entry>]) -> Vec<Bytes> {
    let mut frames = Vec::new();
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let run = rest
            .iter()
            .take(FRAME_ITEMS)
            .take_while(|entry| {
                let fits = bytes < FRAME_BYTES;
                bytes += entry.fields().len() + 2;
                fits && entry.is_small_event()
            })
            .count();
        let (items, after) = rest.split_at(run.max(1));
        // A marker, a large event and a lone one are whole frames already.
        frames.push(if items.len() == 1 && !first.is_null() { first.frame.clone() } else { events_frame(items, bytes) });
        rest = after;
    }
    frames
}

fn events_frame(items: &[Arc<Entry>], bytes: usize) -> Bytes {
    let channel = items.first().map(|item| item.channel()).unwrap_or_default();
    let mut frame = Vec::with_capacity(bytes + channel.len() + 48);
    frame.extend_from_slice(br#"{"type":"events","channel":"#);
    frame.extend_from_slice(channel);
    frame.extend_from_slice(br#","items":["#);
    for (index, item) in items.iter().enumerate() {
        frame.extend_from_slice(if index == 0 { b"{" } else { b",{" });
        frame.extend_from_slice(item.fields());
    }
    frame.extend_from_slice(b"]}");
    frame.into()
}

/// Frames of the plain ERP protocol: one per event, no markers and no other word of Watchdeck's own.
pub(crate) fn plain_frames(entries: &[Arc<Entry>]) -> Vec<Bytes> {
    entries.iter().filter(|entry| !entry.own).filter_map(|entry| plain_frame(entry)).collect()
}

fn plain_frame(entry: &Entry) -> Option<Bytes> {
    let data = entry.data()?;
    let make = || {
        let channel = std::str::from_utf8(entry.channel()).expect("it was made of text");
        Bytes::from(format!(r#"{{"channel":{channel},"data":{data},"ts":{}}}"#, entry.ts))
    };
    Some(if entry.is_small_event() { make() } else { entry.plain.get_or_init(make).clone() })
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
        let frames = native_frames(&entries);
        assert_eq!(frames.len(), 5, "a run, a marker, a lone null, a marker, a lone event: {frames:?}");
        for frame in &frames {
            let frame = std::str::from_utf8(frame).unwrap();
            let read = ServerFrame::parse(frame).expect("a frame of the protocol");
            assert_eq!(serde_json::to_string(&read).unwrap(), frame, "written here as the protocol crate writes it");
        }
    }

    #[test]
    fn a_marker_that_is_none_is_sent_as_the_event_it_is() {
        let entry = Entry::of(&stored(1, "a", Kind::GAP, r#"{"type":"watchdeck:gap"}"#));
        assert_eq!(
            native_frames(&[entry]),
            [r#"{"type":"event","channel":"inventory","offset":1,"id":"a","ts":7,"data":{"type":"watchdeck:gap"}}"#]
        );
    }

    #[test]
    fn plain_clients_get_the_erps_shape_and_no_markers() {
        let entries = [
            Entry::of(&stored(1, "a", "x", r#"{"n": 1}"#)),
            Entry::of(&stored(2, "g", Kind::GAP, r#"{"from":5,"to":6,"reason":"bridge_down"}"#)),
            Entry::of(&stored(3, "m", Kind::MALFORMED, r#"{"type":"watchdeck:malformed","reason":"empty"}"#)),
        ];
        assert_eq!(plain_frames(&entries), [r#"{"channel":"inventory","data":{"n": 1},"ts":7}"#]);
    }

    #[test]
    fn frames_stay_within_items_and_bytes() {
        let small: Vec<_> = (1..=2_500).map(|n| entry(n, "1")).collect();
        let frames = native_frames(&small);
        assert!(frames.len() >= 3 && frames.iter().all(|frame| frame.len() <= FRAME_BYTES + ALONE_BYTES));
        let middling = format!("\"{}\"", "x".repeat(ALONE_BYTES - 1_000));
        let middling: Vec<_> = (1..=20).map(|n| entry(n, &middling)).collect();
        let frames = native_frames(&middling);
        assert_eq!(frames.len(), 4, "five of 15 KB each: {:?}", frames.iter().map(Bytes::len).collect::<Vec<_>>());
        assert!(frames.iter().all(|frame| frame.len() <= FRAME_BYTES + ALONE_BYTES));
    }

    #[test]
    fn the_bytes_of_a_large_event_are_shared_by_all_who_are_sent_it() {
        let entries = [entry(1, "1"), entry(2, &format!("\"{}\"", "x".repeat(1 << 20))), entry(3, "3")];
        let (one, other) = (native_frames(&entries), native_frames(&entries));
        assert_eq!((one.len(), one[1].as_ptr()), (3, other[1].as_ptr()));
        assert_eq!(plain_frames(&entries)[1].as_ptr(), plain_frames(&entries)[1].as_ptr());
    }

    #[test]
    fn whatever_is_in_the_log_fits_into_a_message_that_the_client_takes() {
        let frames = native_frames(&[entry(1, &format!("\"{}\"", "x".repeat(20 << 20)))]);
        assert!(frames[0].len() < 16 << 20, "a frame that can never be sent would stop the channel for every console for good");
        let read = ServerFrame::parse(std::str::from_utf8(&frames[0]).unwrap());
        assert!(matches!(read, Ok(ServerFrame::Event { offset: 1, data, .. }) if data.get().contains(oversize::MARK)));
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
            for frame in native_frames(&entries) {
                match ServerFrame::parse(std::str::from_utf8(&frame).unwrap()).unwrap() {
                    ServerFrame::Event { offset, .. } | ServerFrame::Gap { offset: Some(offset), .. } => offsets.push(offset),
                    ServerFrame::Events { items, .. } => offsets.extend(items.iter().map(|item| item.offset)),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            prop_assert_eq!(offsets, (1..=kinds.len() as u64).collect::<Vec<_>>());
        }
    }
}
