//! One source as the user wants it, and one that runs.

use super::{polling::Polling, profile::on_the_wire};
use crate::{
    inbox::{Committed, End},
    keys::Keys,
    source_stats::SourceStats,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Link, Status};
use watchdeck_wire::settings::Source;

/// One running source.
pub(super) struct Running {
    pub(super) source: watch::Sender<Source>,
    pub(super) keys: Keys,
    pub(super) link: Link,
    pub(super) status: watch::Receiver<Status>,
    pub(super) polling: watch::Sender<Option<Polling>>,
    /// Answers how it ended; `None`: it failed.
    pub(super) inbox: JoinHandle<Option<End>>,
    pub(super) tasks: Vec<JoinHandle<Option<()>>>,
    pub(super) stop: CancellationToken,
    /// It is being ended on purpose, or because a part of it failed.
    pub(super) ending: CancellationToken,
    pub(super) stats: Arc<SourceStats>,
    pub(super) committed: Arc<Committed>,
}

/// A source as the user wants it, with what there is to sign in with, or why that cannot be had.
pub(super) struct Known {
    pub(super) source: Source,
    pub(super) keys: Result<Keys, String>,
    /// It dials once another source with its account at the same server knows what that server speaks.
    pub(super) waits: bool,
}

/// What can be read of a source without waiting for a lock that a shutdown holds.
#[derive(Clone)]
pub(super) struct View {
    pub(super) status: watch::Receiver<Status>,
    pub(super) polling: watch::Receiver<Option<Polling>>,
    pub(super) committed: Arc<Committed>,
}

impl std::ops::Deref for Known {
    type Target = Source;

    fn deref(&self) -> &Source {
        &self.source
    }
}

impl Known {
    pub(super) fn runs(&self) -> bool {
        !self.source.paused && !self.source.url.is_empty()
    }

    pub(super) fn dials(&self) -> bool {
        self.runs() && !self.waits
    }
}

impl View {
    pub(super) fn polls(&self) -> bool {
        matches!(&*self.polling.borrow(), Some(Polling::Asking { .. }))
    }
}

impl Running {
    pub(super) fn view(&self) -> View {
        View { status: self.status.clone(), polling: self.polling.subscribe(), committed: Arc::clone(&self.committed) }
    }

    /// Whether the link as it is serves what is wanted now. A secret that cannot be read at the moment is the one it has.
    pub(super) fn goes_on_as(&self, known: &Known) -> bool {
        known.keys.as_ref().is_ok_and(|keys| *keys == self.keys) && on_the_wire(&known.source) == on_the_wire(&self.source.borrow())
    }

    /// Answers whether everything that the link delivered is stored.
    pub(super) async fn stop(self) -> bool {
        self.ending.cancel();
        // The link first: then its queue ends, and the inbox stores what is in it.
        self.link.stop().await;
        let ended = tokio::time::timeout(Duration::from_secs(3), self.inbox).await;
        let stored = matches!(ended, Ok(Ok(Some(End::Stored))));
        if ended.is_err() {
            self.stop.cancel();
        }
        self.tasks.iter().for_each(JoinHandle::abort);
        self.stats.link_ended();
        stored
    }
}
