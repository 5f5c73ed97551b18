//! Notes in the audit who was let in or shut out, and which settings are others than they were: at the start, and while the gateway runs.

mod seen;

pub(crate) use seen::Seen;

use crate::{
    log::now,
    setting::{Setting, Settings},
    shared::Shared,
};
use futures_util::future::select_all;
use std::sync::Arc;

/// See the [module docs](self).
pub(crate) struct Changes {
    pub(crate) seen: Seen,
    /// What the configuration says, which does not change while a gateway runs.
    pub(crate) configured: Settings,
}

impl Changes {
    /// Until the gateway stops.
    pub(crate) async fn run(mut self, shared: Arc<Shared>) {
        let mut lists = shared.access.watch();
        loop {
            self.note(&shared).await;
            let changes: Vec<_> = lists.iter_mut().map(|list| Box::pin(list.changed())).collect();
            if changes.is_empty() {
                return;
            }
            tokio::select! {
                (changed, ..) = select_all(changes) => if changed.is_err() { return },
                () = shared.stop.cancelled() => return,
            }
        }
    }

    async fn note(&mut self, shared: &Shared) {
        let mut standing = self.configured.clone();
        standing.extend(shared.access.list().map(|(name, words)| (name, Setting::Words(words))));
        for entry in self.seen.changes(&standing, now()) {
            // Written before it counts as seen, so that none is missed.
            shared.audit.record(entry).await;
        }
        if let Err(error) = self.seen.keep(&shared.log, standing).await {
            tracing::warn!(%error, "What was changed will be noted in the audit once more.");
        }
    }
}
