//! Until when each source is known to have been listened to, kept over restarts: where a server cannot replay, the gap begins there.
//!
//! The newest stored event would not do: a quiet source has none for hours, and events fetched from a history were not heard when they are
//! stored. So the last sign of life of a live link is noted now and then, and when it ends. After a crash the note is a little older than the
//! truth, which makes the gap a little longer than it was, never shorter. For the same reason a sign is noted one look after it was seen: by then
//! the marker of the gap before it is in the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};
use watchdeck_client::{State, Status};
use watchdeck_contain::Hold as _;
use watchdeck_events::{Kind, Millis};
use watchdeck_filter::Plan;
use watchdeck_store::{Document, Query, Store};

/// Collection of the notes.
const COLLECTION: &str = "listened";
/// Where there is no note yet, among how many of the newest events a source's own newest is looked for.
const NEWEST_WITHIN: u64 = 100_000;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Listened(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    /// Seen at the last look.
    seen: BTreeMap<String, Millis>,
    until: BTreeMap<String, Millis>,
    dirty: BTreeSet<String>,
}

impl Listened {
    /// What is known of a source.
    pub(super) async fn until(&self, store: &Store, id: &str) -> Option<Millis> {
        if let Some(noted) = self.notes().until.get(id) {
            return Some(*noted);
        }
        let stored = store.documents(COLLECTION).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "Until when the sources were listened to could not be read.");
            Vec::new()
        });
        let noted = stored.into_iter().find(|(key, _)| key == id).and_then(|(_, body)| serde_json::from_str(&body).ok());
        match noted {
            Some(noted) => Some(noted),
            None => newest(store, id).await,
        }
    }

    /// The link says this of itself; it is looked at again.
    pub(super) fn look(&self, id: &str, status: &Status) {
        let mut notes = self.notes();
        if let Some(seen) = notes.seen.remove(id) {
            notes.note(id, seen);
        }
        notes.seen.extend(sign(status).map(|sign| (id.to_owned(), sign)));
    }

    /// This is the last that the link said of itself, and everything it delivered is stored.
    pub(super) fn last(&self, id: &str, status: &Status) {
        let mut notes = self.notes();
        let seen = notes.seen.remove(id);
        if let Some(sign) = sign(status).or(seen) {
            notes.note(id, sign);
        }
    }

    /// What is to be stored.
    pub(super) fn take_dirty(&self) -> Vec<Document> {
        let mut notes = self.notes();
        let dirty = std::mem::take(&mut notes.dirty);
        let one = |id: String| {
            let body = notes.until.get(&id).and_then(|until| serde_json::to_string(until).ok());
            Document { collection: COLLECTION, key: id, body }
        };
        dirty.into_iter().map(one).collect()
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.0.hold()
    }
}

impl Notes {
    fn note(&mut self, id: &str, sign: Millis) {
        if self.until.insert(id.to_owned(), sign) != Some(sign) {
            self.dirty.insert(id.to_owned());
        }
    }
}

/// The newest sign of a link that is live: only then it listens for certain.
fn sign(status: &Status) -> Option<Millis> {
    status.last_frame_at.filter(|_| status.state == State::Live)
}

/// When the newest event was received that this source delivered by itself.
async fn newest(store: &Store, id: &str) -> Option<Millis> {
    let heard = Plan::source(id).and(Plan::Not(Box::new(Plan::kinds([Kind::GAP, Kind::GAP_FILLED]))));
    let page = store.page(Query { limit: 1, max_read: NEWEST_WITHIN, ..Query::of(heard) }).await.ok()?;
    page.events.first().map(|stored| stored.event.received_at)
}
