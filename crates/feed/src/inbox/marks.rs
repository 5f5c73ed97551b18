//! Watchdeck's own events in a source's stream: where something may be missing, could not be read, or could not be kept.

use std::{collections::BTreeMap, sync::Arc};
use watchdeck_events::{Catalogue, Channel, GapReason, Incoming, Kind, Millis, Payload};
use watchdeck_store::NewEvent;
use watchdeck_world::rows;

/// Of frames that cannot be read, one row per channel and this long, ms: thousands of them are one mistake.
const EACH: i64 = 60_000;
/// Bytes of a sample in a marker.
const SAMPLE: usize = 400;

/// How a payload begins.
pub(super) fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(SAMPLE)].to_owned()
}

fn mark(source: &Arc<str>, channel: Channel, id: String, payload: String, at: Millis, received_at: Millis) -> NewEvent {
    let incoming =
        Incoming { channel, offset: None, id: Some(id.into()), server_at: Some(at), kind: None, payload: Payload::from_json(payload) };
    NewEvent { event: Catalogue::builtin().normalise(incoming, source, received_at), offset: None }
}

/// A gap marker is an event like any other. One hole that a server reports once per channel (its bridge was down) is one marker. A clock that was set
/// back makes no hole that ends before it begins.
pub(super) fn gap(source: &Arc<str>, channel: Option<&Channel>, from: Millis, to: Millis, reason: GapReason, at: Millis) -> NewEvent {
    let (from, to) = (from.min(to), from.max(to));
    let channel = if reason == GapReason::BridgeDown { None } else { channel };
    let name = channel.map(Channel::as_str);
    let id = format!("gap-{source}-{}-{}-{}", name.unwrap_or("*"), from.0, to.0);
    mark(source, channel.cloned().unwrap_or_else(|| Channel::from("system")), id, rows::gap_payload(name, from, to, reason), to, at)
}

/// An event that could not be kept or read is a marker in its place. Its id is made of what is known of it, so that a repeat is one.
#[expect(clippy::too_many_arguments, reason = "what is known of an event that is none")]
pub(super) fn set_aside(
    source: &Arc<str>,
    channel: &Channel,
    kind: Option<&str>,
    by: &str,
    reason: &str,
    sample: &str,
    server_at: Option<Millis>,
    at: Millis,
) -> NewEvent {
    let payload = serde_json::json!({
        "type": Kind::SET_ASIDE, "channel": channel.as_str(), "kind": kind, "by": by, "reason": beginning(reason), "sample": sample,
    });
    let told = server_at.unwrap_or(at);
    let name = watchdeck_events::identity::of(channel, Some(told), told, sample);
    mark(source, channel.clone(), format!("set-aside-{source}-{name}"), payload.to_string(), told, at)
}

/// Frames of each channel that could not be read and were not told yet.
#[derive(Debug, Default)]
pub(super) struct Unread {
    channels: BTreeMap<Option<Channel>, Heap>,
    finished: bool,
}

#[derive(Debug)]
struct Heap {
    count: u64,
    bytes: u64,
    reason: String,
    sample: String,
    first_at: Millis,
    /// When this channel's were told last.
    told_at: Option<Millis>,
}

impl Unread {
    /// One more.
    pub(super) fn add(&mut self, channel: Option<Channel>, bytes: u64, reason: &str, sample: &[u8], at: Millis) {
        let new = || Heap { count: 0, bytes: 0, reason: String::new(), sample: String::new(), first_at: at, told_at: None };
        let heap = self.channels.entry(channel).or_insert_with(new);
        if heap.count == 0 {
            heap.first_at = at;
        }
        heap.count += 1;
        heap.bytes += bytes;
        reason.clone_into(&mut heap.reason);
        heap.sample = beginning(&watchdeck_secret::Redactor::default().clean(&String::from_utf8_lossy(sample)));
    }

    /// Nothing more comes: what is left is told now.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) fn is_due(&self, now: Millis) -> bool {
        self.channels.values().any(|heap| heap.is_due(now, self.finished))
    }

    /// The markers whose time has come.
    pub(super) fn due(&mut self, source: &Arc<str>, now: Millis) -> Vec<NewEvent> {
        let finished = self.finished;
        let due = self.channels.iter_mut().filter(|(_, heap)| heap.is_due(now, finished));
        due.map(|(channel, heap)| heap.tell(source, channel.as_ref(), now)).collect()
    }
}

impl Heap {
    fn is_due(&self, now: Millis, finished: bool) -> bool {
        // A clock that was set back is no reason to wait for it.
        let long_ago = self.told_at.is_none_or(|told| !(0..EACH).contains(&now.since(told)));
        self.count > 0 && (finished || long_ago)
    }

    fn tell(&mut self, source: &Arc<str>, channel: Option<&Channel>, now: Millis) -> NewEvent {
        let name = channel.map(Channel::as_str);
        let payload = serde_json::json!({
            "type": Kind::MALFORMED, "channel": name, "count": self.count, "bytes": self.bytes, "reason": beginning(&self.reason),
            "sample": self.sample,
        });
        let id = format!("malformed-{source}-{}-{}-{}", name.unwrap_or("*"), self.first_at.0, self.count);
        let event = mark(source, channel.cloned().unwrap_or_else(|| Channel::from("system")), id, payload.to_string(), self.first_at, now);
        (self.count, self.bytes, self.told_at) = (0, 0, Some(now));
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::erp::View;

    #[test]
    fn a_gap_under_a_clock_that_was_set_back_does_not_run_backwards() {
        let marker = gap(&"s".into(), None, Millis(9_000), Millis(4_000), GapReason::NotReplayable, Millis(4_000));
        let Some(View::Gap(gap)) = View::of(&marker.event) else { panic!("{marker:?}") };
        assert_eq!((gap.from, gap.to), (Millis(4_000), Millis(9_000)));
    }

    #[test]
    fn thousands_of_frames_that_cannot_be_read_are_a_row_a_minute_with_their_number() {
        let (mut unread, source) = (Unread::default(), Arc::from("s"));
        let mut rows = Vec::new();
        for n in 0..3_000 {
            let at = Millis(1_000_000 + n * 30);
            unread.add(Some(Channel::from("orders")), 10, "not JSON", b"K\xfchlhaus", at);
            rows.extend(unread.due(&source, at));
        }
        unread.finish();
        rows.extend(unread.due(&source, Millis(1_100_000)));
        let counts: Vec<_> = rows
            .iter()
            .map(|row| serde_json::from_str::<serde_json::Value>(row.event.payload.as_str()).unwrap()["count"].clone())
            .collect();
        assert_eq!(counts.len(), 3, "{counts:?}");
        assert_eq!(counts.iter().filter_map(serde_json::Value::as_u64).sum::<u64>(), 3_000);
        assert!(rows.iter().all(|row| row.event.channel.as_str() == "orders" && row.event.kind.as_str() == Kind::MALFORMED));
        assert!(!unread.is_due(Millis(i64::MAX)), "nothing is told twice");
    }
}
