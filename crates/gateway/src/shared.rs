//! What sessions, requests and the bridge share.

use crate::{
    access::Access, audit::Audit, claims::Claims, decisions::Decider, delegations::Delegations, door::Door, ingest::state::BridgeState,
    log::Log, tail::Tail,
};
use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// See the [module docs](self).
pub(crate) struct Shared {
    pub(crate) log: Log,
    pub(crate) tail: Tail,
    pub(crate) access: Access,
    pub(crate) audit: Audit,
    pub(crate) decider: Arc<Decider>,
    pub(crate) claims: Claims,
    pub(crate) delegations: Delegations,
    pub(crate) bridge: Arc<BridgeState>,
    /// A damaged log that was put aside at the start, by its new name.
    pub(crate) set_aside: Option<String>,
    pub(crate) ping_interval: Duration,
    pub(crate) seats: Arc<Semaphore>,
    pub(crate) door: Arc<Door>,
    pub(crate) connections: AtomicUsize,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// What HTTP and in-process publishing are called in the log.
    pub(crate) http_source: Arc<str>,
    pub(crate) own_source: Arc<str>,
    /// What is told of alerts.
    pub(crate) alerts_source: Arc<str>,
}
