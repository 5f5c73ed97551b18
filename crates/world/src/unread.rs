//! What nobody could read in events that were stored: per source, kind, channel and field, how often, and what stood there last.
//!
//! It is part of the world and shares its fate: written down with the snapshot, brought up to date by replay, made anew from all stored events when the
//! snapshot is of no use. So a count is of the time since the source's first stored event, which it says. Events of copies count as well: what a source
//! sends is its own affair. What was set aside from the numbers is not looked at; that has a list of its own.

use serde::{Deserialize, Serialize, Serializer};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};
use watchdeck_events::{Kind, Millis, line, unread};
use watchdeck_secret::{HIDDEN, Redactor};
use watchdeck_store::Stored;
use watchdeck_wire::views::{UnreadField, UnreadOf};

/// Fields kept apart, of one source. The one that was not seen for longest makes room, and is counted with the others from then on.
pub const KEPT: usize = 64;
/// The longest sample that is shown, in characters.
const SAMPLE: usize = 80;
/// The longest channel and the longest kind, in bytes.
const NAME: usize = 120;

/// See the [module docs](self).
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Unread {
    by_source: BTreeMap<Arc<str>, Of>,
}

/// One source's.
#[derive(Debug, Serialize, Deserialize)]
struct Of {
    since: Millis,
    fields: Vec<Field>,
    others: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Field {
    kind: Box<str>,
    channel: Box<str>,
    field: Box<str>,
    /// As it came. Masked whenever it leaves the memory: that is too dear for every event.
    #[serde(serialize_with = "masked")]
    sample: String,
    times: u64,
    first_at: Millis,
    last_at: Millis,
    seq: u64,
}

impl Unread {
    /// The next stored event, and what of it could not be read.
    pub fn count(&mut self, stored: &Stored, found: Vec<unread::Unread>) {
        let event = &stored.event;
        // What we say ourselves says nothing of how a source speaks.
        if Kind::is_own(event.kind.as_str()) {
            return;
        }
        let of = match self.by_source.get_mut(&event.source) {
            Some(of) => of,
            None => {
                let new = Of { since: event.received_at, fields: Vec::new(), others: 0 };
                self.by_source.entry(Arc::clone(&event.source)).or_insert(new)
            }
        };
        for unread in found {
            of.count(stored, unread);
        }
    }

    /// For the page; `None` while everything of the source could be read.
    #[must_use]
    pub fn view(&self, source: &str) -> Option<UnreadOf> {
        let of = self.by_source.get(source).filter(|of| !of.fields.is_empty())?;
        let mut fields: Vec<_> = of.fields.iter().map(Field::view).collect();
        fields.sort_by_key(|field| Reverse(field.seq));
        let times = fields.iter().fold(of.others, |sum, field| sum.saturating_add(field.times));
        Some(UnreadOf { source: source.to_owned(), since: of.since, times, fields, others: of.others })
    }
}

impl Of {
    fn count(&mut self, stored: &Stored, unread::Unread { field, sample }: unread::Unread) {
        let (seq, event) = (stored.seq, &stored.event);
        let at = event.received_at;
        let (kind, channel) = (cut(event.kind.as_str()), cut(event.channel.as_str()));
        let sample = if !sample.is_empty() && Redactor::names_a_secret(&field) { HIDDEN.to_owned() } else { sample };
        let same = |known: &&mut Field| *known.field == *field && *known.kind == *kind && *known.channel == *channel;
        if let Some(known) = self.fields.iter_mut().find(same) {
            known.times = known.times.saturating_add(1);
            (known.sample, known.last_at, known.seq) = (sample, at, seq);
            return;
        }
        if self.fields.len() >= KEPT
            && let Some((oldest, _)) = self.fields.iter().enumerate().min_by_key(|(_, known)| known.seq)
        {
            self.others = self.others.saturating_add(self.fields.swap_remove(oldest).times);
        }
        let (kind, channel, field) = (kind.into(), channel.into(), field.into());
        self.fields.push(Field { kind, channel, field, sample, times: 1, first_at: at, last_at: at, seq });
    }
}

impl Field {
    fn view(&self) -> UnreadField {
        UnreadField {
            kind: self.kind.to_string(),
            channel: self.channel.to_string(),
            field: self.field.to_string(),
            sample: clean(&self.sample),
            times: self.times,
            first_at: self.first_at,
            last_at: self.last_at,
            seq: self.seq,
        }
    }
}

fn masked<S: Serializer>(sample: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clean(sample))
}

/// What may be a secret is hidden first and the rest shortened after that: half a secret is known by nobody as one.
fn clean(sample: &str) -> String {
    line::of(&Redactor::default().clean(sample), SAMPLE).into_owned()
}

fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::{Catalogue, Channel, Conventions, Incoming, Payload};

    fn incoming(seq: u64, channel: &str, kind: &str) -> Incoming {
        Incoming {
            channel: Channel::from(channel),
            offset: None,
            id: None,
            server_at: Some(Millis(seq as i64)),
            kind: None,
            payload: Payload::from_json(format!(r#"{{"type":"{kind}","n":{seq}}}"#)),
        }
    }

    fn stored(seq: u64, channel: &str, kind: &str) -> Stored {
        let incoming = incoming(seq, channel, kind);
        Stored { seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"east".into(), Millis(seq as i64)) }
    }

    fn found(field: &str, sample: &str) -> Vec<unread::Unread> {
        vec![unread::Unread { field: field.into(), sample: sample.into() }]
    }

    #[test]
    fn a_flood_of_fields_is_bounded_and_every_value_stays_counted() {
        let mut unread = Unread::default();
        for seq in 1..=200 {
            unread.count(&stored(seq, &format!("channel-{seq}"), "order:status"), found("orderDate", "soon"));
        }
        let view = unread.view("east").unwrap();
        assert_eq!((view.fields.len(), view.others, view.times), (KEPT, 200 - KEPT as u64, 200), "what is not listed is counted");
        assert_eq!((view.fields[0].seq, view.fields[KEPT - 1].seq), (200, 201 - KEPT as u64), "the newest are listed, newest first");
        assert_eq!(view.since, Millis(1), "and the count is of all of them");
        let long = "x".repeat(10_000);
        unread.count(&stored(201, &long, "order:status"), found("amount", "a lot"));
        assert!(unread.view("east").unwrap().fields[0].channel.len() <= NAME);
    }

    #[test]
    fn it_is_known_since_when_all_was_well() {
        let mut unread = Unread::default();
        unread.count(&stored(1, "orders", "order:status"), Vec::new());
        assert_eq!(unread.view("east"), None, "nothing to list");
        unread.count(&stored(2, "orders", "watchdeck:gap"), found("from", "then"));
        assert_eq!(unread.view("east"), None, "our own markers say nothing of a source");
        unread.count(&stored(9, "orders", "order:status"), found("amount", "a lot"));
        let view = unread.view("east").unwrap();
        assert_eq!((view.since, view.fields[0].first_at), (Millis(1), Millis(9)));
    }

    #[test]
    fn a_secret_at_the_end_of_a_long_sample_is_hidden_whole() {
        let mut unread = Unread::default();
        for (seq, secret) in [(1, "6222021234567890123"), (2, "li.wei@example.com"), (3, "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl")] {
            let amount = format!("{} {secret}", "as agreed ".repeat(7).trim_end());
            let payload = serde_json::json!({ "type": "finance:payment", "recordType": "payment", "recordId": "r", "amount": amount });
            let incoming = Incoming { payload: Payload::from_json(payload.to_string()), ..incoming(seq, "finance", "") };
            let stored = Stored { seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"east".into(), Millis(seq as i64)) };
            unread.count(&stored, unread::of(&stored.event, Conventions::plain()));
            let sample = unread.view("east").unwrap().fields.remove(0).sample;
            assert!(sample.chars().count() <= SAMPLE && sample.contains(HIDDEN) && !sample.contains(&secret[..6]), "{sample}");
            let kept = serde_json::to_string(&unread).unwrap();
            assert!(!kept.contains(&secret[..6]), "{kept}");
        }
    }

    #[test]
    fn a_snapshot_and_a_page_have_no_secret() {
        let mut unread = Unread::default();
        unread.count(&stored(1, "orders", "order:status"), found("amount", "li.wei@example.com"));
        unread.count(&stored(2, "orders", "order:status"), found("sessionId", "hunter2"));
        unread.count(&stored(3, "orders", "order:status"), found("orderId", ""));
        let kept = serde_json::to_string(&unread).unwrap();
        assert!(!kept.contains("li.wei") && !kept.contains("hunter2"), "{kept}");
        let samples = |unread: &Unread| -> Vec<_> { unread.view("east").unwrap().fields.into_iter().map(|field| field.sample).collect() };
        assert_eq!(samples(&unread), ["", HIDDEN, HIDDEN], "what is missing has nothing to hide");
        assert_eq!(samples(&serde_json::from_str(&kept).unwrap()), samples(&unread), "and a restart changes nothing");
    }
}
