//! The running company: its world, its line to the gateway, and what happens when somebody decides or something goes wrong.

use crate::line::{Line, config};
use anyhow::{Context, ensure};
use async_trait::async_trait;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use watchdeck_gateway::{Answer, Decisions, Gateway, Handing};
use watchdeck_simulator::{Config, DecideError, Decision, Incident, Pace, Published, Shared, Simulator, Sink, lapse, run, system_clock};

/// What lies behind the company when it is first met.
const HISTORY: Duration = Duration::from_secs(3600);
/// Written into the log in one transaction.
const AT_ONCE: usize = 5_000;
/// How long the feed stays cut.
const CUT: Duration = Duration::from_secs(15);
/// Wait before a gateway that did not come back is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// Largest storm; a larger one would only fill the disk.
const LARGEST_STORM: u32 = 100_000;

/// A running company.
#[derive(Debug)]
pub(crate) struct Erp {
    office: Office,
    addr: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What decides and publishes; the gateway's way into the company.
#[derive(Clone)]
struct Office {
    world: Shared,
    line: Arc<Line>,
    folder: PathBuf,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Erp {
    /// Starts the company with its log in `folder`; an empty log is given an hour of the past first.
    pub(crate) async fn start(folder: &Path, rate: f64) -> anyhow::Result<Self> {
        let now = system_clock();
        // A later life of the company differs from the earlier ones: its ids are new, its day is another.
        let fresh = !config(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).log_path().exists();
        let seed = if fresh { 1 } else { now.0.unsigned_abs() };
        let world = Simulator::new(Config { seed, ..Config::default() }, now);
        let office = Office { world: Arc::new(Mutex::new(world)), line: Arc::default(), folder: folder.to_owned() };
        let gateway = office.open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let addr = gateway.addr();
        office.line.restore(gateway).await;
        if fresh {
            office.remember(rate).await.context("the past cannot be written")?;
        }
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (publisher, until) = (office.clone(), stop.clone());
        tasks.spawn(async move {
            let pace = Pace { rate, limit: None };
            run(&publisher.world, pace, &*publisher.line, system_clock, &until).await;
        });
        info!(%addr, rate, fresh, "The built-in ERP is open.");
        Ok(Self { office, addr, stop, tasks })
    }

    /// Where its gateway listens, cut or not.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Makes something happen.
    pub(crate) async fn incident(&self, incident: Incident) -> anyhow::Result<()> {
        match incident {
            Incident::FeedCut => {
                let (office, addr, stop) = (self.office.clone(), self.addr, self.stop.clone());
                self.tasks.spawn(async move { office.cut(addr, stop).await });
                Ok(())
            }
            Incident::Storm(count) => {
                ensure!(count <= LARGEST_STORM, "a storm of more than {LARGEST_STORM} events is not allowed");
                self.office.happen(incident).await
            }
            _ => self.office.happen(incident).await,
        }
    }

    /// Closes the company and its gateway.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if let Some(gateway) = self.office.line.cut().await {
            gateway.shutdown().await;
        }
    }
}

impl Office {
    async fn open(&self, listen: SocketAddr) -> anyhow::Result<Gateway> {
        let decisions: Arc<dyn Decisions> = Arc::new(self.clone());
        Ok(Gateway::start(config(&self.folder, listen), Some(decisions)).await?)
    }

    fn in_world<T>(&self, act: impl FnOnce(&mut Simulator) -> T) -> T {
        act(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn remember(&self, rate: f64) -> anyhow::Result<()> {
        let count = (HISTORY.as_secs_f64() * rate) as usize;
        let span = i64::try_from(HISTORY.as_millis()).expect("an hour is a small number");
        let mut past = self.in_world(|world| world.history(system_clock(), span, count));
        while !past.is_empty() {
            let rest = past.split_off(past.len().min(AT_ONCE));
            self.line.publish(std::mem::replace(&mut past, rest)).await?;
        }
        Ok(())
    }

    async fn happen(&self, incident: Incident) -> anyhow::Result<()> {
        let events: Vec<Published> = self.in_world(|world| world.incident(incident, system_clock()));
        self.line.publish(events).await
    }

    /// Closes the gateway for a while. The company goes on; the gateway comes back at the same address and hands on what happened meanwhile.
    async fn cut(self, addr: SocketAddr, stop: CancellationToken) {
        let Some(gateway) = self.line.cut().await else { return };
        info!("The feed is cut.");
        gateway.shutdown().await;
        let mut wait = CUT;
        while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
            match self.open(addr).await {
                Ok(gateway) => {
                    self.line.restore(gateway).await;
                    return info!("The feed is back.");
                }
                Err(error) => warn!(%error, "The feed cannot come back yet."),
            }
            wait = AGAIN;
        }
    }
}

#[async_trait]
impl Decisions for Office {
    async fn decide(&self, handing: Handing) -> Answer {
        let request = handing.decision;
        let decision = Decision {
            idempotency_key: request.idempotency_key,
            resource_type: request.resource_type,
            resource_id: request.resource_id,
            approve: request.approve,
            reason: request.reason,
            approver_id: request.approver_id,
            approver_name: request.approver_name,
        };
        let decided = self.in_world(|world| world.decide(&decision, system_clock()));
        match decided {
            Ok(events) => {
                self.line.decided(events).await;
                Answer::HandedOn
            }
            Err(refused) => {
                if refused == DecideError::Unknown {
                    // The world is not kept over a restart, the log is: what still waits in it has nobody left to answer.
                    self.line.decided(vec![lapse(&decision, system_clock())]).await;
                }
                match refused {
                    DecideError::AlreadyDecided { .. } => Answer::Already(refused.to_string()),
                    DecideError::Unknown => Answer::Refused(refused.to_string()),
                }
            }
        }
    }
}
