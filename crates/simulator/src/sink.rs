//! Where events go: Redis as the ERP does it, HTTP as the gateway takes it, or whatever implements [`Sink`] in this process.

use crate::Published;
use anyhow::Context as _;
use async_trait::async_trait;
use serde::Serialize;
use serde_json::value::RawValue;
use std::time::Duration;

/// Takes events.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Publish all of them, in order. After an error the caller sends the same again.
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()>;
}

/// `PUBLISH ws:<channel> <json>`, a pipeline a batch.
pub struct RedisSink {
    connection: redis::aio::ConnectionManager,
}

impl RedisSink {
    /// Connect.
    ///
    /// # Errors
    /// When the URL is not one, or nobody answers there.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        let client = redis::Client::open(url).context("the Redis URL is not valid")?;
        let connection = client.get_connection_manager().await.context("Redis does not answer")?;
        Ok(Self { connection })
    }
}

#[async_trait]
impl Sink for RedisSink {
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()> {
        let mut pipeline = redis::pipe();
        for event in &events {
            pipeline.publish(event.channel.to_redis(), &event.json).ignore();
        }
        let mut connection = self.connection.clone();
        pipeline.query_async::<()>(&mut connection).await.context("Redis did not take the events")
    }
}

/// `POST /api/publish`.
pub struct HttpSink {
    client: reqwest::Client,
    url: String,
    key: Option<String>,
}

impl HttpSink {
    /// `base` is the gateway's address (`http://127.0.0.1:8790`), `key` what it wants for publishing.
    ///
    /// # Errors
    /// When this machine cannot make HTTP requests at all.
    pub fn new(base: &str, key: Option<String>) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().context("cannot make HTTP requests")?;
        Ok(Self { client, url: format!("{}/api/publish", base.trim_end_matches('/')), key })
    }
}

#[async_trait]
impl Sink for HttpSink {
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()> {
        let request = self.client.post(&self.url).header("content-type", "application/json").body(envelope(&events)?);
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let answer = request.send().await.context("the gateway does not answer")?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "the gateway answered {status}");
        Ok(())
    }
}

/// `{"events":[{"channel":"inventory","data":{…}}]}`.
///
/// # Errors
/// When an event is not JSON.
pub fn envelope(events: &[Published]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Body<'a> {
        events: Vec<Item<'a>>,
    }
    #[derive(Serialize)]
    struct Item<'a> {
        channel: &'a str,
        data: &'a RawValue,
    }
    let item = |event: &'_ Published| -> anyhow::Result<_> { Ok((event.channel.clone(), RawValue::from_string(event.json.clone())?)) };
    let raw = events.iter().map(item).collect::<anyhow::Result<Vec<_>>>()?;
    let events = raw.iter().map(|(channel, data)| Item { channel: channel.as_str(), data }).collect();
    Ok(serde_json::to_string(&Body { events })?)
}
