//! Events that could not be dealt with, set aside by number.
//!
//! One that brought a part of the console down is not handed to that part again: not now, not at the next start, not in a replay. It stays in the
//! store like every other, and what is known of it (which part, in which words) is kept for a person to look at.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use watchdeck_events::{Event, Millis};
use watchdeck_store::Document;
use watchdeck_wire::views::{SetAside, SetAsideBy};

/// Collection of the stored notes, keyed by sequence number.
pub(crate) const COLLECTION: &str = "set_aside";
/// Notes kept. Older ones are passed by every snapshot.
const KEPT: usize = 1_000;
/// Longest reason and longest sample, in bytes.
const LONGEST: usize = 400;

/// A note as it is stored, apart from what the window is told.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    at: Millis,
    /// Who could not deal with it: `numbers`, `alerts`, …
    by: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    sample: String,
}

impl Kept {
    fn of(note: &SetAside) -> Self {
        let SetAside { at, seq: _, by, source, kind, channel, reason, sample } = note.clone();
        let by = serde_json::to_value(by).ok().and_then(|by| by.as_str().map(str::to_owned)).unwrap_or_default();
        Self { at, by, source, kind, channel, reason, sample }
    }

    fn note(self, seq: u64) -> SetAside {
        let Self { at, by, source, kind, channel, reason, sample } = self;
        // Whoever this version does not know looks at it no more than the rules do.
        let by = serde_json::from_value(by.into()).unwrap_or(SetAsideBy::Alerts);
        SetAside { at, seq: Some(seq), by, source, kind, channel, reason, sample }
    }
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(crate) struct Asides {
    by_seq: BTreeMap<u64, SetAside>,
    dirty: BTreeSet<u64>,
}

impl Asides {
    /// As they were written down.
    pub(crate) fn load(documents: Vec<(String, String)>) -> Self {
        let read = |(key, body): (String, String)| match (key.parse(), serde_json::from_str::<Kept>(&body)) {
            (Ok(seq), Ok(kept)) => Some((seq, kept.note(seq))),
            _ => {
                tracing::warn!(key, "A note of an event that was set aside could not be read.");
                None
            }
        };
        Self { by_seq: documents.into_iter().filter_map(read).collect(), dirty: BTreeSet::new() }
    }

    /// Set an event aside. `sample`: how it begins, masked.
    pub(crate) fn add(&mut self, seq: u64, event: &Event, by: SetAsideBy, reason: &str, sample: &str, at: Millis) {
        let note = SetAside {
            at,
            seq: Some(seq),
            by,
            source: event.source.to_string(),
            kind: event.kind.to_string(),
            channel: event.channel.to_string(),
            reason: cut(reason),
            sample: cut(sample),
        };
        tracing::error!(seq, kind = note.kind, channel = note.channel, ?by, reason, "An event could not be dealt with and was set aside.");
        // What it did to the numbers counts for more than what it did to the alerts: that one is skipped in a replay.
        let keeps = self.by_seq.get(&seq).is_some_and(|known| known.by == SetAsideBy::Numbers);
        if !keeps {
            self.by_seq.insert(seq, note);
            self.dirty.insert(seq);
        }
        while self.by_seq.len() > KEPT
            && let Some((oldest, _)) = self.by_seq.pop_first()
        {
            self.dirty.insert(oldest);
        }
    }

    /// Whether the numbers are computed without this event.
    pub(crate) fn is_out(&self, seq: u64) -> bool {
        self.by_seq.get(&seq).is_some_and(|note| note.by == SetAsideBy::Numbers)
    }

    /// Whether anything is known of this event: no rule looks at it again.
    pub(crate) fn is_known(&self, seq: u64) -> bool {
        self.by_seq.contains_key(&seq)
    }

    /// Take the notes of these back: they are dealt with once more.
    pub(crate) fn take_back(&mut self, seqs: &BTreeSet<u64>) {
        self.by_seq.retain(|seq, _| !seqs.contains(seq));
        self.dirty.extend(seqs);
    }

    /// All of one part, newest first.
    pub(crate) fn by(&self, by: SetAsideBy) -> impl Iterator<Item = &SetAside> {
        self.by_seq.values().rev().filter(move |note| note.by == by)
    }

    /// How many there are of a source.
    pub(crate) fn of(&self, source: &str) -> u64 {
        self.by_seq.values().filter(|note| note.source == source).count() as u64
    }

    /// Newest first.
    pub(crate) fn newest(&self, most: usize) -> Vec<SetAside> {
        self.by_seq.values().rev().take(most).cloned().collect()
    }

    /// What is to be stored.
    pub(crate) fn take_dirty(&mut self) -> Vec<Document> {
        let one = |seq: u64| {
            let body = self.by_seq.get(&seq).and_then(|note| serde_json::to_string(&Kept::of(note)).ok());
            Document { collection: COLLECTION, key: seq.to_string(), body }
        };
        std::mem::take(&mut self.dirty).into_iter().map(one).collect()
    }

    /// What was taken to be stored was not.
    pub(crate) fn put_back(&mut self, documents: &[Document]) {
        let ours = documents.iter().filter(|document| document.collection == COLLECTION);
        self.dirty.extend(ours.filter_map(|document| document.key.parse::<u64>().ok()));
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::{Catalogue, Channel, Incoming, Payload};

    fn event() -> Event {
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: None,
            server_at: Some(Millis(1)),
            kind: None,
            payload: Payload::from_json(r#"{"type":"inventory:change"}"#),
        };
        Catalogue::builtin().normalise(incoming, &"east".into(), Millis(1))
    }

    #[test]
    fn what_was_set_aside_is_known_after_a_restart() {
        let mut asides = Asides::default();
        asides.add(7, &event(), SetAsideBy::Numbers, "it overflowed", "{}", Millis(1));
        asides.add(7, &event(), SetAsideBy::Alerts, "again", "{}", Millis(1));
        asides.add(9, &event(), SetAsideBy::Alerts, &"瓷".repeat(500), "{}", Millis(1));
        let documents = asides.take_dirty();
        let stored = documents.into_iter().map(|document| (document.key, document.body.expect("a note"))).collect();
        let asides = Asides::load(stored);
        assert!(asides.is_out(7) && !asides.is_out(9) && asides.is_known(9) && !asides.is_known(8));
        let newest = asides.newest(10);
        assert_eq!((newest[0].seq, newest[1].reason.as_str(), asides.of("east")), (Some(9), "it overflowed", 2));
        assert!(newest[0].reason.len() <= LONGEST);
    }

    #[test]
    fn a_note_of_another_version_is_read_as_far_as_it_goes() {
        let stored = [
            (7, r#"{"at":1,"seq":7,"by":"numbers","source":"east","kind":"k","channel":"c","reason":"r","sample":"{}"}"#),
            (9, r#"{"at":1,"by":"somebody","more":[]}"#),
        ];
        let asides = Asides::load(stored.map(|(seq, body): (u64, &str)| (seq.to_string(), body.to_owned())).into());
        assert!(asides.is_out(7) && asides.is_known(9) && !asides.is_out(9));
    }

    #[test]
    fn a_storm_of_them_is_bounded_and_the_oldest_go_from_the_store_too() {
        let mut asides = Asides::default();
        for seq in 0..KEPT as u64 + 5 {
            asides.add(seq, &event(), SetAsideBy::Numbers, "no", "{}", Millis(1));
        }
        let gone = asides.take_dirty().into_iter().filter(|document| document.body.is_none()).count();
        assert_eq!((asides.newest(usize::MAX).len(), gone), (KEPT, 5));
    }
}
