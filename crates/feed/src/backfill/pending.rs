//! The gaps that wait to be filled, and when each is tried. Pure: the time is an argument.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use watchdeck_client::{History, Profile, Secret};
use watchdeck_events::{Kind, Millis, erp::View};
use watchdeck_store::{Document, Stored};

/// Collection of the gaps that wait.
pub(super) const COLLECTION: &str = "gaps";
/// Older gaps stay gaps: no history that we know reaches further back. ms
const KEPT: i64 = 7 * 24 * 3_600_000;
/// First and longest wait between tries, ms.
const BACKOFF: (i64, i64) = (2_000, 300_000);

/// A stretch in which events may be missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Gap {
    pub(super) source: String,
    pub(super) channel: Option<String>,
    pub(super) from: Millis,
    pub(super) to: Millis,
}

impl Gap {
    fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.source, self.channel.as_deref().unwrap_or("*"), self.from.0, self.to.0)
    }
}

/// The document that is no more when the gap is filled.
pub(super) fn gone(gap: &Gap) -> Document {
    Document { collection: COLLECTION, key: gap.key(), body: None }
}

/// What a history is asked with.
type With = (Option<Secret>, Option<History>);

/// When a gap is tried.
#[derive(Debug, Clone, Default)]
struct Turn {
    busy: bool,
    failures: u32,
    not_before: Option<Millis>,
}

/// All that wait.
#[derive(Debug, Default)]
pub(super) struct Pending {
    gaps: BTreeMap<Gap, Turn>,
    /// By source, what its history refused. It is not tried again with that.
    refused: BTreeMap<String, With>,
    /// To be written down, or struck off.
    dirty: BTreeSet<Gap>,
}

impl Pending {
    pub(super) fn load(documents: Vec<(String, String)>) -> Self {
        let one = |(key, body): (String, String)| {
            serde_json::from_str::<Gap>(&body).inspect_err(|error| tracing::warn!(%error, key, "A gap that waits could not be read.")).ok()
        };
        Self { gaps: documents.into_iter().filter_map(one).map(|gap| (gap, Turn::default())).collect(), ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Look at a stored event. Answers whether something is to be noted.
    pub(super) fn see(&mut self, stored: &Stored, now: Millis) -> bool {
        let event = &stored.event;
        if ![Kind::GAP, Kind::GAP_FILLED].contains(&event.kind.as_str()) {
            return false;
        }
        let gap = |channel: Option<String>, from, to| Gap { source: event.source.to_string(), channel, from, to };
        match View::of(event) {
            Some(View::Gap(seen)) if now.since(seen.to) <= KEPT && seen.from < seen.to => {
                let gap = gap(seen.channel.map(Into::into), seen.from, seen.to);
                let new = !self.gaps.contains_key(&gap);
                if new {
                    self.gaps.insert(gap.clone(), Turn::default());
                    self.dirty.insert(gap);
                }
                new
            }
            Some(View::GapFilled(seen)) => {
                let gap = gap(seen.channel.map(Into::into), seen.from, seen.to);
                // One that is being filled right now was struck off in the transaction that brought this marker.
                let waited = self.gaps.get(&gap).is_some_and(|turn| !turn.busy);
                if waited {
                    self.gaps.remove(&gap);
                    self.dirty.insert(gap);
                }
                waited
            }
            _ => false,
        }
    }

    /// Give up what is too old. Answers whether something is to be noted.
    pub(super) fn expire(&mut self, now: Millis) -> bool {
        let old: Vec<Gap> =
            self.gaps.iter().filter(|(gap, turn)| !turn.busy && now.since(gap.to) > KEPT).map(|(gap, _)| gap.clone()).collect();
        let any = !old.is_empty();
        for gap in old {
            self.gaps.remove(&gap);
            self.dirty.insert(gap);
        }
        any
    }

    /// What is to be written down.
    pub(super) fn documents(&self) -> Vec<Document> {
        let one = |gap: &Gap| {
            let body = self.gaps.contains_key(gap).then(|| serde_json::to_string(gap).expect("plain values always serialise"));
            Document { body, ..gone(gap) }
        };
        self.dirty.iter().map(one).collect()
    }

    /// It was written down.
    pub(super) fn noted(&mut self) {
        self.dirty.clear();
    }

    /// The oldest gap of this source that may be tried now. It counts as being tried from here on; one at a time per source.
    pub(super) fn due(&mut self, profile: &Profile, now: Millis) -> Option<Gap> {
        let with = (profile.token.clone(), profile.history.clone());
        if self.refused.get(&*profile.id).is_some_and(|refused| *refused == with) {
            return None;
        }
        self.refused.remove(&*profile.id);
        let mine = |gap: &&Gap| *gap.source == *profile.id;
        if self.gaps.iter().any(|(gap, turn)| mine(&gap) && turn.busy) {
            return None;
        }
        let ready = |turn: &Turn| turn.not_before.is_none_or(|at| at <= now);
        let gap = self.gaps.iter().filter(|(gap, turn)| mine(gap) && ready(turn)).map(|(gap, _)| gap).min_by_key(|gap| gap.from)?.clone();
        self.gaps.get_mut(&gap)?.busy = true;
        Some(gap)
    }

    /// It is filled, and its document is gone with it.
    pub(super) fn filled(&mut self, gap: &Gap) {
        self.gaps.remove(gap);
        self.dirty.remove(gap);
    }

    /// Trying again with the same token and the same address is no use, for this gap or any other of the source.
    pub(super) fn needs_login(&mut self, gap: &Gap, profile: &Profile) {
        self.refused.insert(gap.source.clone(), (profile.token.clone(), profile.history.clone()));
        if let Some(turn) = self.gaps.get_mut(gap) {
            *turn = Turn::default();
        }
    }

    /// It is tried again later, and later each time.
    pub(super) fn failed(&mut self, gap: &Gap, now: Millis) {
        let Some(turn) = self.gaps.get_mut(gap) else { return };
        let wait = BACKOFF.0.saturating_mul(1 << turn.failures.min(16)).min(BACKOFF.1);
        *turn = Turn { failures: turn.failures + 1, not_before: Some(now.plus(wait)), ..Turn::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use watchdeck_client::Dialect;
    use watchdeck_events::{Catalogue, Channel, GapReason, Incoming, Payload};

    /// Large enough not to be read as seconds.
    fn at(ms: i64) -> Millis {
        Millis(1_795_000_000_000 + ms)
    }

    fn stored(payload: String) -> Stored {
        let incoming = Incoming {
            channel: Channel::from("system"),
            offset: None,
            id: None,
            server_at: Some(at(0)),
            kind: None,
            payload: Payload::from_json(payload),
        };
        Stored { seq: 1, offset: 0, event: Catalogue::builtin().normalise(incoming, &Arc::from("east"), at(0)) }
    }

    fn marker(from: i64, to: i64) -> Stored {
        stored(watchdeck_world::rows::gap_payload(None, at(from), at(to), GapReason::NotReplayable))
    }

    fn filled(from: i64, to: i64) -> Stored {
        stored(format!(
            r#"{{"type":"{}","source":"east","channel":null,"from":{},"to":{},"events":3}}"#,
            Kind::GAP_FILLED,
            at(from).0,
            at(to).0
        ))
    }

    fn profile(token: &str) -> Profile {
        let history = History { path: "/events".into(), every: std::time::Duration::from_secs(15) };
        Profile { token: Some(token.into()), history: Some(history), ..Profile::new("east", "ws://h/", Dialect::ERP) }
    }

    #[test]
    fn what_is_noted_survives_a_restart_and_what_is_filled_is_struck_off() {
        let mut pending = Pending::default();
        assert!(pending.see(&marker(10, 20), at(30)) && pending.see(&marker(40, 50), at(60)));
        assert!(!pending.see(&marker(10, 20), at(70)), "seen before");
        let documents = pending.documents().into_iter().map(|document| (document.key, document.body.unwrap())).collect();
        let mut again = Pending::load(documents);
        assert!(again.see(&filled(10, 20), at(80)), "filled by an earlier run that could not note it");
        assert_eq!(again.due(&profile("t"), at(80)).unwrap().from, at(40));
        assert_eq!(again.documents().len(), 1);
        assert_eq!(again.documents()[0].body, None);
    }

    #[test]
    fn one_gap_per_source_is_tried_at_a_time_oldest_first_and_later_after_each_failure() {
        let mut pending = Pending::default();
        pending.see(&marker(40, 50), at(60));
        pending.see(&marker(10, 20), at(60));
        let first = pending.due(&profile("t"), at(100)).unwrap();
        assert_eq!(first.from, at(10));
        assert!(pending.due(&profile("t"), at(100)).is_none(), "one at a time");
        pending.failed(&first, at(100));
        let second = pending.due(&profile("t"), at(100)).unwrap();
        assert_eq!(second.from, at(40), "a gap that fails does not hold up the others");
        pending.filled(&second);
        assert!(pending.due(&profile("t"), at(1_000)).is_none(), "not at once");
        let mut clock = at(100);
        for wait in [2_000, 4_000, 8_000] {
            clock = clock.plus(wait);
            let again = pending.due(&profile("t"), clock).unwrap();
            pending.failed(&again, clock);
        }
        assert!(pending.due(&profile("t"), clock.plus(15_000)).is_none());
    }

    #[test]
    fn a_refused_token_is_not_tried_again_and_a_new_one_is_at_once() {
        let mut pending = Pending::default();
        pending.see(&marker(10, 20), at(60));
        pending.see(&marker(40, 50), at(60));
        let gap = pending.due(&profile("old"), at(100)).unwrap();
        pending.needs_login(&gap, &profile("old"));
        pending.see(&marker(70, 80), at(90));
        assert!(pending.due(&profile("old"), at(10_000_000)).is_none(), "no storm of refusals, not by another gap either");
        assert_eq!(pending.due(&profile("new"), at(101)).unwrap(), gap);
    }

    #[test]
    fn a_gap_that_no_history_reaches_is_given_up() {
        let mut pending = Pending::default();
        let late = at(20 + KEPT + 1);
        assert!(!pending.see(&marker(10, 20), late), "too old to begin with");
        pending.see(&marker(10, 20), at(30));
        assert!(pending.expire(late) && pending.is_empty());
        assert_eq!(pending.documents()[0].body, None, "and not looked for again after a restart");
    }
}
