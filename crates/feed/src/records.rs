//! The records of all sources: read at a start, kept over the links' lives, written down now and then.
//!
//! A link ends when its profile is edited and with the program; what is known of its source does not. Timelines, malformed frames and clocks are
//! documents of the store, each written when it changed, several together.

use crate::{
    malformed::Frames,
    rhythm::Rhythm,
    seams::Seams,
    skew::Reading,
    source_clock::{Eras, SourceClock},
    source_stats::SourceStats,
    timeline::Timeline,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};
use watchdeck_contain::Hold as _;
use watchdeck_events::Event;
use watchdeck_store::{Document, Store};
use watchdeck_world::arrival::Arrival;

/// Collections of what outlives a run, keyed by source.
pub const TIMELINES: &str = "timelines";
/// See [`TIMELINES`].
pub const MALFORMED: &str = "malformed";
/// See [`TIMELINES`].
pub const CLOCKS: &str = "clocks";
/// See [`TIMELINES`].
const RHYTHMS: &str = "rhythms";

/// Every source's record, by its id.
pub struct Records {
    seams: Seams,
    records: Mutex<BTreeMap<String, Arc<SourceStats>>>,
    /// Removed by the user; what is written down of them is to be deleted.
    gone: Mutex<BTreeSet<String>>,
}

/// The clocks of all sources at one moment, for judging many events.
#[derive(Debug, Clone, Default)]
pub struct Clocks(HashMap<String, Eras>);

impl Clocks {
    /// How `event` came.
    pub fn arrival(&self, event: &Event) -> Arrival {
        self.0.get(&*event.source).map(|eras| eras.arrival(event)).unwrap_or_default()
    }
}

impl Records {
    /// As it was written down. What cannot be read is left out: it is a record of the past, and no reason not to start.
    pub async fn load(store: &Store, seams: &Seams) -> anyhow::Result<Self> {
        let mut timelines = read(store, TIMELINES).await?;
        let mut frames = read(store, MALFORMED).await?;
        let mut clocks = read(store, CLOCKS).await?;
        let mut rhythms = read(store, RHYTHMS).await?;
        let ids: BTreeSet<String> = [timelines.keys().cloned().collect::<Vec<_>>(), frames.keys().cloned().collect()]
            .into_iter()
            .chain([clocks.keys().cloned().collect(), rhythms.keys().cloned().collect()])
            .flatten()
            .collect();
        let records = ids
            .into_iter()
            .map(|id| {
                let stats = SourceStats::with(
                    SourceClock::load(clocks.remove(&id).unwrap_or_default()),
                    Timeline::load(timelines.remove(&id).unwrap_or_default()),
                    Frames::load(frames.remove(&id).unwrap_or_default()),
                    Rhythm::load(seams.calendar(), rhythms.remove(&id).unwrap_or_default()),
                );
                (id, Arc::new(stats))
            })
            .collect();
        Ok(Self { seams: seams.clone(), records: Mutex::new(records), gone: Mutex::default() })
    }

    /// Both of our clocks, now.
    pub fn now(&self) -> Reading {
        Reading::of(&*self.seams.clock)
    }

    /// The record of a source; a new one where there is none.
    pub fn of(&self, id: &str) -> Arc<SourceStats> {
        let new = || Arc::new(SourceStats::new(self.seams.calendar()));
        Arc::clone(self.records().entry(id.to_owned()).or_insert_with(new))
    }

    /// Of all other sources nothing is shown any more. Their clocks stay written down: rows of them may still be looked at.
    pub fn keep_only(&self, ids: &[&str]) {
        let records = self.records();
        let gone: Vec<String> = records.keys().filter(|id| !ids.contains(&id.as_str())).cloned().collect();
        for id in &gone {
            if let Some(stats) = records.get(id) {
                stats.forget();
            }
        }
        self.gone().extend(gone);
    }

    /// Time passed, for every source. Answers whether that changed what is known of one.
    pub fn tick(&self) -> bool {
        let now = self.now();
        self.records().values().fold(false, |changed, stats| stats.tick(now) | changed)
    }

    /// For judging events.
    pub fn clocks(&self) -> Clocks {
        Clocks(self.records().iter().map(|(id, stats)| (id.clone(), stats.clock().eras())).collect())
    }

    /// What changed and is to be stored. `always` with the clocks, at the end of a run: they know until when they held.
    pub fn take_dirty(&self, always: bool) -> Vec<Document> {
        let mut documents = Vec::new();
        let empty = |collection, key: &str| Document { collection, key: key.to_owned(), body: None };
        for id in std::mem::take(&mut *self.gone()) {
            documents.extend([TIMELINES, MALFORMED, RHYTHMS].map(|collection| empty(collection, &id)));
        }
        for (id, stats) in &*self.records() {
            documents.extend(stats.timeline().take_dirty().and_then(|steps| document(TIMELINES, id, &steps)));
            documents.extend(stats.frames().take_dirty().and_then(|frames| document(MALFORMED, id, &frames)));
            documents.extend(stats.rhythm().take_dirty().and_then(|pauses| document(RHYTHMS, id, &pauses)));
            documents.extend(stats.clock().take_dirty(always).and_then(|eras| document(CLOCKS, id, &eras)));
        }
        documents
    }

    /// What was taken to be stored was not.
    pub fn put_back(&self, documents: &[Document]) {
        for document in documents {
            if document.body.is_none() && [TIMELINES, MALFORMED, RHYTHMS].contains(&document.collection) {
                self.gone().insert(document.key.clone());
                continue;
            }
            let Some(stats) = self.records().get(&document.key).cloned() else { continue };
            match document.collection {
                TIMELINES => stats.timeline().put_back(),
                MALFORMED => stats.frames().put_back(),
                CLOCKS => stats.clock().put_back(),
                RHYTHMS => stats.rhythm().put_back(),
                _ => {}
            }
        }
    }

    fn gone(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.gone.hold()
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<String, Arc<SourceStats>>> {
        self.records.hold()
    }
}

async fn read<T: DeserializeOwned>(store: &Store, collection: &str) -> anyhow::Result<BTreeMap<String, T>> {
    let read = |(key, body): (String, String)| match serde_json::from_str(&body) {
        Ok(value) => Some((key, value)),
        Err(error) => {
            tracing::warn!(%error, collection, key, "A source's record could not be read and is begun anew.");
            None
        }
    };
    Ok(store.documents(collection).await?.into_iter().filter_map(read).collect())
}

fn document<T: Serialize>(collection: &'static str, key: &str, value: &T) -> Option<Document> {
    // Plain texts and numbers always serialise.
    Some(Document { collection, key: key.to_owned(), body: Some(serde_json::to_string(value).ok()?) })
}
