//! The projections written down, so that a start does not replay everything.

use crate::{SNAPSHOT_VERSION, World, realms::Realms};
use watchdeck_events::Catalogue;
use watchdeck_store::{Document, Store};

const COLLECTION: &str = "snapshot";

/// The document that holds `world`; `None` (and a line in the log) when it cannot be written down.
pub fn document(world: &World) -> Option<Document> {
    match serde_json::to_string(world) {
        Ok(body) => Some(Document { collection: COLLECTION, key: SNAPSHOT_VERSION.to_string(), body: Some(body) }),
        Err(error) => {
            tracing::warn!(%error, "The projections cannot be written down.");
            None
        }
    }
}

/// The projections as last written down. Unreadable, of another version, ahead of the store, of sources that were grouped in another way, or of events that were read in another way: computed
/// anew by replay.
pub async fn load(store: &Store, realms: Realms) -> anyhow::Result<World> {
    let documents = store.documents(COLLECTION).await?;
    let Some((_, body)) = documents.into_iter().find(|(key, _)| *key == SNAPSHOT_VERSION.to_string()) else { return Ok(World::of(realms)) };
    match serde_json::from_str::<World>(&body) {
        Ok(world) if world.cursor <= store.head() && world.realms == realms && world.way == Catalogue::current().way() => Ok(world),
        Ok(_) => Ok(World::of(realms)),
        Err(error) => {
            tracing::warn!(%error, "The snapshot could not be read; everything is computed anew.");
            Ok(World::of(realms))
        }
    }
}
