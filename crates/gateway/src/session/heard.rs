//! What a session's reading half tells its writing half: frames, and signs of life.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::time::Instant;
use tokio_websockets::Message;

/// What the reader hands on.
#[derive(Debug)]
pub(super) enum Heard {
    /// A message that is text.
    Text(Message),
    Binary,
}

/// When the client last gave a sign of life, in nanoseconds since the session began.
#[derive(Debug)]
pub(super) struct Life {
    began: Instant,
    last: AtomicU64,
}

impl Life {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), last: AtomicU64::new(0) }
    }

    pub(super) fn sign(&self) {
        let now = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    pub(super) fn last(&self) -> Instant {
        self.began + Duration::from_nanos(self.last.load(Ordering::Relaxed))
    }
}
