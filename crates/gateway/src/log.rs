//! The way into the durable log, the same for every source: normalise, append, answer with places.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;
use watchdeck_events::{Catalogue, Channel, Event, Incoming, Kind, Millis, Payload, Severity};
use watchdeck_store::{Batch, NewEvent, Placed, Store, StoreError};

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
    store: Store,
}

impl Log {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// Log everything in one transaction, in order. Answers id and place of each.
    pub(crate) async fn append(&self, source: &Arc<str>, arrived: Vec<Arrived>) -> Result<Vec<(Box<str>, Placed)>, StoreError> {
        let now = now();
        let catalogue = Catalogue::builtin();
        let events: Vec<NewEvent> = arrived
            .into_iter()
            .map(|arrived| {
                let incoming = Incoming {
                    channel: arrived.channel,
                    offset: None,
                    id: Some(arrived.id.unwrap_or_else(new_id)),
                    server_at: Some(now),
                    kind: None,
                    payload: arrived.payload,
                };
                NewEvent { event: catalogue.normalise(incoming, source, now), offset: None }
            })
            .collect();
        self.commit(events).await
    }

    /// Mark in `channels` that events may be missing between two times.
    pub(crate) async fn append_gap(&self, source: &Arc<str>, channels: &[Channel], from: Millis, to: Millis) -> Result<(), StoreError> {
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
        self.commit(channels.iter().map(marker).collect()).await.map(drop)
    }

    /// The ERP's fixed channels and all that were ever seen.
    pub(crate) fn channels(&self) -> Vec<Channel> {
        let mut all: Vec<Channel> = Channel::ERP.into_iter().map(Channel::from).collect();
        for channel in self.store.channels() {
            if !all.contains(&channel) {
                all.push(channel);
            }
        }
        all
    }

    async fn commit(&self, events: Vec<NewEvent>) -> Result<Vec<(Box<str>, Placed)>, StoreError> {
        let ids: Vec<Box<str>> = events.iter().map(|new| new.event.id.clone()).collect();
        let appended = self.store.append(Batch { events, ..Batch::default() }).await?;
        Ok(ids.into_iter().zip(appended.placed).collect())
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
