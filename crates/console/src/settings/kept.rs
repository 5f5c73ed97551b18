//! Settings in the store: the document of the settings, and the ids that are taken for good.

use super::{
    parted::without_secrets,
    understand::{self, Beyond},
};
use crate::error::CommandError;
use anyhow::Context as _;
use std::collections::BTreeMap;
use watchdeck_store::{Document, Store};
use watchdeck_wire::settings::Settings;

const COLLECTION: &str = "settings";
const KEY: &str = "settings";
/// The addresses of removed sources, by id: an id that events carry is not given to another server.
const RETIRED: &str = "retired";

/// What is stored. Whoever changes the settings holds it meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) settings: Settings,
    pub(crate) retired: BTreeMap<String, String>,
    /// What another version set and this one does not know.
    pub(crate) beyond: Beyond,
}

pub(crate) async fn load(store: &Store) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    for (key, body) in store.documents(COLLECTION).await? {
        match key.as_str() {
            KEY => {
                (kept.settings, kept.beyond) =
                    understand::read(&body).context("the stored settings cannot be read; they are no settings of Watchdeck")?;
                let unknown = kept.beyond.names();
                if !unknown.is_empty() {
                    tracing::warn!(?unknown, "Settings of another version are kept and not used.");
                }
            }
            RETIRED => kept.retired = serde_json::from_str(&body).context("the stored list of removed sources cannot be read")?,
            _ => {}
        }
    }
    Ok(kept)
}

impl Kept {
    /// What to commit so that the settings are these.
    pub(crate) fn document(&self, settings: &Settings) -> Result<Document, CommandError> {
        let body = self.beyond.document(&without_secrets(settings))?;
        Ok(Document { collection: COLLECTION, key: KEY.to_owned(), body: Some(body) })
    }
}

/// The addresses of removed sources, by id.
#[derive(Debug)]
pub(crate) struct Retired(pub(crate) BTreeMap<String, String>);

impl Retired {
    pub(crate) fn document(&self) -> Result<Document, CommandError> {
        Ok(Document { collection: COLLECTION, key: RETIRED.to_owned(), body: Some(serde_json::to_string(&self.0)?) })
    }
}
