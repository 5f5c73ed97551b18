//! From what a link delivers to what the store keeps.
//!
//! One batch is being committed while the next is prepared, never more: a later batch must not be committed with its position when an
//! earlier one was refused. What the store refuses for want of room is tried again until it is taken, and what is urgent in it is told meanwhile;
//! a value that it can never take is set aside by itself, with a marker in its place, and the rest goes on.

mod marks;
mod reader;
mod refused;

pub(crate) use reader::Reader;

use crate::{seams::Point, source_stats::Receipt};
use marks::Unread;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Delivery, Positions};
use watchdeck_contain::Hold as _;
use watchdeck_events::{Channel, Event, Millis, identity::Doubles};
use watchdeck_protocol::Position;
use watchdeck_store::{Batch, NewEvent, Pending, PositionUpdate, Store};

/// Deliveries that may wait. With the client's largest burst this bounds memory at about 32,000 events.
pub(crate) const QUEUE: usize = 16;
/// Events in one batch, as far as whole deliveries allow.
const BATCH: usize = 2 * watchdeck_store::BLOCK as usize;
/// How often frames that could not be read are looked through for what is still to be told.
const TELL: Duration = Duration::from_secs(5);

/// The positions that are safe in the store.
#[derive(Debug, Default)]
pub(crate) struct Committed(Mutex<HashMap<Channel, Position>>);

impl Committed {
    pub(crate) fn new(positions: HashMap<Channel, Position>) -> Self {
        Self(Mutex::new(positions))
    }

    pub(crate) fn all(&self) -> HashMap<Channel, Position> {
        self.0.hold().clone()
    }
}

#[async_trait::async_trait]
impl Positions for Committed {
    async fn committed(&self, channel: &Channel) -> Option<Position> {
        self.0.hold().get(channel).cloned()
    }
}

/// How an inbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The link ended, and everything it delivered is stored.
    Stored,
    /// It was stopped, or the store is closed.
    Stopped,
    /// The store takes events again after some were only looked at: the link has to begin anew from what is committed.
    Anew,
}

/// The inbox of one source.
pub(crate) struct Inbox {
    pub reader: Reader,
    pub store: Store,
    pub committed: Arc<Committed>,
    /// Takes what the store does not take at the moment, for the sake of what is urgent in it. Full: it is offered again.
    pub urgent: mpsc::Sender<Vec<Event>>,
}

/// What goes into the store together, and what is to be counted once it is there.
#[derive(Default)]
struct Parcel {
    batch: Batch,
    receipts: Vec<Receipt>,
    /// Of the batch's events, those that a server sent and that could be read; the others are our own markers.
    received: u64,
    /// Whether it holds what a server sent, or markers.
    holds_sent: Option<bool>,
}

/// A parcel in the writer's hands.
struct InFlight {
    pending: Pending,
    positions: Vec<(Channel, Position)>,
    receipts: Vec<Receipt>,
    received: u64,
}

/// What an inbox is at.
#[derive(Default)]
struct Desk {
    waiting: VecDeque<Delivery>,
    in_flight: Option<InFlight>,
    doubles: Doubles,
    unread: Unread,
}

impl Inbox {
    /// Runs until the link ends and everything it delivered is stored, or `stop` fires.
    pub(crate) async fn run(self, mut deliveries: mpsc::Receiver<Delivery>, stop: CancellationToken) -> End {
        let mut desk = Desk::default();
        let mut received = Vec::with_capacity(QUEUE);
        let mut tell = tokio::time::interval(TELL);
        tell.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.reader.pass(Point::Part("inbox"));
            tokio::select! {
                biased;
                taken = deliveries.recv_many(&mut received, QUEUE) => {
                    desk.waiting.extend(received.drain(..));
                    let last = taken == 0;
                    if last {
                        desk.unread.finish();
                    }
                    while !desk.waiting.is_empty() || desk.unread.is_due(self.reader.now().wall) {
                        let parcel = self.parcel(&mut desk);
                        self.reader.stats.queue.store((desk.waiting.len() + deliveries.len()) as u32, Ordering::Relaxed);
                        if let Err(end) = self.settle(&mut desk, &mut deliveries, &stop).await {
                            return end;
                        }
                        desk.in_flight = self.enqueue(parcel).await;
                    }
                    if last {
                        return self.settle(&mut desk, &mut deliveries, &stop).await.map_or_else(|end| end, |()| End::Stored);
                    }
                }
                () = landed(&mut desk.in_flight), if desk.in_flight.is_some() => {
                    if let Err(end) = self.settle(&mut desk, &mut deliveries, &stop).await {
                        return end;
                    }
                }
                _ = tell.tick() => if desk.unread.is_due(self.reader.now().wall) {
                    let parcel = self.parcel(&mut desk);
                    if let Err(end) = self.settle(&mut desk, &mut deliveries, &stop).await {
                        return end;
                    }
                    desk.in_flight = self.enqueue(parcel).await;
                },
                () = stop.cancelled() => {
                    return self.settle(&mut desk, &mut deliveries, &stop).await.map_or_else(|end| end, |()| End::Stopped);
                }
            }
        }
    }

    /// The next of what waits. Markers go by themselves: what is counted of the events a server sent must add up.
    fn parcel(&self, desk: &mut Desk) -> Parcel {
        let now = self.reader.now();
        let (mut parcel, mut order) = (Parcel::default(), Order::default());
        parcel.batch.events.extend(desk.unread.due(&self.reader.source, now.wall));
        parcel.holds_sent = (!parcel.batch.events.is_empty()).then_some(false);
        while parcel.batch.events.len() < BATCH
            && let Some(delivery) = desk.waiting.pop_front()
        {
            let sent = matches!(delivery, Delivery::Events { .. });
            if parcel.holds_sent.is_some_and(|holds| holds != sent) {
                desk.waiting.push_front(delivery);
                break;
            }
            parcel.holds_sent = Some(sent);
            match delivery {
                Delivery::Events { channel, events, position, received_at } => {
                    let sent: Vec<_> = events.iter().map(|incoming| incoming.server_at).collect();
                    let first = parcel.batch.events.len();
                    parcel.batch.events.reserve(events.len());
                    for (incoming, sent) in events.into_iter().zip(&sent) {
                        order.push(&channel, sent.unwrap_or(received_at));
                        let (event, read) = self.reader.event(incoming, received_at, Some(&mut desk.doubles));
                        parcel.batch.events.push(event);
                        if read {
                            parcel.received += 1;
                        } else {
                            self.reader.stats.set_aside();
                        }
                    }
                    let events = parcel.batch.events[first..].iter().map(|new| &new.event);
                    parcel.receipts.extend(self.reader.stats.received(received_at, now, sent.into_iter().zip(events)));
                    parcel.batch.positions.extend(position.and_then(|position| self.update(channel, position)));
                }
                Delivery::Gap { channel, from, to, reason, position, .. } => {
                    parcel.batch.events.push(marks::gap(&self.reader.source, channel.as_ref(), from, to, reason, now.wall));
                    parcel.batch.positions.extend(channel.zip(position).and_then(|(channel, position)| self.update(channel, position)));
                }
                Delivery::Malformed { channel, bytes, sample, reason } => {
                    self.reader.stats.malformed(now.wall, bytes, &reason, &sample);
                    desk.unread.add(channel, bytes, &reason, &sample, now.wall);
                    parcel.batch.events.extend(desk.unread.due(&self.reader.source, now.wall));
                }
            }
        }
        order.apply(&mut parcel.batch.events);
        parcel
    }

    fn update(&self, channel: Channel, position: Position) -> Option<PositionUpdate> {
        if i64::try_from(position.offset).is_err() {
            tracing::warn!(source = &*self.reader.source, %channel, offset = position.offset, "A position beyond what can be stored is left out.");
            return None;
        }
        Some(PositionUpdate { source: Arc::clone(&self.reader.source), channel, position })
    }

    async fn enqueue(&self, parcel: Parcel) -> Option<InFlight> {
        let Parcel { batch, receipts, received, .. } = parcel;
        if batch.events.is_empty() && batch.positions.is_empty() {
            return None;
        }
        let positions = batch.positions.iter().map(|update| (update.channel.clone(), update.position.clone())).collect();
        // A closed store means that the process is going down; what is not stored now comes again.
        let pending = self.store.enqueue(batch).await.ok()?;
        Some(InFlight { pending, positions, receipts, received })
    }
}

/// The order of a backlog: a server sends each channel's by itself, and together they happened in turns. Within a channel nothing moves, and what is
/// in one transaction has one set of positions, so the rows can stand as they were sent.
#[derive(Default)]
struct Order {
    /// By event: the server's time, never less than the one before it on its channel.
    keys: Vec<Millis>,
    newest: HashMap<Channel, Millis>,
}

impl Order {
    fn push(&mut self, channel: &Channel, sent: Millis) {
        let newest = match self.newest.get_mut(channel) {
            Some(newest) => newest,
            None => self.newest.entry(channel.clone()).or_insert(sent),
        };
        *newest = sent.max(*newest);
        self.keys.push(*newest);
    }

    fn apply(self, events: &mut Vec<NewEvent>) {
        if self.newest.len() < 2 || self.keys.len() != events.len() || self.keys.is_sorted() {
            return;
        }
        let mut ordered: Vec<_> = self.keys.into_iter().zip(events.drain(..)).collect();
        ordered.sort_by_key(|(key, _)| *key);
        events.extend(ordered.into_iter().map(|(_, event)| event));
    }
}

async fn landed(in_flight: &mut Option<InFlight>) {
    if let Some(flight) = in_flight {
        flight.pending.landed().await;
    }
}
