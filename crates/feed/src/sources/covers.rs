//! Since when what is stored of a source is whole: from its first look on. A number that says more than that says since when.

use super::profile::{first_since, spoken};
use crate::seams::Seams;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_store::{Document, Store, StoreError};
use watchdeck_wire::settings::Source;

/// Collection of the notes, keyed by source.
const COLLECTION: &str = "covers";

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct Covers {
    since: Mutex<BTreeMap<String, Millis>>,
    dirty: Mutex<BTreeSet<String>>,
}

impl Covers {
    /// As it was written down.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let read = |(id, body): (String, String)| Some((id, serde_json::from_str(&body).ok()?));
        let since = store.documents(COLLECTION).await?.into_iter().filter_map(read).collect();
        Ok(Self { since: Mutex::new(since), dirty: Mutex::default() })
    }

    /// A source is followed for the first time: a gateway tells the day, the others tell what happens from now on.
    pub(super) fn begins(&self, source: &Source, seams: &Seams) {
        let since = if spoken(source).replays() { first_since(seams) } else { seams.now() };
        self.since.hold().insert(source.id.clone(), since);
        self.dirty.hold().insert(source.id.clone());
    }

    /// `None`: everything there ever was, as far as known.
    pub fn since(&self, id: &str) -> Option<Millis> {
        self.since.hold().get(id).copied()
    }

    /// What is to be stored.
    pub(super) fn take_dirty(&self) -> Vec<Document> {
        let since = self.since.hold();
        let one = |id: String| {
            let body = since.get(&id).and_then(|since| serde_json::to_string(since).ok());
            Document { collection: COLLECTION, key: id, body }
        };
        std::mem::take(&mut *self.dirty.hold()).into_iter().map(one).collect()
    }
}
