//! A redis-server of the test's own, on a free port of this machine.

use crate::process::{PATIENCE, Running};
use anyhow::{Result, ensure};
use redis::AsyncCommands;
use redis::aio::{MultiplexedConnection, PubSub};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;

/// Ports that are tried, as far as others take them first.
pub(crate) const PORTS: usize = 5;
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// A running redis-server.
#[derive(Debug)]
pub struct Redis {
    /// `redis://127.0.0.1:PORT`.
    pub url: String,
    client: redis::Client,
    running: Running,
    _folder: TempDir,
}

impl Redis {
    /// Starts one, without persistence.
    ///
    /// # Errors
    /// When `redis-server` is missing or does not answer.
    pub async fn start() -> Result<Self> {
        let mut last = None;
        for _ in 0..PORTS {
            match Self::start_on(free_port()?).await {
                Ok(redis) => return Ok(redis),
                // Somebody else took the port meanwhile.
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("no port was tried")))
    }

    async fn start_on(port: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"])
            .arg(port.to_string())
            .arg("--dir")
            .arg(folder.path())
            .stdout(std::process::Stdio::null());
        let mut running = Running::start(&mut command)?;
        let url = format!("redis://127.0.0.1:{port}");
        let client = redis::Client::open(url.as_str())?;
        let started = Instant::now();
        loop {
            running.lives()?;
            if answers(&client, running.id()).await.unwrap_or(false) {
                break;
            }
            ensure!(started.elapsed() < PATIENCE, "redis-server does not answer");
            tokio::time::sleep(LOOK).await;
        }
        Ok(Self { url, client, running, _folder: folder })
    }

    /// Publishes `json` on `channel` as an ERP does; answers how many were listening.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn publish(&self, channel: &str, json: &serde_json::Value) -> Result<usize> {
        let mut connection: MultiplexedConnection = self.client.get_multiplexed_async_connection().await?;
        Ok(connection.publish(channel, json.to_string()).await?)
    }

    /// Publishes all of `messages` (channel, text) in order, over one connection.
    ///
    /// # Errors
    /// When the server is gone, or nobody listened to one of them.
    pub async fn publish_all(&self, messages: &[(String, String)]) -> Result<()> {
        let mut connection = self.client.get_multiplexed_async_connection().await?;
        for part in messages.chunks(500) {
            let mut pipeline = redis::pipe();
            for (channel, text) in part {
                pipeline.publish(channel, text);
            }
            let heard: Vec<u64> = pipeline.query_async(&mut connection).await?;
            anyhow::ensure!(heard.iter().all(|listeners| *listeners > 0), "a message was published that nobody heard");
        }
        Ok(())
    }

    /// Kills the server and starts another on the same port: everybody who listened is cut off, and what is published between is lost.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(self) -> Result<Self> {
        let port: u16 =
            self.url.rsplit(':').next().and_then(|port| port.parse().ok()).ok_or_else(|| anyhow::anyhow!("no port in {}", self.url))?;
        self.running.terminate().await?;
        Self::start_on(port).await
    }

    /// Listens on `channel`.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn subscribe(&self, channel: &str) -> Result<PubSub> {
        let mut subscription = self.client.get_async_pubsub().await?;
        subscription.subscribe(channel).await?;
        Ok(subscription)
    }
}

/// Whether the server behind `client` is the one with this number, and not another that came first.
async fn answers(client: &redis::Client, id: Option<u32>) -> Result<bool> {
    let mut connection = client.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
    let theirs = info.lines().find_map(|line| line.strip_prefix("process_id:")?.trim().parse::<u32>().ok());
    Ok(theirs.is_some() && theirs == id)
}

/// A port that was free a moment ago. It lies below those that the system gives to whoever asks for any, so that only another test can take it meanwhile;
/// whoever uses it must look whether it got it.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    for _ in 0..200 {
        let port = rand::random_range(10_000..32_000);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free")
}
