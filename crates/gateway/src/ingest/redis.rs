//! The bridge to the ERP's bus: everything published on Redis `ws:*` goes into the log.
//!
//! Redis Pub/Sub replays nothing, so the bridge is honest about time instead: it knows until when it was certainly subscribed (the last
//! answered ping whose preceding messages are all logged), keeps that time in the log, and when it is subscribed again it writes a gap
//! marker into every known channel. A crash or a stop of the gateway is such a time too.
//!
//! In front of the log stands the Redis library's own queue. It grows while the log is busy, on purpose: pushing back on Redis would make
//! it cut us off and drop what it holds.

use super::state::BridgeState;
use crate::log::{Arrived, Log, new_id, now};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use redis::{Client, Msg, RedisError, aio::PubSubSink};
use serde_json::value::RawValue;
use std::{pin::Pin, sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use watchdeck_events::{Channel, Millis, Payload};
use watchdeck_store::StoreError;

/// The ERP's channels.
const PATTERN: &str = "ws:*";
/// Most messages in one append.
const BATCH: usize = 2_000;
/// How often the connection is asked for a sign of life.
const PING: Duration = Duration::from_secs(5);
/// Longest wait for a connection or a sign of life.
const PATIENCE: Duration = Duration::from_secs(5);
/// Ceilings of the delay before another try: full jitter below a doubling ceiling.
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(20);
/// A connection that held this long clears the count of failures.
const STABLE: Duration = Duration::from_secs(60);
/// Under this name the log keeps the time until which the bridge was certainly subscribed.
const ALIVE: &str = "bridge_alive_ms";

/// Why a subscription ended.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("Redis: {0}")]
    Redis(#[from] RedisError),
    #[error("Redis closed the connection")]
    Closed,
    #[error("Redis did not answer within {} s", PATIENCE.as_secs())]
    Silent,
}

/// The bridge. Owns its connection; shares nothing with whoever publishes to Redis.
pub(crate) struct Bridge {
    pub(crate) client: Client,
    pub(crate) log: Log,
    pub(crate) state: Arc<BridgeState>,
    pub(crate) stop: CancellationToken,
}

type Messages = Pin<Box<dyn Stream<Item = Vec<Msg>> + Send>>;

impl Bridge {
    /// Run until stopped; reconnect for ever.
    pub(crate) async fn run(self) {
        let source: Arc<str> = "redis".into();
        let mut certain = self.last_certain(&source).await;
        let mut failures = 0u32;
        loop {
            let began = tokio::time::Instant::now();
            // `Ok` is an orderly end: stopped.
            let Err(lost) = self.subscription(&source, &mut certain).await else { return };
            failures = if began.elapsed() >= STABLE { 1 } else { failures.saturating_add(1) };
            let delay = delay(failures, rand::random());
            tracing::warn!(error = %lost, failures, delay_ms = delay.as_millis(), "Not subscribed to the ERP's bus; trying again.");
            self.state.down(lost.to_string());
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// Until when an earlier run was certainly subscribed; `None` for a new log.
    async fn last_certain(&self, source: &Arc<str>) -> Option<Millis> {
        let store = self.log.store();
        let alive = self.persist(|| store.checkpoint(ALIVE)).await?;
        let newest = self.persist(|| store.read_after(store.head().saturating_sub(1), 1)).await?;
        let alive = i64::try_from(alive).ok().filter(|ms| *ms > 0).map(Millis);
        // A later event of ours proves more than the last ping; without any ping the newest event of any source is all there is.
        let logged =
            newest.last().filter(|newest| alive.is_none() || newest.event.source == *source).map(|newest| newest.event.received_at);
        alive.max(logged)
    }

    async fn subscription(&self, source: &Arc<str>, certain: &mut Option<Millis>) -> Result<(), Lost> {
        let (mut sink, mut messages) = tokio::select! {
            connected = timeout(PATIENCE, connect(&self.client)) => connected.map_err(|_| Lost::Silent)??,
            () = self.stop.cancelled() => return Ok(()),
        };
        let subscribed_at = now();
        if let Some(from) = *certain {
            tracing::info!(from = from.0, to = subscribed_at.0, "The bridge was down; marking the gap.");
            let channels = self.log.channels();
            if self.persist(|| self.log.append_gap(source, &channels, from, subscribed_at)).await.is_none() {
                // Stopped before the marker was logged: the next start still knows since when it missed something.
                return Ok(());
            }
        }
        *certain = Some(subscribed_at);
        self.remember(subscribed_at).await;
        self.state.up();
        tracing::info!("Subscribed to the ERP's bus.");
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                batch = messages.next() => self.log_messages(source, batch.ok_or(Lost::Closed)?).await,
                _ = pings.tick() => *certain = Some(self.sign_of_life(source, &mut sink, &mut messages).await?),
                () = self.stop.cancelled() => {
                    // What arrived is logged, and the next start knows exactly from when on it missed something.
                    drop(self.sign_of_life(source, &mut sink, &mut messages).await);
                    return Ok(());
                }
            }
        }
    }

    /// Ping; when it is answered and everything that came before the answer is logged, the time of asking is certain.
    async fn sign_of_life(&self, source: &Arc<str>, sink: &mut PubSubSink, messages: &mut Messages) -> Result<Millis, Lost> {
        let asked_at = now();
        timeout(PATIENCE, sink.ping::<redis::Value>()).await.map_err(|_| Lost::Silent)??;
        while let Some(Some(batch)) = messages.next().now_or_never() {
            self.log_messages(source, batch).await;
        }
        self.remember(asked_at).await;
        Ok(asked_at)
    }

    async fn remember(&self, certain: Millis) {
        let value = u64::try_from(certain.0).unwrap_or(0);
        self.persist(|| self.log.store().set_checkpoint(ALIVE, value)).await;
    }

    async fn log_messages(&self, source: &Arc<str>, batch: Vec<Msg>) {
        let received = batch.len();
        let arrived: Vec<Arrived> = batch.iter().filter_map(arrived).collect();
        let dropped = (received - arrived.len()) as u64;
        let logged = arrived.len() as u64;
        if !arrived.is_empty() {
            self.persist(|| self.log.append(source, arrived.clone())).await;
        }
        let total = self.state.count(logged, dropped);
        if dropped > 0 {
            tracing::warn!(dropped, total, "Messages on the ERP's bus were not JSON and were dropped.");
        }
    }

    /// Until the log takes it or the gateway stops: what came over the bus is not thrown away because the disk is full for a minute.
    async fn persist<T, F: Future<Output = Result<T, StoreError>>>(&self, write: impl Fn() -> F) -> Option<T> {
        let mut failures = 0;
        loop {
            match write().await {
                Ok(done) => return Some(done),
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, "The log does not take what came over the ERP's bus; trying again.");
                    tokio::select! {
                        () = tokio::time::sleep(delay(failures, 1.0)) => {}
                        () = self.stop.cancelled() => return None,
                    }
                }
            }
        }
    }
}

async fn connect(client: &Client) -> Result<(PubSubSink, Messages), RedisError> {
    let (mut sink, stream) = client.get_async_pubsub().await?.split();
    sink.psubscribe(PATTERN).await?;
    Ok((sink, Box::pin(stream.ready_chunks(BATCH))))
}

/// The event in a message; `None` when it is not JSON or not on one of our channels.
fn arrived(message: &Msg) -> Option<Arrived> {
    let channel = Channel::from_redis(message.get_channel_name())?;
    let json: &RawValue = serde_json::from_slice(message.get_payload_bytes()).ok()?;
    // The id is given here and not at the append, so that an append that is tried again stores nothing twice.
    Some(Arrived { channel, id: Some(new_id()), payload: Payload::from_json(json.get()) })
}

/// Full jitter: a random part of a ceiling that doubles with each failure. `roll` is in `0.0..=1.0`.
fn delay(failures: u32, roll: f64) -> Duration {
    let ceiling = FIRST_DELAY.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_DELAY);
    ceiling.mul_f64(roll.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_are_capped() {
        let ceilings: Vec<_> = [1, 2, 3, 40].map(|failures| delay(failures, 1.0).as_millis()).into();
        assert_eq!(ceilings, [500, 1_000, 2_000, 20_000]);
        assert_eq!(delay(9, 0.0), Duration::ZERO, "full jitter begins at nothing");
    }
}
