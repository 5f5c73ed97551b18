//! Settings of old hold secrets: they go where secrets are kept.

use super::{kept::Kept, parted::take_secrets};
use crate::secrets::Secrets;
use std::sync::Arc;
use watchdeck_store::{Batch, Store};

/// What is secret in them goes there, and is struck from the settings in the same transaction. Where nothing takes
/// them they stay, to be moved at the next start, and are used meanwhile.
pub(crate) async fn move_secrets(store: &Store, kept: &mut Kept, secrets: &Arc<Secrets>) {
    let changes = take_secrets(&mut kept.settings);
    if changes.is_empty() {
        return;
    }
    let moved = async {
        let mut prepared = secrets.prepare(changes.clone()).await?;
        let mut documents = std::mem::take(&mut prepared.documents);
        documents.push(kept.document(&kept.settings)?);
        if let Err(error) = store.append(Batch { documents, ..Batch::default() }).await {
            secrets.abandon(prepared).await;
            return Err(error.into());
        }
        secrets.settle(prepared);
        anyhow::Ok(())
    };
    match moved.await {
        Ok(()) => tracing::info!(secrets = changes.len(), "The secrets in the settings were moved to where secrets are kept."),
        Err(error) => {
            tracing::warn!(%error, "The secrets in the settings could not be moved and stay there until the next start.");
            secrets.hold(changes);
        }
    }
}
