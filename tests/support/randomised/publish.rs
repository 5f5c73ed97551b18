//! Publishers that do not give up: each numbers its events, and goes on only when a batch was accepted.

use anyhow::{Context as _, Result, ensure};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};
use watchdeck_testkit::{patience::PATIENCE, redis::Redis};

/// Each has a publisher of its own, so that what is published on one overtakes what is published on another.
pub(super) const CHANNELS: [&str; 4] = ["inventory", "orders", "finance", "user:u7:notifications"];

/// The way in.
#[derive(Clone)]
pub(super) enum Feed {
    /// `POST /api/publish`, with ids that make a repeat harmless.
    Http { client: reqwest::Client, address: watch::Receiver<String> },
    /// `PUBLISH`, once.
    Redis(Arc<Redis>),
}

impl Feed {
    pub(super) fn http(address: watch::Receiver<String>) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        Ok(Self::Http { client, address })
    }

    pub(super) fn redis(redis: Redis) -> Self {
        Self::Redis(Arc::new(redis))
    }
}

/// One channel's publisher.
struct Publisher {
    channel: &'static str,
    feed: Feed,
    luck: StdRng,
    published: u64,
    again: u64,
}

/// One publisher per channel, until told to stop.
pub(super) fn start(seed: u64, feed: &Feed, stop: &watch::Sender<bool>) -> Vec<JoinHandle<Result<(u64, u64)>>> {
    let publisher = |(place, channel): (usize, &'static str)| {
        let luck = StdRng::seed_from_u64(seed.wrapping_add(1 + place as u64));
        let publisher = Publisher { channel, feed: feed.clone(), luck, published: 0, again: 0 };
        tokio::spawn(publisher.run(stop.subscribe()))
    };
    CHANNELS.into_iter().enumerate().map(publisher).collect()
}

/// How many each published, and how many were published again, all together.
pub(super) async fn join(publishers: Vec<JoinHandle<Result<(u64, u64)>>>) -> Result<(Vec<u64>, u64)> {
    let (mut published, mut again) = (Vec::new(), 0);
    for publisher in publishers {
        let (events, repeated) = publisher.await??;
        published.push(events);
        again += repeated;
    }
    Ok((published, again))
}

impl Publisher {
    async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(u64, u64)> {
        loop {
            let batch: Vec<u64> = (self.published..self.published + self.luck.random_range(1..8)).collect();
            match self.feed.clone() {
                Feed::Http { client, address } => self.post(&client, &address, &batch).await?,
                Feed::Redis(redis) => {
                    redis.publish_all(&batch.iter().map(|n| (format!("ws:{}", self.channel), event(*n))).collect::<Vec<_>>()).await?
                }
            }
            self.published += batch.len() as u64;
            let pause = Duration::from_millis(self.luck.random_range(0..25));
            tokio::select! {
                stopped = stop.wait_for(|stop| *stop) => {
                    stopped?;
                    return Ok((self.published, self.again));
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Again and again, until it was accepted.
    async fn post(&mut self, client: &reqwest::Client, address: &watch::Receiver<String>, batch: &[u64]) -> Result<()> {
        let events: Vec<_> = batch
            .iter()
            .map(|n| Ok(json!({ "channel": self.channel, "id": id(self.channel, *n), "data": serde_json::from_str::<serde_json::Value>(&event(*n))? })))
            .collect::<Result<_>>()?;
        let body = json!({ "events": events });
        let attempts = async {
            loop {
                let url = format!("http://{}/api/publish", address.borrow().as_str());
                let request = client.post(url).json(&body).send();
                if self.luck.random_bool(0.05) {
                    // The answer is lost; whether the request was carried out, nobody knows.
                    drop(tokio::time::timeout(Duration::from_millis(self.luck.random_range(0..6)), request).await);
                    continue;
                }
                let Ok(answer) = request.await else {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    continue;
                };
                let status = answer.status();
                if status.is_server_error() {
                    continue;
                }
                let said = answer.text().await;
                ensure!(status.is_success(), "the gateway answered {status}: {said:?}");
                // Killed while it answered: nobody knows either.
                let Ok(said) = said else { continue };
                return Ok(said.matches(r#""duplicate":true"#).count() as u64);
            }
        };
        self.again += tokio::time::timeout(PATIENCE, attempts).await.context("the gateway does not take events any more")??;
        Ok(())
    }
}

/// What an event is called.
pub(super) fn id(channel: &str, n: u64) -> String {
    format!("{channel}-{n}")
}

fn event(n: u64) -> String {
    json!({ "type": "inventory:change", "n": n, "note": "雨".repeat((n % 40) as usize), "timestamp": 1_795_223_788_150u64 + n }).to_string()
}
