//! The built-in ERP: a gateway and a simulator in this process, so that the first door of the console opens within a second and without a network.
//!
//! Everything between the two and the console is the real thing: events go into the gateway's durable log and come out over a WebSocket on loopback,
//! decisions go the way they go with any ERP. When the feed is cut, the listener really is gone, and what happened meanwhile really is caught up.

mod erp;
mod line;
pub mod opening;

use anyhow::Context;
use async_trait::async_trait;
use erp::Erp;
use std::path::Path;
use tokio::sync::Mutex;
use watchdeck_console::{DemoEndpoint, DemoErp};
use watchdeck_simulator::Incident;

/// The built-in ERP, started when the console asks for it.
#[derive(Debug)]
pub struct Demo {
    rate: f64,
    running: Mutex<Option<Erp>>,
}

impl Demo {
    /// One that publishes `rate` events a second.
    #[must_use]
    pub fn with_rate(rate: f64) -> Self {
        Self { rate, running: Mutex::new(None) }
    }
}

impl Default for Demo {
    /// Five events a second: a busy morning that one can still follow.
    fn default() -> Self {
        Self::with_rate(5.0)
    }
}

#[async_trait]
impl DemoErp for Demo {
    async fn start(&self, data_dir: &Path) -> anyhow::Result<DemoEndpoint> {
        let mut running = self.running.lock().await;
        let erp = match running.take() {
            Some(erp) => erp,
            None => Erp::start(&data_dir.join("demo-gateway"), self.rate).await?,
        };
        let url = format!("ws://{}/ws", running.insert(erp).addr());
        Ok(DemoEndpoint { url })
    }

    async fn incident(&self, name: &str) -> anyhow::Result<()> {
        let incident: Incident = name.parse()?;
        let running = self.running.lock().await;
        running.as_ref().context("the built-in ERP is not running")?.incident(incident).await
    }

    async fn stop(&self) {
        if let Some(erp) = self.running.lock().await.take() {
            erp.stop().await;
        }
    }
}
