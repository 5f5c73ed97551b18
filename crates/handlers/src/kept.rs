//! How far a handler is, as it is stored: beside its checkpoint, which says up to where everything is done, what is done beyond it.

use crate::report::Wish;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_store::{Document, Store, StoreError};

/// Collection of these, keyed by handler.
const COLLECTION: &str = "handlers";
/// What is written now.
const VERSION: u32 = 1;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    version: u32,
    #[serde(default)]
    wish: Wish,
    /// Everything up to here was looked at, and is done but for `open`.
    upto: u64,
    #[serde(default)]
    open: Vec<Open>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Open {
    seq: u64,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    first_at: Option<Millis>,
}

/// Failures of events that are not done, by number.
pub(crate) type Unfinished = BTreeMap<u64, (u32, Option<Millis>)>;

/// Where a handler goes on.
#[derive(Debug, Default)]
pub(crate) struct Begin {
    pub(crate) wish: Wish,
    /// Everything up to here is done.
    pub(crate) floor: u64,
    /// Up to here only what is in `open` is not.
    pub(crate) upto: u64,
    pub(crate) open: Unfinished,
}

impl Begin {
    /// At a place, whatever was done before.
    pub(crate) fn at(floor: u64, wish: Wish) -> Self {
        Self { wish, floor, upto: floor, open: Unfinished::new() }
    }

    /// As it was stored; `None` when this handler was never heard of.
    pub(crate) async fn load(store: &Store, name: &str) -> Result<Option<Self>, StoreError> {
        let floor = store.checkpoint(name).await?;
        let documents = store.documents(COLLECTION).await?;
        let kept = documents.into_iter().find(|(key, _)| key == name).and_then(|(_, body)| {
            serde_json::from_str::<Kept>(&body)
                .inspect_err(|error| tracing::warn!(%error, name, "How far a handler is could not be read."))
                .ok()
        });
        Ok(match kept {
            None if floor == 0 => None,
            None => Some(Self::at(floor, Wish::default())),
            // A checkpoint that is beyond what was looked at was moved by somebody else.
            Some(Kept { wish, upto, .. }) if upto < floor => Some(Self::at(floor, wish)),
            Some(Kept { wish, upto, open, .. }) => {
                let open = open.into_iter().map(|one| (one.seq, (one.failures, one.first_at))).collect();
                Some(Self { wish, floor, upto, open })
            }
        })
    }
}

/// How far a handler is, to be stored with its checkpoint.
pub(crate) fn document(name: &str, wish: Wish, upto: u64, open: impl Iterator<Item = (u64, u32, Option<Millis>)>) -> Document {
    let open = open.map(|(seq, failures, first_at)| Open { seq, failures, first_at }).collect();
    let body = serde_json::to_string(&Kept { version: VERSION, wish, upto, open }).expect("plain numbers can always be written");
    Document { collection: COLLECTION, key: name.to_owned(), body: Some(body) }
}
