//! What becomes of a batch that the store did not take.

use super::{Desk, End, InFlight, Inbox, Parcel, QUEUE};
use std::{collections::VecDeque, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use watchdeck_client::Delivery;
use watchdeck_contain::{Hold as _, attempt};
use watchdeck_events::{Event, Severity, erp::Approval};
use watchdeck_store::StoreError;

/// Between tries to store a refused batch.
const RETRY: Duration = Duration::from_secs(1);
/// For so long the link is left waiting with what it has. After that it is listened to without storing: what is urgent must not wait for room.
const LISTEN_AFTER: u32 = 2;
/// Deliveries that cannot come again and are held meanwhile.
const HELD: usize = 2 * QUEUE;

impl Inbox {
    /// Wait until nothing is in flight.
    pub(super) async fn settle(
        &self,
        desk: &mut Desk,
        deliveries: &mut mpsc::Receiver<Delivery>,
        stop: &CancellationToken,
    ) -> Result<(), End> {
        let (mut tries, mut listened_only) = (0, false);
        while let Some(flight) = desk.in_flight.take() {
            let InFlight { pending, positions, receipts, received } = flight;
            match pending.outcome().await {
                Ok(appended) => {
                    let twice = (appended.duplicates as u64).min(received);
                    self.reader.stats.add_duplicates(twice);
                    self.reader.stats.stored(received - twice);
                    self.reader.stats.committed(&receipts, self.reader.now());
                    self.committed.0.hold().extend(positions);
                }
                Err(refused) => {
                    let error = refused.error;
                    if matches!(error, StoreError::Closed) {
                        return Err(End::Stopped);
                    }
                    let mut parcel = Parcel { batch: refused.batch, receipts, received, holds_sent: None };
                    self.reader.stats.refused(&error.to_string());
                    tracing::warn!(%error, source = &*self.reader.source, events = parcel.batch.events.len(), "The store refused a batch; trying again.");
                    if !self.without_what_it_cannot_take(&mut parcel, &error) {
                        self.tell_urgent(parcel.batch.events.iter().map(|new| &new.event));
                        tries += 1;
                        listened_only |= self.listen(tries, &mut desk.waiting, deliveries, stop).await?;
                    }
                    desk.in_flight = self.enqueue(parcel).await;
                }
            }
        }
        if stop.is_cancelled() {
            return Err(End::Stopped);
        }
        // What was only listened to is not in the store, so nothing that comes after it may be.
        if listened_only { Err(End::Anew) } else { Ok(()) }
    }

    /// Where it is one value that the store can never take, a marker takes its place. `false`: it is not about a value.
    fn without_what_it_cannot_take(&self, parcel: &mut Parcel, error: &StoreError) -> bool {
        let StoreError::Refused { event, reason } = error else { return false };
        match event.and_then(|index| parcel.batch.events.get_mut(index)) {
            Some(new) => {
                self.reader.stats.set_aside();
                *new = self.reader.instead_of(&new.event, reason, self.reader.now().wall);
                parcel.received = parcel.received.saturating_sub(1);
            }
            // The place of these events cannot be kept. They come again after a restart, and are recognised then.
            None => parcel.batch.positions.clear(),
        }
        true
    }

    /// Wait for the next try; after some of them, look through what comes meanwhile for what is urgent. Answers whether something was let go: it comes
    /// again from the server, from the committed position on. What cannot come again is held, as far as there is room.
    async fn listen(
        &self,
        tries: u32,
        waiting: &mut VecDeque<Delivery>,
        deliveries: &mut mpsc::Receiver<Delivery>,
        stop: &CancellationToken,
    ) -> Result<bool, End> {
        let pause = tokio::time::sleep(RETRY);
        tokio::pin!(pause);
        let mut let_go = false;
        // A server without positions cannot send anything again: from it nothing is let go.
        let can_come_again = !self.committed.0.hold().is_empty();
        if tries == 1 {
            waiting.iter().for_each(|delivery| self.look_for_urgent(delivery));
        }
        loop {
            let has_room = can_come_again || waiting.len() < HELD;
            tokio::select! {
                () = &mut pause => return Ok(let_go),
                () = stop.cancelled() => return Err(End::Stopped),
                Some(delivery) = deliveries.recv(), if tries > LISTEN_AFTER && has_room => {
                    self.look_for_urgent(&delivery);
                    let_go |= can_come_again;
                    if !can_come_again {
                        waiting.push_back(delivery);
                    }
                }
            }
        }
    }

    fn look_for_urgent(&self, delivery: &Delivery) {
        if let Delivery::Events { events, received_at, .. } = delivery {
            let events: Vec<_> = events.iter().filter_map(|incoming| self.reader.glance(incoming.clone(), *received_at)).collect();
            self.tell_urgent(events.iter());
        }
    }

    /// Somebody has to know of these, stored or not.
    fn tell_urgent<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        let urgent: Vec<_> = events.filter(|event| is_urgent(event)).cloned().collect();
        if !urgent.is_empty() && self.urgent.try_send(urgent).is_err() {
            tracing::debug!(source = &*self.reader.source, "What is urgent waits for its turn; it is offered again.");
        }
    }
}

/// Whether it concerns somebody now: critical, or a request that waits for a decision.
fn is_urgent(event: &Event) -> bool {
    event.severity == Severity::Critical || attempt(|| Approval::told_by(event).is_some()).unwrap_or(false)
}
