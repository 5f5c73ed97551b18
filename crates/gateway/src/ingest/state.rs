//! What is known about the bridge to the ERP's bus, for `/healthz` and for consoles.

use crate::log::now;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::sync::watch;
use watchdeck_events::Millis;
use watchdeck_protocol::Upstream;

/// The bridge's state in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// No Redis is configured.
    Off,
    /// The first try is under way.
    Connecting,
    /// Subscribed.
    Up,
    /// Not subscribed; trying again for ever.
    Down,
    /// Another gateway on the same log bridges, and hears.
    Standby,
}

/// As it appears in `/healthz`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Bridge {
    pub(crate) state: Phase,
    /// Since when, ms since 1970.
    pub(crate) since: Millis,
    /// Why it is down; `null` while it is up.
    pub(crate) last_error: Option<String>,
    /// Why what it hears cannot be logged just now.
    pub(crate) stuck: Option<String>,
    /// Events logged since the start.
    pub(crate) messages: u64,
    /// Messages that were not events as they were published. `mended` of them were read all the same; of the others consoles are told.
    pub(crate) dropped: u64,
    /// Messages that were JSON but for `NaN` or `Infinity`.
    pub(crate) mended: u64,
    /// Messages on channels that no console can follow, by the channel's name on Redis. Their number is kept, they are not.
    pub(crate) unfollowable: BTreeMap<String, u64>,
    /// What was heard and is not logged yet.
    pub(crate) backlog: Backlog,
}

/// What waits between the socket and the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Backlog {
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// For how long nothing of it was logged, ms. 0 when nothing waits.
    pub(crate) stalled_ms: u64,
}

/// What sessions are told of the bridge; see [`ServerFrame::Status`](watchdeck_protocol::ServerFrame::Status).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) upstream: Upstream,
    pub(crate) since: Millis,
    /// Why it is down.
    pub(crate) reason: Option<Arc<str>>,
}

/// Shared between the bridge, `/healthz` and the sessions.
#[derive(Debug)]
pub(crate) struct BridgeState {
    inner: Mutex<Inner>,
    /// `None` while there is nothing to tell: no bridge, or the first try is still under way.
    told: watch::Sender<Option<Told>>,
}

#[derive(Debug)]
struct Inner {
    bridge: Bridge,
    stuck_since: Millis,
    /// Since when something waits of which nothing was logged.
    waiting_since: Option<Instant>,
}

impl BridgeState {
    pub(crate) fn new(phase: Phase) -> Self {
        let since = now();
        let bridge = Bridge {
            state: phase,
            since,
            last_error: None,
            stuck: None,
            messages: 0,
            dropped: 0,
            mended: 0,
            unfollowable: BTreeMap::new(),
            backlog: Backlog::default(),
        };
        Self { inner: Mutex::new(Inner { bridge, stuck_since: since, waiting_since: None }), told: watch::Sender::new(None) }
    }

    pub(crate) fn read(&self) -> Bridge {
        self.change(|inner| {
            let stalled = inner.waiting_since.map_or(0, |since| u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX));
            inner.bridge.backlog.stalled_ms = stalled;
            inner.bridge.clone()
        })
    }

    /// Changes whenever sessions have something new to tell.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Told>> {
        self.told.subscribe()
    }

    /// Subscribed.
    pub(crate) fn up(&self) {
        self.change(|inner| {
            inner.bridge.state = Phase::Up;
            inner.bridge.since = now();
            inner.bridge.last_error = None;
            self.tell(inner);
        });
    }

    /// Another gateway bridges, and hears.
    pub(crate) fn standing_by(&self) {
        self.change(|inner| {
            if inner.bridge.state != Phase::Standby {
                inner.bridge.state = Phase::Standby;
                inner.bridge.since = now();
            }
            inner.bridge.last_error = None;
            self.tell(inner);
        });
    }

    /// Not subscribed. Whether that is news.
    pub(crate) fn down(&self, error: &str) -> bool {
        self.change(|inner| {
            let was_up = matches!(inner.bridge.state, Phase::Up | Phase::Standby);
            // Never up since the start is down since the start.
            if was_up {
                inner.bridge.since = now();
            }
            inner.bridge.state = Phase::Down;
            inner.bridge.last_error = Some(error.to_owned());
            self.tell(inner);
            was_up
        })
    }

    /// The log takes nothing, or takes it again.
    pub(crate) fn stuck(&self, error: Option<&str>) {
        self.change(|inner| {
            if inner.bridge.stuck.is_none() {
                inner.stuck_since = now();
            } else if error.is_none() {
                // To a console, hearing begins where logging begins again.
                inner.bridge.since = now();
            }
            inner.bridge.stuck = error.map(str::to_owned);
            self.tell(inner);
        });
    }

    /// Count what was logged, and what was not an event.
    pub(crate) fn logged(&self, messages: u64, mended: u64, malformed: u64, unfollowable: BTreeMap<String, u64>) {
        self.change(|inner| {
            inner.bridge.messages += messages;
            inner.bridge.mended += mended;
            inner.bridge.dropped += mended + malformed;
            inner.bridge.unfollowable = unfollowable;
        });
    }

    pub(crate) fn backlog_emptied(&self) {
        self.change(|inner| {
            inner.bridge.backlog = Backlog::default();
            inner.waiting_since = None;
        });
    }

    pub(crate) fn backlog_grew(&self, bytes: u32) {
        self.change(|inner| {
            inner.bridge.backlog.messages += 1;
            inner.bridge.backlog.bytes += u64::from(bytes);
            inner.waiting_since.get_or_insert_with(Instant::now);
        });
    }

    pub(crate) fn backlog_shrank(&self, messages: u64, bytes: u64) {
        self.change(|inner| {
            let backlog = &mut inner.bridge.backlog;
            backlog.messages = backlog.messages.saturating_sub(messages);
            backlog.bytes = backlog.bytes.saturating_sub(bytes);
            inner.waiting_since = (backlog.messages > 0).then(Instant::now);
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().expect("no code panics while holding the bridge state"))
    }

    /// What is new to sessions. A retry that fails in the same way is not.
    fn tell(&self, inner: &Inner) {
        let bridge = &inner.bridge;
        let deaf = |since, reason: &str| Some(Told { upstream: Upstream::Down, since, reason: Some(reason.into()) });
        let told = match (bridge.state, &bridge.stuck) {
            (Phase::Off | Phase::Connecting, _) => None,
            (Phase::Down, _) => deaf(bridge.since, bridge.last_error.as_deref().unwrap_or_default()),
            (Phase::Up, Some(error)) => deaf(inner.stuck_since, &format!("the gateway's log takes nothing: {error}")),
            (Phase::Standby, _) | (Phase::Up, None) => Some(Told { upstream: Upstream::Up, since: bridge.since, reason: None }),
        };
        self.told.send_if_modified(|last| {
            let news = *last != told;
            *last = told;
            news
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: &BridgeState) -> Option<(Upstream, Option<String>)> {
        state.watch().borrow().as_ref().map(|told| (told.upstream, told.reason.as_deref().map(str::to_owned)))
    }

    #[test]
    fn consoles_are_told_of_whatever_makes_the_gateway_deaf() {
        let state = BridgeState::new(Phase::Connecting);
        assert_eq!(told(&state), None, "the first try is not over");
        state.down("no Redis");
        assert_eq!(told(&state), Some((Upstream::Down, Some("no Redis".into()))));
        state.up();
        assert_eq!(told(&state), Some((Upstream::Up, None)));
        state.stuck(Some("the disk is full"));
        let (upstream, reason) = told(&state).unwrap();
        assert!(upstream == Upstream::Down && reason.unwrap().contains("the disk is full"), "hearing without keeping is deaf too");
        state.stuck(None);
        assert_eq!(told(&state), Some((Upstream::Up, None)));
    }

    #[test]
    fn whoever_stands_by_tells_what_the_other_hears() {
        let state = BridgeState::new(Phase::Connecting);
        state.standing_by();
        assert_eq!(told(&state), Some((Upstream::Up, None)));
        let mut watch = state.watch();
        watch.mark_unchanged();
        state.standing_by();
        assert!(!watch.has_changed().unwrap(), "that it goes on is no news");
        state.down("the other hears nothing");
        assert_eq!(told(&state), Some((Upstream::Down, Some("the other hears nothing".into()))));
    }

    #[test]
    fn the_same_failure_again_is_no_news() {
        let state = BridgeState::new(Phase::Connecting);
        let mut watch = state.watch();
        state.down("no Redis");
        assert!(watch.has_changed().unwrap());
        let since = watch.borrow_and_update().as_ref().unwrap().since;
        state.down("no Redis");
        assert!(!watch.has_changed().unwrap());
        state.down("no password");
        assert_eq!(watch.borrow_and_update().as_ref().unwrap().since, since, "still since the same moment");
    }

    #[test]
    fn a_backlog_that_moves_is_not_stalled() {
        let state = BridgeState::new(Phase::Up);
        state.backlog_grew(10);
        state.backlog_grew(10);
        state.backlog_shrank(1, 10);
        assert_eq!(state.read().backlog.messages, 1);
        state.backlog_shrank(1, 10);
        assert_eq!(state.read().backlog, Backlog::default());
    }
}
