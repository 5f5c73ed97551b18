//! From what a link delivers to what the store keeps.
//!
//! One batch is being committed while the next is prepared, never more: a later batch must not be committed with its position when an
//! earlier one was refused. A refused batch is tried again until the store takes it; meanwhile the queue fills and the link stops.

use crate::{
    rows,
    skew::Reading,
    source_stats::{Receipt, SourceStats},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Clock, Delivery, Positions};
use watchdeck_events::{Catalogue, Channel, Conventions, GapReason, Incoming, Intake, Millis, Payload, identity::Doubles};
use watchdeck_protocol::Position;
use watchdeck_store::{Batch, NewEvent, Pending, PositionUpdate, Refused, Store, StoreError};

/// Deliveries that may wait. With the client's largest burst this bounds memory at about 32,000 events.
pub(crate) const QUEUE: usize = 16;
/// Events in one batch, as far as whole deliveries allow.
const BATCH: usize = 5_000;
/// Between tries to store a refused batch.
const RETRY: Duration = Duration::from_secs(1);
/// The positions that are safe in the store.
#[derive(Debug, Default)]
pub(crate) struct Committed(Mutex<HashMap<Channel, Position>>);

impl Committed {
    pub(crate) fn new(positions: HashMap<Channel, Position>) -> Self {
        Self(Mutex::new(positions))
    }

    pub(crate) fn all(&self) -> HashMap<Channel, Position> {
        self.0.lock().expect("no code panics while holding the positions").clone()
    }
}

#[async_trait::async_trait]
impl Positions for Committed {
    async fn committed(&self, channel: &Channel) -> Option<Position> {
        self.0.lock().expect("no code panics while holding the positions").get(channel).cloned()
    }
}

/// The inbox of one source.
pub(crate) struct Inbox {
    pub(crate) source: Arc<str>,
    pub(crate) conventions: Conventions,
    pub(crate) store: Store,
    pub(crate) committed: Arc<Committed>,
    pub(crate) stats: Arc<SourceStats>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A batch in the writer's hands.
struct InFlight {
    pending: Pending,
    positions: Vec<(Channel, Position)>,
    receipts: Vec<Receipt>,
}

impl Inbox {
    /// Runs until the link ends and everything it delivered is stored, or `stop` fires.
    pub(crate) async fn run(self, mut deliveries: mpsc::Receiver<Delivery>, stop: CancellationToken) {
        let mut waiting = Vec::with_capacity(QUEUE);
        let mut in_flight: Option<InFlight> = None;
        let mut doubles = Doubles::default();
        loop {
            tokio::select! {
                biased;
                received = deliveries.recv_many(&mut waiting, QUEUE) => {
                    let mut waiting = waiting.drain(..);
                    while waiting.len() > 0 {
                        let (batch, receipts) = self.batch(&mut waiting, &mut doubles);
                        self.stats.queue.store((waiting.len() + deliveries.len()) as u32, Ordering::Relaxed);
                        if !self.settle(&mut in_flight, &stop).await {
                            return;
                        }
                        in_flight = self.enqueue(batch, receipts).await;
                    }
                    if received == 0 {
                        self.settle(&mut in_flight, &stop).await;
                        return;
                    }
                }
                () = landed(&mut in_flight), if in_flight.is_some() => {
                    if !self.settle(&mut in_flight, &stop).await {
                        return;
                    }
                }
                () = stop.cancelled() => {
                    self.settle(&mut in_flight, &stop).await;
                    return;
                }
            }
        }
    }

    fn batch(&self, deliveries: &mut impl Iterator<Item = Delivery>, doubles: &mut Doubles) -> (Batch, Vec<Receipt>) {
        let (mut batch, mut receipts) = (Batch::default(), Vec::new());
        let now = Reading::of(&*self.clock);
        while batch.events.len() < BATCH
            && let Some(delivery) = deliveries.next()
        {
            match delivery {
                Delivery::Events { channel, events, position, received_at } => {
                    let sent: Vec<_> = events.iter().map(|incoming| incoming.server_at).collect();
                    let first = batch.events.len();
                    batch.events.reserve(events.len());
                    for incoming in events {
                        batch.events.push(self.event(incoming, received_at, doubles));
                    }
                    let events = batch.events[first..].iter().map(|new| &new.event);
                    receipts.extend(self.stats.received(received_at, now, sent.into_iter().zip(events)));
                    batch.positions.extend(position.map(|position| self.update(channel, position)));
                }
                Delivery::Gap { channel, from, to, reason, position, .. } => {
                    batch.events.push(self.gap(channel.as_ref(), from, to, reason, now.wall, doubles));
                    batch.positions.extend(channel.zip(position).map(|(channel, position)| self.update(channel, position)));
                }
                Delivery::Malformed { bytes, sample, reason } => self.stats.malformed(now.wall, bytes, &reason, &sample),
            }
        }
        (batch, receipts)
    }

    /// Repeats that differ only in the envelope get one id here, and the store keeps the first of them.
    fn event(&self, incoming: Incoming, received_at: Millis, doubles: &mut Doubles) -> NewEvent {
        let offset = incoming.offset;
        let skew = self.stats.clock().estimate().map_or(0, |known| known.skew.round() as i64);
        let intake = Intake { source: &self.source, received_at, skew, conventions: &self.conventions };
        NewEvent { event: Catalogue::builtin().normalise_with(incoming, &intake, doubles), offset }
    }

    fn update(&self, channel: Channel, position: Position) -> PositionUpdate {
        PositionUpdate { source: Arc::clone(&self.source), channel, position }
    }

    /// A gap marker is an event like any other. One hole that a server reports once per channel (its bridge was down) is one marker.
    fn gap(&self, channel: Option<&Channel>, from: Millis, to: Millis, reason: GapReason, at: Millis, doubles: &mut Doubles) -> NewEvent {
        let channel = if reason == GapReason::BridgeDown { None } else { channel };
        let name = channel.map(Channel::as_str);
        let incoming = Incoming {
            channel: channel.cloned().unwrap_or_else(|| Channel::from("system")),
            offset: None,
            id: Some(format!("gap-{}-{}-{}-{}", self.source, name.unwrap_or("*"), from.0, to.0).into()),
            server_at: Some(to),
            kind: None,
            payload: Payload::from_json(rows::gap_payload(name, from, to, reason)),
        };
        self.event(incoming, at, doubles)
    }

    async fn enqueue(&self, batch: Batch, receipts: Vec<Receipt>) -> Option<InFlight> {
        if batch.events.is_empty() && batch.positions.is_empty() {
            return None;
        }
        let positions = batch.positions.iter().map(|update| (update.channel.clone(), update.position.clone())).collect();
        // A closed store means that the process is going down; what is not stored now comes again.
        let pending = self.store.enqueue(batch).await.ok()?;
        Some(InFlight { pending, positions, receipts })
    }

    /// Wait until nothing is in flight. `false` when stopped, or when the store is closed.
    async fn settle(&self, in_flight: &mut Option<InFlight>, stop: &CancellationToken) -> bool {
        while let Some(flight) = in_flight.take() {
            match flight.pending.outcome().await {
                Ok(appended) => {
                    self.stats.add_duplicates(appended.duplicates as u64);
                    self.stats.committed(&flight.receipts, Reading::of(&*self.clock));
                    let mut committed = self.committed.0.lock().expect("no code panics while holding the positions");
                    committed.extend(flight.positions);
                }
                Err(refused) if matches!(refused.error, StoreError::Closed) => return false,
                Err(refused) => {
                    let Refused { error, batch } = *refused;
                    tracing::warn!(%error, source = &*self.source, events = batch.events.len(), "The store refused a batch; trying again.");
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = stop.cancelled() => return false,
                    }
                    *in_flight = self.enqueue(batch, flight.receipts).await;
                }
            }
        }
        !stop.is_cancelled()
    }
}

async fn landed(in_flight: &mut Option<InFlight>) {
    if let Some(flight) = in_flight {
        flight.pending.landed().await;
    }
}
