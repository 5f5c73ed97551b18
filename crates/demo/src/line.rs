//! The line from the simulated company to the gateway, which can be cut.

use anyhow::ensure;
use async_trait::async_trait;
use std::net::SocketAddr;
use std::path::Path;
use tokio::sync::Mutex;
use tracing::warn;
use watchdeck_gateway::{Config, Gateway, Publish, PublishError};
use watchdeck_simulator::{Published, Sink};

/// Events held back while the line is cut. From here on the company waits.
const HELD: usize = 10_000;

/// Where the company's events go.
#[derive(Debug, Default)]
pub(crate) struct Line {
    ends: Mutex<Ends>,
}

/// Locked while events are under way, so that none slips behind a cut or before what was held back.
#[derive(Debug, Default)]
struct Ends {
    gateway: Option<Gateway>,
    held: Vec<Published>,
}

impl Line {
    /// Connects the company with its gateway.
    pub(crate) async fn restore(&self, gateway: Gateway) {
        let mut ends = self.ends.lock().await;
        ends.gateway = Some(gateway);
        ends.flush_or_keep().await;
    }

    /// Cuts the line. Answers the gateway, or `None` when it was cut already.
    pub(crate) async fn cut(&self) -> Option<Gateway> {
        self.ends.lock().await.gateway.take()
    }

    /// Publishes what follows from a decision. It counts already, so it is kept until it is out.
    pub(crate) async fn decided(&self, events: Vec<Published>) {
        let mut ends = self.ends.lock().await;
        ends.held.extend(events);
        ends.flush_or_keep().await;
    }
}

#[async_trait]
impl Sink for Line {
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()> {
        let mut ends = self.ends.lock().await;
        ends.flush().await?;
        if let Some(gateway) = &ends.gateway {
            gateway.publish_many(events.into_iter().map(publish).collect()).await?;
        } else {
            ensure!(ends.held.len() + events.len() <= HELD, "the line is cut and {} events wait already", ends.held.len());
            ends.held.extend(events);
        }
        Ok(())
    }
}

impl Ends {
    async fn flush(&mut self) -> Result<(), PublishError> {
        if let Some(gateway) = &self.gateway
            && !self.held.is_empty()
        {
            gateway.publish_many(self.held.iter().cloned().map(publish).collect()).await?;
            self.held.clear();
        }
        Ok(())
    }

    async fn flush_or_keep(&mut self) {
        if let Err(error) = self.flush().await {
            warn!(%error, held = self.held.len(), "Events are held back; they go with the next ones.");
        }
    }
}

/// The configuration of the built-in gateway.
pub(crate) fn config(folder: &Path, listen: SocketAddr) -> Config {
    let mut config = Config::new(folder);
    config.listen = listen;
    config
}

fn publish(event: Published) -> Publish {
    Publish { channel: event.channel, id: None, json: event.json }
}
