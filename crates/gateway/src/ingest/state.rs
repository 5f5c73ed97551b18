//! What is known about the bridge to the ERP's bus, for `/healthz`.

use crate::log::now;
use serde::Serialize;
use std::sync::Mutex;
use watchdeck_events::Millis;

/// The bridge's state in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// No Redis is configured.
    Off,
    /// Not subscribed yet, for the first time.
    Connecting,
    /// Subscribed.
    Up,
    /// Lost; trying again for ever.
    Down,
}

/// As it appears in `/healthz`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Bridge {
    pub(crate) state: Phase,
    /// Since when, ms since 1970.
    pub(crate) since: Millis,
    /// Why it is or was down.
    pub(crate) last_error: Option<String>,
    /// Messages logged since the start.
    pub(crate) messages: u64,
    /// Messages that were not JSON and were dropped, as the ERP's own server does.
    pub(crate) dropped: u64,
}

/// Shared between the bridge and `/healthz`.
#[derive(Debug)]
pub(crate) struct BridgeState(Mutex<Bridge>);

impl BridgeState {
    pub(crate) fn new(phase: Phase) -> Self {
        Self(Mutex::new(Bridge { state: phase, since: now(), last_error: None, messages: 0, dropped: 0 }))
    }

    pub(crate) fn read(&self) -> Bridge {
        self.0.lock().expect("no code panics while holding the bridge state").clone()
    }

    pub(crate) fn up(&self) {
        self.change(|bridge| {
            bridge.state = Phase::Up;
            bridge.since = now();
        });
    }

    pub(crate) fn down(&self, error: String) {
        self.change(|bridge| {
            if bridge.state == Phase::Up {
                bridge.state = Phase::Down;
                bridge.since = now();
            }
            bridge.last_error = Some(error);
        });
    }

    /// Count a batch; answers how many were dropped so far.
    pub(crate) fn count(&self, messages: u64, dropped: u64) -> u64 {
        self.change(|bridge| {
            bridge.messages += messages;
            bridge.dropped += dropped;
            bridge.dropped
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Bridge) -> T) -> T {
        change(&mut self.0.lock().expect("no code panics while holding the bridge state"))
    }
}
