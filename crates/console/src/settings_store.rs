//! Settings in the store: read at start, checked and written when they change.

use crate::{
    api::settings::{Settings, Source},
    error::CommandError,
};
use anyhow::Context as _;
use std::collections::BTreeSet;
use watchdeck_store::{Batch, Document, Store};

const COLLECTION: &str = "settings";
const KEY: &str = "settings";

pub(crate) async fn load(store: &Store) -> anyhow::Result<Settings> {
    let documents = store.documents(COLLECTION).await?;
    let Some((_, body)) = documents.into_iter().find(|(key, _)| key == KEY) else { return Ok(Settings::default()) };
    serde_json::from_str(&body).context("the stored settings cannot be read; they were written by another version of Watchdeck")
}

pub(crate) async fn save(store: &Store, settings: &Settings) -> Result<(), CommandError> {
    let body = serde_json::to_string(settings).map_err(anyhow::Error::from)?;
    let document = Document { collection: COLLECTION, key: KEY.to_owned(), body: Some(body) };
    store.append(Batch { documents: vec![document], ..Batch::default() }).await?;
    Ok(())
}

/// Settings as they may be shown: tokens stay here.
pub(crate) fn without_tokens(settings: &Settings) -> Settings {
    let sources = settings.sources.iter().map(|source| Source { token: None, ..source.clone() }).collect();
    Settings { sources, ..settings.clone() }
}

/// New settings with the tokens that they leave out, or why they cannot be used.
pub(crate) fn merge(new: Settings, old: &Settings) -> Result<Settings, CommandError> {
    let mut ids = BTreeSet::new();
    for source in &new.sources {
        check_source(source)?;
        if !ids.insert(&source.id) {
            return Err(CommandError::invalid(format!("two sources have the id {}", source.id)));
        }
    }
    let thresholds = new.product_thresholds.values().chain([&new.low_stock_threshold]);
    if thresholds.into_iter().any(|threshold| !threshold.is_finite() || *threshold < 0.0) {
        return Err(CommandError::invalid("a stock threshold must be zero or more"));
    }
    if new.stuck_after_minutes == 0 || new.stale_after_seconds < 5 {
        return Err(CommandError::invalid("orders can be stuck after 1 minute at the earliest, and a feed stale after 5 seconds"));
    }
    let sources = new.sources.into_iter().map(|source| with_token(source, old)).collect();
    Ok(Settings { sources, ..new })
}

/// A source whose absent token is the stored one, as long as it still goes to the same place.
pub(crate) fn with_token(source: Source, old: &Settings) -> Source {
    let stored = || old.sources.iter().find(|known| known.id == source.id && known.url == source.url).and_then(|known| known.token.clone());
    let token = source.token.clone().or_else(stored);
    Source { token, ..source }
}

pub(crate) fn check_source(source: &Source) -> Result<(), CommandError> {
    if source.id.trim().is_empty() || source.name.trim().is_empty() {
        return Err(CommandError::invalid("a source needs a name"));
    }
    let secure_enough = ["ws://", "wss://", "http://", "https://"].iter().any(|scheme| source.url.starts_with(scheme));
    if !source.demo && !secure_enough {
        return Err(CommandError::invalid(format!("the address of {} must begin with ws:// or wss://", source.name)));
    }
    Ok(())
}
