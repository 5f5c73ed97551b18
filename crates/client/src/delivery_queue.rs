//! What is decoded and not yet handed on.

use crate::{burst::Burst, delivery::Delivery};
use std::{collections::VecDeque, time::Duration};
use tokio::sync::mpsc;

/// How much may wait before we stop reading.
const MOST_BYTES: usize = 4 << 20;

/// Between the decoder and the receiver's bounded channel. Survives a loss of the connection: what a server cannot send again
/// must not be dropped because a store is slow.
pub(crate) struct DeliveryQueue {
    receiver: mpsc::Sender<Delivery>,
    queue: VecDeque<(Delivery, usize)>,
    bytes: usize,
    /// Since when the receiver has taken nothing although something waits.
    stalled_since: Option<Duration>,
}

/// Nobody will ever take anything again.
#[derive(Debug)]
pub(crate) struct ReceiverGone;

impl DeliveryQueue {
    pub(crate) fn new(receiver: mpsc::Sender<Delivery>) -> Self {
        Self { receiver, queue: VecDeque::new(), bytes: 0, stalled_since: None }
    }

    pub(crate) fn collect(&mut self, burst: &mut Burst) {
        for (delivery, bytes) in burst.drain() {
            self.bytes += bytes;
            self.queue.push_back((delivery, bytes));
        }
    }

    /// Hand on what the receiver has room for, without waiting. A full channel starts the stall clock at `now`.
    pub(crate) fn hand_on(&mut self, now: Duration) {
        while let Some((delivery, bytes)) = self.queue.pop_front() {
            match self.receiver.try_send(delivery) {
                Ok(()) => {
                    self.bytes -= bytes;
                    self.stalled_since = None;
                }
                Err(mpsc::error::TrySendError::Full(delivery) | mpsc::error::TrySendError::Closed(delivery)) => {
                    self.queue.push_front((delivery, bytes));
                    self.stalled_since.get_or_insert(now);
                    return;
                }
            }
        }
        self.stalled_since = None;
    }

    /// Wait for room and hand one delivery on; for ever when there is none. Dropping the future loses nothing.
    pub(crate) async fn room(&mut self) -> Result<(), ReceiverGone> {
        if self.queue.is_empty() {
            std::future::pending::<()>().await;
        }
        let room = self.receiver.reserve().await.map_err(|_| ReceiverGone)?;
        if let Some((delivery, bytes)) = self.queue.pop_front() {
            self.bytes -= bytes;
            room.send(delivery);
        }
        self.stalled_since = None;
        Ok(())
    }

    /// Hand on everything, waiting as long as it takes.
    pub(crate) async fn drain(&mut self) {
        while !self.queue.is_empty() && self.room().await.is_ok() {}
    }

    /// How much waits.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes as u64
    }

    /// Too much waits already: do not read more.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    /// Since when nothing moved although something waits.
    pub(crate) fn stalled_since(&self) -> Option<Duration> {
        self.stalled_since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stall_clock_runs_only_while_nothing_moves() {
        let (sender, mut receiver) = mpsc::channel(1);
        let (mut delivery_queue, mut burst) = (DeliveryQueue::new(sender), Burst::default());
        let nth = |bytes: usize| Delivery::malformed(&vec![0; bytes], "test");
        (1..=4).for_each(|bytes| burst.push(nth(bytes)));
        delivery_queue.collect(&mut burst);
        let second = Duration::from_secs;
        delivery_queue.hand_on(second(1));
        delivery_queue.hand_on(second(5));
        assert_eq!(delivery_queue.stalled_since(), Some(second(1)));
        assert_eq!(receiver.try_recv(), Ok(nth(1)));
        delivery_queue.hand_on(second(9));
        assert_eq!(delivery_queue.stalled_since(), Some(second(9)), "it moved at 9");
        for bytes in 2..=4 {
            assert_eq!(receiver.try_recv(), Ok(nth(bytes)), "in order");
            delivery_queue.hand_on(second(10));
        }
        assert_eq!((delivery_queue.stalled_since(), delivery_queue.bytes), (None, 0));
    }
}
