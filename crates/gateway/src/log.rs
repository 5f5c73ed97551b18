//! The way into the durable log, the same for every source: normalise, append, answer with places.

use crate::oversize;
use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;
use watchdeck_events::{Catalogue, Channel, Event, Incoming, Kind, Millis, Payload, Severity};
use watchdeck_store::{Appended, Batch, Engine, NewEvent, Placed, Refused, StoreError};

/// What a source hands in. The payload is JSON; whoever made this has checked.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) channel: Channel,
    /// The publisher's id, which makes a repeat recognisable; a new UUID v7 where there is none.
    pub(crate) id: Option<Box<str>>,
    pub(crate) payload: Payload,
}

/// Appends to the log.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    store: Arc<dyn Engine>,
    /// When the newest write failed, and why; `None` after one that did not.
    failed: Arc<Mutex<Option<(Instant, String)>>>,
    most_bytes: usize,
    shortened: Arc<AtomicU64>,
}

impl Log {
    /// Events of more than `most_bytes` are kept with their heads only.
    pub(crate) fn new(store: Arc<dyn Engine>, most_bytes: usize) -> Self {
        Self { store, most_bytes, shortened: Arc::default(), failed: Arc::default() }
    }

    /// Largest event that is kept whole, in bytes.
    pub(crate) const fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// Events that were too large and are kept with their heads only, since the start.
    pub(crate) fn shortened(&self) -> u64 {
        self.shortened.load(Ordering::Relaxed)
    }

    pub(crate) const fn store(&self) -> &Arc<dyn Engine> {
        &self.store
    }

    /// The same log through another handle to it.
    pub(crate) fn through(&self, store: Arc<dyn Engine>) -> Self {
        Self { store, ..self.clone() }
    }

    /// Log everything in one transaction, in order. Answers id and place of each.
    pub(crate) async fn append(&self, source: &Arc<str>, arrived: Vec<Arrived>) -> Result<Vec<(Box<str>, Placed)>, StoreError> {
        let now = now();
        let events: Vec<NewEvent> = arrived.into_iter().map(|arrived| self.event(arrived, source, now)).collect();
        let ids: Vec<Box<str>> = events.iter().map(|new| new.event.id.clone()).collect();
        let appended = self.write(Batch { events, ..Batch::default() }).await.map_err(|refused| refused.error)?;
        Ok(ids.into_iter().zip(appended.placed).collect())
    }

    /// The event of what arrived `now`. One that is too large is kept with its head only, marked: a publisher that can be refused was
    /// refused before, and the bus cannot be refused anything.
    pub(crate) fn event(&self, arrived: Arrived, source: &Arc<str>, now: Millis) -> NewEvent {
        let payload = match oversize::fitted(arrived.payload.as_str(), self.most_bytes) {
            Cow::Borrowed(_) => arrived.payload,
            Cow::Owned(head) => {
                let total = self.shortened.fetch_add(1, Ordering::Relaxed) + 1;
                if total.is_power_of_two() {
                    let bytes = arrived.payload.as_str().len();
                    tracing::warn!(channel = %arrived.channel, bytes, total, "An event is too large and is kept with its head only.");
                }
                Payload::from_json(head)
            }
        };
        let incoming = Incoming {
            channel: arrived.channel,
            offset: None,
            id: Some(arrived.id.unwrap_or_else(new_id)),
            server_at: Some(now),
            kind: None,
            payload,
        };
        NewEvent { event: Catalogue::builtin().normalise(incoming, source, now), offset: None }
    }

    /// Write a batch; a refused one is given back. Remembers how it went.
    pub(crate) async fn write(&self, batch: Batch) -> Result<Appended, Box<Refused>> {
        let outcome = match self.store.enqueue(batch).await {
            Ok(pending) => pending.outcome().await,
            Err(error) => Err(Box::new(Refused { error, batch: Batch::default() })),
        };
        let failed = outcome.as_ref().err().map(|refused| &refused.error);
        // A value that cannot be stored says nothing about the file.
        if !matches!(failed, Some(StoreError::Refused { .. })) {
            let failed = failed.map(|error| (Instant::now(), error.to_string()));
            *self.failed.lock().expect("no code panics while holding the last failure") = failed;
        }
        outcome
    }

    /// When the newest write failed, and why.
    pub(crate) fn last_failure(&self) -> Option<(Instant, String)> {
        self.failed.lock().expect("no code panics while holding the last failure").clone()
    }

    /// Markers that say in `channels` that events may be missing between two times.
    pub(crate) fn gap_markers(&self, source: &Arc<str>, channels: &[Channel], from: Millis, to: Millis) -> Vec<NewEvent> {
        let payload = format!(r#"{{"type":"{}","from":{},"to":{},"reason":"bridge_down"}}"#, Kind::GAP, from.0, to.0);
        let marker = |channel: &Channel| NewEvent {
            event: Event {
                id: new_id(),
                kind: Kind::from(Kind::GAP),
                channel: channel.clone(),
                occurred_at: to,
                received_at: now(),
                source: Arc::clone(source),
                subject: None,
                actor: None,
                severity: Severity::Warning,
                payload: Payload::from_json(payload.as_str()),
            },
            offset: None,
        };
        channels.iter().map(marker).collect()
    }

    /// The ERP's fixed channels and all that were ever seen.
    pub(crate) fn channels(&self) -> Vec<Channel> {
        let fixed = Channel::ERP.map(Channel::from);
        let others: Vec<_> = self.store.channels().into_iter().filter(|channel| !fixed.contains(channel)).collect();
        fixed.into_iter().chain(others).collect()
    }
}

/// A sortable id that nobody else gives.
pub(crate) fn new_id() -> Box<str> {
    Uuid::now_v7().to_string().into()
}

/// The wall clock.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
