//! The projections written down, so that a start does not replay everything.

use crate::{SNAPSHOT_VERSION, World, realms::Realms};
use watchdeck_events::Catalogue;
use watchdeck_store::{Document, Store};

const COLLECTION: &str = "snapshot";
/// What was computed of the events that were let go.
const BASE: &str = "snapshot_base";

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

/// The projections as last written down. Unreadable, of another version, ahead of the store, of sources that were grouped in another way, or of events that
/// were read in another way: computed anew by replay, from [`begin`] on. Where events were let go an earlier version's are taken as far as they can be read,
/// and whoever raises [`SNAPSHOT_VERSION`] has to see that they can be.
pub async fn load(store: &Store, realms: Realms) -> anyhow::Result<World> {
    let mut documents = store.documents(COLLECTION).await?;
    let version = |key: &str| key.parse().unwrap_or(0_u32);
    documents.retain(|(key, _)| version(key) <= SNAPSHOT_VERSION);
    documents.sort_by_key(|(key, _)| version(key));
    let Some((key, body)) = documents.pop() else { return Ok(World::of(realms)) };
    if version(&key) < SNAPSHOT_VERSION && store.edges().await?.is_empty() {
        return Ok(World::of(realms));
    }
    match serde_json::from_str::<World>(&body) {
        Ok(world) if world.cursor <= store.head() && world.realms == realms && world.way == Catalogue::current().way() => Ok(world),
        Ok(_) => begin(store, realms).await,
        Err(error) => {
            tracing::warn!(%error, "The snapshot could not be read; everything is computed anew.");
            begin(store, realms).await
        }
    }
}

/// Where a replay begins: with nothing, or with what was computed of the events that were let go. It does not change when the others are read in another way.
pub async fn begin(store: &Store, realms: Realms) -> anyhow::Result<World> {
    let base = store.documents(BASE).await?.pop();
    let base = base.and_then(|(_, body)| serde_json::from_str::<World>(&body).ok());
    let base = base.filter(|world: &World| world.cursor <= store.head() && world.realms == realms);
    let mut world = base.unwrap_or_else(|| World::of(realms));
    world.way = Catalogue::current().way();
    Ok(world)
}

/// The document that holds what [`begin`] begins with.
pub fn base(world: &World) -> Option<Document> {
    document(world).map(|document| Document { collection: BASE, key: "world".into(), ..document })
}
