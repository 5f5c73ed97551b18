//! Where events go: Redis as the ERP does it, HTTP as the gateway takes it, or whatever implements [`Sink`] in this process.

use crate::{OldWords, Published};
use anyhow::Context as _;
use async_trait::async_trait;
use serde::Serialize;
use serde_json::value::RawValue;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use watchdeck_events::{Millis, fields::Fields, identity};

/// Takes events.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Publish all of them, in order. After an error the caller sends the same again.
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()>;
}

/// `PUBLISH ws:<channel> <json>`, a pipeline a batch.
pub struct RedisSink {
    connection: redis::aio::ConnectionManager,
    old_words: Option<Mutex<OldWords>>,
}

impl RedisSink {
    /// Connect.
    ///
    /// # Errors
    /// When the URL is not one, or nobody answers there.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        let client = redis::Client::open(url).context("the Redis URL is not valid")?;
        let connection = client.get_connection_manager().await.context("Redis does not answer")?;
        Ok(Self { connection, old_words: None })
    }

    /// From now on also as the real ERP does: in its old words beside the typed ones, and now and then twice.
    #[must_use]
    pub fn in_old_words_too(self) -> Self {
        Self { old_words: Some(Mutex::default()), ..self }
    }
}

#[async_trait]
impl Sink for RedisSink {
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()> {
        let events = match &self.old_words {
            Some(words) => {
                let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
                events.into_iter().flat_map(|event| words.of(event)).collect()
            }
            None => events,
        };
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

/// `{"events":[{"channel":"inventory","id":"…","data":{…}}]}`.
///
/// The id is made of the event and its place in the batch, so that a batch sent again after a lost answer is not logged twice.
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
        id: String,
        data: &'a RawValue,
    }
    let raw = events.iter().map(|event| RawValue::from_string(event.json.clone())).collect::<Result<Vec<_>, _>>()?;
    let mut items = Vec::with_capacity(events.len());
    for (place, (event, data)) in events.iter().zip(&raw).enumerate() {
        let stated = Fields::of(&event.json).millis("timestamp");
        let identity = identity::of(&event.channel, stated, Millis::default(), &event.json);
        items.push(Item { channel: event.channel.as_str(), id: format!("{identity}-{place}"), data });
    }
    Ok(serde_json::to_string(&Body { events: items })?)
}
