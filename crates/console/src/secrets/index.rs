//! Where each secret is. Documents of the store, without anything secret in them.

use super::name::{Name, Purpose};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_store::Document;
use watchdeck_wire::settings::SecretPlace;

/// Collection of the index.
pub(super) const COLLECTION: &str = "secrets";

/// Where one secret is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) place: SecretPlace,
    pub(super) slot: String,
    /// Slots that once held it, or may, and are to be emptied.
    #[serde(default)]
    pub(super) stale: Vec<(SecretPlace, String)>,
}

impl Entry {
    /// The entry for the next value: what held the last one is stale.
    pub(super) fn replaced(mut self) -> Self {
        if self.place != SecretPlace::None {
            self.stale.push((self.place, std::mem::take(&mut self.slot)));
        }
        Self { stale: self.stale, ..Self::default() }
    }

    /// It says nothing any more.
    pub(super) fn is_empty(&self) -> bool {
        self.place == SecretPlace::None && self.stale.is_empty()
    }
}

/// The document of an entry.
pub(super) fn document(name: &Name, entry: &Entry) -> Document {
    let body = serde_json::to_string(entry).expect("plain strings always serialise");
    let key = format!("{}:{}", name.purpose.as_str(), name.source);
    Document { collection: COLLECTION, key, body: Some(body).filter(|_| !entry.is_empty()) }
}

/// The index as it is stored.
pub(super) fn read(documents: Vec<(String, String)>) -> BTreeMap<Name, Entry> {
    let one = |(key, body): (String, String)| {
        let (purpose, source) = key.split_once(':')?;
        let purpose = Purpose::ALL.into_iter().find(|known| known.as_str() == purpose)?;
        let entry =
            serde_json::from_str(&body).inspect_err(|error| tracing::warn!(%error, key, "Where a secret is could not be read.")).ok()?;
        Some((Name::new(source, purpose), entry))
    };
    documents.into_iter().filter_map(one).collect()
}
