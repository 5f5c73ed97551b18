//! The handle of a running link.

use crate::{
    clock::{BootClock, Clock},
    delivery::LinkIo,
    driver::{Controls, Driver},
    profile::Profile,
    status::Status,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long [`Link::stop`] waits for the task before it is cut off.
const PATIENCE: Duration = Duration::from_secs(3);

/// One server, kept connected for as long as this lives. Dropping it stops the link without waiting.
#[derive(Debug)]
pub struct Link {
    status: watch::Receiver<Status>,
    wake: Arc<Notify>,
    network_changed: Arc<Notify>,
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl Link {
    /// Start connecting. Must be called inside a Tokio runtime.
    #[must_use]
    pub fn start(profile: Profile, io: LinkIo) -> Self {
        Self::start_on(profile, io, Arc::new(BootClock))
    }

    /// Like [`Link::start`], on another clock.
    #[must_use]
    pub fn start_on(profile: Profile, io: LinkIo, clock: Arc<dyn Clock>) -> Self {
        let (status, shown) = watch::channel(Status::default());
        let stop = CancellationToken::new();
        let (wake, network_changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let controls = Controls { stop: stop.clone(), wake: wake.clone(), network_changed: network_changed.clone(), status };
        let task = tokio::spawn(Driver::new(profile, io, controls, clock).run());
        Self { status: shown, wake, network_changed, stop: stop.drop_guard(), task }
    }

    /// What the link is doing, now and from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Reconnect at once, because the user asked or has changed something; also after a refusal. Sleep of the machine is noticed without it.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// The machine's addresses changed ([`crate::network::changes`]): whoever waits dials at once, and whoever is connected makes sure of
    /// it within seconds.
    pub fn network_changed(&self) {
        self.network_changed.notify_one();
    }

    /// Hang up and end. Waits for the task, but not for ever.
    pub async fn stop(self) {
        let Self { stop, mut task, .. } = self;
        drop(stop);
        if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
            tracing::warn!("A link did not end in time and was cut off.");
            task.abort();
        }
    }
}
