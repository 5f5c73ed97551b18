//! The real gateway program, on a free port of this machine.

use anyhow::Result;
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;
use watchdeck_testkit::{
    patience::{PATIENCE, eventually},
    process::{Running, program},
};

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    /// `127.0.0.1:PORT`.
    pub addr: String,
    _running: Running,
    _folder: Option<TempDir>,
}

impl Gateway {
    /// Starts one in front of the Redis at `redis_url`, and waits until it is subscribed there.
    ///
    /// # Errors
    /// When `watchdeck-gateway` is not built or does not get ready.
    pub async fn start(redis_url: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let gateway = Self::on(folder.path(), Some(redis_url), 25_000).await?;
        Ok(Self { _folder: Some(folder), ..gateway })
    }

    /// Starts one on the log in `folder`, old or new, that pings each `ping_ms` milliseconds. Dropping it is SIGKILL.
    ///
    /// # Errors
    /// When `watchdeck-gateway` is not built or does not get ready.
    pub async fn on(folder: &Path, redis_url: Option<&str>, ping_ms: u64) -> Result<Self> {
        Self::on_port("127.0.0.1:0", folder, redis_url, ping_ms).await
    }

    /// The same at an address that an earlier one had.
    ///
    /// # Errors
    /// When `watchdeck-gateway` is not built or does not get ready.
    pub async fn on_port(listen: &str, folder: &Path, redis_url: Option<&str>, ping_ms: u64) -> Result<Self> {
        let mut command = Command::new(program("WATCHDECK_GATEWAY_BIN", "watchdeck-gateway")?);
        // Ours to read; the gateway would take it for a key of its configuration that does not exist.
        command.env_remove("WATCHDECK_GATEWAY_BIN");
        command.args(["--listen", listen, "--ping-interval-ms", &ping_ms.to_string(), "--data-dir"]).arg(folder);
        if let Some(url) = redis_url {
            command.args(["--redis-url", url]);
        }
        let (running, addr) =
            Running::until_line(&mut command, |line| line.strip_prefix("listening on ").map(|addr| addr.trim().to_owned())).await?;
        let gateway = Self { addr, _running: running, _folder: None };
        gateway.subscribed().await?;
        Ok(gateway)
    }

    /// Starts one at `listen` that is set up by a file, which is written into its folder. Dropping it is SIGKILL.
    ///
    /// # Errors
    /// When `watchdeck-gateway` is not built or does not get ready.
    pub async fn set_up(listen: &str, folder: &Path, config: &str) -> Result<Self> {
        let file = folder.join("gateway.toml");
        std::fs::write(&file, config)?;
        let mut command = Command::new(program("WATCHDECK_GATEWAY_BIN", "watchdeck-gateway")?);
        command.env_remove("WATCHDECK_GATEWAY_BIN").args(["--listen", listen, "--data-dir"]).arg(folder).arg("--config").arg(file);
        let (running, addr) =
            Running::until_line(&mut command, |line| line.strip_prefix("listening on ").map(|addr| addr.trim().to_owned())).await?;
        Ok(Self { addr, _running: running, _folder: None })
    }

    /// Where a console connects.
    #[must_use]
    pub fn ws(&self) -> String {
        format!("ws://{}/ws", self.addr)
    }

    /// How many clients are connected.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connections(&self) -> Result<u64> {
        let health: serde_json::Value = reqwest::get(format!("http://{}/healthz", self.addr)).await?.json().await?;
        Ok(health["connections"].as_u64().unwrap_or(0))
    }

    /// Waits until it is subscribed to Redis.
    ///
    /// # Errors
    /// When it never is.
    pub async fn bridged(&self) -> Result<()> {
        eventually("the gateway to be subscribed to Redis", || async {
            let health: serde_json::Value = reqwest::get(format!("http://{}/healthz", self.addr)).await?.json().await?;
            Ok((health["status"] == "ok").then_some(()))
        })
        .await
    }

    async fn subscribed(&self) -> Result<()> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let url = format!("http://{}/healthz", self.addr);
        eventually("the gateway to listen on Redis", || async {
            let health = client.get(&url).send().await?;
            Ok(health.status().is_success().then_some(()))
        })
        .await
    }
}
