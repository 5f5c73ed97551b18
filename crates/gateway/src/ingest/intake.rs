//! The bounded way from the socket to the log.
//!
//! Bounded by messages and by bytes. When it is full the socket is not read, Redis keeps what it can (its `client-output-buffer-limit pubsub`)
//! and then lets us go; what is lost then lies behind a gap marker, in order, because markers travel the same way.

use super::state::BridgeState;
use crate::redis::resp::Bulk;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use watchdeck_events::Millis;

/// Messages that may wait for the log.
const MESSAGES: usize = 50_000;
/// Bytes that may wait for the log.
const BYTES: u32 = 32 << 20;

/// What travels.
#[derive(Debug)]
pub(crate) enum Item {
    /// A message.
    Message { channel: Vec<u8>, payload: Bulk },
    /// Everything that was published until then has come before this.
    Certain(Millis),
    /// Between two times we were not subscribed.
    Gap { from: Millis, to: Millis },
}

impl Item {
    fn weight(&self) -> u32 {
        match self {
            Self::Message { channel, payload } => u32::try_from(channel.len() + payload.bytes.len() + 64).unwrap_or(BYTES).min(BYTES),
            Self::Certain(_) | Self::Gap { .. } => 0,
        }
    }
}

/// The socket's end.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    queue: mpsc::Sender<Item>,
    room: Arc<Semaphore>,
    state: Arc<BridgeState>,
}

/// The log's end.
#[derive(Debug)]
pub(crate) struct Outlet {
    queue: mpsc::Receiver<Item>,
    room: Arc<Semaphore>,
    state: Arc<BridgeState>,
}

/// Nobody logs any more: the gateway stops.
#[derive(Debug)]
pub(crate) struct Stopped;

/// Both ends.
pub(crate) fn channel(state: &Arc<BridgeState>) -> (Intake, Outlet) {
    let (sender, receiver) = mpsc::channel(MESSAGES);
    let room = Arc::new(Semaphore::new(BYTES as usize));
    state.backlog_emptied();
    (
        Intake { queue: sender, room: Arc::clone(&room), state: Arc::clone(state) },
        Outlet { queue: receiver, room, state: Arc::clone(state) },
    )
}

impl Intake {
    /// Hand an item on; waits while there is no room.
    pub(crate) async fn put(&self, item: Item) -> Result<(), Stopped> {
        let weight = item.weight();
        self.room.acquire_many(weight).await.map_err(|_| Stopped)?.forget();
        self.state.backlog_grew(weight);
        self.queue.send(item).await.map_err(|_| Stopped)
    }
}

impl Outlet {
    /// What waits, at most `most` items of at most `bytes` (and one more); empty when nothing will come any more. What was taken still counts as waiting until it is [done](Outlet::done).
    pub(crate) async fn take(&mut self, most: usize, bytes: u64) -> (Vec<Item>, Taken) {
        let mut taken = Taken::default();
        let mut items = Vec::new();
        let Some(first) = self.queue.recv().await else { return (items, taken) };
        taken.add(&first);
        items.push(first);
        while items.len() < most && taken.bytes < bytes {
            let Ok(item) = self.queue.try_recv() else { break };
            taken.add(&item);
            items.push(item);
        }
        (items, taken)
    }

    /// They are logged: there is room for others.
    pub(crate) fn done(&self, taken: &Taken) {
        self.room.add_permits(usize::try_from(taken.bytes).unwrap_or(0));
        self.state.backlog_shrank(taken.items, taken.bytes);
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.room.close();
    }
}

/// What was taken out to be logged.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    items: u64,
    bytes: u64,
}

impl Taken {
    fn add(&mut self, item: &Item) {
        self.items += 1;
        self.bytes += u64::from(item.weight());
    }
}

#[cfg(test)]
mod tests {
    use super::{super::state::Phase, *};
    use futures_util::FutureExt as _;

    fn message(bytes: usize) -> Item {
        Item::Message { channel: b"ws:x".to_vec(), payload: Bulk { bytes: vec![0; bytes], len: bytes as u64 } }
    }

    #[tokio::test]
    async fn what_waits_is_bounded_by_bytes_and_nothing_of_it_is_dropped() {
        let state = Arc::new(BridgeState::new(Phase::Up));
        let (intake, mut outlet) = channel(&state);
        let mut put = 0u64;
        while intake.put(message(1 << 20)).now_or_never().is_some() {
            put += 1;
        }
        assert_eq!(put, 31, "32 MiB less what a message weighs beside its bytes");
        assert_eq!(state.read().backlog.messages, put);
        let (mut taken, mut rounds) = (0, 0);
        while taken < put {
            let (items, batch) = outlet.take(1_000, 4 << 20).await;
            assert!(items.len() <= 4, "a batch is bounded by bytes too");
            taken += items.len() as u64;
            rounds += 1;
            outlet.done(&batch);
        }
        assert!(rounds >= 8);
        assert_eq!(state.read().backlog.messages, 0);
        assert!(
            intake.put(message(usize::try_from(BYTES).unwrap() * 2)).now_or_never().is_some(),
            "one that is larger than all room waits for nobody else"
        );
        drop(outlet);
        assert!(matches!(intake.put(message(1)).await, Err(Stopped)), "a stop frees whoever waits");
    }
}
