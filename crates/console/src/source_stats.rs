//! Counters of one source: written by its inbox, read by Feed health.

use crate::latency::Latency;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Counters of one source, written by its inbox.
#[derive(Debug, Default)]
pub(crate) struct SourceStats {
    pub(crate) received: AtomicU64,
    pub(crate) duplicates: AtomicU64,
    pub(crate) malformed: AtomicU64,
    pub(crate) commit: Mutex<Latency>,
}

impl SourceStats {
    pub(crate) fn add_received(&self, events: u64) {
        self.received.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn add_duplicates(&self, events: u64) {
        self.duplicates.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn add_malformed(&self, frames: u64) {
        self.malformed.fetch_add(frames, Ordering::Relaxed);
    }

    pub(crate) fn committed(&self, events: u64, took: Duration) {
        self.commit.lock().expect("no code panics while holding the latencies").record(took.as_secs_f64() * 1000.0, events);
    }
}
