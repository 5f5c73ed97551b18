//! A live console core in front of the real line: Redis, gateway, link.

use crate::gateway::Gateway;
use anyhow::Result;
use tempfile::TempDir;
use watchdeck_testkit::{console::Bench, redis::Redis};

/// See the [module docs](self).
pub struct Stage {
    /// The bus.
    pub redis: Redis,
    /// What keeps the log.
    pub gateway: Gateway,
    /// The core, live.
    pub bench: Bench,
    /// Where the core's store lies.
    pub folder: TempDir,
}

impl Stage {
    /// Starts all of it.
    ///
    /// # Errors
    /// When something is missing or does not get ready.
    pub async fn open() -> Result<Self> {
        let redis = Redis::start().await?;
        let gateway = Gateway::start(&redis.url).await?;
        let folder = tempfile::tempdir()?;
        let bench = Bench::start(folder.path()).await?;
        bench.connect(&gateway.ws()).await?;
        bench.live().await?;
        Ok(Self { redis, gateway, bench, folder })
    }
}
