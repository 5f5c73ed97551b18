//! A redis-server of the test's own: on a free port of this machine as an ERP has it, or on a socket in its own folder with whatever settings. It keeps
//! nothing, and ends with the value.

use crate::{
    port::{PORTS, free_port},
    process::Running,
};
use ::redis::{
    AsyncConnectionConfig, Client,
    aio::{MultiplexedConnection, PubSub},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

/// A redis-server, running or killed.
#[derive(Debug)]
pub struct Redis {
    /// Where it listens: `redis://127.0.0.1:PORT`, or `redis+unix://PATH`.
    pub url: String,
    settings: Vec<String>,
    running: Option<Running>,
    folder: TempDir,
}

impl Redis {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When `redis-server` is missing or does not get ready.
    pub async fn start() -> Result<Self> {
        let mut last = None;
        for _ in 0..PORTS {
            let port = free_port()?.to_string();
            match Self::with(tempfile::tempdir()?, format!("redis://127.0.0.1:{port}"), &["--bind", "127.0.0.1", "--port", &port]).await {
                Ok(redis) => return Ok(redis),
                // Somebody else took the port meanwhile.
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no port was tried")?)
    }

    /// Starts one on a socket in a folder of its own.
    ///
    /// # Errors
    /// When `redis-server` is missing or does not get ready.
    pub async fn on_socket() -> Result<Self> {
        Self::on_socket_in(tempfile::tempdir()?, &[]).await
    }

    /// Starts one on a socket in `folder`, with further settings; paths in them begin there.
    ///
    /// # Errors
    /// When `redis-server` is missing or does not get ready.
    pub async fn on_socket_in(folder: TempDir, settings: &[&str]) -> Result<Self> {
        let url = format!("redis+unix://{}", folder.path().join("redis.sock").display());
        Self::with(folder, url, &[&["--port", "0", "--unixsocket", "redis.sock"], settings].concat()).await
    }

    async fn with(folder: TempDir, url: String, settings: &[&str]) -> Result<Self> {
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let running = spawn(folder.path(), &settings).await?;
        Ok(Self { url, settings, running: Some(running), folder })
    }

    /// Kills it: everybody who listened is cut off.
    ///
    /// # Errors
    /// When it was killed already.
    pub async fn kill(&mut self) -> Result<()> {
        self.running.take().context("it runs")?.kill().await?;
        // A socket outlives its server.
        std::fs::remove_file(self.folder.path().join("redis.sock")).ok();
        Ok(())
    }

    /// Starts it again in the same place; kills it first where that was not done. What was published between is lost.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(&mut self) -> Result<()> {
        if self.running.is_some() {
            self.kill().await?;
        }
        self.running = Some(spawn(self.folder.path(), &self.settings).await?);
        Ok(())
    }

    /// Stops answering without closing anything, as behind a dead switch; or goes on.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn frozen(&self, frozen: bool) -> Result<()> {
        self.running.as_ref().context("it runs")?.frozen(frozen).await
    }

    /// A connection that waits for as long as an answer takes: publishing twenty megabytes takes a while.
    ///
    /// # Errors
    /// When the server is gone.
    async fn connection(&self) -> Result<MultiplexedConnection> {
        let patient = AsyncConnectionConfig::new().set_response_timeout(None);
        Ok(Client::open(self.url.as_str())?.get_multiplexed_async_connection_with_config(&patient).await?)
    }

    /// One command, without an answer of interest.
    ///
    /// # Errors
    /// When the server is gone or refuses it.
    pub async fn command(&self, words: &str) -> Result<()> {
        let mut words = words.split(' ');
        let mut command = ::redis::cmd(words.next().unwrap_or_default());
        for word in words {
            command.arg(word);
        }
        command.query_async::<::redis::Value>(&mut self.connection().await?).await?;
        Ok(())
    }

    /// Publishes `json` on `channel` as an ERP does; answers how many were listening.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn publish(&self, channel: &str, json: &Value) -> Result<u64> {
        self.publish_text(channel, json.to_string()).await
    }

    /// The same with any bytes.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn publish_text(&self, channel: &str, message: impl AsRef<[u8]>) -> Result<u64> {
        Ok(::redis::cmd("PUBLISH").arg(channel).arg(message.as_ref()).query_async(&mut self.connection().await?).await?)
    }

    /// Publishes all of `messages` (channel, text) in order, over one connection.
    ///
    /// # Errors
    /// When the server is gone, or nobody listened to one of them.
    pub async fn publish_all(&self, messages: &[(String, String)]) -> Result<()> {
        let mut connection = self.connection().await?;
        for part in messages.chunks(1_000) {
            let mut pipeline = ::redis::pipe();
            for (channel, text) in part {
                pipeline.publish(channel, text);
            }
            let heard: Vec<u64> = pipeline.query_async(&mut connection).await?;
            ensure!(heard.iter().all(|listeners| *listeners > 0), "a message was published that nobody heard");
        }
        Ok(())
    }

    /// Listens on `channel`.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn subscribe(&self, channel: &str) -> Result<PubSub> {
        let mut messages = Client::open(self.url.as_str())?.get_async_pubsub().await?;
        messages.subscribe(channel).await?;
        Ok(messages)
    }

    /// Listens on every channel that `pattern` matches.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn listen(&self, pattern: &str) -> Result<PubSub> {
        let mut messages = Client::open(self.url.as_str())?.get_async_pubsub().await?;
        messages.psubscribe(pattern).await?;
        Ok(messages)
    }
}

/// The line in which it says that it is ready is its own: another server on the same port cannot be taken for it.
async fn spawn(folder: &Path, settings: &[String]) -> Result<Running> {
    let mut command = Command::new("redis-server");
    command.args(["--save", "", "--appendonly", "no", "--dir", "."]).args(settings).current_dir(folder);
    let ready = |line: &str| line.to_lowercase().contains("ready to accept connections").then_some(());
    let (running, ()) = Running::until_line(&mut command, ready).await?;
    Ok(running)
}
