//! The only writer of what the bus brings: reads messages, commits them with the time that is certain, and never gives one up.

use super::{
    intake::{Item, Outlet},
    reading::{self, Reading},
    refused::Refused,
    state::BridgeState,
};
use crate::log::{Arrived, Log, now};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use watchdeck_events::{Channel, Kind, Millis};
use watchdeck_store::{Batch, NewEvent, StoreError};

/// Under this name the log keeps the time until which the bridge was certainly subscribed.
pub(crate) const ALIVE: &str = "bridge_alive_ms";
/// Most messages in one append.
const BATCH: usize = 2_000;
/// Bytes of messages after which an append is full.
const BATCH_BYTES: u64 = 4 << 20;
/// Without events, the certain time is written down this often.
const REMEMBER: Duration = Duration::from_secs(5);
/// Between tries to write, at first and at most.
const RETRY: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(2)];
/// Channels whose last words are remembered.
const MOST_SAID: usize = 1_000;
/// A failure that goes on is said again this often.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// See the [module docs](self).
pub(crate) struct Logger {
    pub(crate) log: Log,
    pub(crate) source: Arc<str>,
    pub(crate) state: Arc<BridgeState>,
    pub(crate) stop: CancellationToken,
    pub(crate) refused: Refused,
    pub(crate) began: Instant,
    pub(crate) remembered: Option<Instant>,
    /// Channels with messages that are no events: when that was said last, and how many were not said since.
    pub(crate) said: HashMap<Channel, (Instant, u64)>,
}

/// What one append holds.
#[derive(Default)]
struct Page {
    events: Vec<NewEvent>,
    certain: Option<Millis>,
    messages: u64,
    mended: u64,
    /// Reports by channel, with the last reason.
    malformed: BTreeMap<Channel, (u64, String)>,
}

impl Logger {
    /// Log until nothing comes any more, or until stopped while the log takes nothing.
    pub(crate) async fn run(mut self, mut outlet: Outlet) {
        loop {
            let (items, taken) = outlet.take(BATCH, BATCH_BYTES).await;
            if items.is_empty() {
                return;
            }
            let page = self.page(items);
            if !self.commit(page).await {
                return;
            }
            outlet.done(&taken);
        }
    }

    fn page(&mut self, items: Vec<Item>) -> Page {
        let mut page = Page::default();
        let now = now();
        for item in items {
            match item {
                Item::Message { channel, payload } => match reading::read(&channel, &payload) {
                    Reading::Event { arrived, mended } => {
                        page.messages += 1;
                        page.mended += u64::from(mended);
                        page.events.push(self.event(arrived, now));
                    }
                    Reading::Malformed { report, why } => {
                        let (count, last) = page.malformed.entry(report.channel.clone()).or_default();
                        *count += 1;
                        *last = why;
                        page.events.push(self.event(report, now));
                    }
                    Reading::Unfollowable { name, why } => self.refused.add(name, why),
                },
                Item::Certain(certain) => page.certain = Some(certain),
                Item::Gap { from, to } => page.events.extend(self.log.gap_markers(&self.source, &self.log.channels(), from, to)),
            }
        }
        for (name, why, count) in self.refused.due(self.began.elapsed()) {
            tracing::warn!(
                channel = name,
                why,
                count,
                "Messages came on a channel that no console can follow; they are counted and not kept."
            );
            page.events.push(self.event(reading::unfollowable(&name, why, count), now));
        }
        page
    }

    fn event(&self, arrived: Arrived, now: Millis) -> NewEvent {
        self.log.event(arrived, &self.source, now)
    }

    /// Whether it is in the log. `false` only at a stop.
    async fn commit(&mut self, page: Page) -> bool {
        let due = self.remembered.is_none_or(|at| at.elapsed() >= REMEMBER) || self.stop.is_cancelled();
        let certain = page.certain.filter(|_| due || !page.events.is_empty());
        let checkpoints: Vec<_> = certain.map(|at| (ALIVE.to_owned(), u64::try_from(at.0).unwrap_or(0))).into_iter().collect();
        if certain.is_some() {
            self.remembered = Some(Instant::now());
        }
        if !(page.events.is_empty() && checkpoints.is_empty()) {
            let batch = Batch { events: page.events, checkpoints, ..Batch::default() };
            if !self.persist(batch).await {
                return false;
            }
        }
        for (channel, (count, why)) in &page.malformed {
            self.say_malformed(channel, *count, why);
        }
        let malformed = page.malformed.values().map(|(count, _)| count).sum();
        self.state.logged(page.messages, page.mended, malformed, self.refused.totals());
        true
    }

    /// Once a minute and channel, with their number.
    fn say_malformed(&mut self, channel: &Channel, count: u64, why: &str) {
        if self.said.len() >= MOST_SAID && !self.said.contains_key(channel) {
            self.said.retain(|_, (at, _)| at.elapsed() < SAY_AGAIN);
        }
        if let Some((at, untold)) = self.said.get_mut(channel)
            && at.elapsed() < SAY_AGAIN
        {
            *untold += count;
            return;
        }
        let count = count + self.said.insert(channel.clone(), (Instant::now(), 0)).map_or(0, |(_, untold)| untold);
        tracing::warn!(%channel, count, why, "Messages on the ERP's bus were not JSON that can be an event; consoles are told.");
    }

    /// Until the log takes it or the gateway stops: what came over the bus is not thrown away because the disk is full for a minute.
    async fn persist(&self, mut batch: Batch) -> bool {
        let (mut failures, mut said) = (0u32, None::<Instant>);
        loop {
            let refused = match self.log.write(batch).await {
                Ok(_) => break,
                Err(refused) => refused,
            };
            if let StoreError::Refused { event: Some(index), .. } = refused.error {
                batch = self.without(refused.batch, index, &refused.error.to_string());
                continue;
            }
            failures += 1;
            self.state.stuck(Some(&refused.error.to_string()));
            if said.is_none_or(|at| at.elapsed() >= SAY_AGAIN) {
                said = Some(Instant::now());
                tracing::error!(error = %refused.error, failures, "The log does not take what came over the ERP's bus; trying again.");
            }
            let wait = RETRY[0].saturating_mul(2u32.saturating_pow(failures.min(8))).min(RETRY[1]);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stop.cancelled() => return false,
            }
            batch = refused.batch;
        }
        if failures > 0 {
            self.state.stuck(None);
            tracing::info!(failures, "The log takes what comes over the ERP's bus again.");
        }
        true
    }

    /// The batch with a report in the place of an event that the log cannot keep. A report that it cannot keep either is left out, aloud.
    fn without(&self, mut batch: Batch, index: usize, error: &str) -> Batch {
        if index < batch.events.len() {
            let refused = batch.events.remove(index);
            if refused.event.kind.as_str() == Kind::MALFORMED {
                tracing::error!(channel = %refused.event.channel, error, "The log cannot even take the report of an event; it is left out.");
            } else {
                batch.events.insert(index, self.set_aside(refused, error));
            }
        }
        batch
    }

    fn set_aside(&self, refused: NewEvent, error: &str) -> NewEvent {
        let event = refused.event;
        tracing::error!(channel = %event.channel, id = %event.id, error, "The log cannot take this event; it is set aside and reported.");
        let body = event.payload.as_str().as_bytes();
        let report = reading::malformed(&event.channel, "not_stored", error, body.len() as u64, body);
        self.event(report, now())
    }
}
